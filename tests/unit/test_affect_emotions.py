"""Emotions and mood in numbers: how causes combine, rise and fade, and what draws the mood."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from moggy.brain.affect import home_of
from moggy.brain.affect.emotions import CALMEST, CAUSES, MOST_ANXIOUS, Emotions
from moggy.brain.affect.mood import MoodState, Pull
from moggy.brain.feeling_shapes import MoodShape, Tendency
from moggy.messages import EventCause
from moggy.personality import Temperament
from moggy.vocabulary import EMOTIONS, Emotion

PRAISE = EventCause(event="praised")
SMILE = EventCause(event="smiled_at")
JOY = EMOTIONS.index("joy")
FEAR = EMOTIONS.index("fear")
SHAPES: dict[Emotion, Tendency] = {
    **dict.fromkeys(EMOTIONS, Tendency()),
    "joy": Tendency(threshold=0.1, attack=0.5, decay=20.0, pleasure=0.8, arousal=0.4),
    "fear": Tendency(threshold=0.2, attack=0.5, decay=10.0, pleasure=-0.6, arousal=0.5),
}


def emotions(temperament: Temperament | None = None, **shapes: Tendency) -> Emotions:
    changed = {name: shapes.get(name, shape) for name, shape in SHAPES.items()}
    return Emotions(changed, temperament or Temperament())


def answer(seconds: float, attack: float, decay: float) -> float:
    """The level after an emotion was stirred to 1: s' = −s/d, l' = (s − l)/a, by small steps."""
    stirred, level, step = 1.0, 0.0, 1e-4
    for _ in range(round(seconds / step)):
        level += (stirred - level) * step / attack
        stirred -= stirred * step / decay
    return level


# ── Emotions ─────────────────────────────────────────────────────────────────────────────────────


def test_two_causes_combine_by_a_cube_norm() -> None:
    felt = emotions()
    assert felt.stir(JOY, PRAISE, 0.5, 1.0, 0.0) == pytest.approx(0.5)
    more = felt.stir(JOY, SMILE, 0.5, 1.0, 0.0)
    assert 0.5 + more == pytest.approx((2 * 0.5**3) ** (1 / 3))


def test_a_cause_stirs_a_share_of_the_way_and_never_more_than_its_level() -> None:
    felt = emotions()
    assert felt.stir(JOY, PRAISE, 0.5, 0.5, 0.0) == pytest.approx((0.5 * 0.5**3) ** (1 / 3))
    for _ in range(60):
        felt.stir(JOY, PRAISE, 0.5, 0.5, 0.0)
    assert felt.stir(JOY, PRAISE, 0.5, 1.0, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert felt.stir(JOY, PRAISE, 0.4, 1.0, 0.0) == 0.0


def test_nothing_is_stirred_beyond_one() -> None:
    felt = emotions()
    assert felt.stir(JOY, PRAISE, 3.0, 1.0, 0.0) == pytest.approx(1.0)
    assert felt.stir(JOY, SMILE, 1.0, 1.0, 0.0) == pytest.approx(0.0, abs=1e-12)
    felt.flow(20.0)
    assert max(felt.levels) < 1.0
    again = felt.stir(JOY, PRAISE, 3.0, 1.0, 20.0)
    assert again == pytest.approx(1.0 - math.exp(-1.0)), "it counts as one, and has faded since"


def test_a_cause_that_faded_stirs_again() -> None:
    """After one decay it stirs back to where it was at first."""
    felt = emotions()
    felt.stir(JOY, PRAISE, 0.5, 1.0, 3.0)
    felt.flow(20.0)
    again = felt.stir(JOY, PRAISE, 0.5, 1.0, 23.0)
    assert again == pytest.approx(0.5 - 0.5 * math.exp(-1.0))


def test_calming_takes_a_share_whatever_the_cause_and_the_cause_may_stir_again() -> None:
    felt = emotions()
    felt.stir(JOY, PRAISE, 0.8, 1.0, 0.0)
    assert felt.calm(JOY, math.log(4.0)) == pytest.approx(0.6)
    assert felt.calm(JOY, math.log(2.0)) == pytest.approx(0.1)
    assert felt.stir(JOY, PRAISE, 0.8, 1.0, 0.0) == pytest.approx(0.7)
    assert felt.stir(JOY, PRAISE, 0.8, 1.0, 0.0) == pytest.approx(0.0, abs=1e-9)
    assert felt.stir(FEAR, PRAISE, 0.8, 1.0, 0.0) == pytest.approx(0.8)


def test_the_deepest_calming_leaves_nothing_of_what_came_before() -> None:
    felt = emotions()
    felt.stir(JOY, PRAISE, 0.8, 1.0, 0.0)
    assert felt.calm(JOY, 1e6) == 0.8
    assert felt.stir(JOY, PRAISE, 0.8, 1.0, 0.0) == pytest.approx(0.8)


@pytest.mark.parametrize("seconds", [0.3, 1.0, 8.0])
def test_an_emotion_rises_with_its_attack_and_fades_with_its_decay(seconds: float) -> None:
    felt = emotions()
    felt.stir(JOY, PRAISE, 1.0, 1.0, 0.0)
    felt.flow(seconds)
    assert felt.levels[JOY] == pytest.approx(answer(seconds, 0.5, 20.0), abs=1e-3)


def test_time_in_two_parts_is_the_time_as_a_whole() -> None:
    whole, parts = emotions(), emotions()
    for felt in (whole, parts):
        felt.stir(JOY, PRAISE, 0.7, 1.0, 0.0)
        felt.stir(FEAR, PRAISE, 0.9, 1.0, 0.0)
    whole.flow(3.0)
    for dt in (0.5, 2.0, 0.5):
        parts.flow(dt)
    assert parts.levels == pytest.approx(whole.levels, abs=1e-12)


def test_only_what_exceeds_its_threshold_shows_and_it_shows_up_to_one() -> None:
    felt = emotions()
    assert felt.shown() == (dict.fromkeys(EMOTIONS, 0.0), 0.0, 0.0)
    felt.stir(JOY, PRAISE, 0.6, 1.0, 0.0)
    felt.stir(FEAR, PRAISE, 0.15, 1.0, 0.0)
    felt.flow(1.0)
    shown, pleasure, arousal = felt.shown()
    expected = (felt.levels[JOY] - 0.1) / 0.9
    assert shown["joy"] == pytest.approx(expected)
    assert shown["fear"] == 0.0 < felt.levels[FEAR]
    assert (pleasure, arousal) == pytest.approx((0.8 * expected, 0.4 * expected))


def test_pleasure_and_arousal_are_summed_over_what_shows() -> None:
    felt = emotions()
    felt.stir(JOY, PRAISE, 0.6, 1.0, 0.0)
    felt.stir(FEAR, PRAISE, 0.9, 1.0, 0.0)
    felt.flow(1.0)
    shown, pleasure, arousal = felt.shown()
    assert pleasure == pytest.approx(0.8 * shown["joy"] - 0.6 * shown["fear"])
    assert arousal == pytest.approx(0.4 * shown["joy"] + 0.5 * shown["fear"])


def test_what_has_faded_is_nothing_and_costs_nothing() -> None:
    felt = emotions()
    assert not felt.awake
    felt.stir(JOY, PRAISE, 1.0, 1.0, 0.0)
    assert felt.awake
    felt.flow(200.0)
    assert felt.awake, "e^-10 is still something"
    felt.flow(1000.0)
    felt.flow(1.0)
    assert not felt.awake
    assert felt.levels == [0.0] * len(EMOTIONS)


@pytest.mark.parametrize(("neuroticism", "slower"), [(0.0, CALMEST), (1.0, MOST_ANXIOUS)])
def test_an_anxious_cat_recovers_later_from_what_is_unpleasant_alone(
    neuroticism: float, slower: float
) -> None:
    felt = emotions(Temperament(neuroticism=neuroticism))
    felt.stir(JOY, PRAISE, 1.0, 1.0, 0.0)
    felt.stir(FEAR, PRAISE, 1.0, 1.0, 0.0)
    felt.flow(5.0)
    assert felt.levels[JOY] == pytest.approx(answer(5.0, 0.5, 20.0), abs=1e-3)
    assert felt.levels[FEAR] == pytest.approx(answer(5.0, 0.5, 10.0 * slower), abs=1e-3)
    assert (CALMEST, MOST_ANXIOUS) == (0.9, 1.1)


def test_an_attack_is_at_most_half_of_the_decay_of_this_cat() -> None:
    """Else the closed form would divide by nearly nothing."""
    brief = Tendency(threshold=0.0, attack=1.0, decay=2.0, pleasure=-0.5)
    felt = emotions(Temperament(neuroticism=0.0), fear=brief)
    felt.stir(FEAR, PRAISE, 1.0, 1.0, 0.0)
    felt.flow(1.0)
    assert felt.levels[FEAR] == pytest.approx(answer(1.0, 0.9, 1.8), abs=1e-3)


def test_the_temperament_strengthens_and_weakens_emotions_within_bounds() -> None:
    timid = Tendency(temperament={"neuroticism": 0.8, "dominance": -0.5})
    wild = Tendency(temperament={"neuroticism": 0.9, "dominance": -0.9})

    def gain(shape: Tendency, neuroticism: float, dominance: float) -> float:
        cat = Temperament(neuroticism=neuroticism, dominance=dominance)
        return emotions(cat, fear=shape).gains[FEAR]

    assert gain(timid, 0.5, 0.5) == 1.0
    assert gain(timid, 0.75, 0.5) == pytest.approx(1.4)
    assert gain(timid, 0.75, 0.75) == pytest.approx(1.15)
    assert gain(wild, 1.0, 0.0) == 2.0
    assert gain(wild, 0.0, 1.0) == 0.2


def test_of_very_many_causes_the_faintest_half_is_forgotten() -> None:
    felt = emotions()

    def stir(n: int) -> float:
        return felt.stir(JOY, EventCause(event="praised", person=str(n)), 1e-4 * (n + 1), 1.0, 0.0)

    for n in range(CAUSES):
        stir(n)
    assert stir(0) == 0.0, "so many are remembered"
    stir(CAUSES)
    assert CAUSES == 256
    kept = CAUSES + 1 - CAUSES // 2
    assert stir(CAUSES) == stir(kept) == 0.0
    assert stir(kept - 1) > 0.0
    assert stir(0) > 0.0


# ── Mood ─────────────────────────────────────────────────────────────────────────────────────────

AVERAGE = Temperament()
RETURNS = {"pleasure": 2000.0, "arousal": 500.0, "dominance": 4000.0}
SHAPE = MoodShape.model_validate({"returns": RETURNS, "draws": 100.0, "temperament": 0.3})


@pytest.mark.parametrize(
    ("cat", "home"),
    [
        ({"extraversion": 1.0}, (0.21, 0.0, 0.60)),
        ({"agreeableness": 1.0}, (0.59, 0.30, -0.32)),
        ({"neuroticism": 1.0}, (-0.19, 0.57, 0.0)),
        ({"dominance": 1.0}, (0.0, 0.0, 0.40)),
        ({"neuroticism": 0.0, "extraversion": 0.0}, (-0.02, -0.57, -0.60)),
        ({"extraversion": 1.0, "agreeableness": 0.0, "dominance": 1.0}, (-0.38, -0.30, 1.0)),
        ({"extraversion": 0.0, "agreeableness": 1.0, "dominance": 0.0}, (0.38, 0.30, -1.0)),
    ],
)
def test_the_moods_home_is_mehrabians_with_neuroticism_for_stability(
    cat: dict[str, float], home: tuple[float, float, float]
) -> None:
    assert home_of(Temperament(**cat), 1.0) == pytest.approx(home)
    assert home_of(Temperament(**cat), 0.3) == pytest.approx([0.3 * x for x in home])


def test_a_mood_begins_at_home_and_stays_where_it_is_when_its_home_moves() -> None:
    glad = Temperament(agreeableness=1.0)
    mood = MoodState(SHAPE, glad)
    assert mood.at == pytest.approx(home_of(glad, 0.3))
    mood.adopt(SHAPE, AVERAGE)
    assert mood.at == pytest.approx(home_of(glad, 0.3))
    assert mood.home == (0.0, 0.0, 0.0)


def test_a_push_moves_a_share_of_what_is_left() -> None:
    mood = MoodState(SHAPE, AVERAGE)
    mood.at = [0.2, 0.2, 0.0]
    mood.push(0, 0.5)
    mood.push(1, -0.5)
    assert mood.at == pytest.approx([0.6, -0.4, 0.0])


def drifted(pulls: Sequence[Pull], seconds: float) -> list[float]:
    mood = MoodState(SHAPE, AVERAGE)
    mood.at = [0.5, 0.5, 0.5]
    mood.beat(seconds, pulls)
    return mood.at


def test_left_alone_each_dimension_returns_in_its_own_time() -> None:
    assert drifted([], 500.0) == pytest.approx(
        [0.5 * math.exp(-0.25), 0.5 * math.exp(-1.0), 0.5 * math.exp(-0.125)]
    )


def test_emotions_draw_the_mood_to_their_places_by_their_strength() -> None:
    """After a long time it lies where home and the places balance; on the way, exponentially."""
    pulls = [Pull(1.0, 0.8, 0.4, -0.2), Pull(0.5, -0.6, 0.6, 0.0)]
    for i, (name, sum_of) in enumerate(zip(RETURNS, (0.8 - 0.3, 0.4 + 0.3, -0.2), strict=True)):
        rate = 1.0 / RETURNS[name] + 1.5 / 100.0
        goal = sum_of / 100.0 / rate
        assert drifted(pulls, 1e6)[i] == pytest.approx(goal)
        assert drifted(pulls, 30.0)[i] == pytest.approx(
            goal + (0.5 - goal) * math.exp(-30.0 * rate)
        )
