"""What a life without a screen leaves behind beside its journal: the sound, and pictures of the cat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from moggy.actuators.speaker import SoundTrack
from moggy.actuators.synth import Synth
from moggy.body import Body
from moggy.config import parse
from moggy.loop import Listener
from moggy.personality import Personality
from moggy.pet import Start


class Outputs:
    """Listeners that write into a folder, closed at the end; none without a folder."""

    def __init__(self, out: Path | None, body: Body, start: Start, *, pictures: float, angles: Callable[[], Mapping[str, float]]) -> None:
        """`pictures`: how many a second of the pet's life; 0 for none. `angles`: the joints as the servos have them."""
        self.listeners: list[Listener] = []
        self._closing = ExitStack()
        if out is None:
            return
        out.mkdir(parents=True, exist_ok=True)
        character = parse(start.personality, start.files[start.personality], Personality)
        sound = SoundTrack(out / "sound.wav", Synth(body.speaker.rate, body.speaker, character.voice))
        self._closing.callback(sound.close)
        self.listeners.append(sound)
        if pictures:
            from moggy.sim.pictures import Pictures

            self.listeners.append(Pictures(out / "pictures", body, angles, per_second=pictures))

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.close()
