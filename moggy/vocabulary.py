"""The names that all rooms share, each set once: feelings, gestures, zones, wishes, calls, events.

Most sets are a `Literal` type with its members in a tuple; those of events and channels are dicts,
to which sensors may add. The order of a tuple is part of its meaning: probability vectors and
trained heads follow it. `known` and `nearest` turn a wrong name in a designer's file into an error
that says which name was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias, get_args

from pydantic import AfterValidator

# ── The person ───────────────────────────────────────────────────────────────────────────────────

PersonClass: TypeAlias = Literal[
    "neutral", "happy", "sad", "angry", "afraid", "disgusted", "surprised"
]
CLASSES: Final[tuple[PersonClass, ...]] = get_args(PersonClass)
"""The seven classes of a person's feeling: Ekman's six and neutral."""


class ClassPlace(NamedTuple):
    """Valence and arousal of a class of feeling, −1..1 each."""

    valence: float
    arousal: float


CLASS_PLACES: Final[Mapping[PersonClass, ClassPlace]] = {
    "neutral": ClassPlace(0.0, -0.1),
    "happy": ClassPlace(0.81, 0.41),
    "sad": ClassPlace(-0.63, -0.27),
    "angry": ClassPlace(-0.51, 0.59),
    "afraid": ClassPlace(-0.64, 0.60),
    "disgusted": ClassPlace(-0.60, 0.35),
    "surprised": ClassPlace(0.14, 0.67),
}
"""Pleasure and arousal as people rated the words (Russell & Mehrabian 1977, J. Res. Pers. 11,
273–294). Two differ from it: *surprised* is 0.40 there, lowered since GoEmotions counts confusion
as surprise; *happy* has 0.51 arousal there, lowered since a smile at a cat is calm. *neutral* is a
little calm. `python -m bench class_places` compares these with what people rated in EmoBank."""

CLASS_PRIOR: Final[Mapping[PersonClass, float]] = {
    "neutral": 0.34,
    "happy": 0.26,
    "sad": 0.12,
    "angry": 0.10,
    "afraid": 0.06,
    "disgusted": 0.04,
    "surprised": 0.08,
}
"""How often a pet hears each class in words, before anything is known. Our judgement: flatter than
GoEmotions' 30 % neutral and 37 % happy (Demszky et al. 2020)."""

SeenFeeling: TypeAlias = PersonClass | Literal["calm"]
"""What may be seen of a person that is an event: a class, or that they are calm and content, which
only valence and arousal tell."""

CHANNELS: Final[dict[str, str]] = {
    "touch": "the gesture of a hand",
    "face": "the expression of a face",
    "posture": "how a body is held",
    "voice": "how a voice sounds",
    "words": "what is said",
    "thought": "a slower answer about what was said",
}
"""Channels that tell of a person's feeling, each with what it looks at. A sensor of your own adds
its channel with `declare_channel`."""

Intent: TypeAlias = Literal[
    "none", "comfort_me", "play", "leave_me_alone", "look_here", "praise", "scold", "call"
]
INTENTS: Final[tuple[Intent, ...]] = get_args(Intent)
"""What words may ask of the pet. The order is that of the trained heads."""

NOBODY: Final = "nobody"
"""Stands where a person is named, when there is none."""
SOMEONE: Final = "someone"
"""Stands where a person is named, for somebody whose name is not known."""
EVERYBODY: Final = "all"
"""In a person's place: everything that was learnt of anybody."""
PEOPLE: Final = 64
"""How many people the pet keeps apart at once; each part says whom it drops first. Our choice:
more than a household with its guests."""

# ── The pet ──────────────────────────────────────────────────────────────────────────────────────

Emotion: TypeAlias = Literal[
    "joy",
    "contentment",
    "affection",
    "interest",
    "surprise",
    "fear",
    "anger",
    "disgust",
    "sadness",
    "loneliness",
    "concern",
]
EMOTIONS: Final[tuple[Emotion, ...]] = get_args(Emotion)
Dimension: TypeAlias = Literal["pleasure", "arousal", "dominance"]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
"""Dimensions of the mood."""
Drive: TypeAlias = Literal["energy", "company", "play", "comfort", "curiosity"]
DRIVES: Final[tuple[Drive, ...]] = get_args(Drive)
Trait: TypeAlias = Literal[
    "neuroticism", "extraversion", "dominance", "impulsiveness", "agreeableness"
]
TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
"""The Feline Five (Litchfield et al. 2017, PLoS ONE 12(8) e0183455)."""

Advisable: TypeAlias = Dimension | Drive
"""What advice may move a little."""
LARGEST_ADVICE: Final = 0.2
"""The most that advice may add to a dimension or a drive, in either direction. Our choice."""

# ── Touch, body and owner ────────────────────────────────────────────────────────────────────────

GestureName: TypeAlias = Literal["hold", "tap", "pat", "poke", "hit", "stroke", "scratch", "tickle"]
GESTURES: Final[tuple[GestureName, ...]] = get_args(GestureName)
GesturePhase: TypeAlias = Literal["begin", "during", "end"]
ZoneName: TypeAlias = Literal[
    "head", "cheeks", "chin", "neck", "back", "belly", "tail_base", "tail", "paws"
]
ZONES: Final[tuple[ZoneName, ...]] = get_args(ZoneName)
"""Where a pet may be touched (Ellis et al. 2015; Soennichsen & Chamove 2002 name these). A body has
pads for some of them."""
BodyMotionName: TypeAlias = Literal[
    "still", "lifted", "held", "shaken", "falling", "knocked", "put_down", "tipped"
]
BoardState: TypeAlias = Literal[
    "connected", "lost", "running", "hold", "rest", "limp", "stopped", "fault", "stopping"
]
Coming: TypeAlias = Literal["arrives", "leaves"]
"""What a person does who was not here, or was."""
SettingName: TypeAlias = Literal["quiet", "focus", "lap", "away", "stop"]
SETTINGS: Final[tuple[SettingName, ...]] = get_args(SettingName)
"""What the owner may ask for by hand."""

# ── What it does ─────────────────────────────────────────────────────────────────────────────────

CallName: TypeAlias = Literal[
    "meow",
    "meow_sad",
    "trill",
    "chirp",
    "hiss",
    "growl",
    "kitten",
    "mew",
    "yowl",
    "solicit",
    "snort",
    "chatter",
    "murmur",
]
CALLS: Final[tuple[CallName, ...]] = get_args(CallName)
GazeTarget: TypeAlias = Literal["person", "touch", "around", "away", "none"]
GAZES: Final[tuple[GazeTarget, ...]] = get_args(GazeTarget)
RefusalReason: TypeAlias = Literal["dwell", "hysteresis"]
"""Why a better behaviour has to wait: the running one has just begun, or is nearly as good."""
LayerName: TypeAlias = Literal["posture", "motion", "reflex"]
"""Layer on which a behaviour plays a motion."""
MoverLayer: TypeAlias = Literal[
    "posture",
    "motion",
    "reflex",
    "reaction",
    "gaze",
    "mood",
    "breath",
    "idle",
    "blink",
    "voice",
    "purr",
    "waking",
]
"""What moves a joint or another output: a motion by its layer; the small answer to an event; where
it looks; ears, tail, lids and pupils that show a feeling; the breath; the small movements of a body
that does nothing; the jaw with a call; the purr; the way out of the rest pose."""
DriveLevel: TypeAlias = Literal["little", "enough", "much"]
"""How full a drive is: below its pleasant middle, in it, above it."""

# ── Events ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class EventKind:
    """What is true of every event of a name."""

    about: str
    """For people: what happened."""
    urgent: bool = False
    """Pre-empts everything, is heard at once, and voids the thoughts that were asked before it."""
    addresses: bool = False
    """Whether a person turns to the pet by it. Calls in the ten seconds after such an event are
    answers, and do not count as calls that nobody asked for."""
    kindly: bool = False
    """Whether it does so kindly: one that was sent away may then come again."""
    rough: bool = False
    """Whether it is rough handling: for a minute the pet then comes to nobody, and it does not purr
    for ten seconds."""
    gesture: GestureName | None = None
    """The gesture of a hand that it is made from."""
    intent: Intent | None = None
    """The wish in words that it is made from."""
    seen: SeenFeeling | None = None
    """The feeling of a person that the event reports; None where it reports something else."""
    towards: Literal["", "pet", "other"] = ""
    """What the feeling is meant for, where words tell: the pet, or something else."""
    asks: bool = False
    """Whether the event shows that the pet's company is welcome at this hour."""
    answered: bool = True
    """Whether the pet should show by what it does that it noticed. `moggy coverage` lists the
    moods in which such an event changes nothing."""
    within: str = ""
    """The inner cause of an event that no sample causes; empty where a sample does."""


EVENTS: Final[dict[str, EventKind]] = {
    # Touch
    "touched": EventKind("a hand arrives", addresses=True),
    "stroked": EventKind("a hand strokes", addresses=True, kindly=True, gesture="stroke"),
    "held": EventKind("a hand lies still, or arms hold", gesture="hold"),
    "scratched": EventKind("fingers scratch", gesture="scratch"),
    "tickled": EventKind("fingers tickle", gesture="tickle"),
    "ruffled": EventKind("stroked too hard, or against the fur"),
    "patted": EventKind("a pat", addresses=True, kindly=True, gesture="pat"),
    "tapped": EventKind("a tap with a finger", gesture="tap"),
    "poked": EventKind("a poke", gesture="poke"),
    "hit": EventKind("a hit", urgent=True, rough=True, gesture="hit"),
    "squeezed": EventKind("squeezed hard", urgent=True, rough=True),
    "released": EventKind("the hand goes"),
    # The body
    "lifted": EventKind("picked up", urgent=True),
    "put_down": EventKind("put down"),
    "shaken": EventKind("shaken", urgent=True, rough=True),
    "falling": EventKind("falls", urgent=True),
    "knocked": EventKind("a bump", urgent=True),
    "tipped": EventKind("tipped over"),
    "battery_low": EventKind("the battery is low"),
    "battery_critical": EventKind("the battery is nearly empty", urgent=True),
    "charging": EventKind("put on the charger"),
    # People
    "arrived": EventKind("somebody comes"),
    "left": EventKind("somebody goes"),
    "greeted": EventKind("a first kindness after coming", addresses=True, kindly=True),
    "looked_at": EventKind("somebody looks at it"),
    "expecting": EventKind(
        "the hour at which somebody usually comes",
        within="habit: somebody usually comes at this hour",
    ),
    "left_alone": EventKind(
        "nobody was there for a while", within="time: nobody gave a sign for a while"
    ),
    "quiet_usual": EventKind(
        "the hour in which it is usually sent off",
        within="habit: it is usually sent off at this hour",
    ),
    "forgotten": EventKind("the owner had somebody erased from its memory", answered=False),
    "recalled": EventKind("its memory could be opened while it was awake", answered=False),
    # Words
    "praised": EventKind("praised", addresses=True, kindly=True, intent="praise", asks=True),
    "scolded": EventKind("scolded", addresses=True, intent="scold"),
    "called": EventKind("called", addresses=True, kindly=True, intent="call", asks=True),
    "comfort_asked": EventKind(
        "asked for comfort", addresses=True, kindly=True, intent="comfort_me", asks=True
    ),
    "play_asked": EventKind("asked to play", addresses=True, kindly=True, intent="play", asks=True),
    "shown": EventKind("shown something", addresses=True, kindly=True, intent="look_here"),
    "sent_off": EventKind("sent away", intent="leave_me_alone"),
    "advised": EventKind("the language model proposes a change of a feeling", answered=False),
    # How a person feels
    "smiled_at": EventKind("smiled at", addresses=True, kindly=True),
    "happiness_seen": EventKind("a person is happy", seen="happy"),
    "calm_seen": EventKind("a person is calm and content", seen="calm"),
    "sadness_seen": EventKind("a person is sad", seen="sad"),
    "anger_seen": EventKind("a person is angry", seen="angry"),
    "anger_told": EventKind("angry about something else", seen="angry", towards="other"),
    "fear_seen": EventKind("a person is afraid", seen="afraid"),
    "disgust_seen": EventKind("a person is disgusted", seen="disgusted"),
    "surprise_seen": EventKind("a person is surprised", seen="surprised"),
    "loved": EventKind(
        "kind words for it", addresses=True, kindly=True, seen="happy", towards="pet", asks=True
    ),
    "anger_at_pet": EventKind("anger at it", addresses=True, seen="angry", towards="pet"),
    "disgust_at_pet": EventKind("disgust at it", addresses=True, seen="disgusted", towards="pet"),
    "misheard": EventKind("what was said means something else", answered=False),
    "conflict": EventKind("what is seen and heard of a person does not agree"),
    # Around it
    "loud_noise": EventKind("a loud noise"),
    "soft_voice": EventKind("a soft voice"),
    "stopped": EventKind("the emergency stop", urgent=True),
}
"""Every event by name. A sensor of your own adds its events with `declare_event`."""

EVENT_GROUPS: Final[dict[str, Callable[[EventKind], bool]]] = {
    "turned_to": lambda kind: kind.kindly,
    "rough": lambda kind: kind.rough,
}
"""Groups that trees and laws may name in the place of an event (`since.rough`), and what is true of
their events."""


def events_of(name: str) -> tuple[str, ...]:
    """The events of a group, or the event of this name alone."""
    holds = EVENT_GROUPS.get(name)
    return (name,) if holds is None else tuple(n for n, kind in EVENTS.items() if holds(kind))


GESTURE_EVENTS: Final[Mapping[GestureName, str]] = {
    kind.gesture: name for name, kind in EVENTS.items() if kind.gesture is not None
}
INTENT_EVENTS: Final[Mapping[Intent, str]] = {
    kind.intent: name for name, kind in EVENTS.items() if kind.intent is not None
}
SEEN_EVENTS: Final[Mapping[SeenFeeling, str]] = {
    kind.seen: name for name, kind in EVENTS.items() if kind.seen is not None and not kind.towards
}
PET_EVENTS: Final[Mapping[SeenFeeling, str]] = {
    kind.seen: name for name, kind in EVENTS.items() if kind.seen and kind.towards == "pet"
}
"""Feeling that is meant for the pet → its event; others are as in SEEN_EVENTS."""
TOLD_EVENTS: Final[Mapping[SeenFeeling, str]] = {
    kind.seen: name for name, kind in EVENTS.items() if kind.seen and kind.towards == "other"
}
"""Feeling about something else → its event; others are as in SEEN_EVENTS."""


def declare_event(name: str, kind: EventKind) -> None:
    """Add an event of a new sensor, before any file is read.

    Raises ValueError where the name is taken, by another kind of event or by a group.
    """
    if name in EVENT_GROUPS:
        raise ValueError(f"{name!r} is a group of events")
    if EVENTS.setdefault(name, kind) != kind:
        raise ValueError(f"the event {name!r} is declared already, as «{EVENTS[name].about}»")


def declare_channel(name: str, about: str) -> None:
    """Add a channel of a new sensor, before any file is read.

    Raises ValueError where the name is taken by another channel.
    """
    if CHANNELS.setdefault(name, about) != about:
        raise ValueError(f"the channel {name!r} is declared already, as «{CHANNELS[name]}»")


# ── Names in files ───────────────────────────────────────────────────────────────────────────────


def nearest(name: str, names: Collection[str]) -> str:
    """«, did you mean 'belly'?», or all of the names where none is near and they are few."""
    close = difflib.get_close_matches(name, list(names), n=1)
    if close:
        return f", did you mean {close[0]!r}?"
    return f"; there are {', '.join(names)}" if 0 < len(names) <= 12 else ""


def joined(message: str, more: str) -> str:
    """A message with a way out or a consequence after it: as a sentence of its own where the
    message ends as one, as after `nearest`, else after a semicolon."""
    if message.endswith((".", "?", "!")):
        return f"{message} {more[:1].upper()}{more[1:]}"
    return f"{message}; {more}"


def known(what: str, names: Collection[str]) -> Callable[[str], str]:
    """A check for pydantic: gives a known name back, raises ValueError with the nearest for any
    other. `names` may still grow: it is looked at when a file is read."""

    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"unknown {what} {name!r}{nearest(name, names)}")
        return name

    return check


@dataclass(frozen=True, slots=True)
class _Enumerated:
    """Lists the names in JSON schemas, those that were declared since included."""

    names: Collection[str]

    def __get_pydantic_json_schema__(
        self, schema: object, handler: object
    ) -> dict[str, str | list[str]]:
        return {"type": "string", "enum": list(self.names)}


JOINTS: Final = (
    "head_pan",
    "head_tilt",
    "head_roll",
    "jaw",
    "ear_left",
    "ear_right",
    "tail_pitch",
    "tail_yaw",
    "front_left_shoulder",
    "front_left_elbow",
    "front_right_shoulder",
    "front_right_elbow",
    "hind_left_hip",
    "hind_left_knee",
    "hind_right_hip",
    "hind_right_knee",
    "eyelids",
)
"""Joints that the shipped motions move. A body may have fewer, and others of its own."""


def misspelt_joint(name: str, names: Collection[str]) -> str:
    """The joint of `names` that `name` nearly is; empty where it is one of them, or like none."""
    if name in names:
        return ""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    return near[0] if near else ""


TYPICAL_STROKE_M_S: Final = 0.05
"""m/s of a stroke whose speed is not measured: 1–10 cm/s is pleasant on skin (Löken et al. 2009,
Nat. Neurosci. 12, 547–548)."""
GESTURE_PERIOD_S: Final = 0.2
"""Seconds between two gestures of a contact that goes on, our choice: the touch reader sends one so
often, and the first of a touch stands for so long."""
LONGEST_TEXT: Final = 600
"""Characters of what is said that are read; the rest is cut off. What is said to a pet is shorter,
and the time to read it grows with its length. Our choice."""
UNRATED: Final = 0.5
"""Confidence, 0..1, of an estimate of the person that came without one. Our choice."""

EvidenceChannel: TypeAlias = Annotated[
    str,
    AfterValidator(known("channel", CHANNELS)),
    _Enumerated(CHANNELS),
]
EventName: TypeAlias = Annotated[str, AfterValidator(known("event", EVENTS)), _Enumerated(EVENTS)]
