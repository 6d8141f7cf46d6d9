"""Drives, bonds and tastes in numbers: what fills and drains them, how far, and what they stir."""

from __future__ import annotations

import math

import pytest

from moggy.brain.affect.bonds import TASTES, Bonds, Tastes
from moggy.brain.affect.drives import Drives, darkness
from moggy.brain.feeling_shapes import BondShape, DriveShape
from moggy.clock import DAY_S
from moggy.messages import InnerCause
from moggy.personality import Temperament
from moggy.vocabulary import DRIVES, EMOTIONS, PEOPLE, Drive

# ── Drives ───────────────────────────────────────────────────────────────────────────────────────

PLAY = DRIVES.index("play")
SHAPE = DriveShape(
    rests=0.4,
    hours=2.0,
    low=0.3,
    high=0.8,
    lacking={"interest": 0.5, "anger": 0.1},
    pleasant={"joy": 0.2},
    overfull={"disgust": 0.6},
)


def drives(shape: DriveShape = SHAPE, temperament: Temperament | None = None) -> Drives:
    shapes: dict[Drive, DriveShape] = dict.fromkeys(DRIVES, DriveShape())
    return Drives({**shapes, "play": shape}, temperament or Temperament())


def test_the_night_is_darkest_at_two_and_light_at_two_in_the_afternoon() -> None:
    hours = (2.0, 5.0, 8.0, 14.0, 20.0, 23.0)
    shares = (1.0, 0.7286, 0.25, 0.0, 0.25, 0.7286)
    assert [darkness(hour) for hour in hours] == pytest.approx(shares, abs=1e-4)


def test_the_temperament_moves_where_a_drive_rests() -> None:
    shape = SHAPE.model_copy(update={"temperament": {"extraversion": 0.8, "dominance": -0.4}})

    def rests(rests: float, **traits: float) -> float:
        one = shape.model_copy(update={"rests": rests})
        return drives(one, Temperament(**traits)).levels[PLAY]

    assert rests(0.4) == 0.4
    assert rests(0.4, extraversion=1.0) == pytest.approx(0.6)
    assert rests(0.4, extraversion=0.0, dominance=0.75) == pytest.approx(0.4 - 0.2 - 0.05)
    assert rests(0.9, extraversion=1.0) == 1.0
    assert rests(0.1, extraversion=0.0) == 0.0


def test_a_push_fills_what_is_missing_or_takes_of_what_is_there() -> None:
    felt = drives()
    felt.push(PLAY, 0.5)
    assert felt.levels[PLAY] == pytest.approx(0.7)
    felt.push(PLAY, -0.5)
    assert felt.levels[PLAY] == pytest.approx(0.35)


def test_a_drive_goes_to_where_it_rests_in_its_hours() -> None:
    felt = drives()
    felt.levels[PLAY] = 1.0
    for _ in range(2):
        felt.beat(1800.0, 12.0, 1.0)
    assert felt.levels[PLAY] == pytest.approx(0.4 + 0.6 * math.exp(-0.5))
    felt.beat(3600.0, 12.0, 1.0)
    assert felt.levels[PLAY] == pytest.approx(0.4 + 0.6 * math.exp(-1.0))


@pytest.mark.parametrize(
    ("hour", "battery", "goal"),
    [(14.0, 1.0, 0.4), (2.0, 1.0, 0.6), (8.0, 1.0, 0.45), (14.0, 0.5, 0.3), (14.0, 0.0, 0.0)],
)
def test_the_night_and_an_empty_battery_move_where_it_rests(
    hour: float, battery: float, goal: float
) -> None:
    shape = SHAPE.model_copy(update={"night": 0.2, "hunger": 0.4})
    felt = drives(shape)
    felt.beat(1e6, hour, battery)
    assert felt.levels[PLAY] == pytest.approx(goal, abs=1e-3)
    only_hungry = drives(SHAPE.model_copy(update={"hunger": 0.4}))
    only_hungry.beat(1e6, 2.0, 0.0)
    assert only_hungry.levels[PLAY] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("level", "how", "stirred"),
    [
        (0.0, "little", {"interest": 0.5, "anger": 0.1}),
        (0.15, "little", {"interest": 0.25, "anger": 0.05}),
        (0.55, "enough", {"joy": 0.2}),
        (0.425, "enough", {"joy": 0.1}),
        (0.675, "enough", {"joy": 0.1}),
        (0.9, "much", {"disgust": 0.3}),
        (1.0, "much", {"disgust": 0.6}),
    ],
)
def test_a_drive_stirs_by_how_far_it_is_from_its_middle(
    level: float, how: str, stirred: dict[str, float]
) -> None:
    felt = drives()
    felt.levels[PLAY] = level
    found = [s for s in felt.stirring() if isinstance(s.cause, InnerCause) and s.cause.of == "play"]
    assert {s.cause.level for s in found} == {how}
    assert {EMOTIONS[s.emotion]: s.level for s in found} == pytest.approx(stirred)


# ── Bonds ────────────────────────────────────────────────────────────────────────────────────────

BOND = BondShape(trust=0.3, gain=0.1, loss=0.2, forgives=50.0, strangers=0.5)


def test_a_person_is_trusted_as_strangers_are_until_something_happens() -> None:
    bonds = Bonds(BOND)
    assert (bonds.trust("anna"), bonds.familiarity("anna")) == (0.3, 0.0)
    assert bonds.with_("anna").trust == bonds.with_(None).trust == 0.3
    assert bonds.known() == {}


def test_what_was_known_of_people_is_taken_over_within_bounds() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.6, "familiarity": 0.4}, "bob": {"trust": 7.0}}, 0.25)
    assert bonds.known() == {"anna": (0.6, 0.4), "bob": (1.0, 0.0)}
    assert (bonds.with_("anna").trust, bonds.with_("anna").familiarity) == (0.6, 0.4)
    assert bonds.trust("carl") == bonds.with_("carl").trust == 0.25
    assert Bonds(BOND, {"dora": {"familiarity": -2.0}}, 0.2).known() == {"dora": (0.2, 0.0)}


def test_trust_grows_by_a_share_of_what_is_missing_and_strangers_take_part() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.6, "familiarity": 0.4}})
    bonds.move("anna", 0.05, 0.02)
    assert bonds.trust("anna") == pytest.approx(0.62)
    assert bonds.familiarity("anna") == pytest.approx(0.412)
    assert bonds.strangers == pytest.approx(0.31)


def test_trust_falls_by_a_share_of_what_is_there() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.6, "familiarity": 0.4}})
    bonds.move("anna", -0.1, 0.0)
    assert bonds.trust("anna") == pytest.approx(0.54)
    assert bonds.familiarity("anna") == 0.4
    assert bonds.strangers == pytest.approx(0.27)


def test_a_day_can_add_or_take_only_so_much() -> None:
    """Each step shrinks by how much of the day's cap is used."""
    bonds = Bonds(BOND, {"anna": {"trust": 0.5, "familiarity": 0.5}, "bob": {"trust": 0.5}})
    bonds.move("anna", 0.1, 0.1)
    assert bonds.trust("anna") == pytest.approx(0.55)
    bonds.move("anna", 0.1, 0.1)
    assert bonds.trust("anna") == pytest.approx(0.55 + 0.1 * 0.45 * 0.5)
    assert bonds.familiarity("anna") == pytest.approx(0.55 + 0.1 * 0.45 * 0.5)
    bonds.move("bob", -0.2, 0.0)
    assert bonds.trust("bob") == pytest.approx(0.4)
    bonds.move("bob", -0.2, 0.0)
    assert bonds.trust("bob") == pytest.approx(0.4 - 0.2 * 0.4 * 0.5)
    for _ in range(100):
        bonds.move("anna", 0.5, 0.5)
        bonds.move("bob", -0.5, 0.0)
    bound = bonds.trust("anna"), bonds.familiarity("anna"), bonds.trust("bob")
    bonds.move("anna", 0.5, 0.5)
    bonds.move("bob", -0.5, 0.0)
    assert (bonds.trust("anna"), bonds.familiarity("anna"), bonds.trust("bob")) == bound


def test_a_day_later_the_caps_have_refilled_and_over_months_trust_returns() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.9, "familiarity": 0.8}}, 0.1)
    bonds.move("anna", 0.0, 0.2)
    bonds.move("anna", 0.4, 0.0)
    bonds.move("anna", -0.1, 0.0)
    before = bonds.trust("anna"), bonds.familiarity("anna"), bonds.strangers
    bonds.beat(50.0 * DAY_S)
    fade = math.exp(-1.0)
    assert bonds.trust("anna") == pytest.approx(0.3 + (before[0] - 0.3) * fade)
    assert bonds.familiarity("anna") == pytest.approx(before[1] * fade)
    assert bonds.strangers == pytest.approx(0.3 + (before[2] - 0.3) * fade)


def test_half_a_day_later_a_part_of_the_caps_is_back() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.5, "familiarity": 0.5}, "bob": {"trust": 0.5}})
    bonds.move("anna", 0.1, 0.1)
    bonds.move("bob", -0.2, 0.0)
    bonds.beat(0.5 * DAY_S)
    trust, familiarity, lost = bonds.trust("anna"), bonds.familiarity("anna"), bonds.trust("bob")
    bonds.move("anna", 0.1, 0.1)
    bonds.move("bob", -0.2, 0.0)
    used = 0.5 * math.exp(-0.5)
    assert bonds.trust("anna") - trust == pytest.approx(0.1 * (1.0 - trust) * (1.0 - used))
    assert bonds.familiarity("anna") - familiarity == pytest.approx(
        0.1 * (1.0 - familiarity) * (1.0 - used)
    )
    assert lost - bonds.trust("bob") == pytest.approx(0.2 * lost * (1.0 - used))


def test_somebody_new_begins_as_a_stranger_and_the_least_familiar_is_forgotten_first() -> None:
    bonds = Bonds(BOND)
    for n in range(PEOPLE):
        bonds.move(f"known {n}", 0.0, 0.01 + 0.001 * (n if n != 30 else -5))
    bonds.move("new", 0.1, 0.0)
    assert bonds.trust("new") == pytest.approx(0.3 + 0.1 * 0.7)
    assert len(bonds.known()) == PEOPLE == 64
    assert "known 30" not in bonds.known()
    assert "new" in bonds.known()


def test_forgetting_one_leaves_the_others_and_forgetting_all_leaves_nothing() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.9}, "bob": {"trust": 0.1}}, 0.5)
    bonds.forget("anna")
    bonds.forget("nobody we know")
    assert bonds.known() == {"bob": (0.1, 0.0)}
    assert bonds.strangers == 0.5
    bonds.forget("all")
    assert bonds.known() == {}
    assert bonds.strangers == 0.3


def test_another_shape_is_adopted_and_the_bonds_stay() -> None:
    bonds = Bonds(BOND, {"anna": {"trust": 0.5}})
    bonds.adopt(BOND.model_copy(update={"gain": 0.5}))
    for _ in range(100):
        bonds.move("anna", 0.5, 0.0)
    assert bonds.trust("anna") > 0.8


# ── Tastes ───────────────────────────────────────────────────────────────────────────────────────


def test_a_minute_of_welcome_touch_raises_and_of_unwelcome_lowers_a_taste() -> None:
    tastes = Tastes()
    assert tastes.of("anna", "back") == 0.0
    tastes.touched("anna", "back", 2.0, 1.0, 0.0)
    assert tastes.of("anna", "back") == pytest.approx(0.3 * 0.02)
    tastes.touched("bob", "back", 0.5, 0.0, 1.0)
    assert tastes.of("bob", "back") == pytest.approx(-0.3 * 0.06)
    tastes.touched("carl", "back", 1.0, 0.5, 0.5)
    assert tastes.of("carl", "back") == pytest.approx(0.5 * 0.003 - 0.5 * 0.036)
    assert tastes.of("anna", "head") == tastes.of(None, "back") == 0.0


def test_a_taste_moves_less_the_nearer_it_is_to_its_end() -> None:
    tastes = Tastes({"anna": {"back": 0.2, "head": -0.2}})
    tastes.touched("anna", "back", 1.0, 1.0, 0.0)
    tastes.touched("anna", "head", 1.0, 0.0, 1.0)
    assert tastes.of("anna", "back") == pytest.approx(0.2 + 0.1 * 0.01)
    assert tastes.of("anna", "head") == pytest.approx(-0.2 - 0.1 * 0.12)
    for _ in range(50):
        tastes.touched("anna", "back", 60.0, 0.0, 1.0)
    assert tastes.of("anna", "back") == pytest.approx(-0.3)


def test_what_is_read_from_the_memory_is_cut_to_its_range() -> None:
    tastes = Tastes({"anna": {"back": 0.9, "head": -0.9, "neck": 0.1}})
    assert tastes.known() == {"anna": {"back": 0.3, "head": -0.3, "neck": 0.1}}


def test_the_longest_untouched_is_dropped_when_there_are_too_many() -> None:
    tastes = Tastes()
    for n in range(TASTES):
        tastes.touched(str(n), "back", 1.0, 1.0, 0.0)
    tastes.touched("0", "back", 1.0, 1.0, 0.0)
    tastes.touched("new", "back", 1.0, 1.0, 0.0)
    known = tastes.known()
    assert len(known) == TASTES == 512
    assert "1" not in known
    assert {"0", "2", "new"} <= set(known)


def test_tastes_are_forgotten_with_their_person() -> None:
    tastes = Tastes({"anna": {"back": 0.1, "head": 0.2}, "bob": {"back": -0.1}})
    tastes.forget("anna")
    assert tastes.known() == {"bob": {"back": -0.1}}
    tastes.forget("all")
    assert tastes.known() == {}
