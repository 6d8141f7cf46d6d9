"""The person's estimate: fused from any channels at any rate, and unsure of what it does not
know."""

from __future__ import annotations

import math
import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.rehearse import a_mind, last, rehearse, touch
from moggy.brain.appraisals import Appraisals
from moggy.brain.mind import Mind
from moggy.brain.person import SPREAD, Fusion
from moggy.config import Files
from moggy.messages import (
    AnySense,
    Evidence,
    Face,
    Gesture,
    Person,
    PersonEstimate,
    Thought,
    Voice,
    Words,
)
from moggy.personality import Personality
from moggy.vocabulary import CLASSES, EvidenceChannel

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
CHANNELS = TABLE.channels


def cat() -> Mind:
    return a_mind(TABLE, Personality(name="cat"))


def says(
    channel: EvidenceChannel,
    valence: float,
    at: float = 0.0,
    confidence: float = 0.8,
    arousal: float = 0.0,
) -> Evidence:
    return Evidence(
        at=at,
        channel=channel,
        person="anna",
        valence=valence,
        arousal=arousal,
        confidence=confidence,
    )


def fused(*evidence: Evidence, now: float = 0.0) -> PersonEstimate:
    mind = cat()
    mind.feel((), (), 0.0, 0.02)
    return mind.feel((), evidence, max(now, max(e.at for e in evidence)), 0.02)[0]


def test_with_nothing_seen_it_is_unsure_and_neutral() -> None:
    person = cat().feel((), (), 0.02, 0.02)[0]
    assert (person.valence, person.arousal, person.confidence, person.unsure) == (
        0.0,
        0.0,
        0.0,
        True,
    )
    assert person.valence_sd == pytest.approx(SPREAD)
    assert sum(person.probabilities.values()) == pytest.approx(1.0)


def test_one_clear_face_is_believed() -> None:
    person = fused(says("face", 0.7, arousal=0.4))
    assert 0.45 < person.valence < 0.7
    assert not person.unsure
    assert max(person.probabilities, key=lambda name: person.probabilities[name]) == "happy"


def test_evidence_grows_old_and_the_estimate_returns_to_the_persons_own_baseline() -> None:
    mind = cat()
    mind.feel((), (says("face", -0.7, at=0.02),), 0.02, 0.02)
    course = [mind.feel((), (), 0.02 + i, 1.0)[0] for i in range(1, 60)]
    confidences = [person.confidence for person in course]
    assert confidences == sorted(confidences, reverse=True)
    deviations = [person.valence_sd for person in course]
    assert deviations == sorted(deviations)
    assert course[-1].valence == pytest.approx(mind.fusion.people["anna"].valence, abs=1e-3)
    assert course[-1].unsure


def test_the_baseline_is_learnt() -> None:
    mind = cat()
    for minute in range(0, 240):
        now = 60.0 * minute + 1.0
        mind.feel((), [says("face", -0.4, at=now + i) for i in range(0, 60, 3)], now + 58.0, 59.0)
    later = mind.feel((), (), 60.0 * 240 + 300.0, 300.0)[0]
    assert -0.35 < later.valence < -0.1
    assert later.unsure
    other = mind.fusion.estimate("bob", 60.0 * 240 + 300.0)
    assert other[0] == 0.0


def test_a_channel_counts_once_however_often_it_speaks() -> None:
    slow = fused(*(says("face", 0.5, at=0.5 * i) for i in range(5)))
    fast = fused(*(says("face", 0.5, at=0.02 * i) for i in range(101)))
    assert fast.valence == pytest.approx(slow.valence, abs=0.02)
    assert fast.valence_sd == pytest.approx(slow.valence_sd, rel=0.05)
    assert fast.confidence == pytest.approx(slow.confidence, rel=0.05)


def test_one_frame_that_is_far_off_is_held_back_and_a_lasting_change_is_believed() -> None:
    steady = [says("face", 0.5, at=0.1 * i) for i in range(30)]
    glitch = fused(*steady, says("face", -0.9, at=3.0))
    assert glitch.valence > 0.3
    changed = fused(*steady, *(says("face", -0.9, at=3.0 + 0.1 * i) for i in range(6)))
    assert changed.valence < -0.3


@pytest.mark.parametrize(
    "pair", list(combinations(("face", "words", "voice", "touch", "posture"), 2))
)
def test_contradiction_lowers_confidence_in_at_least_four_of_five_cases(
    pair: tuple[EvidenceChannel, EvidenceChannel],
) -> None:
    """Against the same two channels in agreement, and against the surer channel alone; random
    strengths and confidences."""
    rng = random.Random(7)
    lower = alone = 0
    cases = 100
    for _ in range(cases):
        size, other = rng.uniform(0.4, 0.9), rng.uniform(0.4, 0.9)
        surer, less = rng.uniform(0.5, 1.0), rng.uniform(0.4, 1.0)
        calm, stirred = rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3)
        one = says(pair[0], size, confidence=surer, arousal=calm)
        against = says(pair[1], -other, confidence=less, arousal=stirred)
        agree = fused(one, says(pair[1], other, confidence=less, arousal=stirred)).confidence
        contradict = fused(one, against).confidence
        lower += contradict < agree
        alone += contradict < max(fused(one).confidence, fused(against).confidence)
    assert lower >= 0.8 * cases
    assert alone >= 0.8 * cases


def test_the_further_two_channels_are_apart_the_less_is_sure() -> None:
    confidences = [
        fused(says("face", 0.6), says("words", 0.6 - apart)).confidence
        for apart in (0.0, 0.2, 0.5, 0.8, 1.1, 1.4)
    ]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] > fused(says("face", 0.6)).confidence > confidences[3]


def test_noise_alone_costs_little_confidence() -> None:
    """Two channels that speak of the same feeling, each erring as the table says."""
    rng = random.Random(21)
    shares = []
    for _ in range(300):
        truth = rng.gauss(0.0, 0.4)
        face = says("face", rng.gauss(truth, CHANNELS["face"].valence), confidence=1.0)
        words = says("words", rng.gauss(truth, CHANNELS["words"].valence), confidence=1.0)
        shares.append(fused(face, words).confidence / fused(face).confidence)
    assert sum(shares) / len(shares) > 0.97


def test_a_channel_that_hardly_knows_neither_corroborates_nor_contradicts() -> None:
    alone = fused(says("face", 0.6)).confidence
    assert fused(
        says("face", 0.6), says("posture", -0.6, confidence=0.02)
    ).confidence == pytest.approx(alone, abs=0.02)


@pytest.mark.parametrize(
    "pair", [("face", "words"), ("face", "voice"), ("words", "touch"), ("voice", "posture")]
)
def test_the_fused_estimate_is_never_worse_than_its_best_channel_when_they_agree(
    pair: tuple[EvidenceChannel, EvidenceChannel],
) -> None:
    """Root mean square error over random people, each channel erring as the table says."""
    rng = random.Random(3)
    errors, fused_errors = dict.fromkeys(pair, 0.0), 0.0
    agreed = 0
    for _ in range(3000):
        truth = max(-1.0, min(1.0, rng.gauss(0.0, 0.5)))
        heard = {
            name: max(-1.0, min(1.0, rng.gauss(truth, CHANNELS[name].valence))) for name in pair
        }
        if abs(heard[pair[0]] - heard[pair[1]]) > 0.3:
            continue
        agreed += 1
        fusion = Fusion(CHANNELS)
        for name, valence in heard.items():
            fusion.take(says(name, valence, confidence=1.0))
            errors[name] += (valence - truth) ** 2
        fused_errors += (fusion.estimate("anna", 0.0)[0] - truth) ** 2
    assert agreed > 500
    assert fused_errors <= min(errors.values())


def test_agreement_raises_confidence_and_narrows_the_variance() -> None:
    one, two = fused(says("face", 0.5)), fused(says("face", 0.5), says("words", 0.5))
    assert two.confidence > one.confidence
    assert two.valence_sd < one.valence_sd


def test_a_smile_with_a_rough_hand_is_an_event_with_both_causes() -> None:
    faces: list[AnySense] = [
        Face(at=1.0 + 0.1 * i, id=10 + i, person="anna", valence=0.7, arousal=0.3, confidence=0.8)
        for i in range(30)
    ]
    hit = touch("back", 3.05, 3.15, "hit", pressure=0.95)
    moments = list(rehearse(cat(), [*faces, *hit], 4.0))
    conflicts = [event for moment in moments for event in moment.events if event.name == "conflict"]
    assert len(conflicts) == 1
    assert len(conflicts[0].because) >= 2
    before, after = (next(m.person for m in moments if m.at >= at) for at in (3.0, 3.2))
    assert after.confidence < before.confidence
    assert after.conflict > 0.4 > before.conflict


def test_touch_alone_gives_a_broad_estimate() -> None:
    person = last(cat(), touch("head", 1.0, 6.0), 5.0).person
    assert person.valence > 0.0
    assert person.valence_sd > 0.45
    assert max(person.probabilities.values()) < 0.5


def test_a_hand_that_hits_is_taken_for_anger() -> None:
    person = last(cat(), touch("back", 1.0, 1.1, "hit", pressure=0.95), 1.2).person
    assert person.valence < -0.2
    assert person.arousal > 0.1
    assert max(person.probabilities, key=lambda name: person.probabilities[name]) == "angry"


def test_a_thought_replaces_the_words_it_is_about_and_does_not_add_to_them() -> None:
    words = Words(at=1.0, id=5, person="anna", text="…", valence=-0.5, arousal=0.0, confidence=0.6)
    thought = Thought(
        at=2.0,
        id=6,
        person="anna",
        asked=1.0,
        about=5,
        expires=9.0,
        valence=-0.5,
        arousal=0.0,
        confidence=0.6,
    )
    without, with_it = last(cat(), [words], 2.0).person, last(cat(), [words, thought], 2.0).person
    assert with_it.valence == pytest.approx(without.valence, abs=0.03)
    assert with_it.confidence == pytest.approx(without.confidence, abs=0.08)
    other = Thought(
        at=2.0,
        id=6,
        person="anna",
        asked=1.0,
        about=5,
        expires=9.0,
        valence=0.6,
        arousal=0.0,
        confidence=0.8,
    )
    assert last(cat(), [words, other], 2.0).person.valence > 0.2


def test_a_thought_about_older_words_is_not_heard() -> None:
    senses: list[AnySense] = [
        Words(at=1.0, id=5, person="anna", valence=-0.5, arousal=0.0, confidence=0.6),
        Words(at=2.0, id=7, person="anna", valence=0.5, arousal=0.0, confidence=0.6),
        Thought(
            at=2.5,
            id=8,
            person="anna",
            asked=1.0,
            about=5,
            expires=9.0,
            valence=-0.9,
            arousal=0.0,
            confidence=0.9,
        ),
    ]
    assert last(cat(), senses, 3.0).person.valence > 0.0


def test_a_thought_that_is_much_less_sure_than_the_words_changes_nothing() -> None:
    words = Words(at=1.0, id=5, person="anna", valence=-0.6, arousal=0.0, confidence=0.8)
    guess = Thought(
        at=2.0,
        id=6,
        person="anna",
        asked=1.0,
        about=5,
        expires=9.0,
        valence=0.6,
        arousal=0.0,
        confidence=0.3,
    )
    without, with_it = last(cat(), [words], 2.5).person, last(cat(), [words, guess], 2.5).person
    assert with_it.valence == pytest.approx(without.valence)


def test_several_people_have_an_estimate_each_and_one_has_the_attention() -> None:
    senses: list[AnySense] = [
        Person(at=0.5, id=1, person="anna", change="arrives"),
        Person(at=0.6, id=2, person="bob", change="arrives"),
        *(
            Face(
                at=1.0 + 0.1 * i,
                id=10 + i,
                person="anna",
                valence=0.6,
                arousal=0.2,
                confidence=0.8,
                looking=0.2,
            )
            for i in range(80)
        ),
        *(
            Face(
                at=1.05 + 0.1 * i,
                id=200 + i,
                person="bob",
                valence=-0.6,
                arousal=-0.3,
                confidence=0.8,
                looking=0.2,
            )
            for i in range(80)
        ),
        Words(at=3.0, id=3, person="bob", text="hello", valence=-0.4, arousal=0.0, confidence=0.6),
        Words(at=7.0, id=4, person="anna", text="hello", valence=0.4, arousal=0.0, confidence=0.6),
    ]
    course = {round(m.at, 2): m.person for m in rehearse(cat(), senses, 8.0)}
    assert (course[4.0].person, course[4.0].valence < -0.3) == ("bob", True)
    assert (course[8.0].person, course[8.0].valence > 0.3) == ("anna", True)
    assert course[8.0].present


def test_somebody_who_leaves_is_no_longer_present() -> None:
    senses: list[AnySense] = [
        Person(at=0.5, id=1, person="anna", change="arrives"),
        Person(at=2.0, id=2, person="anna", change="leaves"),
    ]
    course = {round(m.at, 2): m.person for m in rehearse(cat(), senses, 3.0)}
    assert course[1.0].present
    assert not course[3.0].present


def test_the_face_that_looks_from_where_it_is_is_published() -> None:
    face = Face(
        at=1.0,
        id=1,
        person="anna",
        valence=0.1,
        arousal=0.0,
        confidence=0.7,
        looking=0.9,
        bearing=(0.3, 0.1),
    )
    person = last(cat(), [face], 1.1).person
    assert person.bearing == (0.3, 0.1)
    assert person.attention > 0.8


SENSES = st.lists(
    st.one_of(
        st.builds(
            Face,
            at=st.floats(0.0, 20.0),
            person=st.sampled_from(("anna", "bob")),
            valence=st.none() | st.floats(-1.0, 1.0),
            arousal=st.none() | st.floats(-1.0, 1.0),
            probabilities=st.none()
            | st.dictionaries(st.sampled_from(CLASSES), st.floats(0.0, 1.0)),
            confidence=st.none() | st.floats(0.0, 1.0),
            looking=st.floats(0.0, 1.0),
        ),
        st.builds(
            Words,
            at=st.floats(0.0, 20.0),
            valence=st.none() | st.floats(-1.0, 1.0),
            confidence=st.none() | st.floats(0.0, 1.0),
        ),
        st.builds(
            Voice,
            at=st.floats(0.0, 20.0),
            level=st.floats(-120.0, 20.0),
            valence=st.none() | st.floats(-1.0, 1.0),
        ),
        st.builds(
            Gesture,
            at=st.floats(0.0, 20.0),
            zone=st.sampled_from(("head", "belly", "wing")),
            gesture=st.sampled_from(
                ("hold", "tap", "pat", "poke", "hit", "stroke", "scratch", "tickle")
            ),
            phase=st.sampled_from(("begin", "during", "end")),
            pressure=st.floats(0.0, 1.0),
            speed=st.floats(0.0, 3.0),
        ),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(SENSES)
def test_any_subset_of_channels_at_any_rate_gives_a_sound_estimate(senses: list[AnySense]) -> None:
    for moment in rehearse(cat(), senses, 21.0, rate=5.0):
        person = moment.person
        assert -1.0 <= person.valence <= 1.0
        assert -1.0 <= person.arousal <= 1.0
        assert 0.0 <= person.confidence <= 1.0
        assert 0.0 <= person.conflict <= 1.0
        assert 0.0 < person.arousal_sd <= SPREAD + 1e-9
        assert 0.0 < person.valence_sd <= math.hypot(SPREAD, 1.0)
        assert sum(person.probabilities.values()) == pytest.approx(1.0)
        assert min(person.probabilities.values()) >= 0.0
