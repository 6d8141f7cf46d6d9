"""The owner's characters: a new one, another name, deleted, as shipped, and the pet becomes another
one while it lives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moggy.assemble import begin, born
from moggy.config import Files, Invalid
from moggy.desk import Desk
from moggy.messages import Edited, Tick
from moggy.pet import LivingPet

CAT = "personalities/cat.yaml"
SHY = "personalities/shy.yaml"


class House:
    """A pet of an owner's files, which takes what the desk gives it."""

    def __init__(self, own: Path) -> None:
        self.files = Files(own)
        start = begin(self.files, seed=1, hour=15.0)
        self.desk = Desk(self.files, start)
        self.pet: LivingPet = born(start)
        self.now = 0.0

    def takes(self, edits: dict[str, str]) -> Tick:
        self.now += 0.1
        living = self.desk.living
        return self.pet.tick(
            self.now,
            [
                Edited(at=self.now, file=file, text=text, lives=file == living)
                for file, text in edits.items()
            ],
        )

    def nerves(self) -> float:
        """How neurotic it is, by its desk."""
        return next(
            float(handle["value"])
            for handle in self.desk.character()["handles"]
            if handle["key"] == "temperament.neuroticism"
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.desk.close()


def own(house: House) -> dict[str, tuple[bool, bool]]:
    """File → (own, shipped) of the characters that are not just as shipped."""
    return {
        one["file"]: (one["own"], one["shipped"])
        for one in house.desk.character()["characters"]
        if one["own"]
    }


def test_the_pet_becomes_another_character_and_is_turned_as_that(house: House) -> None:
    assert house.takes(house.desk.arrange("become", SHY)).refused == ()
    assert house.desk.living == house.desk.used()[0] == SHY
    assert house.nerves() == 0.9
    assert house.takes(house.desk.turn("temperament.neuroticism", 0.8)).refused == ()
    assert "0.8" in house.files.read(SHY)
    assert own(house) == {SHY: (True, True)}
    assert house.takes(house.desk.arrange("become", CAT)).refused == ()
    assert house.nerves() == 0.5


def test_what_another_character_likes_holds_at_once(house: House) -> None:
    def appetite() -> float:
        tick = house.takes({})
        (terms,) = [dict(each.terms) for each in tick.decision.scores if each.id == "look_out"]
        return terms.get("appetite", 1.0)

    before = appetite()
    house.takes(house.desk.arrange("become", SHY))
    assert (before, appetite()) == (1.0, 1.4)


def test_a_new_one_is_as_the_one_that_it_is_made_from(house: House) -> None:
    house.takes(house.desk.turn("temperament.neuroticism", 0.7))
    assert house.takes(house.desk.arrange("copy", CAT, " My  Cat ")).refused == ()
    assert house.desk.living == "personalities/my_cat.yaml"
    assert house.nerves() == 0.7
    assert "name: My  Cat\n" in house.files.read(house.desk.living)
    house.takes(house.desk.turn("temperament.neuroticism", 0.2))
    assert house.takes(house.desk.arrange("become", CAT)).refused == ()
    assert house.nerves() == 0.7, "and the first one stays as it was"
    with pytest.raises(Invalid, match=r"there is personalities/my_cat\.yaml already"):
        house.desk.arrange("copy", SHY, "my cat")


@pytest.mark.parametrize("name", ["", "  ", "../cat", ".hidden", "a/b", "x" * 80])
def test_what_is_no_name_makes_no_file(house: House, name: str) -> None:
    with pytest.raises(Invalid):
        house.desk.arrange("copy", CAT, name)
    assert own(house) == {}


def test_a_character_of_the_owners_gets_another_name_and_is_deleted(house: House) -> None:
    house.takes(house.desk.arrange("copy", CAT, "mine"))
    assert house.takes(house.desk.arrange("rename", house.desk.living, "ours")).refused == ()
    assert house.desk.living == "personalities/ours.yaml"
    assert own(house) == {"personalities/ours.yaml": (True, False)}
    with pytest.raises(Invalid, match="it lives"):
        house.desk.arrange("delete", house.desk.living)
    house.takes(house.desk.arrange("become", CAT))
    assert house.desk.arrange("delete", "personalities/ours.yaml") == {}
    assert own(house) == {}


def test_what_is_shipped_or_built_upon_is_kept(house: House, tmp_path: Path) -> None:
    for do in ("rename", "delete"):
        with pytest.raises(Invalid, match="shipped"):
            house.desk.arrange(do, SHY, "other")
    house.takes(house.desk.arrange("copy", SHY, "mine"))
    (tmp_path / "personalities" / "child.yaml").write_text("extends: mine\nname: child\n")
    with pytest.raises(Invalid, match=r"child.yaml builds on it"):
        house.desk.arrange("rename", house.desk.living, "ours")


def test_a_shipped_character_is_reverted_also_while_it_lives(house: House) -> None:
    house.takes(house.desk.turn("temperament.neuroticism", 0.7))
    assert own(house) == {CAT: (True, True)}
    assert house.takes(house.desk.arrange("revert", CAT)).refused == ()
    assert house.nerves() == 0.5
    assert own(house) == {}
    with pytest.raises(Invalid, match="no file of yours"):
        house.desk.arrange("revert", CAT)


def test_one_that_does_not_go_with_the_tree_is_not_become(house: House, tmp_path: Path) -> None:
    wrong = tmp_path / "personalities" / "wrong.yaml"
    wrong.parent.mkdir()
    wrong.write_text("name: wrong\nappetite: {fly: 2.0}\n")
    with pytest.raises(Invalid, match=r"fly"):
        house.desk.arrange("become", "personalities/wrong.yaml")
    assert house.desk.living == CAT
