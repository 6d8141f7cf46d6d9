"""*Leave me alone* counts from a threshold of its own; no other wish does."""

from __future__ import annotations

import pytest

from moggy.meanings import AWAY, Meaning, taken
from moggy.vocabulary import Intent

OF = (
    Meaning("leave_me_alone", "pet", "neutral", 0, AWAY),
    Meaning("call", "pet", "neutral", 0, "call"),
    Meaning("order", "pet", "neutral", 0, "none"),
)


@pytest.mark.parametrize(
    ("shares", "away", "wish"),
    [
        ((0.6, 0.1, 0.3), 0.5, AWAY),
        ((0.6, 0.1, 0.3), 0.7, "none"),
        ((0.3, 0.1, 0.6), 0.2, "none"),
        ((0.45, 0.4, 0.15), 0.2, AWAY),
        ((0.1, 0.6, 0.3), 0.7, "call"),
        ((0.51, 0.46, 0.03), 0.6, "call"),
        ((0.5, 0.15, 0.35), 0.6, "none"),
    ],
)
def test_the_pet_is_sent_off_only_where_that_is_sure(
    shares: tuple[float, ...], away: float, wish: Intent
) -> None:
    assert taken(OF, shares).wish(0.4, away) == wish
