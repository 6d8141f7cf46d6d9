"""A page that asks for files and does not read them holds one of them, not fifty."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast

from starlette.websockets import WebSocket

from moggy.sim.studio.inbox import PageInputs
from moggy.sim.studio.open_page import Page
from moggy.sim.studio.said import Said
from moggy.sim.studio.talk import ReadSaid, SaveSaid


class Files:
    """Counts what is read and saved."""

    def __init__(self) -> None:
        self.reads = self.saves = 0

    def read(self, file: str) -> str:
        """A text."""
        self.reads += 1
        return "text"

    def save(self, file: str, text: str) -> None:
        """Note it."""
        self.saves += 1


class Line:
    """A page's line, on which nothing is read until `open` is set."""

    def __init__(self) -> None:
        self.open, self.sent = asyncio.Event(), list[str]()

    async def send_text(self, text: str) -> None:
        """Wait until the page reads."""
        await self.open.wait()
        self.sent.append(text)


async def asked() -> tuple[int, int, int]:
    """(reads while the page does not read, reads once it does, saves after it was closed)"""
    files, line = Files(), Line()
    inputs = cast(PageInputs, cast(Any, files))
    page = Page(cast(WebSocket, cast(Any, line)))
    sender = asyncio.create_task(page.run())
    for _ in range(40):
        page.ask(ReadSaid(type="read", file="a.yaml"), inputs)
        await asyncio.sleep(0.01)
    held = files.reads
    line.open.set()
    await asyncio.sleep(0.3)
    read = files.reads
    line.open.clear()
    page.ask(ReadSaid(type="read", file="a.yaml"), inputs)
    page.ask(ReadSaid(type="read", file="a.yaml"), inputs)
    page.ask(SaveSaid(type="save", file="a.yaml", text=""), inputs)
    await asyncio.sleep(0.1)
    page._touches = page._lifts = False
    page.let_go(inputs)
    await asyncio.sleep(0.3)
    sender.cancel()
    return held, read, files.saves


def test_a_page_that_does_not_read_holds_one_file() -> None:
    held, read, saves = asyncio.run(asked())
    assert held == 1
    assert read == 5
    assert saves == 1


def test_the_end_of_a_page_that_does_not_read_is_no_error_of_ours() -> None:
    said = "Cancel %s running task(s), timeout graceful shutdown exceeded"
    ours = Said()
    assert not ours.filter(logging.LogRecord("uvicorn.error", 40, "", 1, said, (0,), None))
    assert ours.filter(logging.LogRecord("uvicorn.error", 40, "", 1, "a mistake", (), None))
    ours.close()
