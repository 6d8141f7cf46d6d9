"""The designer's files in the studio's page, in a real browser, on a real `moggy sim`."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.config import Files
from tests.studio.browser import Open

pytestmark = [pytest.mark.needs_chromium]

CAT = "personalities/cat.yaml"
SHY = "personalities/shy.yaml"


def opened(studio: Open, file: str = "") -> Any:
    """The text of a file in the editor; without a name of the one that it opens by itself."""
    studio.page.get_by_role("tab", name="Its files").click()
    if file:
        studio.page.get_by_label("File", exact=True).select_option(file)
    studio.until(
        "file => (now => now && (!file || now === file))"
        "(document.querySelector('.code')?.dataset.file)",
        file,
    )
    return studio.page.get_by_test_id("code").locator(".cm-content")


def noted(studio: Open, words: str) -> None:
    """Wait until the line below the editor says this."""
    studio.until(
        "words => document.querySelector('[data-testid=note]')?.innerText.includes(words)", words
    )


def write(text: Any, words: str) -> None:
    """Write on a line at the file's end."""
    text.press("Control+End")
    text.press("Enter")
    text.press_sequentially(words)


def test_the_editor_opens_the_living_personality(studio: Open) -> None:
    opened(studio)
    assert studio.run("document.querySelector('.code').dataset.file") == CAT
    assert studio.run("moggy.live.hello.files.filter(f => f.startsWith('pers'))[0]") != CAT


def test_a_broken_file_shows_its_line_and_the_cat_lives_on(studio: Open) -> None:
    text = opened(studio, CAT)
    lines = len(Files().read(CAT).split("\n"))
    text.press("Control+End")
    text.press_sequentially("likes_tuoch: 1.0")
    text.press("Control+s")
    noted(studio, "likes_tuoch")
    noted(studio, f"line {lines}")
    studio.page.locator(".cm-lint-marker-error").wait_for()
    studio.lives()
    # Not Ctrl-Z: what it takes back depends on how fast the typing was.
    text.press("Shift+Home")
    text.press_sequentially("# mine")
    text.press("Control+s")
    noted(studio, "Saved; the cat uses it now")
    studio.portrait("files.png")


def test_what_another_cat_is_made_of_is_saved_and_that_is_said(studio: Open) -> None:
    text = opened(studio, SHY)
    write(text, "# for later")
    text.press("Control+s")
    noted(studio, "another cat lives here")
    text = opened(studio, CAT)
    write(text, "# now")
    text.press("Control+s")
    noted(studio, "the cat uses it now")


def test_changes_that_are_not_saved_stay_through_files_tabs_and_a_reload(studio: Open) -> None:
    write(opened(studio, SHY), "# not saved")
    noted(studio, "not saved")
    assert "not saved" not in opened(studio, "personalities/bold.yaml").inner_text()
    studio.page.get_by_role("tab", name="Its life").click()
    studio.page.reload()
    studio.until("Boolean(window.moggy?.live.state)")
    studio.page.get_by_title("not all is saved").wait_for()
    text = opened(studio, SHY)
    noted(studio, "not saved")
    studio.until("document.querySelector('.cm-content').innerText.includes('# not saved')")
    studio.page.get_by_role("button", name="Discard").click()
    assert "# not saved" not in text.inner_text()
    assert studio.run("Object.keys(localStorage).filter(key => key.startsWith('draft'))") == []


def test_the_page_is_small_when_it_is_opened_and_the_editor_comes_when_it_is_asked_for(
    studio: Open,
) -> None:
    sizes = "performance.getEntriesByType('resource').map(one => [one.name, one.encodedBodySize])"
    before = dict(studio.run(sizes))
    assert 50_000 < sum(before.values()) < 450_000
    opened(studio)
    assert sum(dict(studio.run(sizes)).values()) - sum(before.values()) > 50_000
