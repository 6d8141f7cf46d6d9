"""Recording for months: in parts, within bounds, and through a full disk and a folder that is
gone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from mcap.opcode import Opcode

import moggy
from moggy.config import Invalid
from moggy.journal import SCHEMA, TICK, read_ticks
from moggy.journal_parts import parts
from moggy.mcap_file import McapWriter
from moggy.mcap_reader import read_mcap
from moggy.messages import Trouble
from moggy.recording import Recording, Records, records_of
from tests.full_disk import no_file_above
from tests.processes import Program

ROOMY = Records(least_free_mb=0.0)


@pytest.fixture(scope="module")
def life() -> moggy.Life:
    return moggy.live(moggy.Pet(seed=3), moggy.random_day(4, 40.0))


def settled(recording: Recording) -> None:
    """Wait until the thread has written what it was given."""
    give_up = time.monotonic() + 60.0
    while recording.waiting and time.monotonic() < give_up:
        time.sleep(0.001)


def fed(recording: Recording, life: moggy.Life, begin: float, end: float) -> list[str]:
    """Give it the ticks from one second to another; what it said."""
    said = []
    for tick, sent in zip(life.ticks, life.sent, strict=True):
        if begin <= tick.at < end:
            recording(tick, sent)
            if tick.n % 25 == 0:
                settled(recording)
            polled = recording.poll(tick.at)
            said += [sense.message for sense in polled]  # type: ignore[attr-defined]
    settled(recording)
    time.sleep(0.05)
    return [*said, *(sense.message for sense in recording.poll(end))]  # type: ignore[attr-defined]


def numbers(path: Path) -> tuple[list[int], list[str]]:
    told: list[str] = []
    return [entry.data["n"] for entry in read_ticks(path, told.append)], told


def test_a_life_is_recorded_in_parts_that_read_as_one(life: moggy.Life, tmp_path: Path) -> None:
    path = tmp_path / "life.mcap"
    recording = Recording(path, life.start, ROOMY.model_copy(update={"part_minutes": 0.2}))
    assert fed(recording, life, 0.0, 40.0) == []
    recording.close()
    assert [part.name for part in parts(path)] == [
        "life.mcap",
        "life.part0002.mcap",
        "life.part0003.mcap",
        "life.part0004.mcap",
    ]
    assert numbers(path) == (list(range(2000)), [])
    assert (recording.missing, recording.summary()) == (
        0,
        f"recorded in {path} and 3 further parts",
    )
    assert {part.stat().st_mode & 0o777 for part in parts(path)} == {0o600}
    assert next(entry.data["n"] for entry in read_ticks(tmp_path / "life.part0002.mcap")) == 600
    anew = Recording(path, life.start, ROOMY)
    fed(anew, life, 0.0, 1.0)
    anew.close()
    assert parts(path) == [path], "a new life does not go on in the parts of the last"


def test_the_oldest_parts_go_when_there_is_too_much_or_when_they_are_old(
    life: moggy.Life, tmp_path: Path
) -> None:
    old = tmp_path / "moggy-20200101-000000.mcap"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    mine = tmp_path / "holiday.mcap"
    mine.write_bytes(b"not a part")
    os.utime(mine, (0, 0))
    records = ROOMY.model_copy(update={"part_minutes": 0.1, "most_mb": 1.0})
    recording = Recording(tmp_path, life.start, records)
    fed(recording, life, 0.0, 40.0)
    recording.close()
    there = sorted(tmp_path.glob("moggy-*.mcap"))
    assert old not in there
    assert mine.exists()
    assert sum(part.stat().st_size for part in there) < 1_000_000
    found, _ = numbers(recording.path)
    assert found[-1] == 1999
    assert found[0] > 0
    assert not recording.path.exists()


def test_what_cannot_be_deleted_is_said_once_and_the_records_go_on(
    life: moggy.Life, tmp_path: Path
) -> None:
    """Here a folder of such a name, without which there would be room."""
    stuck = tmp_path / "moggy-20200101-000000.mcap"
    stuck.mkdir()
    os.utime(stuck, (0, 0))
    records = ROOMY.model_copy(update={"part_minutes": 0.1, "most_mb": 1.0})
    recording = Recording(tmp_path, life.start, records)
    (said,) = fed(recording, life, 0.0, 40.0)
    recording.close()
    assert said.startswith(f"{stuck}: cannot be deleted (Is a directory); it is left")
    assert stuck.is_dir()
    assert recording.missing == 0
    assert numbers(recording.path)[0][-1] == 1999
    there = [part for part in tmp_path.glob("moggy-*.mcap") if part != stuck]
    assert sum(part.stat().st_size for part in there) < 1_000_000


def test_a_clock_that_is_set_while_the_pet_lives_makes_no_part_of_its_life_old(
    life: moggy.Life, tmp_path: Path
) -> None:
    path = tmp_path / "life.mcap"
    records = ROOMY.model_copy(update={"part_minutes": 0.1})
    recording = Recording(path, life.start, records)
    fed(recording, life, 0.0, 20.0)
    for part in parts(path):
        os.utime(part, (0, 0))  # written before the machine knew the date
    fed(recording, life, 20.0, 40.0)
    recording.close()
    assert numbers(path) == (list(range(2000)), [])


def test_a_full_disk_is_said_with_the_file_and_the_records_resume(
    life: moggy.Life, tmp_path: Path
) -> None:
    path = tmp_path / "life.mcap"
    recording = Recording(path, life.start, ROOMY)
    said = fed(recording, life, 0.0, 5.0)
    with no_file_above(path.stat().st_size + 500):
        said += fed(recording, life, 5.0, 10.0)
    said += fed(recording, life, 10.0, 40.0)
    recording.close()
    (full, well) = said
    assert f"{path}: " in full
    assert "nothing is recorded until that is mended" in full
    assert well == ""
    found, told = numbers(path)
    assert found[:200] == list(range(200))
    assert found[-1] == 1999
    assert recording.missing == 2000 - len(found)
    assert recording.summary().startswith(f"{recording.missing} ticks are missing in the records")
    assert any("are missing" in message for message in told)
    assert life.ticks[found[-1]].pet.mood.pleasure == pytest.approx(
        list(read_ticks(path))[-1].data["pet"]["mood"]["pleasure"]
    )


def test_a_folder_that_is_gone_is_made_again(life: moggy.Life, tmp_path: Path) -> None:
    folder = tmp_path / "records"
    path = folder / "life.mcap"
    recording = Recording(path, life.start, ROOMY)
    said = fed(recording, life, 0.0, 5.0)
    shutil.rmtree(folder)
    said += fed(recording, life, 5.0, 30.0)
    recording.close()
    gone, well = said
    assert gone.startswith(f"{path}: it was deleted or moved; nothing is recorded")
    assert well == ""
    assert numbers(path)[0][-1] == 1499


def test_what_cannot_be_written_from_the_begin_is_said_and_the_pet_lives(
    life: moggy.Life, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    recording = Recording(tmp_path / "file" / "life.mcap", life.start, ROOMY)
    (said,) = fed(recording, life, 0.0, 15.0)
    recording.close()
    assert str(tmp_path / "file") in said
    assert recording.missing == 750


def test_the_last_of_the_disk_is_left_for_others(life: moggy.Life, tmp_path: Path) -> None:
    records = Records(least_free_mb=1e9)
    recording = Recording(tmp_path / "life.mcap", life.start, records)
    (said,) = fed(recording, life, 0.0, 3.0)
    recording.close()
    assert "less than 1e+09 MB of its disk are free (records.yaml: least_free_mb)" in said


def test_the_owners_file_says_how_much_is_kept(tmp_path: Path) -> None:
    assert records_of(tmp_path) == Records()
    (tmp_path / "records.yaml").write_text("most_mb: 50\nwords: true\n")
    assert records_of(tmp_path).most_mb == 50.0
    assert records_of(tmp_path).words
    (tmp_path / "records.yaml").write_text("most_mb: 50\nmost_dais: 3\n")
    with pytest.raises(Invalid, match=r"records.yaml:2.*most_days"):
        records_of(tmp_path)
    (tmp_path / "records.yaml").unlink()
    (tmp_path / "records.yaml").symlink_to(tmp_path / "records.yaml")
    with pytest.raises(Invalid, match=r"records.yaml:1: cannot be read \(Too many levels"):
        records_of(tmp_path)


KILLED = """
import os, sys
from pathlib import Path
import moggy
from moggy.recording import Recording, Records
life = moggy.Life.read(sys.argv[1])
recording = Recording(Path(sys.argv[2]), life.start, Records(least_free_mb=0.0))
for tick, sent in zip(life.ticks, life.sent):
    while recording.waiting > 10:
        pass
    recording(tick, sent)
    if tick.n == int(sys.argv[3]):
        while recording.waiting:
            pass
        os.kill(os.getpid(), 9)
"""


def test_killed_at_any_moment_it_loses_a_second_at_most(life: moggy.Life, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mcap"
    life.save(whole)
    for last in (60, 333, 1203):
        path = tmp_path / f"killed-{last}.mcap"
        subprocess.run(
            [sys.executable, "-c", KILLED, str(whole), str(path), str(last)], check=False
        )
        found, told = numbers(path)
        assert found == list(range(len(found)))
        assert last - found[-1] <= 51
        assert "cut short as by a crash" in told[-1]


def test_headless_tells_the_truth_about_its_records(tmp_path: Path) -> None:
    def lived(out: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "moggy", "sim", "--headless", "--until", "5"]
        return subprocess.run(
            [*command, "--out", str(out)], capture_output=True, text=True, check=False
        )

    whole = lived(tmp_path / "whole")
    assert whole.returncode == 0
    assert whole.stderr.rstrip().endswith("journal.mcap, sound.wav, ticks.jsonl")
    out = tmp_path / "full"
    out.mkdir()
    (out / "journal.mcap").symlink_to("/dev/full")
    full = lived(out)
    assert full.returncode == 1
    assert f"its records are not whole: {out / 'journal.mcap'}: No space left" in full.stderr
    assert "Traceback" not in full.stderr


def test_troubles_of_records_are_named(life: moggy.Life, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    recording = Recording(tmp_path / "file" / "life.mcap", life.start, ROOMY)
    recording(life.ticks[0], life.sent[0])
    settled(recording)
    recording.close()
    (said,) = recording.poll(1.0)
    assert isinstance(said, Trouble)
    assert said.part == "records"


HOLDS = """
import sys
from pathlib import Path
import moggy
from moggy.recording import Recording, Records
life = moggy.Life.read(sys.argv[1])
recording = Recording(Path(sys.argv[2]), life.start, Records(least_free_mb=0.0, part_minutes=0.1))
for tick, sent in list(zip(life.ticks, life.sent))[:400]:
    while recording.waiting > 10:
        pass
    recording(tick, sent)
while recording.waiting:
    pass
print("holds", flush=True)
sys.stdin.read()
recording.close()
"""


def test_a_second_life_in_the_same_file_is_told_whose_it_is_and_touches_nothing(
    life: moggy.Life, tmp_path: Path
) -> None:
    whole, path = tmp_path / "whole.mcap", tmp_path / "life.mcap"
    life.save(whole)
    with Program(
        [sys.executable, "-c", HOLDS, str(whole), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None
        assert first.stdout.readline() == "holds\n"
        before = {part: part.read_bytes() for part in parts(path)}
        assert len(before) == 2
        with pytest.raises(OSError, match=f"recorded here .process {first.pid}, ") as told:
            Recording(path, life.start, ROOMY)
        assert told.value.filename == str(path)
        assert {part: part.read_bytes() for part in parts(path)} == before
        first.communicate("")
    assert numbers(path) == (list(range(400)), [])
    anew = Recording(path, life.start, ROOMY)
    fed(anew, life, 0.0, 1.0)
    anew.close()
    assert numbers(path) == (list(range(50)), [])


def test_the_file_stays_the_first_lifes_before_between_and_after_failed_parts(
    life: moggy.Life, tmp_path: Path
) -> None:
    path, link = tmp_path / "life.mcap", tmp_path / "link.mcap"
    link.symlink_to(path)
    first = Recording(path, life.start, ROOMY)
    with pytest.raises(OSError, match="another life is recorded here"):
        Recording(path, life.start, ROOMY)  # nothing is written yet
    fed(first, life, 0.0, 5.0)
    with no_file_above(path.stat().st_size + 500):
        (full,) = fed(first, life, 5.0, 10.0)
    assert "nothing is recorded until that is mended" in full
    for name in (path, link):
        with pytest.raises(OSError, match=f"recorded here .process {os.getpid()}, "):
            Recording(name, life.start, ROOMY)
    assert fed(first, life, 10.0, 40.0) == [""]
    first.close()
    assert numbers(path)[0][-1] == 1999
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "life.mcap", "life.part0002.mcap", "link.mcap"
    ]  # fmt: skip
    second = Recording(path, life.start, ROOMY)
    fed(second, life, 0.0, 1.0)
    second.close()
    assert numbers(path) == (list(range(50)), [])


def test_two_lives_of_one_second_have_two_files_in_a_folder_and_leave_what_is_there(
    life: moggy.Life, tmp_path: Path
) -> None:
    theirs = ("moggy-20990101-000000.mcap", "moggy-00007-19700101-000000.part0003.mcap")
    there = [tmp_path / name for name in theirs]
    for each in there:
        each.write_text("of a life before")
    lives = [Recording(tmp_path, life.start, ROOMY) for _ in range(3)]
    for recording in lives:
        assert fed(recording, life, 0.0, 5.0) == []
    for recording in lives:
        recording.close()
        assert numbers(recording.path) == (list(range(250)), [])
    assert [recording.path.name[:12] for recording in lives] == [
        "moggy-00008-", "moggy-00009-", "moggy-00010-"
    ]  # fmt: skip
    assert all(each.read_text() == "of a life before" for each in there)
    assert len(list(tmp_path.iterdir())) == 5


def test_what_another_life_writes_into_is_not_deleted_to_make_room(
    life: moggy.Life, tmp_path: Path
) -> None:
    small = ROOMY.model_copy(update={"part_minutes": 0.1, "most_mb": 1.0})
    first, second = (Recording(tmp_path, life.start, records) for records in (ROOMY, small))
    fed(first, life, 0.0, 20.0)
    os.utime(first.path, (0, 0))
    assert fed(second, life, 0.0, 40.0) == []
    assert fed(first, life, 20.0, 40.0) == []
    second.close()
    first.close()
    assert numbers(first.path) == (list(range(2000)), [])


def test_a_headless_life_leaves_the_records_of_a_life_that_lasts(
    life: moggy.Life, tmp_path: Path
) -> None:
    path = tmp_path / "journal.mcap"
    first = Recording(path, life.start, ROOMY)
    fed(first, life, 0.0, 5.0)
    (tmp_path / "ticks.jsonl").write_text("of the first\n")
    command = [sys.executable, "-m", "moggy", "sim", "--headless", "--until", "2"]
    second = subprocess.run(
        [*command, "--out", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert second.returncode == 2
    assert f"{path}: another life is recorded here (process {os.getpid()}, " in second.stderr
    assert "Traceback" not in second.stderr
    fed(first, life, 5.0, 10.0)
    first.close()
    assert numbers(path) == (list(range(500)), [])
    assert (tmp_path / "ticks.jsonl").read_text() == "of the first\n"


def test_a_file_that_is_replaced_is_noticed_and_left_alone(
    life: moggy.Life, tmp_path: Path
) -> None:
    path = tmp_path / "life.mcap"
    recording = Recording(path, life.start, ROOMY)
    said = fed(recording, life, 0.0, 5.0)
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "mine").replace(path)
    said += fed(recording, life, 5.0, 30.0)
    recording.close()
    replaced, well = said
    assert replaced.startswith(f"{path}: it was replaced; nothing is recorded")
    assert well == ""
    assert path.read_text() == "mine"
    assert numbers(tmp_path / "life.part0002.mcap")[0][-1] == 1499


def test_only_parts_that_a_recording_wrote_are_deleted(life: moggy.Life, tmp_path: Path) -> None:
    theirs = ("life.2024.mcap", "life.2024.part0002.mcap", "life.0002.mcap", "moggy-holiday.mcap")
    for name in theirs:
        (tmp_path / name).write_text("mine")
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / "life.part0002.mcap").write_text("of the last life")
    for path in (tmp_path / "life.mcap", tmp_path):
        recording = Recording(path, life.start, ROOMY)
        fed(recording, life, 0.0, 1.0)
        recording.close()
    assert all((tmp_path / name).read_text() == "mine" for name in theirs)
    assert parts(tmp_path / "life.mcap") == [tmp_path / "life.mcap"]


@pytest.mark.parametrize("name", ["journal.mcap", "ticks.jsonl", "sound.wav"])
def test_a_full_disk_and_a_pipe_are_said_with_the_file(tmp_path: Path, name: str) -> None:
    for kind, why in (("full", "No space left"), ("pipe", "it is a pipe or a socket")):
        out = tmp_path / kind
        out.mkdir()
        if kind == "full":
            (out / name).symlink_to("/dev/full")
        else:
            os.mkfifo(out / name)
        command = [sys.executable, "-m", "moggy", "sim", "--headless", "--until", "2"]
        lived = subprocess.run(
            [*command, "--out", str(out)], capture_output=True, text=True, check=False, timeout=120
        )
        assert lived.returncode != 0
        assert f"{out / name}: {why}" in lived.stderr
        assert "Traceback" not in lived.stderr


def test_records_yaml_is_read_as_every_file_that_people_write(tmp_path: Path) -> None:
    file = tmp_path / "records.yaml"
    file.write_bytes("# für die Katze\nmost_mb: 50\n".encode("latin-1"))
    with pytest.raises(Invalid, match=r"records.yaml:1: byte 0xfc is not UTF-8; save the file as"):
        records_of(tmp_path)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(Invalid, match=r"records.yaml:1: .*it is a pipe, not a file"):
        records_of(tmp_path)


def test_a_time_that_runs_backwards_is_said_with_file_and_byte(
    life: moggy.Life, tmp_path: Path
) -> None:
    whole, path = tmp_path / "whole.mcap", tmp_path / "life.mcap"
    life.save(whole)
    crafted = McapWriter(path)
    channel = crafted.channel(TICK, "moggy.Ticks", SCHEMA)
    for found in read_mcap(whole, print):
        if found.attached:
            crafted.attach(found.topic, found.data)
        elif found.topic == TICK:
            message = orjson.loads(found.data)
            if message["n"] == 250:
                message["ticks"][3]["at"] = 1.0
            crafted.add(channel, found.at, orjson.dumps(message))
            crafted.flush()
    crafted.finish()
    there, told = numbers(path)
    assert 252 in there
    assert 253 not in there
    assert there[-1] == 1999
    place = re.match(rf"{path}: byte (\d+): a tick at 5.00 s .*1 s comes after 5.04 s", told[0])
    assert place, told[0]
    assert path.read_bytes()[int(place[1])] == Opcode.CHUNK
    replayed = subprocess.run(
        [sys.executable, "-m", "moggy", "replay", str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert replayed.returncode == 1
    assert f"{path}: byte " in replayed.stderr
    assert "Traceback" not in replayed.stderr
