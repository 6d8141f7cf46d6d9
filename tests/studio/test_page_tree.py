"""The tree in the studio's page, in a real browser, on a real `moggy sim`."""

from __future__ import annotations

import pytest

from tests.studio.browser import Open

pytestmark = [pytest.mark.needs_chromium]


def opened(studio: Open) -> None:
    """Open the tree, and wait until it is weighed."""
    studio.page.get_by_role("tab", name="Its tree").click()
    studio.until("document.querySelectorAll('.node.option .score').length > 30")


def names(studio: Open) -> list[str]:
    """Ids of the nodes in sight, in their order."""
    found: list[str] = studio.run(
        "[...document.querySelectorAll('.node')].map(node => node.dataset.node)"
    )
    return found


def test_the_living_tree_is_drawn_with_what_runs_and_why_the_others_lost(studio: Open) -> None:
    opened(studio)
    for _ in range(2):
        # What is marked to run is what the cat says that it does, also after it does another.
        studio.until(
            """() => {
              const running = [...document.querySelectorAll('.node.running')]
                .map(node => node.dataset.node);
              const { path } = moggy.live.state.decision;
              return running.length > 0 && path.filter(id => running.includes(id)).join() ===
                running.join();
            }"""
        )
        lost = "[...document.querySelectorAll('.node.option:not(.running)')]"
        studio.until(f"{lost}.every(node => node.querySelector('.lost'))")
        # What won meanwhile has no reason any more.
        reason = "node => node.querySelector('.lost')?.innerText ?? []"
        reasons = studio.run(f"{lost}.flatMap({reason})")
        assert any("less than" in reason for reason in reasons), "by its score"
        assert "not: battery < 0.15 (now" in " ".join(reasons), "by its condition, with the number"
        studio.page.get_by_label("Say something to the cat").fill("good cat")
        studio.page.get_by_role("button", name="Say", exact=True).click()
        studio.until("moggy.live.state.decision.behavior !== 'loaf'")
    bars = studio.run(
        """[...document.querySelectorAll('.node.option .score')].map(
          score => [Number(score.querySelector('.number').innerText),
                    parseFloat(score.querySelector('i:last-child').style.width)])"""
    )
    assert max(score for score, _ in bars) > 0.1
    assert all(abs(wide - min(100, 100 * score)) < 0.2 for score, wide in bars)
    assert studio.run("document.querySelectorAll('.node .spark circle').length") > 60


def test_a_designer_searches_folds_and_finds_the_block_of_a_node_in_its_file(studio: Open) -> None:
    opened(studio)
    whole = names(studio)
    studio.page.get_by_label("Search the tree").fill("curiosity")
    studio.until("document.querySelectorAll('.node').length < 15")
    found = names(studio)
    assert found[:3] == ["cat", "choose", "explore"]
    assert "startle" not in found
    studio.page.get_by_label("choose: hide what is below it").click()
    assert names(studio) == ["cat", "choose"]
    studio.page.get_by_label("choose: show what is below it").click()
    studio.page.get_by_role("button", name="explore", exact=True).click()
    detail = studio.page.get_by_test_id("node")
    assert "Sniffs about." in detail.inner_text()
    assert detail.locator(".curve").count() == 4
    studio.page.get_by_label("Search the tree").fill("")
    assert names(studio) == whole
    studio.page.get_by_role("button", name="Open all").click()
    assert len(names(studio)) > len(whole)
    studio.page.get_by_role("button", name="Fold all").click()
    studio.page.get_by_role("button", name="Options").click()
    assert names(studio) == whole
    studio.page.get_by_role("button", name="Show in its file").click()
    studio.until("document.querySelector('.code')?.dataset.file === 'trees/cat.yaml'")
    studio.until("document.querySelector('.cm-activeLine')?.innerText.trim() === '- id: explore'")


def test_what_can_run_is_asked_for_and_no_page_is_told_that_does_not_look(studio: Open) -> None:
    opened(studio)
    studio.page.get_by_role("button", name="What can run").click()
    studio.until("document.querySelectorAll('.node.option').length < 30")
    running = studio.run("moggy.live.state.decision.behavior")
    assert running in names(studio) or running != studio.run("moggy.live.state.decision.behavior")
    studio.page.get_by_role("tab", name="Its life").click()
    studio.run(
        "() => { window.told = 0; moggy.live.onAnswer.push(a => told += a.type === 'weighed') }"
    )
    studio.page.wait_for_timeout(500)
    before = studio.run("told")
    for _ in range(8):
        studio.lives()
    assert studio.run("told") == before


def test_a_node_tells_when_it_ran_and_what_leads_to_it(studio: Open) -> None:
    opened(studio)
    studio.page.get_by_label("Say something to the cat").fill("good cat")
    studio.page.get_by_role("button", name="Say", exact=True).click()
    studio.page.get_by_role("button", name="enjoy praise", exact=True).click()
    ran = studio.page.get_by_test_id("ran")
    studio.until("/, then /.test(document.querySelector('[data-testid=ran]')?.innerText)")
    assert "likes to be praised" in ran.inner_text()
    assert studio.run("document.querySelectorAll('.strip rect').length") > 0
    studio.page.get_by_role("button", name="What leads to it?").click()
    studio.until("document.querySelector('.met')?.innerText.includes('praised')")


def test_a_dragged_curve_is_saved_and_can_be_taken_back(studio: Open) -> None:
    opened(studio)
    studio.page.get_by_role("button", name="explore", exact=True).click()
    grip = studio.page.get_by_label("drive.curiosity: one", exact=True)
    said = "document.querySelector('[data-term=\\'drive.curiosity\\'] [aria-label$=one]')"
    before = studio.run(f"{said}.getAttribute('aria-valuenow')")
    assert before == "0.2"
    box = grip.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    studio.page.mouse.move(x, y)
    studio.page.mouse.down()
    studio.page.mouse.move(x + 60, y, steps=4)
    studio.page.mouse.up()
    # The server has saved it, and told the tree as it is now.
    undo = studio.page.get_by_title("Undo")
    one = "moggy.tree.nodes.find(node => node.id === 'explore').terms[0].numbers.one"
    studio.until(f"{one} > 0.35")
    bent = studio.run(one)
    assert float(studio.run(f"{said}.getAttribute('aria-valuenow')")) == pytest.approx(
        bent, abs=0.01
    )
    studio.until("moggy.tree.edition > 0")
    studio.portrait("tree.png")
    if studio.run("moggy.live.frozen"):
        return
    undo.click()
    studio.until(f"{one} === 0.2")
    studio.page.get_by_title("Redo").click()
    studio.until(f"{one} === {bent}")
    grip.press("ArrowLeft")
    studio.until(f"{one} < {bent} - 0.01")
    studio.page.get_by_role("button", name="Show in its file").click()
    studio.until("document.querySelector('.cm-activeLine')?.innerText.trim() === '- id: explore'")
    text = studio.page.get_by_test_id("code").locator(".cm-content")
    text.press("Control+End")
    text.press_sequentially("# not yet")
    studio.page.get_by_role("tab", name="Its tree").click()
    studio.page.get_by_role("button", name="explore", exact=True).click()
    studio.page.get_by_text("that are not saved: save or discard them first").wait_for()
    assert studio.page.locator(".grip").count() == 0
    studio.page.get_by_role("tab", name="Its files").click()
    studio.page.get_by_label("File", exact=True).select_option("trees/cat.yaml")
    studio.page.get_by_role("button", name="Discard").click()


def test_a_behaviour_is_added_from_a_template_and_the_cat_has_it(studio: Open) -> None:
    opened(studio)
    studio.page.get_by_role("button", name="explore", exact=True).click()
    studio.page.get_by_role("button", name="Add…").click()
    form = studio.page.get_by_test_id("add")
    form.get_by_label("Its name").fill("explore")
    form.get_by_text("explore is there already.").wait_for()
    assert form.get_by_role("button", name="Add explore").is_disabled()
    form.get_by_label("What kind").select_option("idle")
    form.get_by_label("Its name").fill("Chase a fly")
    form.get_by_text("It stands after explore.").wait_for()
    form.get_by_role("button", name="Add chase_a_fly").click()
    studio.page.get_by_test_id("node").get_by_text("Does something by itself.").wait_for()
    here = names(studio)
    assert here[here.index("explore") + 1] == "chase_a_fly"
    # The living cat weighs it.
    studio.until("moggy.tree.weighed.chase_a_fly?.would > 0")
    studio.page.get_by_role("button", name="Show in its file").click()
    studio.until(
        "document.querySelector('.cm-activeLine')?.innerText.trim() === '- id: chase_a_fly'"
    )
