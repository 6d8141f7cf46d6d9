"""Noise that begins is no touch, and noise that comes and goes hides no stuck pad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from moggy import wire
from moggy.messages import AnySense, Touch

from .rig import INTERPRETERS, Brain, Life, of, started
from .skin_rig import Pads, SkinRig, bursts, on, wander

# ── The rules, on exact counts ───────────────────────────────────────────────────────────────────


def felt(pad: Pads, *counts: int) -> list[bool]:
    """Whether the first pad is touched after each of these counts."""
    found = []
    for count in counts:
        pad.read(count, *pad.chip.counts[1:])
        found.append(pad.pressure > 0)
    return found


@pytest.mark.parametrize(
    ("depth", "begins"), [(8, [0, 0, 1]), (31, [0, 0, 1]), (32, [1, 1, 1]), (200, [1, 1, 1])]
)
def test_a_firm_touch_begins_in_its_first_read_a_weak_one_in_its_third(
    depth: int, begins: list[int]
) -> None:
    pad = Pads(700)
    pad.read(700)
    assert felt(pad, *[700 - depth] * 3) == begins


@pytest.mark.parametrize("counts", [(669, 700), (669, 669, 700), (684, 700, 684, 700, 684, 700)])
def test_fewer_than_three_reads_are_no_weak_touch(counts: tuple[int, ...]) -> None:
    pad = Pads(700)
    pad.read(700)
    assert not any(felt(pad, *counts))


@pytest.mark.parametrize(("noise", "begins"), [(1152, True), (1153, False)])
def test_a_firm_touch_is_eight_deviations_of_the_reads_before_it(noise: int, begins: bool) -> None:
    pad = Pads(700)
    pad.read(700)
    pad.skin._flicker[0] = noise  # 32 variances; 48² = 64 · 36
    assert felt(pad, 700 - 48) == [begins]


@pytest.mark.parametrize(("noise", "begins"), [(640, True), (641, False)])
def test_the_sum_of_three_reads_is_compared_with_their_noise(noise: int, begins: bool) -> None:
    pad = Pads(700)
    pad.read(700)
    felt(pad, 680, 680)
    pad.skin._flicker[0] = noise  # of which a sixteenth is forgotten; 60² = 6 · 600
    assert felt(pad, 680) == [begins]


def test_noise_is_the_squared_steps_of_an_untouched_pad_fading_by_a_sixteenth() -> None:
    pad = Pads(700)
    found = []
    for count in (700, 705, 703, 750, 700, 600, 650, 700, 700):
        pad.read(count)
        found.append(pad.skin._flicker[0])
    expected = [0, 25, 25 - 1 + 4]
    expected.append(28 - 1 + 1024)  # No step counts for more than 32 counts.
    expected.append(1051 - 65 + 1024)
    expected += [2010] * 2  # Firmly touched, which is no noise; nor is its end.
    expected += [0, 0]
    assert found == expected


def test_a_weak_touch_that_noise_has_ended_goes_on_in_the_next_read() -> None:
    pad = Pads(700)
    pad.read(700)
    assert felt(pad, 680, 680, 680, 680) == [False, False, True, True]
    pad.skin._flicker[0] = 600
    assert felt(pad, 697, 680) == [False, True]


@pytest.mark.parametrize(("above", "waits"), [(7, 0), (8, 4), (300, 4)])
def test_after_a_count_that_no_hand_makes_weak_touches_wait_for_four_reads(
    above: int, waits: int
) -> None:
    pad = Pads(700, 700)
    pad.read(700, 700)
    pad.read(680, 700)
    pad.read(680, 700 + above)
    begun = []
    for _ in range(6):
        pad.read(680, 700)
        begun.append(pad.pressure > 0)
    assert begun == [False] * waits + [True] * (6 - waits)


def test_a_firm_touch_does_not_wait() -> None:
    pad = Pads(700, 700)
    pad.read(700, 720)
    assert felt(pad, 660) == [True]


def test_a_pad_that_is_clipped_does_not_make_the_others_wait() -> None:
    pad = Pads(700, 700)
    pad.read(700, 1023, times=100)
    pad.chip.counts[1] = 1023
    assert felt(pad, 680, 680, 680) == [False, False, True]


@pytest.mark.parametrize("phase", range(12))
def test_the_beginning_of_a_weak_touch_is_not_taken_for_weather(phase: int) -> None:
    pad = Pads(700)
    pad.read(700, times=13 + phase)
    assert felt(pad, 691, 691, 691)[-1]
    assert pad.base == 700.0


def test_what_is_lower_but_no_touch_becomes_the_baseline() -> None:
    """As the mean of a pad that has become noisy and lower at once; after eight turns."""
    pad = Pads(700)
    bases = []
    for _ in range(50):
        pad.skin._flicker[0] = 4000
        pad.read(680, times=12)
        bases.append(pad.base)
    assert pad.pressure == 0
    assert bases[:9] == [700.0] * 8 + [bases[8]]
    assert bases[8] < 696.0
    assert bases[-1] == pytest.approx(680.0, abs=0.1)


def test_the_baseline_does_not_follow_a_touch_that_noise_has_ended_for_a_moment() -> None:
    pad = Pads(700)
    pad.read(700, times=6)
    for _ in range(30):
        pad.read(680, times=12)
        assert pad.pressure > 0
        pad.turns([698])
        assert (pad.pressure, pad.base) == (0, 700.0)
    pad.turns([698])
    assert pad.base < 700.0, "after two turns it does"


def test_turns_below_a_beginning_count_in_a_row() -> None:
    pad = Pads(700)
    for _ in range(5):
        for _ in range(6):
            pad.skin._flicker[0] = 4000
            pad.turns([680])
        pad.turns([700])
    assert pad.base == 700.0


# ── Noise that begins ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("low", "high"), [(0.7, 2.6), (1.2, 4.0), (1.2, 6.0)])
def test_noise_that_begins_is_no_touch(low: float, high: float) -> None:
    for seed in range(3):
        rig = SkinRig(noise=low, seed=seed)
        rig.live(60.0)
        assert not rig.live(60.0, noise=rig.random.normal(0.0, high, (6000, 12))).any(), seed


@pytest.mark.parametrize("which", INTERPRETERS)
def test_noise_of_the_touch_chip_tells_the_brain_of_no_touch(which: str) -> None:
    with started(which) as board:
        life = Life(board)
        life.live(35.0)
        poll = life.body.poll
        heard: list[Touch] = []

        def listen(now: float) -> Sequence[AnySense]:
            senses = poll(now)
            heard.extend(sense for sense in senses if isinstance(sense, Touch))
            return senses

        life.body.poll = listen  # type: ignore[method-assign]
        for _ in range(3):
            life.live(10.0, faults=("touch_noise",))
            life.live(5.0, faults=())
        assert heard == []


def test_through_noise_that_begins_a_hand_is_felt() -> None:
    """A light one of 24 counts within 50 ms, a firm one at once."""
    rig = SkinRig(noise=1.2)
    rig.live(60.0)
    rig.live(2.0, noise=rig.random.normal(0.0, 2.6, (200, 12)))
    for pad, depth, reads in ((2, 24.0, 5), (7, 80.0, 1)):
        hand = on(pad, rig.counts_ff(pad, depth))
        assert rig.live(reads / 100, hand, noise=rig.random.normal(0.0, 2.6, (reads, 12)))[-1, pad]
        rig.live(0.5, noise=rig.random.normal(0.0, 2.6, (50, 12)))


# ── Noise that comes and goes ────────────────────────────────────────────────────────────────────

BURSTS = [(0.7, 2.6, 10.0, 20.0), (1.2, 4.0, 10.0, 20.0), (0.5, 2.6, 1.0, 5.0),
    (1.2, 6.0, 5.0, 40.0), (1.2, 4.0, 3.0, 60.0)]  # fmt: skip
"""Noise of the pads in counts, that of bursts, their seconds, and seconds from one to the next."""


@pytest.mark.parametrize(("low", "high", "lasts", "every"), BURSTS)
def test_a_ghost_is_named_within_two_minutes_of_bursts(
    low: float, high: float, lasts: float, every: float
) -> None:
    for seed in range(2):
        rig = SkinRig(noise=low, seed=seed)
        rig.live(60.0)
        ghosts = np.zeros(12)
        for pad in (0, 4, 8):
            ghosts[pad] = rig.counts_ff(pad, 30.0 if high < 4.0 else 60.0)
        rig.live(120.0, ghosts, noise=bursts(rig.random, 120.0, low, high, lasts, every))
        assert rig.skin.stuck() == 0x111, seed


@pytest.mark.parametrize(
    ("depth", "share", "low", "high", "lasts", "every"),
    [(22, 0.1, 0.7, 2.6, 10.0, 20.0), (24, 0.1, 1.2, 4.0, 10.0, 20.0),
     (60, 0.05, 1.2, 4.0, 10.0, 20.0)],
)  # fmt: skip
def test_a_hand_is_felt_for_ten_minutes_of_bursts(
    depth: int, share: float, low: float, high: float, lasts: float, every: float
) -> None:
    rig = SkinRig(noise=low)
    rig.live(60.0)
    hand = np.zeros((60000, 12))
    for pad in (2, 5, 9):
        wanders = 1.0 + share * wander(rig.random, 600.0)
        hand[:, pad] = rig.counts_ff(pad, depth) * wanders
    noise = bursts(rig.random, 600.0, low, high, lasts, every)
    for start in range(0, 60000, 20000):
        part = slice(start, start + 20000)
        felt = rig.live(200.0, hand[part], noise=noise[part])[3:]
        assert (felt[:, (2, 5, 9)] > 0).mean() > 0.999
        assert rig.skin.stuck() == 0


@pytest.mark.parametrize("which", INTERPRETERS)
def test_a_cable_that_sticks_in_bursts_of_noise_is_named(which: str) -> None:
    with started(which) as board:
        life = Life(board).live(32.0)
        drifts = tuple(800 if pad == 4 else 0 for pad in range(12))
        for _ in range(6):
            life.live(10.0, drifts=drifts, faults=("touch_noise",))
            life.live(10.0, faults=())
        assert [name for name in life.faults if "stuck" in name] == ["stuck pad neck"]


# ── A brain that pauses ──────────────────────────────────────────────────────────────────────────


def test_a_touch_that_flickers_while_the_brain_pauses_ends_no_session() -> None:
    brain = Brain().awake()
    port = brain.board._board._port
    nonce, dropped = port._nonce, port.dropped
    for n in range(101):
        brain.rig.touch(chin=0.5 * (n % 2 == 0))
        brain.now = round(brain.now + 0.03, 6)
        brain.board.advance(brain.now)
        assert len(port._events.waiting) <= 10
    assert port.dropped > dropped + 80
    told = of(wire.TOUCHED, brain.live(1.0, head_pan=0.0))
    assert 4 <= len(told) <= 10
    assert any(told[-1].payload[4:]), "the newest is told"
    assert (port._nonce, port.open) == (nonce, True)
    brain.rig.touch()
    assert not any(of(wire.TOUCHED, brain.live(0.5, head_pan=0.0))[-1].payload[4:])
