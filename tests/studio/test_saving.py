"""Files saved over the page's line: what once ended the process, the line or a thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from moggy.assemble import begin
from moggy.body import Body
from moggy.config import Files
from moggy.desk import Desk
from moggy.personality import Personality
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.server import Studio

PATIENCE = 180.0
"""Seconds; only a bound for a machine that is very busy."""
WHO = "personalities/cat.yaml"


class OddDesk(Desk):
    """With a mistake of ours."""

    def save(self, name: str, text: str) -> dict[str, str]:
        """As `Desk.save`, but for one text."""
        if text == "name: bug\n":
            raise KeyError("a mistake of ours")
        return super().save(name, text)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[ClientConnection]:
    """The line of a page to a studio over an owner's empty folder."""
    files = Files(tmp_path)
    desk = OddDesk(files, begin(files, seed=1, hour=10.0))
    inputs = PageInbox(desk, lambda jpeg: None)
    studio = Studio(files.load("body/cat.yaml", Body), inputs=inputs, port=0)
    place = urlsplit(studio.start()).netloc
    with connect(f"ws://{place}/live", origin=Origin(f"http://{place}")) as page:
        page.recv(timeout=PATIENCE)
        yield page
    desk.close()
    studio.close()


def saved(page: ClientConnection, text: str, file: str = WHO) -> dict[str, Any]:
    """What the studio answers."""
    page.send(orjson.dumps({"type": "save", "file": file, "text": text}).decode())
    return dict(orjson.loads(page.recv(timeout=PATIENCE)))


@pytest.mark.parametrize(
    ("text", "line_number", "said"),
    [
        ("a: " + "[" * 100_000, 1, "within one another"),
        ("name: x\nb: " + "{a: " * 300, 2, "within one another"),
        ("\n".join(" " * n + "- " for n in range(400)), 41, "within one another"),
        ("a: [" + "1, " * 120_000 + "1]", 1, "at most 200000 are read"),
        ("a: 1\nx: !!bool foo", 2, "the tag !!bool is not read"),
        ("a: 1\nb: &a {<<: *a}", 2, "the key << is not read"),
        ("name: x\nabout: a\nname: y", 3, "the key 'name' stands here and in line 1"),
        ("name: x\nappetite: {plya: 1}", 2, "unknown behaviour 'plya', did you mean 'play'?"),
    ],
)
def test_a_text_that_once_ended_something_is_refused_and_the_line_goes_on(
    line: ClientConnection, text: str, line_number: int, said: str
) -> None:
    answer = saved(line, text)
    assert (answer["type"], answer["file"], answer["line"]) == ("refused", WHO, line_number)
    assert said in answer["message"]
    assert saved(line, "name: mine\n")["type"] == "saved"


def test_a_mistake_of_ours_costs_the_answer_and_not_the_line(line: ClientConnection) -> None:
    answer = saved(line, "name: bug\n")
    assert answer["type"] == "error"
    assert "KeyError: 'a mistake of ours'" in answer["message"]
    assert saved(line, "name: mine\n")["type"] == "saved"


def test_the_answer_to_a_save_says_what_this_cat_is_made_of(line: ClientConnection) -> None:
    shy = "personalities/shy.yaml"
    found = saved(line, "name: shy\n", shy)
    assert (found["type"], found["file"], found["used"][0]) == ("saved", shy, WHO)
    assert {"trees/cat.yaml", "appraisals/cat.yaml", "motions/yawn.yaml"} <= {*found["used"]}
    assert shy not in found["used"]
    assert shy in saved(line, "extends: shy\n")["used"]
    assert shy in saved(line, "name: shy\nabout: new\n", shy)["used"]
    assert shy not in saved(line, "name: cat\n")["used"]


def asked(page: ClientConnection, **message: Any) -> dict[str, Any]:
    """What the studio answers to a message."""
    page.send(orjson.dumps(message).decode())
    return dict(orjson.loads(page.recv(timeout=PATIENCE)))


def test_a_character_is_turned_by_its_handles_and_its_file_keeps_its_comments(
    line: ClientConnection, tmp_path: Path
) -> None:
    found = asked(line, type="character")
    assert found["file"] == WHO
    handles = {handle["key"]: handle for handle in found["handles"]}
    assert handles["temperament.neuroticism"] == {
        "key": "temperament.neuroticism",
        "about": "startles more, and takes longer to recover",
        "low": 0.0, "high": 1.0, "usual": 0.5, "value": 0.5,
    }  # fmt: skip
    assert handles["likes_touch.belly"]["usual"] == -0.5
    assert (handles["appetite.play"]["high"], handles["appetite.play"]["value"]) == (3.0, 1.0)
    assert "quiet.budget" in handles
    for key, value in (("temperament.neuroticism", 0.8), ("appetite.play", 0.0)):
        turned = asked(line, type="turn", key=key, value=value)["handles"]
        assert {handle["key"]: handle["value"] for handle in turned} == {
            **{name: handle["value"] for name, handle in handles.items()},
            key: value,
        }
        handles[key]["value"] = value
    text = Files(tmp_path).shown(WHO)
    assert "neuroticism: 0.8    # startles more" in text
    assert Files(tmp_path).load(WHO, Personality).appetite == {"play": 0.0}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("temperament.neuroticism", 1.5, "less than or equal to 1"),
        ("temperament.madness", 0.5, "madness"),
        ("appetite.plya", 0.5, "did you mean 'play'?"),
        ("name.first", 0.5, "cannot be turned"),
        ("name", 0.5, "Input should be a valid string"),
        ("quiet.hours", 0.5, "Input should be a valid tuple"),
    ],
)
def test_what_cannot_be_turned_is_refused_and_nothing_changes(
    line: ClientConnection, tmp_path: Path, key: str, value: float, said: str
) -> None:
    before = asked(line, type="character")
    answer = asked(line, type="turn", key=key, value=value)
    assert answer["type"] == "refused"
    assert said in answer["message"]
    assert asked(line, type="character") == before
    assert not (tmp_path / WHO).exists()


def test_the_tree_is_told_bent_and_added_to_over_the_line(line: ClientConnection) -> None:
    told = asked(line, type="tree")
    assert (told["type"], told["file"]) == ("tree", "trees/cat.yaml")
    assert "need" in told["templates"]
    bent = asked(line, type="bend", id="explore", term=0, to={"zero": 0.9})
    nodes = {node["id"]: node for node in bent["nodes"]}
    assert nodes["explore"]["terms"][0]["numbers"] == {"zero": 0.9, "one": 0.2}
    refused = asked(line, type="bend", id="exlpore", to={"base": 0.5})
    assert (refused["type"], refused["file"]) == ("refused", "trees/cat.yaml")
    assert "did you mean 'explore'" in refused["message"]
    added = asked(line, type="add", template="idle", id="hum", after="explore")
    ids = [node["id"] for node in added["nodes"]]
    assert added["added"] == "hum" == ids[ids.index("explore") + 1]
    assert asked(line, type="ran", id="hum")["times"] == 0
