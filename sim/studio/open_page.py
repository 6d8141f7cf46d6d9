"""One open page of the studio: what waits to be sent to it, what it asked for, and how fast it is
read."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import asdict
from typing import Any

import orjson
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from moggy.shown_tree import TreeNow
from moggy.sim.studio.api import Moment
from moggy.sim.studio.inbox import PageInputs
from moggy.sim.studio.talk import OfFiles, ReadSaid, problem, refused, tell
from moggy.sim.studio.view import changed, weighed_anew

MESSAGES_PER_SECOND = 150.0
"""Messages of one page that are read in a second: a page sends 60 at most. A page that sends more
is read no faster; what it has sent waits in its browser."""
BYTES_PER_SECOND = 1_000_000.0
"""Bytes of one page that are read in a second; the pictures of the browser's camera take less."""
MOST_WAITING = 4
"""Reads and saves of one page that wait while one is under way; one more is refused. The editor
asks for one at a time. Our choice."""


class Pace:
    """Holds those back who want more than a second of time in a second."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self._free_from = 0.0
        """s of the event loop's clock."""

    async def wait(self, cost: float) -> None:
        """Wait until `cost` seconds of time are free; a second's worth may come at once."""
        now = asyncio.get_running_loop().time()
        self._free_from = max(self._free_from, now - 1.0) + cost
        if self._free_from > now:
            await asyncio.sleep(self._free_from - now)


class Page:
    """One open page: what waits to be sent to it, and what its hands hold."""

    def __init__(self, socket: WebSocket) -> None:
        """`socket` is accepted."""
        self._socket = socket
        self._news: deque[dict[str, Any]] = deque(maxlen=500)
        self._answers: deque[dict[str, Any]] = deque(maxlen=50)
        self._sound: deque[bytes] = deque(maxlen=30)
        self._state: Moment | None = None
        self._sent: Moment | None = None
        """The state that it has."""
        self._wake = asyncio.Event()
        self._touches = self._lifts = self._is_closed = False
        self.listens = self.watches = False
        self._tree: TreeNow | None = None
        self._tree_sent: TreeNow | None = None
        self._pace = Pace()
        self._asked: deque[OfFiles] = deque()
        self._clerk: asyncio.Task[None] | None = None
        self._has_read = asyncio.Event()
        """Not set while a file waits to be sent: of a page that does not read one waits at most."""
        self._has_read.set()

    async def pace(self, message: Message) -> None:
        """Wait where the page sends faster than MESSAGES_PER_SECOND or BYTES_PER_SECOND."""
        size = len(message.get("bytes") or message.get("text") or "")
        await self._pace.wait(max(1.0 / MESSAGES_PER_SECOND, size / BYTES_PER_SECOND))

    def watch(self, on: bool) -> None:
        """Send it what the tree weighs from now on, at first all of it; or no more."""
        self.watches, self._tree_sent = on, None

    def offer(
        self,
        state: Moment,
        fresh: list[dict[str, Any]],
        sound: bytes,
        tree: TreeNow | None = None,
    ) -> None:
        """Send it the newest state, with the news and the 16-bit sound since the last, and what
        the tree weighs."""
        self._state = state
        self._tree = tree if self.watches else None
        self._news.extend(fresh)
        if sound and self.listens:
            self._sound.append(sound)
        self._wake.set()

    def answer(self, message: dict[str, Any]) -> None:
        """Send it an answer."""
        self._answers.append(message)
        self._wake.set()

    def ask(self, said: OfFiles, inputs: PageInputs) -> dict[str, Any] | None:
        """Have a file read or saved while the page is read on, one after the other; returns the
        answer where too many wait. What was asked for is done also when the page is closed."""
        if len(self._asked) >= MOST_WAITING:
            why = f"{MOST_WAITING} files of this page wait already: not done; try again"
            return refused(getattr(said, "file", ""), why)
        self._asked.append(said)
        if self._clerk is None or self._clerk.done():
            self._clerk = asyncio.create_task(self._do(inputs))
        return None

    async def _do(self, inputs: PageInputs) -> None:
        while self._asked:
            if isinstance(self._asked[0], ReadSaid):
                await self._has_read.wait()
            said = self._asked.popleft()
            try:
                # In another thread, so that the pages and the sound go on.
                answer = await asyncio.to_thread(tell, said, inputs)
            except OSError as error:
                answer = problem(str(error))
            except Exception as error:
                answer = mistake(error)
            if answer is not None and not self._is_closed:
                if isinstance(said, ReadSaid):
                    self._has_read.clear()
                self.answer(answer)

    def hands(self, said: str) -> None:
        """Note what the page's hands do, for `let_go`."""
        if said in ("touch", "release"):
            self._touches = said == "touch"
        elif said in ("lift", "put_down"):
            self._lifts = said == "lift"

    def let_go(self, inputs: PageInputs) -> None:
        """End the touches of a page that was closed, and go on with what it asked for."""
        self._is_closed = True
        self._has_read.set()
        if self._touches:
            inputs.release()
        if self._lifts:
            inputs.put_down()

    async def run(self) -> None:
        """Send what waits, until the page is closed."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._answers:
                    await self._send(self._answers.popleft())
                self._has_read.set()
                while self._sound:
                    await self._socket.send_bytes(self._sound.popleft())
                state, self._state = self._state, None
                if state is not None:
                    fresh = list(self._news)
                    self._news.clear()
                    parts, self._sent = changed(state, self._sent), state
                    await self._send({"type": "state", **parts, "news": fresh})
                tree, self._tree = self._tree, None
                if tree is not None and tree is not self._tree_sent:
                    news, self._tree_sent = weighed_anew(tree, self._tree_sent), tree
                    await self._send({"type": "weighed", **news})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            text = orjson.dumps(message).decode()
        except TypeError:  # half of a character, as in the name of a file
            text = (
                json.dumps(message, ensure_ascii=False, default=asdict)
                .encode("utf-8", "replace")
                .decode()
            )
        await self._socket.send_text(text)


def mistake(error: Exception) -> dict[str, Any]:
    """The answer to a message that met a mistake of ours: it must not cost the page its line."""
    return problem(f"that could not be done: {type(error).__name__}: {error}")
