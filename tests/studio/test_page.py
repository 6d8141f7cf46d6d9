"""The studio in a real browser, on a real `moggy sim`: stroke the cat, speak to it, show it a
face.

What a hand does is checked in two steps, neither of which depends on how busy the machine is: the
page sends messages with times of its own, and a pet in virtual time feels what they say.

MOGGY_SCREENSHOTS=docs/pictures also makes the README's pictures.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from moggy.sim.studio.still.skeleton import pose
from tests.studio.browser import PATIENCE, Open
from tests.studio.frames import happened, lived_with
from tests.studio.test_pictures import some_pose

pytestmark = [pytest.mark.needs_chromium]

# Places on the skin of a cat that stands: m forward, to its left, up.
BACK = (0.0, 0.03, 0.235)
CHEEK = (0.2, 0.065, 0.23)
TEMPLE = (0.185, 0.06, 0.25)
# Places inside of the trunk, m: in every pose a pointer that aims at one of them meets the cat.
INSIDE = [(0.1, 0.02, 0.2), (0.0, 0.02, 0.2), (-0.1, 0.02, 0.2)]


def test_a_stroked_cat_purrs_within_a_second(studio: Open) -> None:
    studio.glide([TEMPLE, CHEEK] * 3, seconds=2.0)
    ticks = lived_with(studio.hands())
    touched = next(tick.at for tick in ticks for event in tick.events if event.name == "touched")
    purred = next(tick.at for tick in ticks if tick.commanded.purr.level > 0.05)
    assert 0.0 < purred - touched < 1.0


def test_the_page_shows_the_purr_and_plays_it(studio: Open) -> None:
    purring = "document.querySelector('[data-testid=purr]').classList.contains('on')"
    studio.page.mouse.click(5, 500)  # browsers play nothing before the first click
    studio.glide([TEMPLE, CHEEK] * 3, seconds=2.0)
    for _ in range(PATIENCE // 2000):
        studio.page.wait_for_timeout(2000)
        if studio.run(purring):
            break
        studio.glide([TEMPLE, CHEEK] * 3, seconds=2.0)
    assert studio.run(purring)
    studio.until("moggy.sound.heard > 10000")
    studio.portrait("studio.png")


def test_the_camera_turns_beside_the_cat_and_never_on_it(studio: Open) -> None:
    camera = "moggy.view().stage.camera.position.toArray()"
    before = studio.run(camera)
    studio.stroke(INSIDE)
    assert studio.run("moggy.view().hand.touching")
    studio.page.mouse.up()
    assert studio.run(camera) == pytest.approx(before)
    studio.page.mouse.move(60, 300)
    studio.page.mouse.down()
    studio.page.mouse.move(200, 300, steps=6)
    studio.page.mouse.up()
    studio.until("!moggy.view().hand.touching")
    studio.until(
        "before => moggy.view().stage.camera.position.toArray()"
        ".some((x, i) => Math.abs(x - before[i]) > 0.05)",
        before,
    )


def test_a_hand_that_hits_or_lifts_is_felt(studio: Open) -> None:
    studio.point([("pointerdown", BACK, 0.0), ("pointerup", BACK, 50.0)], shift=True)
    lift = studio.page.get_by_role("button", name="Lift")
    lift.click()
    studio.page.get_by_role("button", name="Put down").click()
    assert lift.is_visible()
    sent = studio.hands()
    assert [json.loads(frame)["type"] for frame in sent] == ["hit", "lift", "put_down"]
    felt = happened(lived_with(sent, apart=3.0))
    assert ("hit", "back") in felt
    names = [name for name, _ in felt if name in ("hit", "lifted", "put_down")]
    assert names == ["hit", "lifted", "put_down"]


@pytest.mark.parametrize(
    ("pause", "sent"),
    [
        (250.0, ["touch", "release", "hit"]),
        (350.0, ["touch", "release", "touch", "release"]),
    ],
)
def test_two_clicks_within_300_ms_are_a_hit(studio: Open, pause: float, sent: list[str]) -> None:
    first = [("pointerdown", BACK, 0.0), ("pointerup", BACK, 50.0)]
    second = [("pointerdown", BACK, pause), ("pointerup", BACK, pause + 50.0)]
    studio.point([*first, *second])
    assert [json.loads(frame)["type"] for frame in studio.hands()] == sent


def test_a_lift_in_the_page_lifts_the_living_cat(studio: Open) -> None:
    told = "moggy.live.news.some((item) => item.name == '{}' && item.at > {})"
    began = studio.run("moggy.live.state.at")
    studio.page.get_by_role("button", name="Lift").click()
    studio.until(told.format("lifted", began))
    # The server puts down what a lost page had lifted, and the page, which holds it, lifts again.
    lost = studio.run("() => { moggy.live.socket.close(); return moggy.live.state.at; }")
    studio.until(told.format("held", lost + 8.0))
    assert not studio.run(told.format("put_down", lost + 4.0))
    began = studio.run("moggy.live.state.at")
    studio.page.get_by_role("button", name="Put down").click()
    studio.until(told.format("put_down", began))


def test_the_pages_stop_stops_the_board_until_it_is_released(studio: Open) -> None:
    shown = "document.querySelector('[data-testid=board]').textContent"
    for button, state in (("Stop", "stopped"), ("Release", "running"), ("Clear faults", "running")):
        studio.page.get_by_role("button", name=button, exact=True).click()
        studio.until(f"{shown}.startsWith('{state}')")


def test_escape_stops_the_board_wherever_the_focus_is(studio: Open) -> None:
    shown = "document.querySelector('[data-testid=board]').textContent.startsWith({!r})"
    studio.page.get_by_label("Say something to the cat").press("Escape")
    studio.until(shown.format("stopped"))
    studio.page.get_by_role("button", name="Release").press("Enter")
    studio.until(shown.format("running"))


def test_a_stop_without_a_connection_is_sent_at_the_next_one(studio: Open) -> None:
    # In one task of the page, since it connects again at once.
    studio.run(
        "() => { moggy.live.socket.close(); [...document.querySelectorAll('button')]"
        ".find((button) => button.textContent.trim() === 'Stop').click(); }"
    )
    studio.until("moggy.live.state.board.state == 'stopped'")
    studio.page.get_by_role("button", name="Release", exact=True).click()
    studio.until("moggy.live.state.board.state == 'running'")


def test_the_keyboard_strokes_too(studio: Open) -> None:
    studio.page.locator("canvas").first.focus()
    studio.page.keyboard.press("s")
    studio.until("!moggy.view().hand.touching")
    sent = studio.hands()
    times = [sample["t"] for frame in sent for sample in json.loads(frame).get("samples", ())]
    assert times[-1] - times[0] == pytest.approx(0.9, abs=0.021)
    assert max(after - before for before, after in pairwise(times)) < 0.021
    zones = {zone for name, zone in happened(lived_with(sent)) if name == "stroked"}
    assert "back" in zones


def test_words_are_heard_and_understood(studio: Open) -> None:
    studio.run(
        "() => { window.heard = []; moggy.live.onNews.push((item) => heard.push(item.name)); }"
    )
    studio.run(
        "() => { window.gladdest = -1; moggy.live.onState.push((state) => "
        "{ gladdest = Math.max(gladdest, state.person.valence); }); }"
    )
    field = studio.page.get_by_label("Say something to the cat")
    field.fill("good cat, you are lovely!")
    field.press("Enter")
    studio.until("heard.includes('praised')")
    studio.until("gladdest > 0.05")
    assert "good cat" in studio.page.get_by_test_id("happened").inner_text()
    assert field.input_value() == ""


def test_a_picture_of_a_face_is_read(studio: Open, tmp_path: Path) -> None:
    from skimage import data, io

    face = tmp_path / "astronaut.png"
    astronaut = data.astronaut()  # type: ignore[no-untyped-call]  # scikit-image is untyped
    io.imsave(face, astronaut, check_contrast=False)
    studio.page.get_by_role("button", name="Your face").click()
    studio.page.get_by_role("button", name="Picture").click()
    # What was said before must have faded, so that what is then known comes from the face.
    studio.until(
        "moggy.live.state.person.unsure && Math.abs(moggy.live.state.person.valence) < 0.1"
    )
    studio.page.get_by_label("A picture").set_input_files(face)
    studio.until(
        "moggy.live.state.person.present && !moggy.live.state.person.unsure"
        " && moggy.live.state.person.valence > 0.15"
    )
    person = studio.run("moggy.live.state.person")
    assert person["probabilities"]["happy"] > person["probabilities"]["sad"]
    assert person["confidence"] > 0.3
    studio.portrait("face.png")


def test_a_file_that_is_no_picture_is_said_and_the_cat_lives_on(
    studio: Open, tmp_path: Path
) -> None:
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"no picture at all")
    studio.page.get_by_role("button", name="Your face").click()
    studio.page.get_by_role("button", name="Picture").click()
    studio.page.get_by_label("A picture").set_input_files(junk)
    studio.page.get_by_text("cannot be shown as a picture").wait_for()
    studio.lives()


def test_slider_faces_move_the_estimate(studio: Open) -> None:
    studio.page.get_by_role("button", name="Your face").click()
    studio.page.get_by_role("button", name="Sliders").click()
    studio.page.get_by_label("Valence", exact=True).fill("-0.8")
    studio.until("moggy.live.state.person.valence < -0.2")


def test_the_page_asks_nobody_but_its_own_server(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its files").click()
    studio.page.get_by_role("button", name="Your face").click()
    studio.lives()
    own = urlsplit(studio.address).netloc
    assert len(studio.asked) > 3
    assert {
        urlsplit(url).netloc for url in studio.asked if not url.startswith(("blob:", "data:"))
    } == {own}


def test_a_narrow_dark_window_shows_everything(browser: Any, simulator: str) -> None:
    opened = Open(browser, simulator, color_scheme="dark")
    opened.page.set_viewport_size({"width": 420, "height": 860})
    opened.page.get_by_test_id("mind").scroll_into_view_if_needed()
    inside = (
        "[...document.querySelectorAll('button, input, .card')]"
        ".every((each) => each.getBoundingClientRect().right <= innerWidth)"
    )
    assert opened.run("document.documentElement.scrollWidth <= innerWidth")
    opened.until(inside)
    assert opened.run("document.documentElement.dataset.theme") == "dark"
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    opened.portrait("dark.png")
    opened.page.close()
    assert opened.complaints == []


def test_the_painted_cat_and_the_cat_of_the_page_have_the_same_bones(studio: Open) -> None:
    for seed in range(5):
        angles = some_pose(seed)
        rows = "([name, matrix]) => [name, matrix.clone().transpose().toArray()]"
        drawn = studio.run(
            f"angles => Object.fromEntries(Object.entries(moggy.pose(angles, 0.4)).map({rows}))",
            angles,
        )
        painted = pose(angles, 0.4)
        assert set(drawn) == set(painted)
        for name, matrix in painted.items():
            assert drawn[name] == pytest.approx(matrix.ravel().tolist(), abs=1e-9), name
