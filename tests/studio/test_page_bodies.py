"""The page draws the body that the pet has."""

from __future__ import annotations

from moggy.body import Body
from moggy.config import Files

from .browser import PICTURES, Open

ARGUMENTS = ("--body", "lap")
LAP = Files().load("body/lap.yaml", Body)
HEIGHT = "(place) => moggy.view().cat.now(place).z - moggy.view().cat.position.z"


def test_a_lap_cat_sits_whatever_it_does_and_moves_what_it_has(studio: Open) -> None:
    joints = studio.run("Object.keys(moggy.live.hello.joints)")
    assert joints == list(LAP.joints)
    angles = studio.run("moggy.live.state.angles")
    assert set(angles) == {*LAP.joints, *LAP.fixed}
    assert angles["hind_left_knee"] == LAP.fixed["hind_left_knee"]
    shoulders, loin = (studio.run(HEIGHT, LAP.pads[pad].at) for pad in ("shoulders", "loin"))
    assert shoulders > loin + 0.05, "its trunk stands up"
    before = studio.run("moggy.live.state.angles")
    studio.until(
        "(was) => Object.entries(was).some(([joint, at]) =>"
        " Math.abs(moggy.live.state.angles[joint] - at) > 0.05)",
        before,
    )
    if PICTURES:
        studio.page.screenshot(path=PICTURES / "lap.png")
