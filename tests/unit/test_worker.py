"""Workers: never waited for, started again when they die, hang or are suspended, said once, and
ended with the pet's process."""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from moggy.child import deaf_to_terminal
from moggy.messages import AnySense, Thought, Trouble, Words
from moggy.worker import SUSPENDED, ProcessWorker, SimulatedWorker, Task, is_suspended
from tests.processes import Program, lives

PATIENCE = 180.0


def echo() -> Task:
    def work(job: Any) -> Sequence[AnySense]:
        if job == "hang":
            signal.pause()
        while job == "compute":
            pass
        if job == "refuse":
            raise ValueError("no such picture")
        return [Words(at=0.0, text=str(job))]

    return work


def threads() -> Task:
    n = len(os.listdir("/proc/self/task"))
    return lambda job: [Words(at=0.0, text=str(n))]


def missing() -> Task:
    raise FileNotFoundError("the model is missing; `moggy setup` takes it")


def until(
    worker: ProcessWorker,
    found: Callable[[list[AnySense]], bool],
    *,
    now: float = 0.0,
    step: float = 0.0,
) -> tuple[list[AnySense], float]:
    """Poll till something is found; `now` is the pet's time and moves only by `step`."""
    senses: list[AnySense] = []
    give_up = time.monotonic() + PATIENCE  # a real process is waited for
    while not found(senses):
        assert time.monotonic() < give_up, senses
        senses += worker.poll(now)
        now += step
        time.sleep(0.005)
    return senses, now


def offer(worker: ProcessWorker, job: Any, now: float = 0.0) -> None:
    until(worker, lambda _: worker.offer(job, now), now=now)


def troubles(senses: Sequence[AnySense]) -> list[str]:
    return [sense.message for sense in senses if isinstance(sense, Trouble)]


def test_a_worker_answers_and_stamps_the_moment_of_arrival() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "hello")
        assert not worker.offer("second", 0.0), "it is busy: stale work is never queued"
        senses, _ = until(worker, bool, now=3.0)
        assert senses == [Words(at=3.0, text="hello")]
    finally:
        worker.close()


def test_a_process_begins_with_one_thread_so_that_it_may_leave_the_network() -> None:
    worker = ProcessWorker(threads, name="model")
    try:
        offer(worker, "count")
        (words,), _ = until(worker, bool)
    finally:
        worker.close()
    assert isinstance(words, Words)
    assert words.text == "1"


def test_a_job_that_fails_is_said_and_the_process_goes_on() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "refuse")
        senses, _ = until(worker, bool)
        assert troubles(senses) == ["no such picture"]
        pid = worker.pid
        offer(worker, "hello")
        senses, _ = until(worker, bool)
        assert worker.pid == pid
    finally:
        worker.close()


def test_a_killed_process_is_said_once_and_comes_back() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "hello")
        until(worker, bool)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        senses, now = until(worker, lambda found: len(troubles(found)) == 2, step=0.01)
        assert troubles(senses) == ["stopped", ""]
        offer(worker, "again", now)
        senses, _ = until(
            worker, lambda found: any(isinstance(sense, Words) for sense in found), now=now
        )
    finally:
        worker.close()


def test_ctrl_c_while_a_process_is_started_reaches_the_pet() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        with deaf_to_terminal():
            os.kill(os.getpid(), signal.SIGINT)
        assert came == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("in_main_thread", [True, False])
def test_a_process_never_sees_ctrl_c(in_main_thread: bool) -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        if in_main_thread:
            worker.poll(0.0)
        else:
            starting = threading.Thread(target=worker.poll, args=(0.0,))
            starting.start()
            starting.join()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGINT)
        offer(worker, "hello")
        os.kill(worker.pid, signal.SIGINT)
        senses, _ = until(worker, bool)
        assert [sense.text for sense in senses if isinstance(sense, Words)] == ["hello"]
    finally:
        worker.close()


def test_a_process_that_hangs_is_killed_at_its_deadline() -> None:
    worker = ProcessWorker(echo, name="echo", deadline=2.0)
    try:
        offer(worker, "hang")
        assert worker.poll(1.9) == []
        assert "no answer within 2 s" in troubles(worker.poll(2.1))[0]
        assert worker.pid is None
    finally:
        worker.close()


def suspend(worker: ProcessWorker) -> int:
    """Suspend its process; returns the process id."""
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    until(worker, lambda _: is_suspended(pid))
    return pid


def test_a_suspended_process_is_said_within_two_seconds_and_started_again() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "hello")
        until(worker, bool)
        suspended = suspend(worker)
        assert [troubles(worker.poll(at)) for at in (10.0, 10.4, 10.6, 11.4)] == [
            [], [], [SUSPENDED], [],
        ]  # fmt: skip
        senses, now = until(worker, bool, now=11.7)
        assert troubles(senses) == [""]
        assert worker.pid != suspended
        offer(worker, "again", now)
        senses, _ = until(worker, bool, now=now)
        assert senses == [Words(at=now, text="again")]
    finally:
        worker.close()


def test_a_process_that_is_suspended_and_woken_with_the_pet_lives_on() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "hello")
        until(worker, bool)
        pid = suspend(worker)
        assert worker.poll(10.0) == []
        os.kill(pid, signal.SIGCONT)
        until(worker, lambda _: not is_suspended(pid))
        assert worker.poll(10.6) == []
        assert worker.poll(11.2) == []
        assert worker.pid == pid
    finally:
        worker.close()


def test_a_job_larger_than_the_pipe_does_not_make_the_loop_wait_for_a_suspended_process() -> None:
    worker = ProcessWorker(echo, name="echo")
    try:
        offer(worker, "hello")
        until(worker, bool)
        suspend(worker)
        taken: list[bool] = []
        giving = threading.Thread(
            target=lambda: taken.append(worker.offer("x" * 5_000_000, 0.0)), daemon=True
        )
        giving.start()
        giving.join(60.0)
        assert taken == [True]
    finally:
        worker.close()


LONELY = """
from tests.unit.test_worker import echo, offer
from moggy.worker import ProcessWorker
if __name__ == "__main__":
    worker = ProcessWorker(echo, name="echo", deadline=1e9)
    offer(worker, "hello")
    while not worker.poll(0.0):
        pass
    worker.offer({job!r}, 0.0)
    print(worker.pid, flush=True)
    input()
"""


@pytest.mark.parametrize("job", ["hang", "compute", "suspended"])
def test_a_worker_ends_when_the_pets_process_is_killed_whatever_it_does(
    job: str, tmp_path: Path
) -> None:
    script = tmp_path / "lonely.py"
    script.write_text(LONELY.format(job=job), encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    with Program(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}/comm").read_text() == "moggy echo\n"
        if job == "suspended":
            os.kill(pid, signal.SIGSTOP)
        parent.kill()
    give_up = time.monotonic() + PATIENCE
    while lives(pid):
        assert time.monotonic() < give_up, "it lives on without the pet"
        time.sleep(0.01)


SLOW_IMPORT = """
import os, sys, time

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "moggy.messages" and "--multiprocessing-fork" in sys.orig_argv:
            open(os.environ["IMPORTING"], "x").close()
            time.sleep(600.0)

sys.meta_path.insert(0, Slow())
"""
"""sitecustomize.py: a started process that still imports, as long as on the busiest machine."""
STARTING = """
from moggy.worker import ProcessWorker
from tests.unit.test_worker import echo
worker = ProcessWorker(echo, name="echo")
worker.poll(0.0)
print(worker.pid, flush=True)
input()
"""


def test_a_worker_that_still_imports_ends_when_the_pets_process_is_killed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW_IMPORT, encoding="utf-8")
    importing = tmp_path / "importing"
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).resolve().parents[2])))
    with Program(
        [sys.executable, "-c", STARTING],
        env={**os.environ, "PYTHONPATH": path, "IMPORTING": str(importing)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        give_up = time.monotonic() + 60.0
        while not importing.exists():
            assert time.monotonic() < give_up, "it never begins"
            time.sleep(0.01)
        parent.kill()
    give_up = time.monotonic() + 2.0
    while lives(pid):
        assert time.monotonic() < give_up, "it lives on without the pet"
        time.sleep(0.01)


def test_what_cannot_start_says_the_way_out_once_and_is_tried_again() -> None:
    worker = ProcessWorker(missing, name="model")
    try:
        senses, now = until(worker, lambda found: worker.pid is None and bool(found), step=0.0)
        assert troubles(senses) == ["the model is missing; `moggy setup` takes it"]
        worker.poll(now + 1.5)
        assert worker.pid is not None, "tried again after the pause"
        later, _ = until(worker, lambda found: worker.pid is None, now=now + 1.5)
        assert troubles(later) == [], "said once"
    finally:
        worker.close()


def test_a_process_that_cannot_be_made_is_said_and_tried_again() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    worker = ProcessWorker(echo, name="echo")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        assert not worker.offer(Words(at=0.0, text="hello"), 0.0)
        (trouble,) = worker.poll(0.0)
        assert worker.poll(0.5) == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert isinstance(trouble, Trouble)
    assert "cannot be started: [Errno 24] Too many open files" in trouble.message
    assert worker.pid is None
    worker.poll(2.0)
    assert worker.pid is not None
    worker.close()


@pytest.mark.parametrize("room", range(12))
def test_wherever_descriptors_run_out_in_a_start_nothing_escapes_and_nothing_is_left_open(
    room: int,
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with deaf_to_terminal():  # what the first worker of a process opens stays
        pass
    worker = ProcessWorker(echo, name="echo")
    gc.collect()  # what other tests have left open
    before = sorted(os.listdir("/proc/self/fd"))
    free = next(n for n in range(soft) if str(n) not in before)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + room, hard))
    try:
        worker.offer(Words(at=0.0, text="hello"), 0.0)
        said = troubles(worker.poll(0.0))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if worker.pid is None:
        assert len(said) == 1
        assert "cannot be started: [Errno 24] Too many open files" in said[0]
        # What other tests have left may be closed meanwhile; nothing new may be open.
        assert set(os.listdir("/proc/self/fd")) <= set(before)
    worker.close()


def test_a_thread_that_cannot_be_made_is_said_and_its_process_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_room(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    worker = ProcessWorker(echo, name="echo")
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", no_room)
        worker.offer(Words(at=0.0, text="hello"), 0.0)
    assert troubles(worker.poll(0.0)) == ["cannot be started: can't start new thread"]
    assert worker.pid is None
    worker.poll(2.0)
    assert worker.pid is not None
    worker.close()


def test_simulated_work_arrives_after_its_modelled_latency() -> None:
    def think() -> Task:
        return lambda job: [Thought(at=0.0, asked=job, expires=job + 9.0, milliseconds=123.4)]

    worker = SimulatedWorker(think, name="model", latency=0.5)
    assert worker.offer(1.0, 1.0)
    assert not worker.offer(1.2, 1.2)
    assert list(worker.poll(1.4)) == []
    assert worker.poll(1.5) == [Thought(at=1.5, asked=1.0, expires=10.0, milliseconds=500.0)]


ALONE = """
import os, time
from pathlib import Path
from tests.unit.test_worker import echo, offer
from moggy.worker import ProcessWorker

worker = ProcessWorker(echo, name="echo")
offer(worker, "hello")
time.sleep(0.2)
stats = [each.read_text().rpartition(")")[2].split() for each in Path("/proc").glob("[0-9]*/stat")]
print([stat[1] for stat in stats].count(str(os.getpid())))
worker.close()
"""


def test_a_worker_is_the_only_process_that_its_start_starts() -> None:
    """Python's resource tracker would outlive a pet that is killed while all are suspended."""
    found = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, timeout=60
    )
    assert (found.stdout, found.stderr) == ("1\n", "")
