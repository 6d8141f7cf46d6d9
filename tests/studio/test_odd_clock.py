"""The studio goes on whatever year the machine's clock is set to."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.studio.test_server import Rig, until


def beyond() -> float:
    """What Python does where nanoseconds since 1970 do not fit in 64 bits."""
    raise OverflowError("timestamp too large to convert to C _PyTime_t")


@pytest.mark.parametrize("clock", [lambda: -1e12, lambda: 316_516_204_800.0, beyond])
def test_the_studio_serves_whatever_year_the_clock_is_set_to(
    clock: Callable[[], float], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    rig = Rig()
    try:
        monkeypatch.setattr(time, "time", clock)
        rig.live()
        with rig.page() as page:
            for _ in range(30):  # a second, within which the server looked at the clock
                until(page, "state")
                rig.live()
        assert rig.get("/healthz").status == 200
    finally:
        monkeypatch.undo()
        rig.studio.close()
    assert capfd.readouterr().err == ""
