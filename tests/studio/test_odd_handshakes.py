"""Odd handshakes with the studio are refused, hold no line, and are not said on the terminal."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from collections.abc import Iterator
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.exceptions import WebSocketException

from bench.page_attacks import HANDSHAKE
from moggy.sim.studio.connections import MOST_CONNECTIONS
from moggy.sim.studio.said import LONGEST_LINE, Said
from tests.studio.test_server import PATIENCE, Rig, until

FRAMES = b"\x81\x81" + bytes(4) + b"a" + b"\x88\x80" + bytes(4)
"""A text and a close, masked with 0 (RFC 6455)."""
KEY = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
ODD: dict[str, tuple[str, str]] = {
    "of another page": ("Origin: http://{place}", "Origin: http://evil"),
    "of no page": ("Origin: http://{place}\r\n", ""),
    "of another host": ("Host: {place}", "Host: evil"),
    "with a body": (KEY, f"{KEY}\r\nContent-Length: 5"),
    "with chunks": (KEY, f"{KEY}\r\nTransfer-Encoding: chunked"),
    "of many headers": (KEY, KEY + "\r\nX: a" * 200),
    "of a long header": (KEY, f"{KEY}\r\nX: {'a' * 9000}"),
    "for a long place": ("/live", f"/live?{'a' * 9000}"),
    "for no place": ("/live", "/nothing"),
    "without a key": (f"{KEY}\r\n", ""),
    "of two keys": (KEY, f"{KEY}\r\n{KEY}"),
    "of another version": ("Version: 13", "Version: 8"),
    "by POST": ("GET", "POST"),
    "of two upgrades": (KEY, f"{KEY}\r\nUpgrade: websocket"),
}
"""What a handshake is -> what of a browser's is replaced, and by what."""


def odd(what: str, place: str) -> bytes:
    return HANDSHAKE.replace(*ODD[what]).replace("{place}", place).encode()


def line_to(rig: Rig) -> socket.socket:
    host, _, port = rig.place.partition(":")
    line = socket.create_connection((host, int(port)))
    line.settimeout(PATIENCE)
    return line


@pytest.fixture
def silent(capfd: pytest.CaptureFixture[str]) -> Iterator[Rig]:
    """A studio that says nothing on the terminal."""
    rig = Rig()  # made here, so that its log goes where the test reads
    rig.live()
    yield rig
    rig.studio.close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("what", ODD)
def test_an_odd_handshake_is_refused_and_its_line_closed(silent: Rig, what: str) -> None:
    asked = odd(what, silent.place)
    with line_to(silent) as line:
        line.sendall(asked)
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    assert heard.startswith(b"HTTP/1.1 4"), heard
    for behind in (b"", FRAMES):
        with line_to(silent) as line:
            line.sendall(asked + behind)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with silent.page() as page:
        assert until(page, "hello")


def test_odd_handshakes_keep_no_page_out(silent: Rig) -> None:
    lines = [line_to(silent) for _ in range(MOST_CONNECTIONS)]
    for line in lines:
        line.sendall(odd("with a body", silent.place))
    with silent.page() as page:
        assert until(page, "hello")
    for line in lines:
        line.close()


class Gone:
    """The line of a page that left when it was let in."""

    async def accept(self) -> None: ...

    async def close(self, **why: Any) -> None:
        raise WebSocketDisconnect(1006)


def test_who_is_one_page_too_many_and_leaves_at_once_is_no_mistake_of_ours(
    silent: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moggy.sim.studio.server.MOST_PAGES", 0)
    asyncio.run(silent.studio._live(cast(WebSocket, Gone())))


def test_a_mistake_of_ours_is_one_line_once(capfd: pytest.CaptureFixture[str]) -> None:
    rig = Rig()

    async def wrong() -> dict[str, Any]:
        raise KeyError("a mistake\nof ours")

    rig.studio._hello = wrong  # type: ignore[method-assign]
    try:
        for _ in range(3):
            with pytest.raises(WebSocketException), rig.page() as page:
                page.recv(timeout=PATIENCE)
    finally:
        rig.studio.close()
    (line,) = capfd.readouterr().err.splitlines()
    assert "studio: Exception in ASGI application: KeyError: 'a mistake" in line


def test_what_the_libraries_say_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    said = Said()
    logger = logging.getLogger("asyncio")
    try:
        for n in range(100):
            logger.error("Fatal error %s\nprotocol: %s", n, "a" * 1000)
            logger.error("b%s %s", n, "a" * 1000)
        try:
            raise asyncio.CancelledError
        except asyncio.CancelledError:
            logger.exception("the end")
    finally:
        said.close()
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "studio: Fatal error 0"
    assert len(lines) == 20
    assert max(map(len, lines)) == LONGEST_LINE
    logger.error("another's")
    assert caplog.records[-1].getMessage() == "another's"
