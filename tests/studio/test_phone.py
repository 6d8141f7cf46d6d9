"""A studio that other machines reach: who has its token is let in, and nobody else."""

from __future__ import annotations

import contextlib
import http.client
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from moggy.commands.phone import qr_code
from moggy.home import studio_token
from moggy.main import app
from moggy.sim.studio.guard import Guard
from moggy.sim.studio.own_address import own_addresses
from moggy.sim.studio.server import NO_TOKEN
from tests.processes import Program

from .browser import Open

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"http://\S+")
TOKEN = "A-token_of-the-owners-own"


class Pet(NamedTuple):
    place: str
    token: str
    home: Path
    said: str


@pytest.fixture(scope="module")
def pet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pet]:
    """A living cat in another process, whose studio every network reaches."""
    home = tmp_path_factory.mktemp("home")
    arguments = "sim --no-open --board lockstep --seed 1 --hour 17 --port 0 --host 0.0.0.0"
    with Program(
        [sys.executable, "-m", "moggy", *arguments.split()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MOGGY_HOME": str(home)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as living:  # fmt: skip
        assert living.stdout is not None
        while not (found := ADDRESS.search(said := living.stdout.readline())):
            assert said, "it ended"
        place = urlsplit(found[0]).netloc
        yield Pet(place, (home / "studio.token").read_text(), home, said)


def asked(pet: Pet, path: str, method: str = "GET", **headers: str) -> tuple[Any, str]:
    client = http.client.HTTPConnection(pet.place)
    client.request(method, path, headers=headers)
    answer = client.getresponse()
    return answer, answer.read().decode()


def cookie(pet: Pet) -> str:
    answer, _ = asked(pet, f"/?token={pet.token}")
    return str(answer.headers["set-cookie"])


PATHS = ("/", "/healthz", "/static/icon.svg", "/none", "/live")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_whoever_has_no_token_is_refused_with_one_line(pet: Pet, path: str, method: str) -> None:
    wrong = pet.token[:-1] + ("A" if pet.token[-1] != "A" else "B")
    kept = f"moggy_{urlsplit('http://' + pet.place).port}={wrong}"
    for query, headers in (("", {}), (f"?token={wrong}", {}), ("?token=", {"Cookie": kept})):
        answer, text = asked(pet, path + query, method, **headers)
        assert answer.status == 403
        assert text == ("" if method == "HEAD" else NO_TOKEN)
    assert NO_TOKEN.count("\n") == 1


def test_the_first_visit_gives_a_cookie_and_takes_the_token_out_of_the_address(pet: Pet) -> None:
    answer, _ = asked(pet, f"/?token={pet.token}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    given = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(given.split("; "))
    answer, text = asked(pet, "/", Cookie=given.partition(";")[0])
    assert answer.status == 200
    assert "<!doctype html>" in text.lower()


def line(pet: Pet, query: str, origin: str | None, kept: str) -> int:
    """The status with which a websocket is answered."""
    where, headers = f"ws://{pet.place}/live{query}", {"Cookie": kept}
    try:
        with connect(
            where,
            origin=origin,  # type: ignore[arg-type]
            additional_headers=headers,
        ) as page:
            return 101 if '"hello"' in str(page.recv()) else 0
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_websocket_needs_the_token_and_the_studios_own_page(pet: Pet) -> None:
    own, kept, token = f"http://{pet.place}", cookie(pet).partition(";")[0], f"?token={pet.token}"
    assert line(pet, "", own, "") == 403
    assert line(pet, "?token=wrong", own, "") == 403
    assert line(pet, "", "http://evil.example", kept) == 403
    assert line(pet, token, None, "") == 403
    assert line(pet, "", own, kept) == 101
    assert line(pet, token, own, "") == 101


def test_its_own_name_in_the_network_is_its_address_and_no_other_name_is(pet: Pet) -> None:
    port = pet.place.rpartition(":")[2]
    kept = cookie(pet).partition(";")[0]
    own = f"{socket.gethostname().partition('.')[0]}.local"
    for name, status in ((own, 200), (own.upper(), 200), ("evil.local", 421), ("evil.test", 421)):
        answer, _ = asked(pet, "/", Host=f"{name}:{port}", Cookie=kept)
        assert answer.status == status, name


def test_the_token_is_its_owners_alone_and_stays_the_same(
    pet: Pet, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pet.home / "studio.token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("MOGGY_HOME", str(pet.home))
    assert studio_token() == pet.token
    file.chmod(0o644)
    assert studio_token() == pet.token
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "short", "no token at all, but words", "ä" * 30])
def test_a_file_that_holds_no_token_lets_nobody_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    (tmp_path / "studio.token").write_text(text)
    with pytest.raises(ValueError, match=r"studio\.token: it holds no token; delete it"):
        studio_token()


def test_where_nobody_sees_a_terminal_the_token_is_not_said(pet: Pet) -> None:
    assert pet.token not in pet.said
    assert "a phone needs its token" in pet.said


def test_on_a_terminal_it_is_a_qr_code(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    arguments = "sim --no-open --board lockstep --port 0 --host 0.0.0.0"
    with Program(
        [sys.executable, "-m", "moggy", *arguments.split()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MOGGY_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL, stdout=its, stderr=its,
    ) as living:  # fmt: skip
        os.close(its)
        said = b""
        while b"Ctrl-C ends it" not in said:
            said += os.read(ours, 4096)
        living.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError):  # its last words, up to its end
            while os.read(ours, 4096):
                pass
    os.close(ours)
    text = re.sub(r"\x1b\[[\d;]*m", "", said.decode()).replace("\r", "")
    found = ADDRESS.search(text)
    assert found is not None
    token = (tmp_path / "studio.token").read_text()
    assert urlsplit(found[0]).query == f"token={token}"
    assert (
        read("\n".join(line for line in text.splitlines() if set(line) <= set(" ▀▄█")))
        == (found[0])
    )
    here = own_addresses()
    assert urlsplit(found[0]).hostname == (here[0] if here else "127.0.0.1")


def read(drawn: str) -> str:
    """What a QR code of half blocks says."""
    rows = []
    for line in drawn.splitlines():
        rows.append([255 * (sign in "█▀") for sign in line])
        rows.append([255 * (sign in "█▄") for sign in line])
    picture = np.array(rows, np.uint8).repeat(8, 0).repeat(8, 1)
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def test_a_qr_code_can_be_read() -> None:
    address = Guard.of("192.168.178.123", 8010, TOKEN).address
    assert address == f"http://192.168.178.123:8010/?token={TOKEN}"
    assert read(qr_code(address)) == address


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "::ffff:127.0.0.1"])
def test_no_address_of_others_is_open_without_a_token(host: str) -> None:
    with pytest.raises(ValueError, match="never open without a token"):
        Guard.of(host, 8010)


@pytest.mark.parametrize(
    "host", ["raspberrypi", "", "fe80::1%eth0", "192.168.1", "http://10.0.0.1"]
)
def test_a_host_that_is_no_address_is_refused_before_anything_lives(host: str) -> None:
    said = CliRunner().invoke(app, ["sim", "--no-open", "--board", "lockstep", "--host", host])
    assert str(said.exception).startswith(f"{host!r} is no address to listen on: give a number")


def test_an_address_of_another_machine_is_said_to_be_one() -> None:
    arguments = ["sim", "--no-open", "--board", "lockstep", "--port", "0", "--host", "192.0.2.77"]
    said = CliRunner().invoke(app, arguments)
    assert isinstance(said.exception, OSError)
    assert "192.0.2.77 is no address of this machine (there are: " in str(said.exception)


def test_without_a_studio_no_host_is_taken() -> None:
    said = CliRunner().invoke(app, ["run", "--port", "/dev/none", "--host", "0.0.0.0"])
    assert said.exit_code == 2
    assert "no studio is opened without --studio" in " ".join(said.stderr.replace("│", "").split())


def without_policy(complaints: list[str]) -> list[str]:
    """The browser says of one of the strict headers that it has no effect for lack of TLS."""
    return [each for each in complaints if "Cross-Origin-Opener-Policy" not in each]


@pytest.mark.needs_chromium
def test_a_phone_that_scanned_the_code_lives_with_the_cat(pet: Pet, browser: Any) -> None:
    stranger = browser.new_context().new_page()
    assert stranger.goto(f"http://{pet.place}/").status == 403
    phone = Open(browser, f"http://{pet.place}/?token={pet.token}", has_touch=True)
    assert phone.page.url == f"http://{pet.place}/"
    phone.page.reload()
    phone.until("Boolean(window.moggy?.live.state)")
    assert phone.run("document.cookie") == "", "scripts do not see the token"
    phone.page.close()
    assert without_policy(phone.complaints) == []


@pytest.mark.needs_chromium
def test_a_phone_hears_the_cat_and_is_told_where_its_camera_and_microphone_work(
    pet: Pet, browser: Any
) -> None:
    if urlsplit(f"http://{pet.place}").hostname == "127.0.0.1":
        pytest.skip("this machine has no address but its own")
    phone = Open(browser, f"http://{pet.place}/?token={pet.token}", has_touch=True)
    assert not phone.run("isSecureContext")
    phone.page.keyboard.press("Shift")
    phone.until("moggy.sound.heard > 10000")
    phone.page.set_viewport_size({"width": 390, "height": 844})
    phone.page.get_by_role("button", name="Your face").click()
    phone.page.get_by_role("button", name="Camera").click()
    phone.page.get_by_role("button", name="Let it hear you").click()
    phone.until("moggy.live.troubles.size > 0")
    told = phone.run("[...moggy.live.troubles]")
    assert [part for part, _ in told] == ["this page's microphone"], "it plays sound"
    assert "only to pages of its own machine" in told[0][1]
    assert "only to pages of its own machine" in phone.page.inner_text(".face .trouble")
    phone.portrait("phone.png")
    phone.page.close()
    assert without_policy(phone.complaints) == []
