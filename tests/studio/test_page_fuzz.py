"""Whatever a page sends is taken or answered; nothing raises, and what is taken can be lived."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import moggy
from moggy.messages import AnySense, Edited
from moggy.senses import sense_of
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.talk import ListenSaid, picture, tell, understand
from tests.studio.test_inbox import OneFile

KINDS = (
    "touch", "release", "lift", "put_down", "hit", "say", "face", "person", "setting", "read",
    "save", "clear_faults", "listen", "",
)  # fmt: skip
NAMES = (
    "samples", "position", "strength", "text", "lang", "valence", "arousal", "looking", "change",
    "name", "on", "file", "t", "pressure", "area", "type",
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["arrives", "leaves", "stop", "quiet", "personalities/one.yaml", "good: 1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
PLAUSIBLE = {
    "position": st.just([0.1, 0.0, 0.2]),
    "t": st.floats(0.0, 1e6),
    "pressure": st.floats(0.0, 1.0),
    "strength": st.floats(0.0, 1.0),
    "text": st.text(max_size=300),
    "valence": st.floats(-1.0, 1.0),
    "arousal": st.floats(-1.0, 1.0),
    "on": st.booleans(),
    "file": st.just("personalities/one.yaml"),
    "change": st.sampled_from(["arrives", "leaves"]),
    "name": st.sampled_from(["stop", "quiet", "lap", "away", "fly"]),
}
"""Fields as the page writes them, so that messages are taken too."""


@st.composite
def messages(draw: st.DrawFn) -> str:
    """JSON that looks like a message, more or less."""
    kind = draw(st.sampled_from(KINDS))
    fields: dict[str, Any] = {"type": kind}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=6, unique=True)):
        if name != "type":
            plausible = PLAUSIBLE.get(name, VALUES)
            fields[name] = draw(plausible if draw(st.integers(0, 3)) else VALUES)
    try:
        return orjson.dumps(fields).decode()
    except TypeError:  # an integer that JSON's parser refuses too
        return str(fields)


def lived(texts: list[str | bytes]) -> list[AnySense]:
    """What comes of messages in one second of polls; every answer is one that can be sent."""
    inbox = PageInbox(OneFile(), lambda jpeg: None)
    for text in texts:
        said = understand(text)
        if isinstance(said, ListenSaid):
            continue
        answer = said if isinstance(said, dict) else tell(said, inbox)
        if answer is not None:
            assert answer["type"] in ("error", "refused", "file", "saved")
            orjson.dumps(answer)
    return [sense for n in range(50) for sense in inbox.poll(n / 50)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages() | st.text(max_size=60) | st.binary(max_size=60), max_size=8))
def test_no_message_raises_and_every_sense_is_within_its_bounds(texts: list[str | bytes]) -> None:
    for sense in lived(texts):
        # As a journal reads it again: raises where a value is out of bounds.
        sense_of({name: getattr(sense, name) for name in sense.__dataclass_fields__})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(messages(), min_size=20, max_size=60))
def test_a_pet_lives_through_whatever_is_taken(texts: list[str]) -> None:
    senses = [sense for sense in lived([*texts]) if not isinstance(sense, Edited)]
    life = moggy.live(moggy.Pet(), sorted(senses, key=lambda sense: sense.at), 1.0)
    assert len(life.ticks) == 50


@given(st.binary(max_size=200), st.booleans())
def test_bytes_that_are_no_picture_are_refused_and_others_passed_on(
    data: bytes, begins: bool
) -> None:
    shown: list[bytes] = []
    jpeg = b"\xff\xd8\xff" + data if begins else data
    answer = picture(jpeg, PageInbox(OneFile(), shown.append))
    assert (answer is None) == (shown == [jpeg]) == jpeg.startswith(b"\xff\xd8\xff")
