"""Days as stories: a person does something, and the cat answers as a cat would. Whole path: world,
firmware, wire, brain, tree, body."""

from __future__ import annotations

import math

import pytest

import moggy
from moggy import Day, Face, Life, Pet, Touch, Words
from moggy.body import Body
from moggy.config import Files, parse
from moggy.messages import AnySense, Probabilities

BODY = Files().load("body/cat.yaml", Body)
STROKES = "stroke: {along: [neck, shoulders, back, loin], speed: 0.12, times: 6}"


def lived(*acts: str, seconds: float = 20.0, hour: float = 15.0, seed: int = 1) -> Life:
    """A day of acts, each written as in days/*.yaml."""
    text = f"hour: {hour}\nseconds: {seconds}\nacts:\n" + "".join(
        f"  - {{{act}}}\n" for act in acts
    )
    return moggy.live(Pet(seed=seed), parse("day.yaml", text, Day))


def in_order(senses: list[AnySense]) -> list[AnySense]:
    return sorted(senses, key=lambda sense: sense.at)


def test_a_good_stroke_makes_it_purr_within_a_second_and_lifts_its_mood() -> None:
    life = lived("at: 0.5, person: arrives", f"at: 3.0, {STROKES}")
    first = next(tick for tick in life.ticks if tick.commanded.purr.level > 0.05)
    assert 3.0 < first.at < 4.0
    pleasure = life.table()["mood_pleasure"]
    assert pleasure[-1] > pleasure[150], "more than before the stroke"


def test_a_touch_moves_the_body_within_a_loop_period_and_a_board_tick() -> None:
    touched = moggy.live(
        Pet(),
        [Touch(at=2.0 + n / 50, zone="neck", pressure=0.4, area=0.3) for n in range(20)],
        3.0,
    )
    alone = moggy.live(Pet(), seconds=3.0)
    changed = next(
        a
        for a, b in zip(touched.ticks, alone.ticks, strict=True)
        if a.commanded.pose != b.commanded.pose
    )
    assert 2.0 <= changed.at <= 2.0 + 0.02 + 0.01 + 1e-9


def test_a_hit_makes_it_flinch_and_it_does_not_purr_for_ten_seconds() -> None:
    life = lived(
        "at: 0.5, person: arrives",
        f"at: 2.0, {STROKES}",
        "at: 18.0, press: {pad: back, pressure: 1.0, seconds: 0.06}",
        seconds=28.0,
    )
    (hit,) = life.between(18.0, 18.2).events("hit")
    assert hit.urgent
    assert {"flinch", "hide"} & set(life.between(18.0, 20.0).behaviors())
    assert max(life.between(18.6, 28.0).table()["purr"]) < 0.02
    assert max(life.between(18.0, 20.0).table()["fear"]) > 0.3


def test_a_sad_person_is_met_with_closeness_and_calm() -> None:
    sad: list[AnySense] = [
        Face(at=n / 10, valence=-0.7, arousal=-0.4, confidence=0.8, looking=0.6)
        for n in range(20, 180)
    ]
    said = Words(at=4.0, text="I feel so sad and alone today")
    life = moggy.live(Pet(), in_order([*sad, said]), 18.0)
    assert "comfort_person" in life.behaviors()
    assert life.ticks[-1].person.valence < -0.2
    assert life.ticks[-1].pet.arousal < 0.3, "it does not mirror distress"


def test_an_angry_person_is_met_with_distance_and_calm() -> None:
    chances: Probabilities = {"angry": 0.8, "neutral": 0.2}
    angry: list[AnySense] = [
        Face(
            at=n / 10, valence=-0.7, arousal=0.7, probabilities=chances, confidence=0.8, looking=0.6
        )
        for n in range(20, 180)
    ]
    life = moggy.live(Pet(), in_order([*angry, Words(at=4.0, text="I am so angry")]), 18.0)
    assert life.between(4.0, 18.0).behaviors() == ["keep_distance"]
    table = life.table()
    assert max(table["anger"]) == 0.0, "it does not mirror anger"
    assert max(table["arousal"]) < 0.3
    assert not any(table["calls"])


def test_asked_nothing_and_touched_well_it_comes_closer() -> None:
    """Somebody sits there and looks; strokes come first, or nothing, or a hand on the belly."""
    sits = ("at: 0.5, person: arrives", "at: 1.0, face: {valence: 0.1, arousal: 0.0, seconds: 110}")
    well = [f"at: {3.0 + 20.0 * n}, {STROKES}" for n in range(2)]
    badly = [
        f"at: {3.0 + 4.0 * n}, press: {{pad: belly, pressure: 0.7, seconds: 2.0}}" for n in range(8)
    ]
    closer = [
        sum(
            tick.decision.behavior in ("follow_person", "head_bunt", "lean_in", "settle_lap")
            for seed in range(1, 7)
            for tick in lived(*sits, *acts, seconds=110.0, seed=seed).between(45.0, 110.0).ticks
        )
        for acts in (well, [], badly)
    ]
    assert closer[0] > 1.2 * closer[1] > 1.2 * 1.2 * closer[2], (
        "most after strokes, least after a hand where it does not like it"
    )


def test_it_leaves_alone_who_wants_to_be_left_alone() -> None:
    life = lived(
        "at: 0.5, person: arrives", 'at: 3.0, say: "go away, leave me alone"', seconds=40.0
    )
    later = life.between(6.0, 40.0).behaviors()
    assert not {
        "greet",
        "ask_for_company",
        "beg_play",
        "lean_in",
        "head_bunt",
        "follow_person",
    } & set(later)


def test_with_nothing_seen_it_says_unsure() -> None:
    life = moggy.live(Pet(), seconds=2.0)
    assert all(tick.person.unsure and tick.person.confidence < 0.2 for tick in life.ticks)


def test_stroking_too_long_in_the_wrong_place_ends_with_enough() -> None:
    life = lived(
        "at: 1.0, press: {pad: belly, pressure: 0.6, seconds: 0.8, times: 40, pause: 0.2}",
        seconds=45.0,
    )
    assert max(life.table()["enough"]) > 0.5
    assert {"enough", "shrink_away", "keep_distance"} & set(life.behaviors())


def test_every_moment_has_exactly_one_behaviour_with_a_reason() -> None:
    life = lived("at: 0.5, person: arrives", f"at: 3.0, {STROKES}", seconds=30.0)
    assert all(tick.decision.behavior and tick.decision.why for tick in life.ticks)


def test_every_joint_stays_within_its_limits() -> None:
    life = lived(
        "at: 1.0, press: {pad: back, pressure: 1.0, seconds: 0.05, times: 8}",
        "at: 6.0, carry: 3.0",
        seconds=15.0,
    )
    for tick in life.ticks:
        for name, angle in tick.commanded.pose.items():
            assert BODY.joints[name].min <= angle <= BODY.joints[name].max
            assert math.isfinite(angle)


@pytest.mark.parametrize("text", ["", "x" * 100_000, "\u0000\u202e🐈" * 50, "{{{'\"</script>"])
def test_no_text_stops_it(text: str) -> None:
    life = moggy.live(Pet(), [Words(at=0.5, text=text)], 3.0)
    assert len(life.ticks) == 150
    assert life.ticks[-1].decision.why


def test_a_day_may_have_scratches_hits_shakes_noises_and_voices() -> None:
    life = lived(
        "at: 2.0, rub: {pad: cheek_left, seconds: 2.0}",
        "at: 8.0, hit: {pad: loin, strength: 0.9}",
        "at: 16.0, shake: {seconds: 1.5}",
        "at: 22.0, sound: {level: -6, seconds: 0.3}",
        "at: 24.0, who: anna, sound: {level: -30, pitch: 210, seconds: 1.0}",
        seconds=26.0,
    )
    assert {event.zone for event in life.between(2.0, 4.1).events() if event.zone} == {"cheeks"}
    assert life.between(8.0, 8.1).events("hit")
    assert life.between(16.0, 17.6).events("shaken")
    assert life.between(22.0, 22.1).events("loud_noise")
    heard = {(each.channel, each.person) for tick in life.ticks for each in tick.evidence}
    assert ("voice", "anna") in heard


def test_a_pad_that_there_is_not_is_said_in_every_touch() -> None:
    for act in ("press", "rub", "hit"):
        with pytest.raises(moggy.BadScript, match=r"acts\.0.*\.pad: unknown pad 'bely'"):
            lived(f"at: 1.0, {act}: {{pad: bely}}")
