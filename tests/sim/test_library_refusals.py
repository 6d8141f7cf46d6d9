"""What `import moggy` refuses: wrong calls end in one sentence."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import moggy
from moggy.brain.memory import Remembered

PET: Any = moggy.Pet()
HAND: Any = moggy.Touch(at=1.0, zone="back", pressure=0.4)
SHORT: Any = moggy.Posture(at=1.0, landmarks=((0.0,),) * 33)
WRONG: Any = 5
live: Any = moggy.live
Pet: Any = moggy.Pet
Day: Any = moggy.Day
day: Any = moggy.day
random_day: Any = moggy.random_day
Files: Any = moggy.Files


@pytest.fixture(scope="module")
def second() -> Any:
    return moggy.live(PET, [moggy.Person(at=0.1, person="anna", change="arrives")], seconds=1.0)


def refused(call: Callable[[], object]) -> str:
    """The sentence with which a call is refused."""
    with pytest.raises(ValueError, match=r".") as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    assert "pydantic" not in said
    return said


LENGTH = "is no length in seconds; it lies in 0.02..2,678,400"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: live("shy", day("demo")), "pet: 'shy' is no pet; make one: moggy.Pet("),
        (lambda: live(moggy.Pet), "is no pet"),
        (lambda: live(PET, None), "senses: None is no day, no list of senses and no function"),
        (lambda: live(PET, 5), "senses: 5 is no day"),
        (lambda: live(PET, "demo"), "'demo' is only a name; give moggy.day('demo')"),
        (lambda: live(PET, Path("x.jsonl")), "or moggy.read_script("),
        (lambda: live(PET, {"at": 1.0}), "senses: {'at': 1.0} is no day"),
        (lambda: live(PET, HAND), "a single sense stands in a list too"),
        (lambda: live(PET, moggy.Day), "senses: <class 'moggy.sim.day.Day'> is no day"),
        (lambda: live(PET, [HAND, None]), "senses[1]: None is no sense"),
        (lambda: live(PET, [Day(acts=[])]), "senses[0]: Day("),
        (lambda: live(PET, [SHORT]), "landmarks.0: Tuple should have at least 3 items"),
        (lambda: live(PET), "seconds: say how long it lives"),
        (lambda: live(PET, []), "seconds: say how long it lives"),
        (lambda: live(PET, lambda now: []), "seconds: say how long it lives"),
        (lambda: live(PET, [], "60"), f"seconds: '60' {LENGTH}"),
        (lambda: live(PET, [], True), f"seconds: True {LENGTH}"),
        (lambda: live(PET, [], 0), f"seconds: 0 {LENGTH}"),
        (lambda: live(PET, [], -1.0), f"seconds: -1.0 {LENGTH}"),
        (lambda: live(PET, [], math.nan), f"seconds: nan {LENGTH}"),
        (lambda: live(PET, [], math.inf), f"seconds: inf {LENGTH}"),
        (lambda: live(PET, [], 1e30), f"seconds: 1e+30 {LENGTH}"),
        (lambda: live(PET, [], 10**400), LENGTH),
        (lambda: live(PET, [], 1, board="lockstp"), "no 'lockstp', did you mean 'lockstep'?"),
        (lambda: live(PET, [], 1, think="no"), "think: 'no' is neither True nor False"),
        (lambda: live(PET, [], 1, listeners=print), "is no list of functions of (tick, sent)"),
        (lambda: live(PET, [], 1, listeners=None), "listeners: None is no list of functions"),
        (lambda: live(PET, [], 1, listeners=[5]), "listeners[0]: 5 is no function"),
        (lambda: live(PET, [], 1, listeners=[lambda tick: None]), "does not take (tick, sent)"),
        (lambda: live(PET, lambda: [], 1), "does not take (now)"),
        (lambda: live(PET, lambda now: None, 1), "at 0 s: senses(now) gave None; it gives a list"),
        (lambda: live(PET, lambda now: HAND, 1), "at 0 s: senses(now) gave Touch("),
    ],
)
def test_a_life_that_cannot_be(call: Callable[[], object], words: str) -> None:
    assert words in refused(call)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Pet(None), "personality: None is no name of a file; there are bold, cat"),
        (lambda: Pet(""), "personality: '' is no name"),
        (lambda: Pet("shy.yaml"), "personality: 'shy.yaml' is no name of a file, did you mean"),
        (lambda: Pet("../../etc/passwd"), "is no name of a file"),
        (lambda: Pet("Shy"), "did you mean 'personalities/shy.yaml'?"),
        (lambda: Pet(tree=5), "tree: 5 is no name of a file; there are cat"),
        (lambda: Pet(hour="10"), "hour: '10' is no time of day; it lies in 0..24"),
        (lambda: Pet(hour=math.nan), "hour: nan is no time of day"),
        (lambda: Pet(hour=True), "hour: True is no time of day"),
        (lambda: Pet(hour=99), "hour: 99 is no time of day"),
        (lambda: Pet(seed=None), "seed: None is no whole number from 0 to"),
        (lambda: Pet(seed="1"), "seed: '1' is no whole number"),
        (lambda: Pet(seed=1.5), "seed: 1.5 is no whole number"),
        (lambda: Pet(seed=True), "seed: True is no whole number"),
        (lambda: Pet(seed=-1), "seed: -1 is no whole number"),
        (lambda: Pet(seed=2**63), "is no whole number from 0 to 2**63 - 1"),
        (lambda: Pet(files="mine"), "files: 'mine' are no files; write files=moggy.Files('mine')"),
        (lambda: Pet(files=False), "files: False are no files"),
        (lambda: Pet(files=Files("no/such")), "files: there is no folder 'no/such'"),
        (lambda: Files(5), "own: 5 is no folder"),
        (lambda: Files().names("personality"), "'personality', did you mean 'personalities'?"),
        (lambda: Files().read(5), "no name of a file"),
        (lambda: Pet(remembered="anna"), "remembered: 'anna' is no memory; give life.remembered"),
        (lambda: Pet(remembered={"peple": {}}), "unknown key 'peple', did you mean 'people'?"),
        (lambda: Pet(remembered={"people": 5}), "remembered: people: Input should be a valid dict"),
        (lambda: Pet(remembered={"people": {"anna": {"trust": 9}}}), "anna.trust: Input should be"),
        (lambda: Pet(remembered={"people": {"a": {"trusst": 0.1}}}), "did you mean 'trust'?"),
        (lambda: Pet(remembered=Remembered(people=WRONG)), "remembered: people: Input should be"),
        (lambda: Pet("a" * 5000), "is no name of a file"),
        (lambda: Pet(remembered={"mood": {"plesure": 0.1}}), "did you mean 'pleasure'?"),
        (lambda: Pet(remembered={"quiet": [0.5]}), "quiet: 1 numbers; there are 24"),
        (lambda: Pet(remembered={"arrivals": {"anna": [1]}}), "arrivals.anna: 1 numbers; there"),
        (lambda: Pet(remembered={"day": math.nan}), "remembered: day: "),
        (lambda: PET.changed(5, 1.0), "key: 5 is no place in a file"),
        (lambda: PET.changed("persnality.x", 1.0), "did you mean 'personality'?"),
        (lambda: PET.changed("personality..x", 1.0), "should read KIND.KEY"),
        (
            lambda: PET.changed("personality.name.x", 1.0),
            "no such place (a single value holds none",
        ),
        (lambda: PET.changed("personality.name.x.y", 1.0), "no such place (a single value holds"),
        (lambda: PET.changed("tree.exlore.base", 1.0), "no 'exlore', did you mean 'explore'?"),
        (lambda: PET.changed("personality.name", object()), "is nothing that a YAML file can hold"),
        (lambda: PET.changed("personality.temperament.neurotic", 1.0), "'neuroticism'?"),
    ],
)
def test_a_pet_that_cannot_be(call: Callable[[], object], words: str) -> None:
    assert words in refused(call)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: day(None), "day: None is no path of a file; give a str or a Path"),
        (lambda: day(Day(acts=[])), "is no path of a file"),
        (lambda: day("a\0.yaml"), "is no path of a file"),
        (lambda: day("/tmp"), "day: '/tmp' is no name of a file; there are demo"),
        (lambda: day("dmo"), "did you mean 'days/demo.yaml'?"),
        (lambda: Day(), "Day: 'acts' is missing"),
        (lambda: Day([]), "Day: [] has no name; write about=…, hour=…"),
        (lambda: Day(acts=5), "Day.acts: Input should be a valid tuple (it is 5)"),
        (lambda: Day(acts=[], second=5), "unknown key 'Day.second', did you mean 'seconds'?"),
        (lambda: Day(acts=[], hour=25), "Day.hour: Input should be less than 24 (it is 25)"),
        (lambda: Day(acts=({"at": 1, "strok": {}},)), "'Day.acts.0.strok', did you mean 'stroke'?"),
        (lambda: Day(acts=[{"at": -1, "say": ""}]), "Day.acts.0.at: Input should be greater than"),
        (lambda: Day(acts=[{"at": math.inf, "say": ""}]), "Day.acts.0.at: "),
        (lambda: Day(acts=[{"at": 1, "carry": math.inf}]), "Day.acts.0.carry: "),
        (lambda: Day(acts=[{"at": 1, "say": "\ud800"}]), "Day.acts.0.say: Input should be a valid"),
        (lambda: Day(acts=[{"at": 1, "setting": "quite"}]), "did you mean 'quiet'?"),
        (lambda: Day(acts=[{"at": 1}]), "nothing happens; give one of stroke, press"),
        (lambda: Day(acts=[{"at": 60, "say": ""}]), "acts.0 begins at 60 s, when the day is over"),
        (
            lambda: live(PET, Day(acts=[{"at": 1, "press": {"pad": "bak"}}])),
            "Day.acts.0.press.pad: unknown pad 'bak', did you mean 'back'?",
        ),
        (lambda: live(PET, day("demo").model_copy(update={"hour": 99})), "Day.hour: Input should"),
        (lambda: random_day(0, 0), f"seconds: 0 {LENGTH}"),
        (lambda: random_day(0, math.inf), f"seconds: inf {LENGTH}"),
        (lambda: random_day(0, "60"), f"seconds: '60' {LENGTH}"),
        (lambda: random_day(None), "seed: None is no whole number"),
        (lambda: random_day(0, 20, body="catt"), "did you mean 'body/cat.yaml'?"),
        (lambda: random_day(0, 20, body=5), "body: 5 is no name of a file; there are cat"),
        (
            lambda: moggy.read_script(None),  # type: ignore[arg-type]
            "path: None is no path of a file",
        ),
        (lambda: moggy.read_script("nowhere.jsonl"), "nowhere.jsonl: no such file"),
    ],
)
def test_a_day_or_a_script_that_cannot_be(call: Callable[[], object], words: str) -> None:
    assert words in refused(call)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda life: life.events("storked"), "unknown event 'storked', did you mean 'stroked'?"),
        (lambda life: life.events(["stroked"]), "unknown event ['stroked']"),
        (lambda life: life.between(0.8, 0.2), "end: 0.2 s lies before begin, 0.8 s"),
        (lambda life: life.between(math.nan, 1.0), "begin: nan is no moment in seconds"),
        (lambda life: life.between(0.0, "1"), "end: '1' is no moment in seconds"),
        (lambda life: life.between(5.0, 6.0).table(), "a life without ticks has no table"),
        (lambda life: life.between(5.0, 6.0).save("out/no.mcap"), "save the whole one"),
        (lambda life: life.save(None), "journal: None is no path of a file"),
        (lambda life: life.write_csv(5), "path: 5 is no path of a file"),
        (lambda life: life.read(None), "journal: None is no path of a file"),
        (lambda life: life.read("nowhere.mcap"), "nowhere.mcap: no such file"),
    ],
)
def test_what_a_life_cannot_tell(second: Any, call: Callable[[Any], object], words: str) -> None:
    assert words in refused(lambda: call(second))


def test_files_stay_those_of_their_folder() -> None:
    files: Any = moggy.Files("mine")
    with pytest.raises(AttributeError, match="'own'"):
        files.own = "yours"


def test_a_misspelt_column_is_answered_with_the_nearest(second: Any) -> None:
    with pytest.raises(KeyError, match="no column 'pur', did you mean 'purr'"):
        second.table()["pur"]


def test_a_wrong_pad_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "acts:\n  - {at: 1.0, say: hi}\n  - at: 2.0\n    stroke:\n      along: [neck, shoulder]\n"
    )
    with pytest.raises(moggy.BadScript, match=r"^mine\.yaml:5: acts\.1\.stroke\.along\.1: .*'shou"):
        moggy.live(PET, moggy.day(file))


@pytest.mark.parametrize("name", ["hour", "start", "houre"])
def test_a_pet_and_a_day_never_change(name: str) -> None:
    with pytest.raises(AttributeError, match=r"a pet never changes.* 99; make another: moggy\.Pet"):
        setattr(PET, name, 99)
    with pytest.raises(AttributeError, match="a Day never changes; make another"):
        setattr(moggy.day("demo"), name, 99)
    with pytest.raises(AttributeError, match="a pet never changes"):
        delattr(PET, name)
    assert PET.hour is None


def test_numbers_of_numpy_are_numbers() -> None:
    pet = moggy.Pet(seed=np.int64(3), hour=np.float32(12.0)).changed(  # type: ignore[arg-type]
        "personality.temperament.neuroticism", np.float64(0.25)
    )
    assert type(pet.start.seed) is int
    assert pet.start.hour == 12.0
    assert "neuroticism: 0.25" in pet.start.files["personalities/cat.yaml"]
    assert len(moggy.live(pet, seconds=np.int64(1)).ticks) == 50  # type: ignore[arg-type]


def test_a_life_within_a_life_changes_neither() -> None:
    alone = moggy.live(PET, [HAND], 1.5)
    inner: list[moggy.Life] = []

    def lives_too(tick: moggy.Tick, sent: object) -> None:
        if tick.n == 20:
            inner.append(moggy.live(PET, [HAND], 1.5))

    outer = moggy.live(PET, [HAND], 1.5, listeners=[lives_too])
    assert outer.ticks == alone.ticks == inner[0].ticks


def test_what_a_life_remembered_is_no_wrong_memory(second: Any) -> None:
    assert moggy.Pet(remembered=second.remembered).start.remembered == second.remembered


def test_a_misspelt_name_of_the_package_is_answered_with_the_nearest() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import moggy; moggy.Pett"], capture_output=True, text=True
    )
    assert "Did you mean: 'Pet'?" in done.stderr
