"""The studio's page in a real browser, for tests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from moggy.messages import Place

FLAGS = (
    "--headless --no-sandbox --disable-gpu --use-angle=swiftshader --enable-unsafe-swiftshader "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --autoplay-policy=no-user-gesture-required"
)
PATIENCE = 120_000
"""Milliseconds; only a bound for a machine that is very busy."""
PICTURES = Path(os.environ["MOGGY_SCREENSHOTS"]) if "MOGGY_SCREENSHOTS" in os.environ else None
"""Where to leave the screenshots: docs/pictures, when they shall be made anew."""


# Notes what the page sends.
LISTEN = """() => {
  const say = moggy.live.say.bind(moggy.live);
  window.sent = [];
  moggy.live.say = (message) => { sent.push(JSON.stringify(message)); say(message); };
}"""

# Pointer events on the canvas of a cat that stands, all at once, each with a time of its own.
POINT = """([events, shiftKey]) => {
  const canvas = document.querySelector("canvas");
  const begun = performance.now();
  moggy.view().cat.show({}, { level: 0, breath: 0 }, 0.5, 0);
  for (const [type, place, milliseconds] of events) {
    const spot = moggy.view().where(place);
    const event = new PointerEvent(type, {
      pointerId: 1, pointerType: "mouse", button: type === "pointermove" ? -1 : 0,
      buttons: type === "pointerup" ? 0 : 1, clientX: spot.x, clientY: spot.y,
      bubbles: true, cancelable: true, shiftKey,
    });
    Object.defineProperty(event, "timeStamp", { value: begun + milliseconds });
    canvas.dispatchEvent(event);
  }
  if (canvas.hasPointerCapture(1)) canvas.releasePointerCapture(1);
}"""


class Open:
    """One open page, with its requests, its errors and the messages that it sent."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.address = address
        self.page = browser.new_page(viewport={"width": 1280, "height": 800}, **options)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda line: self.asked.append(line.url))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(address)
        self.until("Boolean(window.moggy?.live.state && window.moggy.view())")
        self.run(LISTEN)

    def hands(self) -> list[str]:
        """The messages about hands that the page has sent since the last call."""
        kinds = ("touch", "release", "hit", "lift", "put_down")
        return [text for text in self.run("sent.splice(0)") if json.loads(text)["type"] in kinds]

    def run(self, script: str, given: Any = None) -> Any:
        return self.page.evaluate(script, given)

    def until(self, condition: str, given: Any = None) -> None:
        """Asked again and again from here: the page's own policy forbids what Playwright's waiting
        evaluates inside of it."""
        for _ in range(PATIENCE // 200):
            if self.run(condition, given):
                return
            self.page.wait_for_timeout(200)
        pytest.fail(
            f"never came true: {condition}; {self.run('JSON.stringify(moggy.live.state)')[:1500]}"
        )

    def at(self, place: Place) -> tuple[float, float]:
        """Where a point of the skin is on the screen now."""
        spot = self.run("place => moggy.view().where(place)", place)
        return spot["x"], spot["y"]

    def stroke(self, along: list[Place], steps: int = 12) -> None:
        """With the real mouse, press on the first place, move over the others, and keep the hand
        there."""
        for _ in range(50):
            self.page.mouse.move(*self.at(along[0]))
            self.page.mouse.down()
            if self.run("moggy.view().hand.touching"):
                break
            self.page.mouse.up()  # the cat has moved meanwhile: this was beside it
        for place in along[1:]:
            self.page.mouse.move(*self.at(place), steps=steps)

    def point(self, events: list[tuple[str, Place, float]], *, shift: bool = False) -> None:
        """Give the page pointer events: (type, place on the skin, ms by the events' own clock). For
        these the cat stands, whatever the living one does."""
        self.run(POINT, [events, shift])

    def glide(self, along: list[Place], seconds: float) -> None:
        """Stroke over these places in this time by the events' own clock, a sample each 10 ms."""
        steps = round(100 * seconds)
        events: list[tuple[str, Place, float]] = []
        for n in range(steps + 1):
            part, share = divmod(n / steps * (len(along) - 1), 1.0)
            here, there = along[int(part)], along[min(int(part) + 1, len(along) - 1)]
            x, y, z = (a + share * (b - a) for a, b in zip(here, there, strict=True))
            kind = "pointerdown" if n == 0 else "pointerup" if n == steps else "pointermove"
            events.append((kind, (x, y, z), 10.0 * n))
        self.point(events)

    def lives(self) -> None:
        """Wait until its time has gone on."""
        self.until(
            "at => moggy.live.connected && moggy.live.state.at > at + 0.2",
            self.run("moggy.live.state.at"),
        )

    def portrait(self, name: str) -> None:
        """Take a screenshot with all the fur, as with real graphics; it must come last."""
        if PICTURES is None:
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.mouse.move(5, 500)
        self.run("moggy.view().portrait()")
        self.page.screenshot(path=PICTURES / name, timeout=PATIENCE)
