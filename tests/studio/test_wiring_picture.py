"""The picture of the wires as a browser draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.wiring_picture import picture

BODIES = sorted(SHIPPED["body"].glob("*.yaml"))
BOXES = """() => {
  const within = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width &&
    a.y + 2 < b.y + b.height && b.y + 2 < a.y + a.height;
  const texts = [...document.querySelectorAll("text")].map((t) => [t.textContent, t.getBBox()]);
  const frames = [...document.querySelectorAll("rect[rx]")].map((r) => r.getBBox());
  const bad = [];
  texts.forEach(([one, a], i) => {
    texts.slice(i + 1).forEach(([other, b]) => { if (within(a, b)) bad.push([one, other]); });
    for (const frame of frames)
      if (within(a, frame) && (a.x < frame.x || a.x + a.width > frame.x + frame.width ||
          a.y + a.height > frame.y + frame.height)) bad.push([one, "its frame"]);
  });
  return bad;
}"""


@pytest.mark.parametrize("file", BODIES, ids=lambda file: file.stem)
def test_no_text_lies_on_another_or_leaves_its_frame(
    browser: Any, file: Path, tmp_path: Path
) -> None:
    drawn = tmp_path / "wires.svg"
    drawn.write_text(picture(load(file, Body)), encoding="utf-8")
    page = browser.new_page()
    page.goto(drawn.as_uri())
    assert page.evaluate(BOXES) == []
    page.close()
