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


def lives(studio: Open, name: str) -> None:
    """Wait until the cat is this one, and the page shows it."""
    studio.until(
        "([file, name]) => moggy.live.state.character === file &&"
        " document.querySelector('[data-testid=character]')?.dataset.file === file &&"
        " document.querySelector('h1').innerText.trim().toLowerCase().startsWith(name)",
        [f"personalities/{name}.yaml", name],
    )


def press(studio: Open, name: str) -> None:
    studio.page.get_by_role("button", name=name, exact=True).click()


def named(studio: Open, way: str, name: str, send: str) -> None:
    press(studio, way)
    studio.page.get_by_label("Its name").fill(name)
    press(studio, send)


def test_a_character_is_made_from_this_one_renamed_and_deleted(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its character").click()
    valued(studio, "0.5", turned=False)
    named(studio, "New from it", "mine", "Make it")
    lives(studio, "mine")
    studio.page.get_by_label("neuroticism", exact=True).press("End")
    valued(studio, "1", turned=True)
    named(studio, "Rename", "ours", "Rename it")
    lives(studio, "ours")
    valued(studio, "1", turned=True)
    studio.page.get_by_role("tab", name="Its files").click()
    studio.until(
        "document.querySelector('.code')?.dataset.file === 'personalities/ours.yaml'"
        " && document.querySelector('.cm-content').innerText.includes('name: ours')"
    )
    studio.page.get_by_role("tab", name="Its character").click()
    lives(studio, "ours")
    press(studio, "Delete")
    press(studio, "Delete it for good")
    lives(studio, "cat")
    valued(studio, "0.5", turned=False)
    studio.until("!moggy.live.hello.files.includes('personalities/ours.yaml')")
    assert studio.run("moggy.live.news.filter((item) => item.kind === 'refused').length") == 0


def test_the_cat_becomes_another_one_and_that_is_reverted(studio: Open) -> None:
    studio.page.get_by_role("tab", name="Its character").click()
    valued(studio, "0.5", turned=False)
    studio.page.get_by_label("It is", exact=True).select_option("personalities/shy.yaml")
    lives(studio, "shy")
    valued(studio, "0.9", turned=True)
    nerves = studio.page.get_by_label("neuroticism", exact=True)
    nerves.press("Home")
    valued(studio, "0", turned=True)
    press(studio, "Revert")
    press(studio, "Revert it")
    valued(studio, "0.9", turned=True)
    press(studio, "Put back what was yours")
    valued(studio, "0", turned=True)
    press(studio, "Revert")
    press(studio, "Revert it")
    valued(studio, "0.9", turned=True)
    studio.page.get_by_label("It is", exact=True).select_option("personalities/cat.yaml")
    lives(studio, "cat")
    valued(studio, "0.5", turned=False)
    studio.lives()
