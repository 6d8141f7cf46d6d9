"""What the pet remembers across restarts: one SQLite file that its owner can read, export, erase
and encrypt."""

from moggy.brain.memory.diary import Diary, NoMemory
from moggy.brain.memory.encryption import decrypt, encrypt, is_encrypted
from moggy.brain.memory.snapshot import Remembered
from moggy.brain.memory.store import EPISODES, Broken, Episode, Memory, as_json, sentences

__all__ = [
    "EPISODES",
    "Broken",
    "Diary",
    "Episode",
    "Memory",
    "NoMemory",
    "Remembered",
    "as_json",
    "decrypt",
    "encrypt",
    "is_encrypted",
    "sentences",
]
