"""What the studio tells its pages, and any other program that connects as one: the messages of the
websocket `/live`, as types. What pages may send is in `talk.py`. `moggy schema page` prints both as
JSON schemas; the page's own types are made from them (`page_types.py`).

A page is greeted with a Hello. Then it gets a State up to 30 times a second, and an answer to each
request. Binary frames to the page are its sound, 16-bit samples at the hello's rate, where it asked
for it (`listen`); binary frames from it are a JPEG picture, or sound behind `PCM\\0`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from pydantic import Field, TypeAdapter

from moggy.characters import CharacterFile
from moggy.handles import Handle
from moggy.shown_tree import ShownNode, TreeNow
from moggy.sim.studio.talk import Anything
from moggy.vocabulary import Drive, Emotion, PersonClass, RefusalReason

API = 1
"""Version of these messages and of those in `talk.py`: one more when a client must be changed.
What is only added changes nothing for it."""

Seconds: TypeAlias = Annotated[float, Field(description="s since the pet was born")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purring:
    """The purr motor."""

    level: Annotated[float, Field(description="0..1")]
    rate: Annotated[float, Field(description="Hz")]
    breath: Annotated[float, Field(description="0..1, the phase of its breath")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """The estimate of the person's feelings."""

    name: str
    present: bool
    valence: Annotated[float, Field(description="−1..1")]
    arousal: Annotated[float, Field(description="−1..1")]
    valence_sd: Annotated[float, Field(description="its standard deviation")]
    arousal_sd: Annotated[float, Field(description="its standard deviation")]
    probabilities: Annotated[Mapping[PersonClass, float], Field(description="by class of feeling")]
    confidence: Annotated[float, Field(description="0..1")]
    unsure: bool
    conflict: Annotated[float, Field(description="0..1, how far the senses contradict")]
    attention: Annotated[float, Field(description="0..1")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoodShown:
    """−1..1 each."""

    pleasure: float
    arousal: float
    dominance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PetShown:
    """The pet's own feelings."""

    emotions: Annotated[Mapping[Emotion, float], Field(description="0..1 by name")]
    mood: MoodShown
    drives: Annotated[Mapping[Drive, float], Field(description="0 hungry … 1 satisfied")]
    trust: float
    enough: Annotated[float, Field(description="0..1, how much of this touch it has had")]
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Why what scores better is not done."""

    by: RefusalReason
    short: Annotated[
        float,
        Field(
            description="of dwell: s that what it does goes on; of hysteresis: what the score lacks"
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShown:
    """An option of the tree, weighed."""

    id: str
    score: float
    terms: Mapping[str, float]
    waits: Waits | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown:
    """What it does, and why."""

    behavior: str
    path: Annotated[Sequence[str], Field(description="ids of the tree's nodes, from the root")]
    since: Seconds
    why: Annotated[str, Field(description="the sentence")]
    numbers: Annotated[Mapping[str, float], Field(description="that stand in the sentence")]
    scores: Annotated[Sequence[ScoreShown], Field(description="the best first")]
    gaze: str
    purr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardShown:
    """The microcontroller."""

    state: str
    faults: Annotated[Sequence[str], Field(description="in words")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """The language model's runtime while it is built."""

    text: str
    done: Annotated[float, Field(description="0..1")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneShown:
    """A day that is played."""

    file: str
    about: str
    passed: Annotated[float, Field(description="s of it, whole ones")]
    seconds: Annotated[float, Field(description="s of all")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShown:
    """How the time of a simulated cat goes."""

    hour: Annotated[float, Field(description="local time of day, 0..24, to the minute")]
    paused: bool
    speed: Annotated[float, Field(description="s of its time that should pass in one of ours")]
    pace: Annotated[float, Field(description="s of its time that really do, while it goes")]
    people: Annotated[Sequence[str], Field(description="who came and has not gone")]
    scene: SceneShown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The state in parts."""

    at: Seconds
    n: Annotated[int, Field(description="number of the tick")]
    angles: Annotated[Mapping[str, float], Field(description="rad by joint")]
    purr: Purring
    pupils: Annotated[float, Field(description="0 a slit … 1 fully open")]
    person: PersonShown
    pet: PetShown
    decision: DecisionShown
    board: BoardShown | None
    building: Building | None
    time: Annotated[TimeShown | None, Field(description="null for a real body")]
    character: Annotated[str, Field(description="file of the personality that lives")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShown:
    """One time that a behaviour ran."""

    began: Seconds
    ended: Annotated[float | None, Field(description="None: it goes on")]
    why: Annotated[str, Field(description="the sentence at its beginning")]
    by: Annotated[str, Field(description="over what it won, and by what; empty for a reflex")]
    then: Annotated[str, Field(description="the behaviour that followed")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """When an option that lost lacked the least."""

    at: Seconds
    score: float
    lacked: Annotated[float, Field(description="below 0 where it was better and had to wait")]
    running: Annotated[str, Field(description="what ran")]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviorRuns:
    """What a behaviour did in this run of the pet."""

    id: str
    times: Annotated[int, Field(description="how often it began")]
    seconds: Annotated[float, Field(description="how long it ran, without the run that goes on")]
    waited: Annotated[Mapping[str, int], Field(description="how often it had to wait, by what")]
    nearest: Annotated[Nearest | None, Field(description="None where it was never weighed")]
    runs: Annotated[Sequence[RunShown], Field(description="the last ones, the oldest first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeCoverage:
    """What the pet would do at each event and in each situation, in nine moods."""

    ready: Annotated[bool, Field(description="false while it is worked out: ask again")]
    moods: Annotated[Sequence[str], Field(description="names of the nine")] = ()
    situations: Annotated[int, Field(description="events and situations that were tried")] = 0
    behaviors: Annotated[
        Mapping[str, Mapping[str, Sequence[int]]],
        Field(description="id → event or (situation) → moods, as numbers of `moods`"),
    ] = field(default_factory=dict)
    problems: Annotated[
        Mapping[str, Sequence[str]], Field(description="id → what the linter says of it")
    ] = field(default_factory=dict)


def page_schema() -> dict[str, Any]:
    """JSON schemas: of a message from a page; of a state to it, whose parts come only where they
    have changed; of a handle of the character, and of a character; of a node of the tree, of
    what it weighs, of what a behaviour did, and of the tree's coverage."""
    return {
        "api": API,
        "from": TypeAdapter(Anything).json_schema(),
        "state": TypeAdapter(Moment).json_schema(),
        "handle": TypeAdapter(Handle).json_schema(),
        "character": TypeAdapter(CharacterFile).json_schema(),
        "node": TypeAdapter(ShownNode).json_schema(),
        "weighed": TypeAdapter(TreeNow).json_schema(),
        "ran": TypeAdapter(BehaviorRuns).json_schema(),
        "coverage": TypeAdapter(TreeCoverage).json_schema(),
    }
