"""The studio's web server, in a thread of its own: sends the pet's state to the pages, and passes
on what they do."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from moggy.body import Body
from moggy.messages import BoardReport, Edited, Purr, Tick
from moggy.shown_tree import TreeNow
from moggy.sim.studio.api import API, Building, TimeShown
from moggy.sim.studio.connections import Connection, PageSocket, Server
from moggy.sim.studio.guard import HEADERS, THIS_MACHINE, Guard
from moggy.sim.studio.inbox import PageInputs
from moggy.sim.studio.open_page import Pace, Page, mistake
from moggy.sim.studio.own_address import own_addresses
from moggy.sim.studio.page_files import PageFiles
from moggy.sim.studio.runs import Runs
from moggy.sim.studio.said import Said
from moggy.sim.studio.talk import (
    LONGEST_MESSAGE,
    ListenSaid,
    OfFiles,
    RanSaid,
    WatchSaid,
    frame,
    problem,
    tell,
    understand,
)
from moggy.sim.studio.view import Drawn, History, moment, news

STATIC = Path(__file__).resolve().parent / "static"
"""Where `npm run build` in sim/studio/page puts the page."""

STATES_PER_SECOND = 30.0
"""States that a page gets in a second; it smooths the joints between them."""

TREES_PER_SECOND = 2.0
"""Times in a second that a page which watches the tree gets what it weighs: it weighs as often
where nothing happens. Our choice."""

PAGES_PER_SECOND = 8.0
"""Pages that are let in in a second, our choice; others wait."""
MOST_PAGES = 16
"""Pages that are open at once, our choice; one more is refused. Each holds PAGE_MB at most."""
PAGE_MB = 14
"""MB that one page may take, whatever it sends and where it reads nothing: the files that wait to
be saved for it, one that it asked for, and what is on its way. All together 224; 146 and 168 were
measured (`python -m bench abuse_pages --attack "pages that never read"`)."""

NO_TOKEN = "this studio needs its token: scan the QR code that `moggy phone` shows\n"
"""The answer to whoever has none."""
NOT_BUILT = """<!doctype html><title>moggy</title>
<p>The page is not built yet. In the clone: <code>make page</code>, or in
<code>sim/studio/page</code>: <code>npm ci &amp;&amp; npm run build</code>. Then reload.</p>"""
"""What is served where there is no built page."""


class Studio:
    """Shows a pet in the browser. The loop calls it as a listener at every tick, so it only keeps
    the tick; the server's thread does the work."""

    def __init__(
        self,
        body: Body,
        *,
        inputs: PageInputs,
        host: str = THIS_MACHINE,
        port: int = 8010,
        token: str = "",
        sound: Callable[[], bytes] = bytes,
        building: Callable[[], Building | None] = lambda: None,
        time: Callable[[], TimeShown | None] = lambda: None,
        weighed: Callable[[], TreeNow | None] = lambda: None,
        name: str = "",
        static: Path = STATIC,
    ) -> None:
        """`sound` returns the 16-bit mono samples made since it was last called; `building` the
        state of the runtime's build; `time` how a simulated pet's time goes; `weighed`, asked in
        the loop's thread, what the tree weighs; `name` is the file of the personality with which it
        began, which is shown as its name. `token`: who has it is answered, where `host` is an
        address that other machines reach."""
        self._token = token
        self._body, self._inputs, self._sound, self._building = body, inputs, sound, building
        self._time = time
        self._host, self._port, self._static = host, port, static
        self._character = name
        self._tick: Tick | None = None
        self._drawn: Drawn | None = None
        self._board: BoardReport | None = None
        self._weighed, self._tree_due = weighed, 0.0
        self._is_watched = False
        self._tree: TreeNow | None = None
        self._has_servos = False
        self._news: deque[dict[str, Any]] = deque(maxlen=2000)
        self._history = History()
        self._runs = Runs()
        self._pages: list[Page] = []
        self._door = Pace()
        self._lister = ThreadPoolExecutor(1, thread_name_prefix="names")
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    # The loop's side.

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Take a tick, and the joint angles (rad) that were sent to the body."""
        if tick.events or tick.calls or tick.understood or tick.refused:
            self._news.extend(news(tick))
        for sense in tick.senses:
            if isinstance(sense, BoardReport):
                self._board = sense
            elif isinstance(sense, Edited) and sense.lives and not tick.refused:
                self._character = sense.file
        if not self._has_servos:
            self._draw(sent, tick.commanded.purr, tick.commanded.pupils)
        self._runs.add(tick)
        if self._is_watched and tick.at >= self._tree_due:
            self._tree_due = tick.at + 1.0 / TREES_PER_SECOND
            self._tree = self._weighed()
        self._tick = tick

    def drawn(self, angles: Mapping[str, float], purr: Purr, pupils: float) -> None:
        """Take what the simulated servos, motor and eye lights do now. Once this is called, the
        page shows that instead of what was sent."""
        self._has_servos = True
        self._draw(angles, purr, pupils)

    def _draw(self, angles: Mapping[str, float], purr: Purr, pupils: float) -> None:
        angles, pupils = self._body.drawn(angles, pupils)
        self._drawn = Drawn.of(angles, purr, pupils)

    def start(self) -> str:
        """Start the thread; returns the address to open. Port 0 takes a free one. Raises OSError,
        which names the port, if it is taken, and ValueError as `Guard.of` does."""
        Guard.of(self._host, self._port, self._token)
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
            listener.listen(128)  # from now on connections wait, even before the server is up
        except OSError as error:
            listener.close()
            why = f"{error.strerror}; another pet may have it: give another, or 0 for a free one"
            if error.errno == errno.EADDRNOTAVAIL:
                here = ", ".join(own_addresses()) or "none"
                why = f"{self._host} is no address of this machine (there are: {here})"
            raise OSError(error.errno, why, f"port {self._port} for the studio") from error
        guard = Guard.of(self._host, listener.getsockname()[1], self._token)
        config = uvicorn.Config(
            self._app(guard),
            log_level="error",  # its warnings are of what clients do: they could fill the terminal
            ws_max_size=LONGEST_MESSAGE,
            ws_max_queue=64,
            ws_per_message_deflate=bool(guard.token),  # on this machine it saves nothing
            ws_ping_timeout=90.0,  # a browser that draws without a GPU may be busy for long
            http=Connection,
            ws=PageSocket,
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        self._said = Said()
        self._server = Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="studio", daemon=True
        )
        self._thread.start()
        return guard.address

    def close(self) -> None:
        """End the thread; waits up to 5 s for it."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5.0)
            self._said.close()
        self._lister.shutdown(wait=False)

    # The page's side, in the server's thread.

    def _app(self, guard: Guard) -> ASGIApp:
        routes = [
            Route("/", self._index),
            Route("/healthz", lambda request: PlainTextResponse("ok")),
            WebSocketRoute("/live", self._live),
            Mount("/static", PageFiles(directory=self._static, check_dir=False)),
        ]
        return _guarded(Starlette(routes=routes, lifespan=self._lifespan), guard)

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        showing = asyncio.create_task(self._show())
        yield
        showing.cancel()

    async def _index(self, request: Any) -> Response:
        page = self._static / "index.html"
        return HTMLResponse(page.read_text(encoding="utf-8") if page.is_file() else NOT_BUILT)

    async def _show(self) -> None:
        """Send the newest state to all pages, again and again."""
        said = ""
        while True:
            await asyncio.sleep(1.0 / STATES_PER_SECOND)
            try:
                self._show_now()
            except Exception as error:
                # A mistake of ours must not freeze the pages: the next state may be right.
                message = f"a state could not be shown: {type(error).__name__}: {error}"
                for page in self._pages if message != said else ():
                    page.answer(problem(message))
                said = message

    def _show_now(self) -> None:
        """Send the newest state to all pages. A slow page misses states, but no news."""
        tick, drawn = self._tick, self._drawn
        fresh = [self._news.popleft() for _ in range(len(self._news))]
        for item in fresh:
            self._history.tell(item)
        sound = self._sound()
        if tick is None or drawn is None:
            return
        self._history.add(tick)
        if not self._pages:
            return
        state = moment(tick, drawn, self._board, self._building(), self._time(), self._character)
        self._is_watched = any(page.watches for page in self._pages)
        for page in tuple(self._pages):
            page.offer(state, fresh, sound, self._tree)

    async def _live(self, socket: WebSocket) -> None:
        await self._door.wait(1.0 / PAGES_PER_SECOND)
        await socket.accept()
        if len(self._pages) >= MOST_PAGES:
            reason = f"{MOST_PAGES} pages are open already: close one, and reload"
            with contextlib.suppress(WebSocketDisconnect):
                await socket.close(code=1013, reason=reason)
            return
        page = Page(socket)
        page.answer(await self._hello())
        self._pages.append(page)
        sender = asyncio.create_task(page.run())
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                try:
                    answer = self._heard(page, message)
                except Exception as error:
                    answer = mistake(error)
                if answer is not None:
                    page.answer(answer)
                await page.pace(message)
                if self._server is None or self._server.should_exit:
                    return
        except WebSocketDisconnect:
            return
        finally:
            self._pages.remove(page)
            sender.cancel()
            page.let_go(self._inputs)

    def _heard(self, page: Page, message: Message) -> dict[str, Any] | None:
        """Handle one message of a page, without waiting for anything: the next may be the emergency
        stop. Returns the answer, if there is one now."""
        data = message.get("bytes")
        if data is not None:
            return frame(data, self._inputs)
        said = understand(message.get("text") or "")
        if isinstance(said, dict):
            return said
        if isinstance(said, ListenSaid):
            page.listens = said.on
            return None
        if isinstance(said, WatchSaid):
            page.watch(said.on)
            return None
        if isinstance(said, RanSaid):
            return {"type": "ran", **asdict(self._runs.of(said.id))}
        if isinstance(said, OfFiles):
            return page.ask(said, self._inputs)
        page.hands(said.type)
        return tell(said, self._inputs)

    async def _hello(self) -> dict[str, Any]:
        # In a thread that never waits for reads and saves.
        ask = partial(asyncio.get_running_loop().run_in_executor, self._lister)
        return {
            "type": "hello",
            "api": API,
            "name": Path(self._character).stem or self._body.name,
            "joints": {
                name: {"min": joint.min, "max": joint.max, "rest": joint.rest}
                for name, joint in self._body.joints.items()
            },
            "pads": {
                name: {"zone": pad.zone, "at": pad.at} for name, pad in self._body.pads.items()
            },
            "rate": self._body.speaker.rate,
            "files": await ask(self._inputs.files),
            "used": await ask(self._inputs.used),
            "scenes": await ask(self._inputs.scenes),
            "history": self._history.points(),
            "news": list(self._history.news),
            "troubles": list(self._history.troubles.values()),
        }


def _guarded(app: ASGIApp, guard: Guard) -> ASGIApp:
    """`app`, which is asked only if `guard` admits the request, and with the strict headers on
    every answer."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        headers, query = Headers(scope=scope), scope["query_string"].decode("latin-1")
        is_page, answer = scope["type"] == "http", app
        if is_page and not guard.admits_host(headers.get("host", "")):
            answer = PlainTextResponse("this is not my address", status_code=421)
        elif not guard.admits(headers, query):
            answer = PlainTextResponse(NO_TOKEN, status_code=403)
        elif is_page and guard.is_invited(query):
            # The token leaves the address, which a browser keeps and shows.
            answer = RedirectResponse("/", 303, {"set-cookie": guard.cookie})
        elif not is_page and not guard.is_own_page(headers):
            answer = PlainTextResponse("not from the studio's own page", status_code=403)
        await answer(scope, receive, _with_headers(send))

    return enter


def _with_headers(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
