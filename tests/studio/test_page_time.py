"""The time of the simulated cat in the studio's page, in a real browser, on a real `moggy sim`."""

from __future__ import annotations

import pytest

from tests.studio.browser import Open

pytestmark = [pytest.mark.needs_chromium]

NOW = "moggy.live.state.at"


def opened(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its time").click()
    studio.until("Boolean(document.querySelector('[data-testid=clock]'))")


def press(studio: Open, name: str) -> None:
    studio.page.get_by_role("button", name=name, exact=True).click()


def test_it_is_paused_stepped_and_hurried(studio: Open) -> None:
    opened(studio)
    press(studio, "Pause")
    studio.until("moggy.live.state.time.paused")
    studio.page.wait_for_timeout(300)
    stood = studio.run(NOW)
    press(studio, "Step 1 s")
    studio.until(f"at => Math.abs({NOW} - at - 1) < 0.005", stood)
    press(studio, "Step")
    studio.until(f"at => Math.abs({NOW} - at - 1.02) < 0.005", stood)
    assert studio.run("moggy.live.state.time.paused")
    press(studio, "× 20")
    press(studio, "Go on")
    studio.until(f"at => {NOW} > at + 60", stood)
    assert studio.run("moggy.live.state.time.pace") > 1.5
    assert studio.page.get_by_test_id("pace").inner_text().startswith("It goes 20 times as fast")
    press(studio, "× 1")
    studio.until("moggy.live.state.time.speed === 1")
    assert studio.run("moggy.live.state.board.state") == "running"
    assert studio.run("[...moggy.live.troubles.keys()]").count("board") == 0
