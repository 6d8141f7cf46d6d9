"""Fixtures that several files use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from moggy.body import Body

from .rig import CAT, INTERPRETERS, Life, started


@pytest.fixture(params=INTERPRETERS)
def wake(request: pytest.FixtureRequest) -> Iterator[Callable[..., Life]]:
    """Starts boards of one of the interpreters."""
    with ExitStack() as boards:

        def woken(body: Body = CAT, *, chip: str | None = None) -> Life:
            return Life(boards.enter_context(started(request.param, body, chip=chip)), body)

        yield woken


@pytest.fixture
def life(wake: Callable[..., Life]) -> Life:
    """A board of one of the interpreters."""
    return wake()
