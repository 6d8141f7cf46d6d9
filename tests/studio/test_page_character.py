"""The character's sliders in the studio's page, in a real browser, on a real `moggy sim`."""

from __future__ import annotations

import pytest

from tests.studio.browser import Open

pytestmark = [pytest.mark.needs_chromium]

NERVES = "document.getElementById('temperament.neuroticism')"


def valued(studio: Open, value: str, *, turned: bool) -> None:
    """Wait until the server has said this value, and whether it is another than usual."""
    studio.until(
        f"([value, turned]) => {NERVES}?.value === value && "
        f"{NERVES}.closest('li').classList.contains('turned') === turned",
        [value, turned],
    )


def test_a_slider_turns_the_living_character_and_can_be_taken_back(studio: Open) -> None:
    tab = studio.page.get_by_role("tab", name="Its character")
    tab.click()
    valued(studio, "0.5", turned=False)
    slider = studio.page.get_by_label("neuroticism", exact=True)
    slider.press("ArrowRight")
    valued(studio, "0.55", turned=True)
    slider.press("End")
    valued(studio, "1", turned=True)
    studio.page.get_by_role("button", name="Undo").click()
    valued(studio, "0.55", turned=True)
    studio.page.get_by_role("button", name="Redo").click()
    valued(studio, "1", turned=True)
    studio.page.get_by_role("tab", name="Its files").click()
    studio.until("document.querySelector('.cm-content')?.innerText.includes('neuroticism: 1.0')")
    tab.click()
    valued(studio, "1", turned=True)
    studio.portrait("character.png")
    if not studio.run("moggy.live.frozen"):
        studio.page.get_by_label("neuroticism: back to 0.50").click()
        valued(studio, "0.5", turned=False)
        studio.lives()


def test_what_is_not_saved_in_the_editor_holds_the_sliders(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its files").click()
    studio.until("Boolean(document.querySelector('.code')?.dataset.file)")
    text = studio.page.get_by_test_id("code").locator(".cm-content")
    text.press("Control+End")
    text.press_sequentially("# not yet")
    studio.page.get_by_role("tab", name="Its character").click()
    studio.until(f"{NERVES}?.disabled === true")
    studio.page.get_by_role("tab", name="Its files").click()
    studio.page.get_by_role("button", name="Discard").click()
    studio.page.get_by_role("tab", name="Its character").click()
    studio.until(f"{NERVES}?.disabled === false")
