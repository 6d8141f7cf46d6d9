"""What docs/add-a-sensor.md says, done with the code that stands there: a sensor in one folder,
switched on by one line, without a change anywhere else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any, Literal

import pytest

import moggy
from moggy.assemble import begin, born, devices_of
from moggy.clock import SimulatedClock
from moggy.commands.live import troubles_of
from moggy.config import Files, Invalid, forget_checked
from moggy.designs import designs
from moggy.journal import Journal, NotAJournal, read_ticks
from moggy.loop import LEFT_OUT, Loop
from moggy.messages import (
    SENSES,
    AnySense,
    Command,
    Edited,
    Face,
    Happening,
    Sense,
    Tick,
    Trouble,
    Voice,
    sense_of,
)
from moggy.pet import Start
from moggy.replay import relive
from moggy.sense_file import BadScript
from moggy.sensor_package import (
    FittedSensor,
    GuardedDevice,
    GuardedReader,
    SensorPackage,
    load_package,
)
from moggy.sensors import ALWAYS
from moggy.sim.script import read_script, schema
from moggy.sim.studio.view import news
from moggy.vocabulary import CHANNELS, EVENTS, EventKind
from moggy.watch import Watcher

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "add-a-sensor.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL))
"""Name → text of each file that the page gives."""
(BODY,) = re.findall(r"^```yaml\n(extends: cat\n.*?)^```", DOC, re.MULTILINE | re.DOTALL)
"""The body's file of the page."""
SEVEN: Any = 7
BYTES: Any = b"ida"
NUMBERED: Any = {7: 0.5}
NESTED: Any = []
NESTED.append(NESTED)
OWN_EVENTS = ("chilled", "warmed")

PULSE_BELT = """
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from moggy.messages import Impression, Sense
from moggy.sensors import ALWAYS
from moggy.sensor_package import SensorPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse(Sense):
    kind: Literal["pulse"] = "pulse"
    rate: Annotated[float, Field(ge=20.0, le=250.0, description="beats a minute")]


class PulseReader:
    def read(self, senses, now):
        return [
            Impression(
                at=one.at, channel="pulse", arousal=min(1.0, (one.rate - 70.0) / 50.0),
                confidence=0.8, because=(one.id,),
            )
            for one in senses
            if isinstance(one, Pulse)
        ]


SENSOR = SensorPackage(
    raw=(Pulse,),
    readers=lambda body: [PulseReader()],
    channels={"pulse": "how fast the heart beats"},
    feelings=Path(__file__).with_name("feelings.yaml"),
)
"""
PULSE_FEELINGS = "channels:\n  pulse: {arousal: 0.2, lasts: 20.0, classes: 0.0}\n"


class NoBody:
    """A body that moves nothing."""

    def move(self, command: Command) -> Mapping[str, float]:
        return {}

    def stop(self, now: float) -> None: ...

    def release(self, now: float) -> None: ...
    def clear(self, now: float) -> None: ...


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An owner's folder with what the page says, and nothing of it left in this process after."""
    folder = tmp_path_factory.mktemp("home")
    packages = {
        **FILES,
        "sensors/pulse_belt/__init__.py": PULSE_BELT,
        "sensors/pulse_belt/feelings.yaml": PULSE_FEELINGS,
    }
    for name, text in packages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    body = BODY.replace("/sys/class/hwmon", str(folder / "hwmon"))
    (folder / "body").mkdir()
    (folder / "body" / "cat.yaml").write_text(body, encoding="utf-8")
    registries: tuple[dict[str, Any], ...] = (SENSES, EVENTS, CHANNELS)
    before = [dict(names) for names in registries]
    path, modules = list(sys.path), set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOGGY_HOME", str(folder))
        yield folder
    for names, kept in zip(registries, before, strict=True):
        names.clear()
        names.update(kept)
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.partition(".")[0] in ("thermometer", "pulse_belt"):
            del sys.modules[name]
    forget_checked()


@pytest.fixture(scope="module")
def start(home: Path) -> Start:
    return begin(Files(home), seed=1, hour=10.0)


def lived(start: Start, senses: Sequence[AnySense], seconds: float) -> list[Tick]:
    """Each tick of a life in which the senses come as they are."""
    pet, waiting = born(start), sorted(senses, key=lambda sense: sense.at)
    ticks = []
    for n in range(round(seconds * 50.0) + 1):
        now = n / 50.0
        due = [sense for sense in waiting if sense.at <= now]
        waiting = waiting[len(due) :]
        ticks.append(pet.tick(now, due))
    return ticks


def temperatures(*measured: tuple[float, float]) -> list[Sense]:
    return [
        sense_of({"at": at, "kind": "temperature", "celsius": celsius}) for at, celsius in measured
    ]


def events(ticks: Sequence[Tick]) -> list[str]:
    return [event.name for tick in ticks for event in tick.events]


def with_body(sensors: str) -> str:
    """The text of a body's file that names these sensors and no other."""
    return f"{Files().read('body/cat.yaml')}sensors:\n  {sensors}\n"


def test_cold_air_becomes_an_event_that_goes_back_to_its_sample(start: Start) -> None:
    ticks = lived(start, temperatures((1.0, 21.0), (2.0, 12.5), (9.0, 19.0)), 10.0)
    assert [name for name in events(ticks) if name in OWN_EVENTS] == ["chilled", "warmed"]
    (chilled,) = [event for tick in ticks for event in tick.events if event.name == "chilled"]
    sample = next(s for tick in ticks for s in tick.senses if s.id in chilled.because)
    assert (sample.kind, sample.at) == ("temperature", 2.0)


def test_the_mind_hears_what_the_reader_makes_of_a_sample_and_not_the_sample(start: Start) -> None:
    ticks = lived(start, temperatures((1.0, 12.0)), 1.1)
    assert [sense.kind for tick in ticks for sense in tick.understood] == ["happening"]


def test_the_feelings_move_as_the_package_says(start: Start) -> None:
    cold = lived(start, temperatures((1.0, 12.5)), 4.0)[-1].pet
    mild = lived(start, temperatures((1.0, 21.0)), 4.0)[-1].pet
    assert cold.drives["comfort"] < mild.drives["comfort"] - 0.05
    assert cold.emotions["sadness"] > mild.emotions["sadness"] + 0.05
    assert cold.mood.pleasure < mild.mood.pleasure


def test_the_designers_table_counts_before_the_package(start: Start) -> None:
    table = start.files[start.appraisals] + "  chilled: {emotions: {joy: 0.6}}\n"
    likes_cold = Start(
        version=start.version, seed=1, hour=10.0, files={**start.files, start.appraisals: table}
    )
    pet = lived(likes_cold, temperatures((1.0, 12.5)), 2.0)[-1].pet
    assert pet.emotions["joy"] > 0.2
    assert pet.emotions["sadness"] < 0.01


def test_a_mistake_in_the_feelings_names_their_file_and_its_line(home: Path) -> None:
    path = home / "sensors" / "thermometer" / "feelings.yaml"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("sadness: 0.3", "sadnes: 0.3"), encoding="utf-8")
    try:
        with pytest.raises(Invalid, match="did you mean 'sadness'") as caught:
            begin(Files(home), seed=1, hour=10.0)
    finally:
        path.write_text(right, encoding="utf-8")
    assert caught.value.file == "sensors/thermometer/feelings.yaml"
    assert "sadness" in right.splitlines()[caught.value.line - 1]


def test_feelings_of_a_sensor_never_mirror_distress(start: Start) -> None:
    file = "sensors/thermometer/feelings.yaml"
    table = f"shipped/{start.appraisals}"
    texts = {
        **start.files,
        table: start.files[start.appraisals],
        start.appraisals: "extends: cat\nremove: [events.fear_seen]\n",
        file: "events:\n  fear_seen:\n    emotions:\n      interest: 0.1\n      fear: 1.0\n",
    }
    with pytest.raises(
        Invalid, match=r"^sensors/thermometer/feelings\.yaml:5: .*may not stir fear"
    ):
        designs(start, texts)


def test_feelings_that_are_not_there_are_named(home: Path) -> None:
    path = home / "sensors" / "thermometer" / "feelings.yaml"
    right = path.read_text(encoding="utf-8")
    path.unlink()
    try:
        with pytest.raises(Invalid, match=r"^sensors/thermometer/feelings\.yaml:1: no such file"):
            begin(Files(home), seed=1, hour=10.0)
    finally:
        path.write_text(right, encoding="utf-8")


def test_a_tree_may_answer_the_event(home: Path) -> None:
    tree = home / "trees" / "shivering.yaml"
    tree.parent.mkdir(exist_ok=True)
    tree.write_text(
        "extends: cat\n"
        "reflexes:\n"
        "  - {id: shiver, on: [chilled], do: {why: 'shivers: it got cold', lasts: 2}}\n",
        encoding="utf-8",
    )
    start = begin(Files(home), seed=1, hour=10.0, tree="shivering")
    tree.unlink()
    ticks = lived(start, temperatures((1.0, 12.5)), 2.0)
    assert {tick.decision.behavior for tick in ticks if 1.2 < tick.at < 2.0} == {"shiver"}


def test_what_its_owner_saves_is_seen_while_it_lives(home: Path, start: Start) -> None:
    character, text = home / "personalities" / "cat.yaml", "extends: cat\ntalkative: 0.5\n"
    character.parent.mkdir()
    watcher = Watcher(Files(home), start.files, lambda name, text: {name: text})
    try:
        character.write_text(text, encoding="utf-8")
        told: list[AnySense] = []
        until = monotonic() + 60.0
        while not told:
            assert monotonic() < until
            told += watcher.poll(1.0)
            sleep(0.05)
    finally:
        watcher.close()
        rmtree(character.parent)
    assert told == [Edited(at=1.0, file="personalities/cat.yaml", text=text)]


def test_a_life_with_it_replays_to_the_bit(start: Start, tmp_path: Path) -> None:
    senses = temperatures((1.0, 21.0), (2.0, 12.5), (9.0, 19.0))
    with Journal(tmp_path / "journal.mcap", start) as journal:
        for tick in lived(start, senses, 12.0):
            journal(tick, {})
    again = list(relive(tmp_path / "journal.mcap", born))
    assert len(again) == 601
    assert [moment.differs for moment in again if moment.differs] == []
    assert "chilled" in events([moment.tick for moment in again])


def test_the_library_lives_with_it(home: Path) -> None:
    pet = moggy.Pet(files=moggy.Files(home))
    life = moggy.live(pet, temperatures((1.0, 21.0), (2.0, 12.5)), 4.0)
    assert "chilled" in events(life.ticks)
    first = temperatures((1.0, 21.0))[0]
    with pytest.raises(moggy.BadScript, match=r"senses\[0\]: celsius: .*85.*\(it is 200"):
        moggy.live(pet, [replace(first, celsius=200.0)])  # type: ignore[call-arg]


def test_a_new_process_knows_it_from_the_body_alone(home: Path, tmp_path: Path) -> None:
    script = tmp_path / "cold.jsonl"
    script.write_text(FILES["cold.jsonl"], encoding="utf-8")
    out = tmp_path / "out"

    def moggy(*words: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", "moggy", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT), "MOGGY_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    moggy("sim", "--headless", "--senses", str(script), "--until", "10", "--out", str(out))
    assert "exact: 500 ticks" in moggy("replay", str(out / "journal.mcap"))
    assert "chilled" in moggy("why", str(out / "journal.mcap"), "--at", "2.1")
    assert '"temperature"' in moggy("schema", "senses")
    assert "ticks.csv (500 lines)" in moggy(
        "export", str(out / "journal.mcap"), "--csv", str(tmp_path)
    )


def test_a_script_with_a_value_out_of_its_bounds_is_refused(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "hot.jsonl"
    script.write_text('{"at": 1.0, "kind": "temperature", "celsius": 200.0}\n', encoding="utf-8")
    with pytest.raises(BadScript, match=r"hot\.jsonl:1: celsius: .*less than or equal to 85.*200"):
        read_script(script)


def test_the_schema_of_scripts_has_its_units_and_bounds(start: Start) -> None:
    celsius = schema()["$defs"]["Temperature"]["properties"]["celsius"]
    assert celsius["description"] == "°C"
    assert (celsius["minimum"], celsius["maximum"]) == (-40.0, 85.0)


def test_the_device_is_read_and_what_it_cannot_mean_is_left_out_and_said_once(
    home: Path, start: Start
) -> None:
    chip = home / "hwmon" / "hwmon0" / "temp1_input"
    chip.parent.mkdir(parents=True, exist_ok=True)
    chip.write_text("21000\n")
    devices = devices_of(start)
    ticks: list[Tick] = []

    def shown(tick: Tick, sent: Mapping[str, float]) -> None:
        ticks.append(tick)
        chip.write_text("12500" if tick.at < 14.0 else "127000" if tick.at < 24.0 else "12400")

    Loop(born(start), SimulatedClock(32.0), sensors=devices, body=NoBody(), listeners=[shown]).run()
    heard = [sense for tick in ticks for sense in tick.senses]
    assert [s.at for s in heard if s.kind == "temperature"] == [0.0, 5.0, 10.0, 25.0, 30.0]
    assert "chilled" in events(ticks)
    troubles = [sense for sense in heard if isinstance(sense, Trouble)]
    assert [(t.part, t.at) for t in troubles] == [("thermometer", 15.0), ("thermometer", 25.0)]
    assert re.search("celsius: .*85.*127", troubles[0].message)
    assert troubles[1].message == ""


@pytest.mark.parametrize("text", [None, "no number"])
def test_a_chip_that_fails_costs_that_sense_only(
    home: Path, start: Start, text: str | None
) -> None:
    chip = home / "hwmon" / "hwmon0" / "temp1_input"
    chip.parent.mkdir(parents=True, exist_ok=True)
    chip.unlink(missing_ok=True)
    if text is not None:
        chip.write_text(text)
    devices = devices_of(start)
    ticks: list[Tick] = []
    Loop(
        born(start),
        SimulatedClock(8.0),
        sensors=devices,
        body=NoBody(),
        listeners=[lambda tick, sent: ticks.append(tick)],
    ).run()
    assert len(ticks) == 400
    (trouble,) = [s for tick in ticks for s in tick.senses if isinstance(s, Trouble)]
    assert trouble.part == "thermometer"
    assert ("No such file" if text is None else "no number") in trouble.message


class Odd:
    """A device of an owner who made a mistake."""

    def __init__(self, poll: Callable[[float], Any]) -> None:
        self.poll = poll

    def close(self) -> None:
        raise RuntimeError("the mistake of its end")


def ended(now: float) -> Any:
    raise SystemExit(3)


def cancelled(now: float) -> Any:
    raise CancelledError("no answer")


def untold(now: float) -> Any:
    raise Untold


def at_length(now: float) -> Any:
    raise ValueError("x" * 5_000_000)


class Untold(OSError):
    """A mistake whose text cannot be told."""

    def __str__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("poll", "says"),
    [
        (lambda now: None, "TypeError: 'NoneType' object is not iterable"),
        (lambda now: 7, "TypeError: 'int' object is not iterable"),
        (lambda now: {"celsius": 7}, "poll gives senses, and not 'celsius'"),
        (lambda now: (1 / 0 for _ in range(1)), "ZeroDivisionError"),
        (ended, "SystemExit: 3"),
        (cancelled, "CancelledError: no answer"),
        (untold, "Untold"),
        (at_length, "ValueError: xxx"),
    ],
)
def test_a_mistake_in_a_device_costs_that_sense_only(
    start: Start, poll: Callable[[float], Any], says: str
) -> None:
    device = GuardedDevice("odd", Odd(poll))
    ticks: list[Tick] = []
    Loop(
        born(start),
        SimulatedClock(2.0),
        sensors=[device],
        body=NoBody(),
        listeners=[lambda tick, sent: ticks.append(tick)],
    ).run()
    device.close()
    (trouble,) = [s for tick in ticks for s in tick.senses if isinstance(s, Trouble)]
    assert (len(ticks), trouble.part) == (100, "odd")
    assert says in trouble.message
    assert len(trouble.message) < 600, "a journal holds it"


def test_ctrl_c_is_no_mistake_of_a_sensor_where_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """In virtual time it does; a pet in real time only notes it."""

    def interrupted(now: float) -> Any:
        raise KeyboardInterrupt

    handler: Any = signal.default_int_handler
    monkeypatch.setattr(signal, "getsignal", lambda number: handler)
    device = GuardedDevice("odd", Odd(interrupted))
    reader = GuardedReader("odd", OddReader(interrupted))
    with pytest.raises(KeyboardInterrupt):
        device.poll(0.0)
    with pytest.raises(KeyboardInterrupt):
        reader.read([], 0.0)
    handler = print
    with pytest.raises(OSError, match="KeyboardInterrupt"):
        device.poll(0.0)
    (trouble,) = reader.read([], 0.0)
    assert isinstance(trouble, Trouble)
    assert "KeyboardInterrupt" in trouble.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeclared(Sense):
    """A message that no package declares."""

    kind: Literal["undeclared"] = "undeclared"


class OddReader:
    """A reader of an owner who made a mistake."""

    def __init__(self, read: Callable[[float], Any]) -> None:
        self._read = read

    def read(self, senses: Sequence[AnySense], now: float) -> Any:
        return self._read(now)


class Unfit(int):
    """A number whose text cannot be told."""

    def __repr__(self) -> str:
        raise ZeroDivisionError


def test_a_device_whose_senses_cannot_be_checked_is_left_out() -> None:
    device = GuardedDevice("odd", Odd(lambda now: [Voice(at=now, level=Unfit(70))]))
    with pytest.raises(OSError, match="ZeroDivisionError"):
        device.poll(0.0)


@pytest.mark.parametrize(
    ("took", "every", "said"), [(0.75, 5.0, 1), (0.2, 5.0, 0), (0.75, 40.0, 0)]
)
def test_a_device_that_waits_again_and_again_is_said_once(
    took: float, every: float, said: int
) -> None:
    clock = [0.0]

    def waits(now: float) -> list[Sense]:
        clock[0] += took
        return []

    device = GuardedDevice("odd", Odd(waits), lambda: clock[0])
    given = [sense for n in range(20) for sense in device.poll(n * every)]
    assert len(given) == said
    for trouble in given:
        assert isinstance(trouble, Trouble)
        assert (trouble.part, trouble.at) == ("odd", 2 * every)
        assert "its poll waits (0.8 s)" in trouble.message


def endless(now: float) -> Iterator[Sense]:
    while True:
        yield Happening(at=now, event="stroked")


def ticks_with(readers: Callable[[Any], Any]) -> list[Tick]:
    """Two seconds of a pet with these readers besides its own, in which it is spoken to."""
    with pytest.MonkeyPatch.context() as patch:
        package = SimpleNamespace(SENSOR=SensorPackage(readers=readers))
        patch.setitem(sys.modules, "odd", package)
        patch.setattr("moggy.assemble.ALWAYS", (*ALWAYS, "odd"))
        pet = born(begin(Files(), seed=1, hour=10.0))
    moments = [n / 50.0 for n in range(100)]
    return [pet.tick(now, [Voice(at=now, level=-20.0, pitch=220.0)]) for now in moments]


@pytest.mark.parametrize(
    ("readers", "says"),
    [
        (lambda body: None, "TypeError: 'NoneType' object is not iterable"),
        (lambda body: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda body: [None], "AttributeError: 'NoneType' object has no attribute 'read'"),
        (lambda body: [OddReader(lambda now: None)], "'NoneType' object is not iterable"),
        (lambda body: [OddReader(lambda now: "cold")], "read gives senses, and not 'c'"),
        (lambda body: [OddReader(lambda now: (1 / 0 for _ in "a"))], "ZeroDivisionError"),
        (lambda body: [OddReader(ended)], "SystemExit: 3"),
        (lambda body: [OddReader(cancelled)], "CancelledError: no answer"),
        (lambda body: [OddReader(untold)], "Untold"),
        (lambda body: [OddReader(endless)], "more than 1000 senses at once"),
    ],
)
def test_a_mistake_in_a_reader_costs_that_sense_only(
    readers: Callable[[Any], Any], says: str
) -> None:
    ticks = ticks_with(readers)
    (trouble,) = [s for tick in ticks for s in tick.understood if isinstance(s, Trouble)]
    assert trouble.part == "odd"
    assert says in trouble.message
    assert trouble.message.endswith(LEFT_OUT)
    assert [s.kind for s in ticks[-1].understood] == ["voice"]
    assert [line for tick in ticks for line, _ in troubles_of(tick)] == [f"odd: {trouble.message}"]
    shown = [each for tick in ticks for each in news(tick) if each["kind"] == "trouble"]
    assert [each["message"] for each in shown] == [trouble.message]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda now: Happening(at=now, event="stroked", strength=5.0), "strength: .*less than"),
        (lambda now: Happening(at=now, event="stroked", person=SEVEN), "person: .*string"),
        (lambda now: Happening(at=float("nan"), event="stroked"), "at: nan is no finite number"),
        (lambda now: Face(at=now, blendshapes={"x": float("inf")}), "blendshapes: inf is no fin"),
        (lambda now: Happening(at=now, event="stroked", person="\ud800"), "person: .*UTF-8"),
        (lambda now: Happening(at=now, event="stroked", because=(10**30,)), "because: .*63 bits"),
        (lambda now: Undeclared(at=now), "undeclared: .*tag"),
        (lambda now: Happening(at=now, event="stroked", person=BYTES), "person: .*type bytes"),
        (lambda now: Happening(at=now, event="stroked", because=NESTED), "because: more than 20"),
        (lambda now: Face(at=now, blendshapes=NUMBERED), "blendshapes: a name .* no text"),
        (lambda now: Happening(at=now, event="stroked", person="a" * 60_000), "person: .* 50,000"),
    ],
)
def test_what_no_message_may_hold_is_left_out_and_said_once(
    wrong: Callable[[float], Sense], says: str
) -> None:
    """A journal that held it could not be written, or not be read."""

    def given(now: float) -> Sequence[Sense]:
        return [wrong(now), *([Happening(at=now, event="stroked")] if now else [])]

    device = GuardedDevice("odd", Odd(given))
    measured = [sense for n in range(100) for sense in device.poll(n / 50.0)]
    ticks = ticks_with(lambda body: [OddReader(given)])
    understood = [s for tick in ticks for s in tick.understood if s.kind != "voice"]
    for senses in (measured, understood):
        assert [sense.kind for sense in senses] == ["trouble", *["happening"] * 99]
        assert isinstance(senses[0], Trouble)
        assert senses[0].part == "odd"
        assert re.search(says, senses[0].message)


@pytest.mark.parametrize(
    "mistake",
    [OSError("no chip"), KeyError("no chip"), SystemExit("no chip"), CancelledError("no chip")],
)
def test_a_device_that_cannot_be_made_costs_that_sense_only(mistake: BaseException) -> None:
    def made() -> Any:
        raise mistake

    device = FittedSensor("odd", SensorPackage(device=made), {}).device()
    assert device is not None
    with pytest.raises(OSError, match="no chip"):
        device.poll(0.0)
    device.close()


def unnamed(file) -> Any:  # type: ignore[no-untyped-def]
    """A device whose author forgot an annotation."""


def any_number(*files: str) -> Any:
    """A device that takes what no file can name."""


def unknown(file: Missing) -> Any:  # type: ignore[name-defined]  # noqa: F821
    """A device whose annotation is known to type checkers only."""


@pytest.mark.parametrize(
    ("brought", "says"),
    [
        ({"raw": (Odd,)}, "cannot be used: Pydantic"),
        ({"device": 5}, "its device is no class or function, but 5"),
        ({"device": unnamed}, "the parameter 'file' of its device has no annotation"),
        ({"device": any_number}, "the parameter 'files' of its device stands for any number"),
        ({"device": unknown}, "cannot be used: NameError: name 'Missing' is not defined"),
        ({"events": {"smelt": "it smells"}}, "its event 'smelt' is no EventKind, but 'it smells'"),
        ({"feelings": "feelings.yaml"}, "its feelings are no Path, but 'feelings.yaml'"),
    ],
)
def test_a_package_of_wrong_things_is_refused(
    brought: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = SensorPackage(**brought)
    monkeypatch.setitem(sys.modules, "odd", SimpleNamespace(SENSOR=wrong))
    with pytest.raises(ValueError, match=re.escape(says)):
        load_package("odd")


def test_a_value_that_flickers_at_its_bound_is_said_once() -> None:
    def given(now: float) -> Sequence[Sense]:
        high = 20.0 + now if now < 6.0 else 0.0
        return [Voice(at=now, level=high if round(now * 50.0) % 2 else 0.0)]

    device = GuardedDevice("odd", Odd(given))
    senses = [sense for n in range(1, 700) for sense in device.poll(n / 50.0)]
    troubles = [s for s in senses if isinstance(s, Trouble)]
    assert ["level: " in trouble.message for trouble in troubles] == [True, False]
    assert 10.9 < troubles[1].at < 11.1


@pytest.mark.parametrize(
    ("sensors", "says"),
    [
        ("termometer: {}", r"sensors\.termometer: no sensor .*did you mean 'thermometer'"),
        ("thermometer: {}", r"sensors\.thermometer: 'file' is missing"),
        ("thermometer: {file: x, every: 0.1}", r"thermometer\.every: .*greater than.*0\.5"),
        ("thermometer: {file: x, evry: 2}", r"'sensors\.thermometer\.evry', did you mean 'every'"),
        ("json: {}", r"sensors\.json: the package holds no SENSOR"),
        ("../evil: {}", r"no sensor '\.\./evil'"),
    ],
)
def test_a_wrong_line_is_refused_where_it_stands(home: Path, sensors: str, says: str) -> None:
    wrong = home / "body" / "wrong.yaml"
    wrong.write_text(with_body(sensors), encoding="utf-8")
    try:
        with pytest.raises(Invalid, match=says) as refused:
            begin(Files(home), seed=1, hour=10.0, body="wrong")
        last = wrong.read_text(encoding="utf-8").count("\n")
        assert (refused.value.file, refused.value.line) == ("body/wrong.yaml", last)
    finally:
        wrong.unlink()


def test_a_package_that_cannot_be_imported_is_refused_where_it_is_named(home: Path) -> None:
    package = home / "sensors" / "half_written" / "__init__.py"
    package.parent.mkdir()
    package.write_text("SENSOR = SensorPackage(\n", encoding="utf-8")
    (home / "body" / "wrong.yaml").write_text(with_body("half_written: {}"), encoding="utf-8")
    try:
        with pytest.raises(Invalid, match=r"half_written: cannot be imported: SyntaxError: "):
            begin(Files(home), seed=1, hour=10.0, body="wrong")
    finally:
        (home / "body" / "wrong.yaml").unlink()


def test_a_shipped_sensor_is_named_for_its_device_and_still_read_once(home: Path) -> None:
    own = home / "body" / "hearing.yaml"
    own.write_text(with_body("voice: {device: no such microphone}"), encoding="utf-8")
    start = begin(Files(home), seed=1, hour=10.0, body="hearing")
    own.unlink()
    (ear,) = devices_of(start)
    (trouble,) = ear.poll(0.0)
    assert isinstance(trouble, Trouble)
    assert trouble.message.startswith("no microphone")
    ear.close()
    (tick, *_) = lived(start, [Voice(at=0.0, level=-20.0, pitch=220.0)], 0.0)
    assert [sense.kind for sense in tick.understood] == ["voice"]


def test_a_kind_or_an_event_cannot_mean_two_things(start: Start) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Other(Sense):
        kind: Literal["temperature"] = "temperature"

    with pytest.raises(ValueError, match="the kind 'temperature' is that of thermometer"):
        SensorPackage(raw=(Other,)).introduce()
    with pytest.raises(ValueError, match="'chilled' is declared already"):
        SensorPackage(events={"chilled": EventKind("somebody is rude")}).introduce()


def test_a_journal_says_which_sense_is_not_here(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "journal.mcap"
    with Journal(path, start) as journal:
        for tick in lived(start, temperatures((0.1, 21.0)), 0.2):
            journal(tick, {})
    message = SENSES.pop("temperature")
    try:
        with pytest.raises(NotAJournal, match="'temperature'"):
            [entry.senses for entry in read_ticks(path)]
    finally:
        SENSES["temperature"] = message


def test_a_pulse_belt_tells_how_aroused_a_person_is(home: Path) -> None:
    text = with_body("pulse_belt: {}")
    own = home / "body" / "belted.yaml"
    own.write_text(text, encoding="utf-8")
    start = begin(Files(home), seed=1, hour=10.0, body="belted")
    there: list[AnySense] = [Face(at=0.1 + n, person="anna", valence=0.0) for n in range(8)]

    def aroused(rate: float) -> float:
        beats = [sense_of({"at": 0.5 + n, "kind": "pulse", "rate": rate}) for n in range(8)]
        last = lived(start, [*there, *beats], 8.0)[-1]
        assert last.person.person == "anna"
        return last.person.arousal

    try:
        calm = aroused(70.0)
        assert aroused(115.0) > calm + 0.3
    finally:
        own.unlink()
