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


def hour(studio: Open) -> float:
    return float(studio.run("moggy.live.state.time.hour"))


def test_the_evening_comes_at_once_and_the_clock_is_set(studio: Open) -> None:
    opened(studio)
    began = studio.run(NOW)
    press(studio, "Skip an hour")
    studio.until(f"at => {NOW} - at >= 3600", began)
    press(studio, "To the evening")
    studio.until("Math.abs(moggy.live.state.time.hour - 19) < 0.1")
    assert studio.run(NOW) - began > 3600
    before = studio.run(NOW)
    studio.page.get_by_label("Set its clock").fill("06:30")
    studio.until("Math.abs(moggy.live.state.time.hour - 6.5) < 0.1")
    assert studio.run(NOW) - before < 600, "no time has passed"
    assert studio.run("moggy.live.state.board.state") == "running"
    press(studio, "To the evening")
    studio.until("Math.abs(moggy.live.state.time.hour - 19) < 0.1")


def test_people_come_and_go_and_a_scene_is_played(studio: Open) -> None:
    opened(studio)
    name = studio.page.get_by_label("Name", exact=True)
    name.fill("mia")
    name.press("Enter")
    people = studio.page.get_by_test_id("people")
    people.get_by_text("mia").wait_for()
    studio.until("moggy.live.state.person.name === 'mia' && moggy.live.state.person.present")
    studio.page.get_by_label("mia goes").click()
    studio.until("moggy.live.state.time.people.length === 0")
    press(studio, "visitors")
    people.get_by_text("anna").wait_for()
    studio.until("moggy.live.news.some((item) => item.name === 'touched')")
    studio.until("Math.abs(moggy.live.state.time.hour - 16) < 0.2")
    studio.portrait("time.png")
    if not studio.run("moggy.live.frozen"):
        press(studio, "× 20")
        people.get_by_text("ben").wait_for()
        studio.until("moggy.live.state.time.scene === null")
        studio.until("moggy.live.state.time.people.length === 0")
        press(studio, "× 1")
        studio.lives()
