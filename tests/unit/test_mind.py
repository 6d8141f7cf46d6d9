"""What the senses mean to the pet: the right events, once each, with their causes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from bench.rehearse import a_mind, rehearse, touch
from moggy.brain.appraisals import Appraisals
from moggy.brain.mind import Mind
from moggy.brain.perception.touch import pleasantness
from moggy.config import Files
from moggy.messages import (
    AnySense,
    Battery,
    BodyMotion,
    Event,
    Face,
    Gesture,
    Person,
    Setting,
    Thought,
    Voice,
    Words,
)
from moggy.personality import Personality
from moggy.vocabulary import (
    GESTURE_EVENTS,
    INTENT_EVENTS,
    PET_EVENTS,
    SEEN_EVENTS,
    TOLD_EVENTS,
    GestureName,
    Intent,
)

TABLE = Files().load("appraisals/cat.yaml", Appraisals)


def cat(hour: float = 10.0) -> Mind:
    return a_mind(TABLE, Personality(name="cat"), hour=hour)


def events(senses: list[AnySense], until: float = 20.0, rate: float = 50.0) -> list[Event]:
    return [
        event for moment in rehearse(cat(), senses, until, rate=rate) for event in moment.events
    ]


def names(senses: list[AnySense], until: float = 20.0) -> list[str]:
    return [event.name for event in events(senses, until)]


def test_a_stroke_begins_goes_on_and_ends() -> None:
    found = events(list(touch("neck", 1.0, 3.0)))
    assert found[0].name == "touched"
    assert found[-1].name == "released"
    strokes = [e for e in found if e.name == "stroked"]
    assert sum(e.dose for e in strokes) == pytest.approx(2.0)
    assert all(e.zone == "neck" and e.person == "someone" and e.because for e in strokes)


def test_the_pleasantness_of_a_stroke_is_best_near_three_centimetres_a_second() -> None:
    speeds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
    values = [pleasantness(v) for v in speeds]
    assert max(values) == values[3] == pytest.approx(1.0)
    assert pleasantness(0.01) == pytest.approx(0.547, abs=0.01)
    assert values[2] > values[1] > values[0]
    assert values[4] > values[5] > values[6]


@pytest.mark.parametrize(
    ("gesture", "event"), [("pat", "patted"), ("tap", "tapped"), ("poke", "poked"), ("hit", "hit")]
)
def test_what_happens_once_is_one_event(gesture: GestureName, event: str) -> None:
    found = Counter(names(list(touch("back", 1.0, 1.3, gesture, pressure=0.9))))
    assert found[event] == 1


def test_a_gesture_that_stands_alone_is_understood() -> None:
    """As a script may give it: one message, no begin and no end."""
    assert "patted" in names([Gesture(at=1.0, id=1, zone="head", gesture="pat")])
    assert "stroked" in names([Gesture(at=1.0, id=1, zone="head", gesture="stroke")])


def test_a_hit_is_urgent_at_once() -> None:
    found = events(
        [Gesture(at=1.0, id=1, zone="back", gesture="hit", phase="begin", pressure=0.9, peak=0.95)],
        1.0,
    )
    assert [(e.name, e.urgent, e.at) for e in found if e.name == "hit"] == [("hit", True, 1.0)]


def test_a_hand_that_presses_hard_squeezes() -> None:
    found = Counter(names(list(touch("belly", 1.0, 3.0, "hold", pressure=0.95))))
    assert found["squeezed"] == 1


def test_a_stroke_against_the_fur_or_too_hard_ruffles() -> None:
    assert "ruffled" in names(list(touch("back", 1.0, 2.0, along_fur=-0.8)))
    assert "ruffled" in names(list(touch("back", 1.0, 2.0, pressure=0.9)))
    assert "ruffled" not in names(list(touch("back", 1.0, 2.0)))


def test_motions_are_events_and_some_are_urgent() -> None:
    senses: list[AnySense] = []
    for motion in ("lifted", "held", "put_down", "shaken", "falling", "still"):
        senses.append(BodyMotion(at=1.0 + len(senses), id=1 + len(senses), motion=motion))
    found = events(senses)
    assert {e.name: e.urgent for e in found} == {
        "lifted": True,
        "put_down": False,
        "shaken": True,
        "falling": True,
    }


def test_arms_that_hold_count_by_the_second() -> None:
    found = events([BodyMotion(at=1.0 + i, id=i + 1, motion="held") for i in range(5)])
    assert [e.dose for e in found if e.name == "held"] == pytest.approx([1.0] * 4)


def face(at: float, happy: float, looking: float = 0.5) -> Face:
    return Face(
        at=at,
        id=int(at * 100),
        person="anna",
        probabilities={"happy": happy, "neutral": 1.0 - happy},
        confidence=0.8,
        looking=looking,
    )


def test_a_smile_is_an_event_when_it_begins_not_at_every_frame() -> None:
    smiling = [face(1.0 + 0.1 * i, 0.9) for i in range(100)]
    assert Counter(names(list(smiling)))["smiled_at"] == 1


def test_a_flickering_smile_is_one_smile() -> None:
    assert (
        Counter(names([face(1.0 + 0.1 * i, 0.9 if i % 2 else 0.3) for i in range(100)]))[
            "smiled_at"
        ]
        <= 1
    )


def test_a_smile_that_comes_back_is_another() -> None:
    frames = [face(1.0 + 0.1 * i, 0.95 if (i // 40) % 2 == 0 else 0.0) for i in range(160)]
    assert Counter(names(list(frames)))["smiled_at"] == 2


def test_a_look_is_noticed_once() -> None:
    frames = [face(1.0 + 0.1 * i, 0.0, looking=0.2 if i < 20 else 0.95) for i in range(80)]
    assert Counter(names(list(frames)))["looked_at"] == 1


def test_somebody_comes_is_greeted_once_and_goes() -> None:
    senses: list[AnySense] = [
        Person(at=1.0, id=1, person="anna", change="arrives"),
        Person(at=2.0, id=2, person="anna", change="arrives"),
        Words(
            at=3.0,
            id=3,
            person="anna",
            text="hello kitty",
            valence=0.5,
            arousal=0.2,
            confidence=0.7,
            intent="call",
        ),
        Words(
            at=5.0,
            id=4,
            person="anna",
            text="good cat",
            valence=0.5,
            arousal=0.2,
            confidence=0.7,
            intent="praise",
        ),
        Person(at=8.0, id=5, person="anna", change="leaves"),
    ]
    found = Counter(names(senses))
    assert (
        found["arrived"],
        found["greeted"],
        found["called"],
        found["praised"],
        found["left"],
    ) == (1, 1, 1, 1, 1)


def test_who_comes_in_sad_is_comforted_and_does_not_greet() -> None:
    def said(valence: float) -> list[AnySense]:
        return [
            Person(at=1.0, id=1, person="anna", change="arrives"),
            Words(
                at=3.0,
                id=2,
                person="anna",
                text="…",
                valence=valence,
                arousal=0.0,
                confidence=0.9,
                intent="comfort_me",
            ),
        ]

    assert "greeted" not in names(said(-0.5))
    assert "greeted" in names(said(0.4)), "come and cuddle"


def test_a_face_without_a_name_is_that_of_the_one_who_is_there() -> None:
    unnamed = Face(at=2.0, id=2, probabilities={"happy": 0.95}, confidence=0.9)
    senses: list[AnySense] = [Person(at=1.0, id=1, person="anna", change="arrives"), unnamed]
    assert {e.person for e in events(senses, 3.0)} == {"anna"}
    crowd: list[AnySense] = [*senses, Person(at=1.5, id=3, person="bob", change="arrives")]
    assert "someone" in {e.person for e in events(crowd, 3.0)}


def test_advice_on_what_is_no_feeling_is_not_heard() -> None:
    assert names([a_thought(3.0, 0, nudges={"world_peace": 0.2, "company": 0.1})]) == ["advised"]


@pytest.mark.parametrize(
    ("intent", "event"),
    [
        ("praise", "praised"),
        ("scold", "scolded"),
        ("call", "called"),
        ("comfort_me", "comfort_asked"),
        ("play", "play_asked"),
        ("leave_me_alone", "sent_off"),
        ("look_here", "shown"),
    ],
)
def test_words_ask_something_of_the_pet(intent: Intent, event: str) -> None:
    found = events([Words(at=1.0, id=7, person="anna", text="…", intent=intent, confidence=0.7)])
    both = [("arrived", "anna", (7,)), (event, "anna", (7,))]
    assert [(e.name, e.person, e.because) for e in found] == both


def a_thought(at: float, about: int, **more: object) -> Thought:
    values: dict[str, object] = {"asked": at - 1.0, "expires": at + 5.0, "confidence": 0.8, **more}
    return Thought(at=at, id=90, person="anna", about=about, **values)  # type: ignore[arg-type]


def test_the_same_words_are_counted_once() -> None:
    words = Words(at=1.0, id=7, person="anna", text="good cat", intent="praise", confidence=0.7)
    assert Counter(names([words, a_thought(3.0, 7, intent="praise")]))["praised"] == 1


def test_a_thought_may_find_what_the_words_reader_missed() -> None:
    words = Words(at=1.0, id=7, person="anna", text="…", intent="none", confidence=0.3)
    found = events([words, a_thought(3.0, 7, intent="comfort_me")])
    assert [(e.name, e.because) for e in found if e.name == "comfort_asked"] == [
        ("comfort_asked", (7, 90))
    ]


def test_a_stale_thought_is_dropped() -> None:
    assert names([a_thought(3.0, 7, intent="praise", expires=2.5)]) == []


def test_a_thought_asked_before_something_urgent_is_dropped() -> None:
    senses: list[AnySense] = [
        BodyMotion(at=2.5, id=1, motion="lifted"),
        a_thought(3.0, 7, intent="praise", nudges={"pleasure": 0.1}),
    ]
    assert names(senses) == ["lifted"]
    later: list[AnySense] = [
        BodyMotion(at=1.0, id=1, motion="lifted"),
        a_thought(3.0, 7, intent="praise"),
    ]
    assert names(later) == ["lifted", "praised"]


def test_noises_startle_when_they_stand_out() -> None:
    quiet = [Voice(at=0.1 * i, id=i + 1, level=-55.0) for i in range(30)]
    bang = Voice(at=3.5, id=50, level=-4.0)
    assert Counter(names([*quiet, bang]))["loud_noise"] == 1
    music = [Voice(at=0.1 * i, id=i + 1, level=-10.0) for i in range(100)]
    assert Counter(names(list(music)))["loud_noise"] <= 1


def test_a_soft_voice_is_heard_as_such() -> None:
    senses = [
        Voice(at=1.0 + 0.2 * i, id=i + 1, person="anna", level=-35.0, pitch=190.0)
        for i in range(10)
    ]
    assert Counter(names(list(senses)))["soft_voice"] == 1


def test_the_battery_speaks_with_hysteresis() -> None:
    levels = [0.5, 0.19, 0.21, 0.19, 0.07, 0.09, 0.07, 0.5]
    found = events([Battery(at=1.0 + i, id=i + 1, level=level) for i, level in enumerate(levels)])
    assert [(e.name, e.urgent) for e in found] == [
        ("battery_low", False),
        ("battery_critical", True),
    ]
    assert names(
        [
            Battery(at=1.0, id=1, level=0.1, charging=True),
            Battery(at=2.0, id=2, level=0.1, charging=True),
        ]
    ) == ["charging"]


def test_settings_are_heard() -> None:
    found = events(
        [
            Setting(at=1.0, id=1, name="stop"),
            Setting(at=2.0, id=2, name="away"),
            Setting(at=3.0, id=3, name="quiet"),
        ]
    )
    assert [(e.name, e.urgent) for e in found] == [("stopped", True), ("sent_off", False)]


def test_being_alone_is_noticed_ever_more_seldom() -> None:
    found = events([], 3600.0 * 3, rate=0.2)
    alone = [e for e in found if e.name == "left_alone"]
    pauses = [b.at - a.at for a, b in pairwise(alone)]
    assert alone[0].at == 300.0
    assert pauses == sorted(pauses)
    assert [e.strength for e in alone] == sorted(e.strength for e in alone)


def test_a_sign_of_somebody_ends_the_silence() -> None:
    face_at = face(290.0, 0.0)
    assert [e.at for e in events([face_at], 500.0, rate=2.0) if e.name == "left_alone"] == []


def perceived(mind: Mind, senses: list[AnySense], until: float) -> list[Event]:
    """Days of perceiving alone, a look every minute."""
    found: list[Event] = []
    waiting = sorted(senses, key=lambda sense: sense.at)
    for minute in range(int(until / 60.0)):
        heard = [sense for sense in waiting if 60.0 * (minute - 1) < sense.at <= 60.0 * minute]
        found += mind.perceive(heard, 60.0 * minute)[0]
    return found


def test_who_comes_at_the_same_time_every_day_is_expected() -> None:
    mind = cat(hour=8.0)
    senses: list[AnySense] = []
    for day in range(6):
        home = 86400.0 * day + 3600.0 * 10.1  # 18:06
        senses.append(Person(at=home, id=1 + 2 * day, person="anna", change="arrives"))
        senses.append(Person(at=home + 3600.0, id=2 + 2 * day, person="anna", change="leaves"))
    found = [e for e in perceived(mind, senses, 86400.0 * 6) if e.name == "expecting"]
    hours = [(8.0 + e.at / 3600.0) % 24.0 for e in found]
    assert len(found) in (2, 3, 4)
    assert all(e.person == "anna" for e in found)
    assert all(17.0 <= hour < 18.1 for hour in hours)


def test_the_hour_at_which_it_is_often_sent_off_becomes_quiet() -> None:
    mind = cat(hour=8.0)
    senses: list[AnySense] = [
        Setting(at=86400.0 * day + 3600.0 * 5.5 + 60.0 * i, id=1, name="away")
        for day in range(4)
        for i in (0, 10)
    ]
    found = [e for e in perceived(mind, senses, 86400.0 * 4) if e.name == "quiet_usual"]
    assert found
    assert all(13.0 <= (8.0 + e.at / 3600.0) % 24.0 < 14.0 for e in found)


def test_every_event_of_every_sense_names_its_cause() -> None:
    senses: list[AnySense] = [
        *touch("head", 1.0, 2.0),
        Person(at=2.5, id=2, person="anna", change="arrives"),
        Words(
            at=3.0, id=3, person="anna", intent="praise", valence=0.5, arousal=0.1, confidence=0.8
        ),
        BodyMotion(at=4.0, id=4, motion="lifted"),
        Battery(at=5.0, id=5, level=0.1),
        Voice(at=6.0, id=6, level=-3.0),
        face(7.0, 0.9, looking=0.9),
    ]
    found = events(senses)
    assert len(found) > 8
    assert all(e.because for e in found)
    assert len({e.id for e in found}) == len(found)


def test_every_event_that_can_be_perceived_is_in_the_shipped_table() -> None:
    touch_and_body = (
        "touched released squeezed ruffled lifted put_down shaken falling knocked tipped"
    )
    people = "arrived left greeted looked_at left_alone expecting quiet_usual conflict"
    memory = "forgotten recalled"
    around = "loud_noise soft_voice battery_low battery_critical charging stopped"
    told = {
        *SEEN_EVENTS.values(),
        *PET_EVENTS.values(),
        *TOLD_EVENTS.values(),
        "smiled_at",
        "misheard",
        *INTENT_EVENTS.values(),
        *GESTURE_EVENTS.values(),
        *touch_and_body.split(),
        *people.split(),
        *memory.split(),
        *around.split(),
    }
    assert told == set(TABLE.events)
