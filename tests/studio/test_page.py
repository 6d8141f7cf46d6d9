"""The studio in a real browser, on a real `moggy sim`: stroke the cat, speak to it, show it a face,
change its files.

MOGGY_SCREENSHOTS=docs/pictures also makes the README's pictures.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from moggy.config import Files
from moggy.sim.studio.still.skeleton import pose
from tests.studio.test_pictures import some_pose

pytestmark = [pytest.mark.needs_chromium]

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "sim" / "studio" / "static" / "studio.js"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --use-angle=swiftshader --enable-unsafe-swiftshader "
    "--disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --autoplay-policy=no-user-gesture-required"
)
PATIENCE = 120_000
"""Milliseconds for what only a machine without graphics makes slow; what the pet owes in time is
measured on the pet's clock."""
PICTURES = Path(os.environ["MOGGY_SCREENSHOTS"]) if "MOGGY_SCREENSHOTS" in os.environ else None
"""Where to leave the screenshots: docs/pictures, when they shall be made anew."""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cat in the afternoon, awake."""
    if not STATIC.is_file():
        pytest.fail("the page is not built: make page")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("moggy")),
        "sim",
        "--port",
        str(port),
        "--no-open",
        "--seed",
        "1",
        "--hour",
        "17",
    ]
    environment = {**os.environ, "MOGGY_HOME": str(tmp_path_factory.mktemp("home"))}
    log = tmp_path_factory.mktemp("log") / "sim.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT
        ) as process,
    ):
        try:
            _wait_for(log, process)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(log: Path, process: subprocess.Popen[bytes]) -> None:
    while "lives at" not in log.read_text():
        if process.poll() is not None:
            pytest.fail(f"moggy sim ended: {log.read_text()}")
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS.split()
        )
        yield started
        started.close()


class Open:
    """One open page, with all that it asked for and all that it complained of."""

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

    def at(self, place: tuple[float, float, float]) -> tuple[float, float]:
        """Where a point of the skin is on the screen now."""
        spot = self.run("place => moggy.view().where(place)", place)
        return spot["x"], spot["y"]

    def stroke(self, along: list[tuple[float, float, float]], steps: int = 12) -> None:
        """Press on the first place, move over the others, and keep the hand there."""
        self.page.mouse.move(*self.at(along[0]))
        self.page.mouse.down()
        for place in along[1:]:
            self.page.mouse.move(*self.at(place), steps=steps)

    def portrait(self, name: str) -> None:
        """Take a screenshot with all the fur, as with real graphics; it must come last."""
        if PICTURES is None:
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.mouse.move(5, 500)
        self.run("moggy.view().portrait()")
        self.page.screenshot(path=PICTURES / name, timeout=PATIENCE)


@pytest.fixture
def studio(browser: Any, simulator: str) -> Iterator[Open]:
    opened = Open(browser, simulator)
    yield opened
    opened.page.close()
    assert opened.complaints == []


NECK, BACK, LOIN = (0.1, 0.02, 0.24), (0.0, 0.03, 0.235), (-0.1, 0.035, 0.235)
CHEEK, TEMPLE = (0.2, 0.065, 0.23), (0.185, 0.06, 0.25)

# Watches from now on when the purr begins and when the hand touched first, on the pet's clock.
WATCH = """() => {
  window.seen = { touched: null, purred: null };
  moggy.live.onState.push((state) => {
    if (state.purr.level > 0.05 && seen.touched !== null) seen.purred ??= state.at;
  });
  moggy.live.onNews.push((item) => {
    if (item.kind === "event" && item.name === "touched") seen.touched ??= item.at;
  });
}"""


def test_a_stroked_cat_purrs_within_a_second(studio: Open) -> None:
    studio.run(WATCH)
    for _ in range(6):
        studio.stroke([TEMPLE, CHEEK, TEMPLE, CHEEK], steps=8)
        studio.page.mouse.up()
        if studio.run("seen.purred !== null"):
            break
    seen = studio.run("seen")
    assert seen["touched"] is not None
    assert seen["purred"] is not None
    assert seen["purred"] - seen["touched"] < 1.0
    studio.until("document.querySelector('[data-testid=purr]').classList.contains('on')")
    studio.until("moggy.sound.heard > 10000")
    studio.portrait("studio.png")


def test_the_camera_turns_beside_the_cat_and_never_on_it(studio: Open) -> None:
    camera = "moggy.view().stage.camera.position.toArray()"
    before = studio.run(camera)
    studio.stroke([NECK, BACK, LOIN])
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
    studio.run(
        "() => { window.heard = []; moggy.live.onNews.push((item) => heard.push(item.name)); }"
    )
    # Shift-click, and again if need be: where graphics are slow a blow of 80 ms may fall between
    # two looks at the skin.
    studio.page.keyboard.down("Shift")
    for _ in range(10):
        studio.page.mouse.click(*studio.at(BACK))
        studio.page.wait_for_timeout(2000)
        if studio.run("heard.includes('hit')"):
            break
    studio.page.keyboard.up("Shift")
    assert studio.run("heard.includes('hit')")
    lift = studio.page.get_by_role("button", name="Lift")
    lift.click()
    studio.until("heard.includes('lifted')")
    studio.page.get_by_role("button", name="Put down").click()
    studio.until("heard.includes('put_down')")
    assert lift.is_visible()


def test_the_keyboard_strokes_too(studio: Open) -> None:
    studio.run(
        "() => { window.heard = []; moggy.live.onNews.push((item) => heard.push(item.zone)); }"
    )
    studio.page.locator("canvas").first.focus()
    studio.page.keyboard.press("s")
    studio.until("heard.includes('back')")


def test_words_are_heard_and_understood(studio: Open) -> None:
    studio.run(
        "() => { window.heard = []; moggy.live.onNews.push((item) => heard.push(item.name)); }"
    )
    field = studio.page.get_by_label("Say something to the cat")
    field.fill("good cat, you are lovely!")
    field.press("Enter")
    studio.until("heard.includes('praised')")
    studio.until("moggy.live.state.person.valence > 0.05")
    assert "good cat" in studio.page.get_by_test_id("happened").inner_text()
    assert field.input_value() == ""


def test_a_picture_of_a_face_is_read(studio: Open, tmp_path: Path) -> None:
    from skimage import data, io

    face = tmp_path / "astronaut.png"
    io.imsave(face, data.astronaut(), check_contrast=False)  # type: ignore[no-untyped-call]  # scikit-image is untyped
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
    alive(studio)


def test_slider_faces_move_the_estimate(studio: Open) -> None:
    studio.page.get_by_role("button", name="Your face").click()
    studio.page.get_by_role("button", name="Sliders").click()
    studio.page.get_by_label("Valence", exact=True).fill("-0.8")
    studio.until("moggy.live.state.person.valence < -0.2")


def alive(studio: Open) -> None:
    """Its time goes on."""
    studio.until(
        "at => moggy.live.connected && moggy.live.state.at > at + 0.2",
        studio.run("moggy.live.state.at"),
    )


def test_a_broken_file_shows_its_line_and_the_cat_lives_on(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its files").click()
    studio.page.get_by_label("File", exact=True).select_option("personalities/cat.yaml")
    text = studio.page.get_by_test_id("code").locator(".cm-content")
    studio.until("document.querySelector('.code').dataset.file === 'personalities/cat.yaml'")
    lines = len(Files().read("personalities/cat.yaml").split("\n"))
    text.press("Control+End")
    text.press_sequentially("likes_tuoch: 1.0")
    text.press("Control+s")
    note = studio.page.get_by_test_id("note")
    studio.until("document.querySelector('[data-testid=note]').classList.contains('bad')")
    assert "likes_tuoch" in note.inner_text()
    assert f"line {lines}" in note.inner_text()
    studio.page.locator(".cm-lint-marker-error").wait_for()
    alive(studio)
    text.press("Control+z")
    text.press("Control+s")
    studio.until("document.querySelector('[data-testid=note]').innerText.includes('Saved')")
    studio.portrait("files.png")


def test_the_page_asks_nobody_but_its_own_server(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its files").click()
    studio.page.get_by_role("button", name="Your face").click()
    alive(studio)
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
