"""The studio's connections: how many there are, how fast they come, and how much each may ask for.
What a page says once it is open is bounded in `open_page`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import uvicorn
import websockets.server
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets import websockets_sansio_impl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from moggy.clock import unix_time
from moggy.sim.studio.open_page import Pace

MOST_CONNECTIONS = 64
"""Connections that are open at once, pages among them; our choice. More are closed at once: each
takes a descriptor, of which a process commonly has 1,024."""
CONNECTIONS_PER_SECOND = 40.0
"""Connections that are taken in in a second, our choice; others wait in the kernel, and cost the
loop nothing. A page opens about ten."""
STALE_S = 2.0
"""Age of a request in seconds from which on it makes room for a new one; our choice."""
REQUEST_S = 10.0
"""Seconds within which a connection must have asked for something; our choice."""
REQUEST_BYTES = 16_384
"""Bytes of a request; our choice, a browser's has about 1,000. A connection is for one request, and
one that sends more is closed: what comes behind a request is read and kept before it is asked
for."""
READ_BYTES = 16_384
"""Bytes that are read from a connection at once; asyncio's 256 kB would hold the loop for tenths of
a second while their frames are taken apart."""
PARSED_BYTES = 1_024
"""Bytes of a page's line that are taken apart before it is looked whether it floods: a frame has 6
at least, and 16 kB of such frames take 16 ms. Our choice."""
FRAMES_PER_SECOND = 100
"""Frames of a page in a second that are no whole message: pings, pongs, fragments. Our choice: a
browser sends one pong in 20 s, and fragments of 128 kB."""


NO_HANDSHAKE = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"Content-Length: 26\r\n\r\nno handshake of a browser\n"
)
"""The answer to a handshake that is not understood."""


def date(usegmt: bool) -> str:
    """The date of an answer, as `email.utils.formatdate` gives it, whatever the clock is set to."""
    return formatdate(unix_time(), usegmt=usegmt)


DATED = SimpleNamespace(utils=SimpleNamespace(formatdate=date))
"""What two libraries use of `email`. Theirs raises behind the years that Python or a calendar
knows, and no page would be let in; they have no option for it."""
for _library in (websockets.server, websockets_sansio_impl):
    setattr(_library, "email", DATED)  # noqa: B010


class Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """A connection; one that asks for nothing is closed. Where there are too many, that of the
    oldest request makes room, or the new one is closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Let it in, for the time of a request."""
        self._since, self._came = self.loop.time(), 0
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]
        self._is_refused = len(self.connections) >= MOST_CONNECTIONS and not self._make_room()
        if self._is_refused:
            transport.abort()
            return
        super().connection_made(transport)
        self.loop.call_later(REQUEST_S, self._end_if_idle)

    def data_received(self, data: bytes) -> None:
        """Take what came, up to REQUEST_BYTES."""
        self._came += len(data)
        if self._came > REQUEST_BYTES:
            self.transport.abort()
            return
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        if not self._is_refused:
            super().connection_lost(exc)

    def _make_room(self) -> bool:
        """End the connection whose request is the oldest: it does not read its answer, or does not
        end its question. Pages that live have become websockets and are not among them."""
        requests = [each for each in self.connections if isinstance(each, Connection)]
        oldest = min(requests, key=lambda each: each._since, default=None)
        if oldest is None or self._since - oldest._since < STALE_S:
            return False
        oldest.transport.abort()
        return True

    def _end_if_idle(self) -> None:
        is_http = self.transport.get_protocol() is self  # else it has become a websocket
        if is_http and self.cycle is None:
            self.transport.abort()


class PageSocket(WebSocketsSansIOProtocol):
    """A page's line; one that floods with frames that are no message is closed."""

    _second = _frames = 0

    def data_received(self, data: bytes) -> None:
        """Take what came. A handshake that is not understood (with a body, too long) is refused:
        uvicorn would hold its line open without an answer. A line that was closed meanwhile is not
        heard to the end."""
        for begin in range(0, len(data), PARSED_BYTES):
            if self.transport.is_closing():
                return
            super().data_received(data[begin : begin + PARSED_BYTES])
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.handshake_complete = self.close_sent = True
            self.transport.write(NO_HANDSHAKE)
            self.transport.close()

    def handle_ping(self) -> None:
        """Answer, unless there are too many."""
        if self._is_in_time():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Note it, unless there are too many."""
        if self._is_in_time():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment, unless there are too many."""
        if self._is_in_time():
            super().handle_cont(event)

    def handle_parser_exception(self) -> None:
        """Close the line, also where frames came before it was let in: uvicorn expects none then,
        and the terminal would be told."""
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def _is_in_time(self) -> bool:
        second = int(self.loop.time())
        if second != self._second:
            self._second, self._frames = second, 0
        self._frames += 1
        if self._frames > FRAMES_PER_SECOND:
            self.transport.abort()
        return self._frames <= FRAMES_PER_SECOND


class Server(uvicorn.Server):
    """A server that leaves the terminal's signals to the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Whether to end. uvicorn also writes the date into a header, which ends it where the
        machine's clock is set behind the years that Python or a calendar knows."""
        return self.should_exit

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections in at CONNECTIONS_PER_SECOND, where uvicorn takes all that come."""
        await super().startup(sockets=[])
        self._doors = [asyncio.create_task(self._let_in(each)) for each in sockets or ()]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in no more, then end as uvicorn does."""
        for door in self._doors:
            door.cancel()
        await asyncio.gather(*self._doors, return_exceptions=True)
        await super().shutdown(sockets)

    async def _let_in(self, listener: socket.socket) -> None:
        loop, pace = asyncio.get_running_loop(), Pace()
        listener.setblocking(False)
        while True:
            await pace.wait(1.0 / CONNECTIONS_PER_SECOND)
            try:
                line, _ = await loop.sock_accept(listener)
                await loop.connect_accepted_socket(self._connection, line)
            except OSError:
                await asyncio.sleep(1.0)  # no descriptor is left, or the client is gone

    def _connection(self) -> asyncio.Protocol:
        made: asyncio.Protocol = Connection(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made
