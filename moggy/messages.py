"""What the parts say to each other: Senses come in, Events and Evidence are what they mean, a Tick
is all that came of one moment.

Every message is frozen. `at` is seconds on the pet's clock. `id` is a number that the pet gives to
each sense, event and piece of evidence, counting up; `because` names the ids that caused it, so
that from any command one can walk back to the sample.

Units: seconds, metres, radians, g for acceleration. The body's frame: x forward, y left, z up,
origin on the ground under the chest. Valence and arousal lie in −1..1 (0 is neutral, calm is
negative arousal); probabilities, pressures and confidences in 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from moggy.senses import (
    SENSES,
    Acceleration,
    AnySense,
    Battery,
    BoardReport,
    BodyMotion,
    ClearFaults,
    Edited,
    Face,
    Forget,
    Gesture,
    Happening,
    Impression,
    LocalTime,
    Person,
    Place,
    Posture,
    Probabilities,
    Recalled,
    Sense,
    Setting,
    Signed,
    Thought,
    Touch,
    Trouble,
    Unit,
    Voice,
    Words,
    adapter_of,
    every_sense,
    register_sense,
    sense_of,
)
from moggy.vocabulary import (
    CLASSES,
    DRIVES,
    EMOTIONS,
    NOBODY,
    SOMEONE,
    Advisable,
    Drive,
    DriveLevel,
    Emotion,
    EvidenceChannel,
    GazeTarget,
    LayerName,
    MoverLayer,
    RefusalReason,
    SettingName,
    ZoneName,
)

__all__ = [
    "SENSES",
    "Acceleration",
    "Affect",
    "AnySense",
    "Battery",
    "BoardReport",
    "BodyMotion",
    "Bond",
    "Call",
    "Cause",
    "ClearFaults",
    "Command",
    "Context",
    "Decision",
    "Edited",
    "Event",
    "EventCause",
    "Evidence",
    "Face",
    "FeltTouch",
    "Forget",
    "Gesture",
    "Happening",
    "Impression",
    "InnerCause",
    "LocalTime",
    "Mood",
    "Mover",
    "Person",
    "PersonEstimate",
    "Place",
    "Play",
    "Posture",
    "Probabilities",
    "Purr",
    "Recalled",
    "Score",
    "Sense",
    "Setting",
    "Signed",
    "Stir",
    "Thought",
    "Tick",
    "Touch",
    "Trouble",
    "Unit",
    "Voice",
    "Words",
    "adapter_of",
    "every_sense",
    "register_sense",
    "sense_of",
]
"""Senses stand in moggy/senses.py; every message is imported from here."""

# ── What it means ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to the pet: `stroked`, `hit`, `greeted`, `scolded`, `lifted`, … (the
    appraisal tables name them all)."""

    at: float
    id: int = 0
    name: str
    zone: ZoneName | None = None
    """Where a touch was; None for other events."""
    feeling: Advisable | None = None
    """What the language model's advice would move; None for other events."""
    by: float = 0.0
    """How much that advice would move it, −0.2..0.2."""
    person: str | None = None
    strength: float = 1.0
    """0..1: how much of it."""
    dose: float = 1.0
    """Share of one whole event that this message carries: 1 for a pat; for a stroke that goes on,
    seconds since the last message."""
    urgent: bool = False
    """Pre-empts everything, and voids pending thoughts."""
    takes_back: str = ""
    """The event that `misheard` takes back, and `strength` is its; empty for others."""
    because: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one channel says of how a person feels. A field that is None is not said."""

    at: float
    id: int = 0
    channel: EvidenceChannel
    person: str = SOMEONE
    valence: float | None = None
    arousal: float | None = None
    probabilities: Probabilities | None = None
    confidence: float = 0.5
    because: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEstimate:
    """How the person in the pet's attention feels, and how sure that is."""

    person: str = NOBODY
    present: bool = False
    valence: float = 0.0
    arousal: float = 0.0
    valence_sd: float = 0.6
    arousal_sd: float = 0.6
    probabilities: Probabilities = field(
        default_factory=lambda: dict.fromkeys(CLASSES, 1.0 / len(CLASSES))
    )
    confidence: float = 0.0
    unsure: bool = True
    conflict: float = 0.0
    """How much the channels disagree, 0..1."""
    distress: float = 0.0
    """How far the person is sad or afraid, 0..1, as far as that is sure; met with care."""
    attention: float = 0.0
    """How much the person attends to the pet, 0..1."""
    bearing: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """The pet's mood, −1..1 each."""

    pleasure: float = 0.0
    arousal: float = 0.0
    dominance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """What is between the pet and one person. 0..1 each."""

    trust: float = 0.3
    familiarity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCause:
    """An event as the cause of a feeling; all of the same name, zone and person are one cause."""

    event: str
    """Name of the event."""
    zone: ZoneName | None = None
    person: str | None = None
    unwelcome: bool = False
    """Whether the feeling was moved by what the pet did not like about a touch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerCause:
    """What moves a feeling from within: how full a drive is, care for a person in distress, or what
    the pet itself does."""

    of: Drive | Literal["care", "doing"]
    level: DriveLevel | None = None
    """How full the drive is; None for the others."""
    behavior: str = ""
    """Id of what it does; empty for the others."""


Cause: TypeAlias = EventCause | InnerCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Stir:
    """How much one cause moved one feeling."""

    feeling: str
    """An emotion, `mood.pleasure`, `drive.play`, `enough`, `trust` or `familiarity`."""
    by: float
    cause: Cause
    event: int = 0
    """Id of the event; 0: from within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeltTouch:
    """How the pet felt the latest touch: by zone, what it learnt of the hand, trust and speed."""

    at: float
    event: str
    """What the brain took it for: `stroked`, `ruffled`, `hit` …"""
    zone: ZoneName
    liking: float
    """−1..1: how it likes to be touched there by this person."""
    good: float
    """0..1: how pleasant it was."""
    bad: float
    """0..1: how unpleasant it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affect:
    """The pet's own feelings, published once a tick; deciding and acting read this and nothing else
    of the brain."""

    emotions: Mapping[Emotion, float] = field(default_factory=lambda: dict.fromkeys(EMOTIONS, 0.0))
    mood: Mood = Mood()
    drives: Mapping[Drive, float] = field(default_factory=lambda: dict.fromkeys(DRIVES, 0.5))
    """0..1: how full; the middle is pleasant. `energy` low is sleepy; `company` low is lonely, high
    is crowded."""
    bond: Bond = Bond()
    touch: FeltTouch | None = None
    """The latest touch as it was felt; it stands until the next."""
    enough: float = 0.0
    """0..1: over-stimulation; from about 0.5 the ladder of *enough* begins, at 1 it nips."""
    valence: float = 0.0
    arousal: float = 0.0
    """What bends motions and sounds: the mood with the emotions of the moment on top, −1..1."""
    because: tuple[int, ...] = ()
    """The events that moved the feelings most lately, newest first."""
    stirred: tuple[Stir, ...] = ()
    """What moved them when they were last looked at; mostly nothing did. It stands until they are
    looked at again."""


# ── What it does ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that a node of the tree may look at: one moment. There is no blackboard and no clock
    beside it."""

    at: float
    dt: float
    """Seconds since the tree was last ticked."""
    hour: float
    """0..24, local time of day."""
    person: PersonEstimate
    pet: Affect
    events: tuple[Event, ...] = ()
    """Since the tree was last ticked, oldest first."""
    gesture: Gesture | None = None
    """The touch that goes on now."""
    battery: float = 1.0
    charging: bool = False
    settings: frozenset[SettingName] = frozenset()
    """Names of the Settings that are on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play a motion by name, begun at `started`. Higher `layer` covers lower on the channels that
    the motion moves."""

    motion: str
    started: float
    layer: LayerName = "motion"
    weight: float = 1.0
    speed: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A sound to make now: meow, trill, hiss, growl, chirp, kitten…; the synth bends it by valence
    and arousal."""

    at: float
    name: str
    loudness: float = 0.5
    valence: float = 0.0
    arousal: float = 0.0
    seed: int = 0
    because: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an option that would have been better had to wait."""

    by: RefusalReason
    short: float
    """Of `dwell`: seconds that the running behaviour still stays; of `hysteresis`: by how much the
    score was too low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a selector thought of one of its children."""

    id: str
    score: float
    terms: Mapping[str, float] = field(default_factory=dict)
    refused: Refusal | None = None
    """Set where it would have been better and had to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the pet does, and why. It stands until the tree's next tick."""

    at: float
    behavior: str
    """Stable id of the running behaviour, as in the tree's file."""
    path: tuple[str, ...] = ()
    """Ids from the root to the running node."""
    since: float = 0.0
    why: str = ""
    """One sentence for people: «purrs along: stroked on the neck for 4 s, which it likes»."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The numbers in that sentence."""
    scores: tuple[Score, ...] = ()
    """Best first; empty where nothing was weighed."""
    plays: tuple[Play, ...] = ()
    calls: tuple[Call, ...] = ()
    """Calls that start in this tick; empty in all others."""
    purr: float = 0.0
    """0..1: how strongly to purr while this stands."""
    gaze: GazeTarget = "none"
    because: tuple[int, ...] = ()
    """The events that led here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purr:
    """The purr of this moment; sound and vibration share the phase of the breath."""

    level: float = 0.0
    rate: float = 25.0
    """Hz of the modulation, 20–28."""
    breath: float = 0.0
    """Phase of the breath in 0..1: 0–0.5 in, 0.5–1 out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What the body is told: a pose within its limits, pupils, and the purr motor."""

    at: float
    pose: Mapping[str, float] = field(default_factory=dict)
    """Joint name → rad."""
    pupils: float = 0.5
    """0 a slit, 1 wide."""
    purr: Purr = Purr()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """What moves a joint or another output now."""

    layer: MoverLayer
    name: str
    """Name of the motion or call; for a reaction its event, for the gaze its target, for the purr
    the behaviour that purrs, else the name of the layer."""
    because: tuple[int, ...] = ()
    """Ids of the events and senses that it goes back to; empty: it comes from within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """All that the pet sensed, felt, decided and commanded in one tick. The journal keeps it, and
    the studio shows it."""

    at: float
    n: int
    senses: tuple[AnySense, ...] = ()
    """The messages of the sensors in this tick, as they came."""
    understood: tuple[AnySense, ...] = ()
    """What the readers made of those messages."""
    events: tuple[Event, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    person: PersonEstimate
    pet: Affect
    decision: Decision
    commanded: Command
    moved: Mapping[str, tuple[Mover, ...]] = field(default_factory=dict)
    """Joint or output that is commanded anew → what moves it, strongest first."""
    calls: tuple[Call, ...] = ()
    refused: tuple[str, ...] = ()
    """Errors of this tick in words: an edited file that is not valid, …"""
