"""Every change of every actuator has a whole chain, from the command back to a sample or a named
inner cause; a break is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

import moggy
from moggy import Life, Pet
from moggy.actuators.serial_body import SerialBody
from moggy.assemble import begin, born, in_virtual_time, lived_again
from moggy.body import Body
from moggy.commands.why import inputs_of
from moggy.config import Files, parse
from moggy.journal import Entry, Journal, NotAJournal, read_start, read_ticks
from moggy.link import Line, MemoryLink
from moggy.loop import Listener
from moggy.messages import AnySense, Edited, Setting
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.day import Day, senses_of
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.world import World
from moggy.why.answer import ChainCoverage, coverage, why
from moggy.why.trace import JournalWalk

BODY = Files().load("body/cat.yaml", Body)
EVENTFUL = """
hour: 14.0
seconds: 40
acts:
  - {at: 1.0, who: anna, person: arrives}
  - {at: 2.0, who: anna, face: {valence: 0.7, arousal: 0.4, seconds: 3}}
  - {at: 3.0, who: anna, say: "let's play"}
  - {at: 8.0, who: anna, stroke: {along: [neck, shoulders, back], speed: 0.1, times: 2}}
  - {at: 14.0, who: anna, carry: 3.0}
  - {at: 22.0, who: anna, face: {valence: -0.7, arousal: 0.6, seconds: 3}}
  - {at: 24.0, who: anna, say: "go away, leave me alone"}
  - {at: 27.0, who: anna, press: {pad: back, pressure: 1.0, seconds: 0.06}}
  - {at: 30.0, battery: 0.1}
  - {at: 31.0, who: anna, say: "I had an awful day"}
  - {at: 36.0, who: anna, person: leaves}
"""


class DeafLine:
    """A line on which the board hears nothing while `deaf`, and still speaks."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.deaf = False

    def read(self) -> bytes:
        return self._line.read()

    def write(self, data: bytes) -> None:
        if not self.deaf:
            self._line.write(data)


def record(
    senses: list[AnySense], seconds: float, folder: Path, *, deaf: tuple[float, float]
) -> Path:
    """A life in which the board hears nothing between two moments."""
    start, world, board = begin(Files(), seed=5, hour=10.0), World(BODY), LockStepBoard(BODY)
    line = DeafLine(board.line)
    path = folder / "journal.mcap"

    def cut(tick: Any, sent: Any) -> None:
        line.deaf = deaf[0] <= tick.at < deaf[1]

    with Journal(path, start) as journal:
        listeners: list[Listener] = [cut, journal]
        body = SimulatedBody(world, board, SerialBody(MemoryLink(line), BODY))
        in_virtual_time(born(start), senses, seconds, body=body, listeners=listeners).run()
    return path


def saved(life: Life, folder: Path) -> Path:
    """The life's journal."""
    path = folder / "journal.mcap"
    life.save(path)
    return path


def whole(path: Path) -> ChainCoverage:
    """The journal's coverage; what is missing is in the message of a failure."""
    found = coverage(path, inputs_of)
    assert found.holes == []
    assert found.share == 1.0
    return found


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    life = moggy.live(Pet(seed=4), parse("day.yaml", EVENTFUL, Day))
    return saved(life, tmp_path_factory.mktemp("eventful"))


def test_of_the_demo_day_every_change_is_explained(tmp_path: Path) -> None:
    found = whole(saved(moggy.live(Pet(), moggy.day("demo")), tmp_path))
    assert found.changes.total() > 10_000
    assert {*BODY.joints, "pupils", "purr", "purr_rate", "voice", "board"} <= set(found.changes) | {
        "jaw"
    }
    assert {
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
    } <= set(found.layers)
    assert found.carried > 0


def test_of_a_day_with_everything_every_change_is_explained(eventful: Path) -> None:
    found = whole(eventful)
    events = {event["name"] for entry in read_ticks(eventful) for event in entry.data["events"]}
    assert {
        "stroked",
        "lifted",
        "put_down",
        "hit",
        "play_asked",
        "sent_off",
        "comfort_asked",
        "battery_low",
        "left",
    } <= events
    assert found.changes["voice"] > 0


@pytest.mark.parametrize(("seed", "personality"), [(31, "shy"), (32, "playful")])
def test_of_a_random_day_every_change_is_explained(
    tmp_path: Path, seed: int, personality: str
) -> None:
    life = moggy.live(Pet(personality, seed=seed), moggy.random_day(seed, 45.0))
    whole(saved(life, tmp_path))


def test_what_the_board_does_by_itself_is_explained_too(tmp_path: Path) -> None:
    """It hears nothing for a while: it holds, lies down, goes limp, and follows again."""
    day = parse(
        "day.yaml",
        "hour: 10\nseconds: 24\nacts:\n  - {at: 1.0, stroke: {along: [neck, back], times: 2}}\n",
        Day,
    )
    path = record([*senses_of(day, BODY)], 24.0, tmp_path, deaf=(5.0, 20.0))
    found = whole(path)
    states = [
        sense["state"]
        for entry in read_ticks(path)
        for sense in entry.data["senses"]
        if sense["kind"] == "board"
    ]
    assert [state for state in ("hold", "rest", "limp") if state in states] == [
        "hold",
        "rest",
        "limp",
    ]
    assert states[-1] == "running"
    assert any(output.startswith("driven ") for output in found.changes)
    answer = why(path, inputs_of, 19.0, "board")
    assert answer.changes[0].change.after == "limp"
    assert answer.changes[0].source.layer == "board"
    assert [cause.kind for cause in answer.causes] == ["sample"]


def test_a_stop_by_hand_is_the_boards_cause(tmp_path: Path) -> None:
    stop: list[AnySense] = [Setting(at=3.0, name="stop"), Setting(at=5.0, name="stop", on=False)]
    path = saved(moggy.live(Pet(), stop, 9.0), tmp_path)
    whole(path)
    answer = why(path, inputs_of, 4.5, "board")
    assert answer.changes[0].change.after == "stopped"
    assert "setting stop on" in [cause.what for cause in answer.causes]


def test_over_a_hot_reload_every_change_is_explained_and_it_replays(tmp_path: Path) -> None:
    files = Files()
    bold = files.read("personalities/cat.yaml").replace("extraversion: 0.5", "extraversion: 0.9")
    tree = files.shown("trees/cat.yaml").replace("id: explore", "id: roam", 1)
    tree += "renamed: {explore: roam}\n"
    motion = files.read("motions/lie.yaml")
    edits: list[AnySense] = [
        Edited(at=3.0, file="personalities/cat.yaml", text=bold),
        Edited(at=6.0, file="trees/cat.yaml", text=tree),
        Edited(
            at=8.0,
            file="motions/lie.yaml",
            text=motion + "gaze: around\n" if "gaze:" not in motion else motion,
        ),
        Edited(at=9.0, file="trees/cat.yaml", text="root: {}"),
    ]
    day = parse("day.yaml", EVENTFUL.replace("seconds: 40", "seconds: 16"), Day)
    senses = sorted([*senses_of(day, BODY), *edits], key=lambda sense: sense.at)
    path = saved(moggy.live(Pet(), senses, 16.0), tmp_path)
    whole(path)
    assert sum(len(entry.data["refused"]) for entry in read_ticks(path)) == 1
    assert all(not moment.differs for moment in lived_again(path))


@dataclass(frozen=True)
class Break:
    """Something that is taken out of a journal."""

    change: Callable[[dict[str, Any]], None]
    holes: str
    """What the coverage then says."""


def lose_event(name: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["events"] = [event for event in data["events"] if event["name"] != name]

    return change


def lose_samples(kind: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["senses"] = [sense for sense in data["senses"] if sense["kind"] != kind]

    return change


def lose(field: str, empty: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data[field] = empty

    return change


def lose_of_decision(field: str, empty: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["decision"][field] = empty

    return change


def forget_links(data: dict[str, Any]) -> None:
    for event in data["events"]:
        event["because"] = []


def forget_what_movers_answer(data: dict[str, Any]) -> None:
    for movers in data["moved"].values():
        for mover in movers:
            mover["because"] = []


def name_movers_wrongly(data: dict[str, Any]) -> None:
    for movers in data["moved"].values():
        for mover in movers:
            mover["layer"] = "ghost"


PLANTED = {
    "an event": Break(lose_event("hit"), "does not go back to a sample"),
    "the raw samples": Break(lose_samples("touch"), "does not go back to a sample"),
    "what was understood": Break(lose("understood", []), "does not go back to a sample"),
    "links": Break(forget_links, "does not go back to a sample"),
    "who moves": Break(lose("moved", {}), "no mover is named"),
    "what a small answer answers": Break(forget_what_movers_answer, "no event is named for"),
    "the layer of what moves": Break(name_movers_wrongly, "nothing is known of ghost"),
    "the scores": Break(lose_of_decision("scores", []), "the scores of"),
    "when it began": Break(lose_of_decision("since", -1.0), "the decision that began"),
    "the plays": Break(lose_of_decision("plays", []), "nothing is known of"),
    "the causes of a reflex": Break(lose_of_decision("because", []), "no cause of flinch is named"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_missing_in_a_journal_lowers_the_coverage(eventful: Path, what: str) -> None:
    trace, found = JournalWalk(read_start(eventful), inputs_of), ChainCoverage()
    for entry in read_ticks(eventful):
        data = orjson.loads(orjson.dumps(entry.data))
        PLANTED[what].change(data)
        trace.take(Entry(entry.at, data, entry.sent))
        for change in trace.changes():
            found.count(trace.explain(change))
    assert found.share < 1.0
    assert any(PLANTED[what].holes in hole for _, _, holes in found.holes for hole in holes), (
        found.holes[:3]
    )


def test_a_joint_that_was_not_sent_is_missing_its_last_link(eventful: Path) -> None:
    trace, found = JournalWalk(read_start(eventful), inputs_of), ChainCoverage()
    for n, entry in enumerate(read_ticks(eventful)):
        if n == 100:
            break
        sent = {name: rad for name, rad in entry.sent.items() if name != "head_tilt"}
        trace.take(Entry(entry.at, entry.data, sent))
        for change in trace.changes():
            found.count(trace.explain(change))
    assert set(found.broken) == {"head_tilt"}


def test_the_whole_chain_of_one_joint_is_typed_data(eventful: Path) -> None:
    """A hit: from a knee's command back to the pressed pad."""
    hit = next(
        event
        for entry in read_ticks(eventful)
        for event in entry.data["events"]
        if event["name"] == "hit"
    )
    answer = why(eventful, inputs_of, hit["at"] + 0.4, "hind_left_knee")
    chain, source = answer.changes[0], answer.changes[0].source
    assert chain.change.before != chain.change.after
    assert chain.change.sent == pytest.approx(chain.change.after, abs=2e-4)
    assert (source.layer, source.name) == ("reflex", "startle")
    assert source.node is not None
    assert source.weighing is not None
    assert (source.node.behavior, source.node.path, source.weighing.how) == (
        "flinch",
        ("cat", "flinch"),
        "reflex",
    )
    assert hit["id"] in source.because
    assert any(
        felt.feeling == "fear" and felt.by > 0.1 and felt.event == hit["id"] for felt in source.felt
    )
    assert {"event", "understood", "sample"} <= {cause.kind for cause in answer.causes}
    assert "flinches" in chain.sentence()


def test_what_led_to_a_choice_is_named_with_winner_runner_up_and_term(eventful: Path) -> None:
    answer = why(eventful, inputs_of, 10.5, "purr")
    weighing = answer.changes[0].source.weighing
    assert weighing is not None
    assert weighing.runner_up is not None
    assert (weighing.how, weighing.winner) == ("outscored", answer.behavior)
    assert weighing.term
    assert weighing.runner_up.replace("_", " ") in weighing.sentence()


def test_what_nobody_outside_caused_ends_in_a_named_inner_cause(eventful: Path) -> None:
    source = why(eventful, inputs_of, 0.9, "head_tilt").changes[0].source
    assert source.because == ()
    assert source.within


def test_a_journal_of_another_version_is_refused(eventful: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.mcap"
    with Journal(old, read_start(eventful)) as journal:
        for entry in islice(read_ticks(eventful), 3):
            moved = {
                output: [mover["name"] for mover in movers]
                for output, movers in entry.data["moved"].items()
            }
            line = orjson.dumps({"tick": {**entry.data, "moved": moved}, "sent": entry.sent})
            journal.write(line)
    with pytest.raises(NotAJournal, match="not those of this version"):
        coverage(old, inputs_of)


def test_an_output_that_there_is_not_names_the_likely_one(eventful: Path) -> None:
    with pytest.raises(ValueError, match="did you mean 'head_pan'"):
        why(eventful, inputs_of, 10.0, "hed_pan")
