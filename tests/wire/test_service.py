"""A pet that systemd starts: its unit, what it tells systemd, how it ends, and `moggy stop`."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from moggy.commands.install import home_of
from moggy.main import app
from moggy.serial_port import UsbDevice
from moggy.setup.service import (
    NAME,
    PORT_RULE,
    SYSTEM_UNIT,
    USERS,
    Service,
    is_near,
    quoted,
    settings_of,
    words_of,
)
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import angles
from tests.firmware.rig import CAT
from tests.processes import Program
from tests.real_systemd import Systemd, systemd

PATIENCE = 120.0
"""Seconds; only a bound for a machine that is very busy."""
ODD = "a room of its own/50% \"$HOME\" 'x' \\n;"
"""A path that a unit must quote."""
STILL = 1e-2
"""rad; a pulse is a whole number of µs."""


@pytest.fixture
def board() -> Iterator[MicroPythonBoard]:
    board = MicroPythonBoard(CAT)
    yield board
    board.close()


@pytest.fixture(autouse=True)
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An owner of their own, who is not root's caller."""
    for name, folder in (("MOGGY_HOME", "home"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    return tmp_path / "home"


def moggy(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def shown(*words: str) -> dict[str, str]:
    """Path → text of the files that `moggy install` would write."""
    said = moggy("install", *words, "--dry-run")
    assert said.exit_code == 0, said.output
    blocks = ("\n" + said.stdout).split("\n# /")[1:]
    return {f"/{block.partition(chr(10))[0]}": block.partition("\n")[2] for block in blocks}


def moves(board: MicroPythonBoard) -> bool:
    return any(board.outputs().servos.values())


def until(what: object, board: MicroPythonBoard, is_so: bool) -> None:
    give_up = time.monotonic() + PATIENCE
    while moves(board) != is_so:
        assert time.monotonic() < give_up, what
        time.sleep(0.02)


# ── The unit ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.needs_systemd
@pytest.mark.parametrize("scope", ["--user", "--system"])
@pytest.mark.parametrize("options", [(), ("--studio", "8010", "--host", "0.0.0.0"), ("--record",)])
def test_systemd_takes_the_unit_as_it_is(
    tmp_path: Path, scope: str, options: tuple[str, ...]
) -> None:
    folder = tmp_path / ODD
    folder.mkdir(parents=True)
    record = (str(folder),) if options == ("--record",) else ()
    texts = shown("--port", "/dev/ttyACM0", "--camera", "0", *options, *record, scope)
    unit = tmp_path / NAME
    unit.write_text(texts[next(path for path in texts if path.endswith(NAME))])
    whose = ["--user"] if scope == "--user" else []
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *whose, str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_only_a_pet_with_a_studio_has_sockets_of_the_network_and_then_near_ones_only() -> None:
    port = ("--port", "/dev/ttyACM0", "--system")
    alone, open_ = (shown(*port, *more)[str(SYSTEM_UNIT)] for more in ((), ("--studio", "0")))
    assert "RestrictAddressFamilies=AF_UNIX\n" in alone
    assert "IPAddressDeny=any\nDevicePolicy" in alone
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n" in open_
    assert "IPAddressDeny=any\nIPAddressAllow=localhost 10.0.0.0/8" in open_


def test_the_service_runs_what_was_asked_for(tmp_path: Path, owner: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir(parents=True)
    options = [
        *("--body", "cat", "--camera", "1", "--microphone", "USB mic 50%", "--studio", "8010"),
        *("--host", "0.0.0.0", "--record", str(folder), "--record-words", "--personality", "shy"),
    ]
    (text,) = shown("--port", "/dev/ttyS9", *options, "--user").values()
    unit = tmp_path / NAME
    unit.write_text(text)
    made = settings_of(unit)
    assert words_of(made["ExecStart"][0]) == [
        *(sys.executable, "-m", "moggy", "run", "--port", "/dev/ttyS9", *options)
    ]
    assert words_of(made["Environment"][-1]) == [f"MOGGY_HOME={owner}"]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" ")))
def test_a_word_comes_back_as_it_was(word: str) -> None:
    assert words_of(f"{quoted(word)} {quoted('$x')}") == [word, "$x"]


@pytest.mark.parametrize(
    ("address", "near"),
    [("192.168.178.20", True), ("10.1.2.3", True), ("172.32.0.1", False), ("192.0.2.2", False)],
)
def test_a_home_network_is_near(address: str, near: bool) -> None:
    assert is_near(address) == near


@pytest.mark.parametrize("word", ["a\nExecStart=/bin/evil", "a\x00b", "a\tb"])
def test_a_word_that_would_end_its_line_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="cannot have such signs"):
        quoted(word)


def test_with_sudo_it_runs_as_who_called_it_and_else_as_a_user_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOGGY_HOME")
    unit = tmp_path / NAME
    for caller, user, files in (("daemon", "daemon", 1), ("root", "moggy", 2), ("", "moggy", 2)):
        monkeypatch.setenv("SUDO_USER", caller)
        made = shown("--port", "/dev/ttyS9", "--system")
        assert len(made) == files
        unit.write_text(made[str(SYSTEM_UNIT)])
        settings = settings_of(unit)
        assert settings["User"] == [user]
        if user == "daemon":
            folder = pwd.getpwnam("daemon").pw_dir
            assert home_of(unit) == Path(folder, ".local/share/moggy")
            assert settings["ReadWritePaths"][0].startswith(f"-{home_of(unit)} ")
        else:
            assert home_of(unit) == Path("/var/lib/moggy")
            assert settings["StateDirectory"] == ["moggy"]
            assert made[str(USERS)].startswith("u moggy - ")


def test_where_no_pet_lives_there_is_nothing_to_scan() -> None:
    said = moggy("phone")
    assert said.exit_code == 1
    assert "no pet with a studio for other machines lives here" in said.stderr


def test_a_board_on_usb_has_a_name_of_its_own() -> None:
    pico = UsbDevice(0x2E8A, 0x0005, "E6614")
    service = Service(
        command=("moggy",), unit=SYSTEM_UNIT, user="moggy", home=Path("/var/lib/moggy"),
        environ={}, writes=(), device=pico,
    )  # fmt: skip
    made = service.files()
    assert list(made) == [SYSTEM_UNIT, USERS, PORT_RULE]
    assert made[PORT_RULE].splitlines()[1] == (
        'SUBSYSTEM=="tty", ATTRS{idVendor}=="2e8a", ATTRS{idProduct}=="0005", '
        'ATTRS{serial}=="E6614", SYMLINK+="moggy", ENV{ID_MM_DEVICE_IGNORE}="1"'
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--host", "0.0.0.0"), "no studio is opened without --studio"),
        (("--record-words",), "nothing is written without --record"),
        (("--as", "anna", "--user"), "a user's own service runs as that user"),
        (("--studio", "0", "--host", "raspberrypi"), "is no address to listen on"),
        (("--personality", "sphinx"), "sphinx"),
        (("--body", "dog"), "dog"),
    ],
)
def test_a_service_that_would_not_live_is_refused_before_it_is_written(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    said = moggy("install", "--port", "/dev/ttyS9", *words)
    assert said.exit_code != 0
    text = said.stderr.replace("│", "") or str(said.exception)
    assert why in " ".join(text.split())
    assert not (tmp_path / "config").exists()


# ── Its life ──────────────────────────────────────────────────────────────────────────────────────


def test_it_tells_systemd_that_it_lives_and_that_it_ends_and_its_body_lies_down(
    tmp_path: Path, board: MicroPythonBoard
) -> None:
    unit = tmp_path / NAME
    unit.write_text(next(iter(shown("--port", board.path, "--user").values())))
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind(str(place))
        listens.settimeout(PATIENCE)
        with Program(
            words_of(settings_of(unit)["ExecStart"][0]),
            env={**os.environ, "NOTIFY_SOCKET": str(place), "WATCHDOG_USEC": "800000"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as pet:  # fmt: skip
            assert listens.recv(100).startswith(b"READY=1\n")
            assert [listens.recv(100) for _ in range(4)] == [b"WATCHDOG=1"] * 4
            until("it does not move", board, True)
            pet.send_signal(signal.SIGTERM)
            while (said := listens.recv(100)) == b"WATCHDOG=1":
                pass
            assert said.startswith(b"STOPPING=1\n")
            last: dict[str, float] = {}
            give_up = time.monotonic() + PATIENCE
            while (pulses := angles(CAT, board.outputs())) or pet.poll() is None:
                last |= pulses
                assert time.monotonic() < give_up
                time.sleep(0.01)
            assert pet.returncode == 0
    assert last == pytest.approx({n: joint.rest for n, joint in CAT.joints.items()}, abs=STILL)
    assert board.outputs().purr == 0.0


def test_a_pet_that_nobody_supervises_tells_nobody(tmp_path: Path) -> None:
    """Its processes do not get the socket either."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listens:
        listens.bind("\0moggy-test" + str(os.getpid()))
        script = (
            "import os; from moggy.notify import Notifier; Notifier().ends(); "
            "print(sorted(name for name in os.environ if name[:3] in ('NOT', 'WAT')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "NOTIFY_SOCKET": f"@moggy-test{os.getpid()}",
                "WATCHDOG_USEC": "1",
                "WATCHDOG_PID": "1",
            },
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == "[]\n"
        assert listens.recv(100).startswith(b"STOPPING=1")


# ── Off means off ─────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def living(board: MicroPythonBoard) -> Iterator[subprocess.Popen[str]]:
    """A pet that moves the board, started by hand in another process."""
    with Program(
        [sys.executable, "-m", "moggy", "run", "--port", board.path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as pet:  # fmt: skip
        until("it does not move", board, True)
        yield pet


def test_after_stop_the_pet_has_ended_and_nothing_moves(board: MicroPythonBoard) -> None:
    with living(board) as pet:
        said = moggy("install", "--port", board.path, "--user")
        assert f"the pet (process {pet.pid}) lives already, at {board.path}" in str(said.exception)
        said = moggy("stop")
        assert said.exit_code == 0, said.output
        assert not moves(board)
        assert f"the pet (process {pet.pid}) has ended\n" in said.stdout
        assert f"off: nothing of the body at {board.path} moves; its board is limp" in said.stdout
        assert pet.wait(PATIENCE) == 0
    assert not moves(board)
    again = moggy("stop", "--port", board.path)
    assert again.exit_code == 0
    assert again.stdout.startswith("off: ")


def test_a_body_that_does_not_lie_down_is_stopped(
    board: MicroPythonBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    with living(board) as pet:
        os.kill(pet.pid, signal.SIGKILL)
        monkeypatch.setattr("moggy.commands.off.LIES_S", 0.0)
        said = moggy("stop", "--port", board.path)
        assert said.exit_code == 0, said.output
        assert "does not lie down" in said.stderr
        assert said.stdout == "stopped: every servo is limp until `moggy board release`\n"
        assert not moves(board)


def test_where_no_board_answers_it_does_not_say_off(board: MicroPythonBoard) -> None:
    with living(board) as pet:
        board.kill()
        said = moggy("stop", "--seconds", "5")
        assert said.exit_code != 0
        assert "off" not in said.stdout
        assert "not known whether the body moves: cut the servos' power" in str(said.exception)
        assert pet.wait(PATIENCE) == 0


def test_a_suspended_pet_ends_too(board: MicroPythonBoard) -> None:
    with living(board) as pet:
        os.kill(pet.pid, signal.SIGSTOP)
        said = moggy("stop", "--port", board.path)
        assert said.exit_code == 0, said.output
        assert pet.wait(PATIENCE) == 0


# ── Under a real systemd ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Systemd]:
    names = ("MOGGY_HOME", "XDG_CONFIG_HOME", "PYTHONPATH")
    with systemd({name: os.environ[name] for name in names}) as made:
        yield made


@pytest.mark.needs_systemd
def test_it_is_installed_lives_is_started_anew_ends_and_is_gone(
    tmp_path: Path, manager: Systemd, board: MicroPythonBoard
) -> None:
    def told(*words: str) -> str:
        done = manager.run(sys.executable, "-m", "moggy", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def state(name: str) -> str:
        return manager.run("systemctl", "--user", "show", "-P", name, NAME).stdout.strip()

    said = told("install", "--port", board.path, "--user", "--studio", "0", "--host", "0.0.0.0")
    assert "it lives, and from now on with this computer" in said
    assert (state("ActiveState"), state("UnitFileState")) == ("active", "enabled")
    until("it does not move", board, True)
    assert "?token=" in told("phone")
    manager.run("systemctl", "--user", "kill", "--signal=KILL", "--kill-whom=main", NAME)
    give_up = time.monotonic() + PATIENCE
    while (state("NRestarts"), state("ActiveState")) != ("1", "active"):
        assert time.monotonic() < give_up, "it is not started anew"
        time.sleep(0.2)
    said = told("stop")
    assert "the service has ended; it starts again with the computer" in said
    assert f"off: nothing of the body at {board.path} moves" in said
    assert not moves(board)
    assert (state("ActiveState"), state("NRestarts")) == ("inactive", "0")
    unit = tmp_path / "config" / "systemd" / "user" / NAME
    assert f"removed {unit}\n" in told("uninstall")
    assert state("LoadState") == "not-found"
    assert not unit.exists()
    assert not list(unit.parent.rglob("moggy*"))
    assert manager.run(sys.executable, "-m", "moggy", "uninstall").returncode == 1
