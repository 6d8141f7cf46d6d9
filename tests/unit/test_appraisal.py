"""The appraisal table: what a designer writes is checked, and cases hold where they say."""

from __future__ import annotations

import pytest

from bench.rehearse import a_mind
from moggy.brain.appraisals import Appraisals, whole_key
from moggy.brain.memory import Remembered
from moggy.config import Files, Invalid, parse, with_value
from moggy.messages import Event
from moggy.personality import Personality, Temperament
from moggy.vocabulary import EVENTS, Emotion, ZoneName

TEXT = Files().read("appraisals/cat.yaml")
CAT = Personality(name="cat")


def table(key: str, value: object) -> Appraisals:
    return parse("cat.yaml", with_value(TEXT, key, value), Appraisals)


def test_every_field_of_the_table_has_a_sentence_or_a_plain_name() -> None:
    schema = Appraisals.model_json_schema()
    for name in (
        "Tendency",
        "MoodShape",
        "DriveShape",
        "BondShape",
        "EnoughShape",
        "Channel",
        "Rule",
    ):
        part = schema["$defs"][name]
        for field, spec in part["properties"].items():
            assert "description" in spec or field in ("disliked", "about"), (name, field)


def test_every_number_of_the_table_has_bounds() -> None:
    def numbers(spec: dict[str, object]) -> list[dict[str, object]]:
        found = [spec] if spec.get("type") == "number" else []
        for value in spec.values():
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    found += numbers(inner)
        return found

    schema = Appraisals.model_json_schema()
    for name, part in schema["$defs"].items():
        if name not in ("CaseCondition", "EnoughShape"):
            assert all("minimum" in spec and "maximum" in spec for spec in numbers(part)), name


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("emotions.joy.decay", 5000.0, "less than or equal to 600"),
        ("emotions.joy.attack", -1.0, "greater than or equal to 0.05"),
        ("events.stroked.emotions.hunger", 0.5, "unknown name 'hunger', did you mean"),
        ("events.sadness_seen.emotions.sadness", 0.5, "does not mirror"),
        ("events.fear_seen.mood.arousal", 0.2, "met calmly"),
        ("mood.congruence", 0.9, "less than or equal to 0.4"),
    ],
)
def test_a_table_beyond_the_bounds_is_refused_at_its_line(
    key: str, value: object, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        table(key, value)
    assert said in str(refused.value)
    assert refused.value.line >= 1


def test_an_unknown_key_is_refused_with_a_suggestion() -> None:
    with pytest.raises(Invalid, match=r"unknown key.*did you mean 'wears'"):
        table("events.stroked.waers", 0.1)


def test_a_missing_emotion_is_named() -> None:
    before, _, after = TEXT.partition("  disgust:\n")
    without = before + after[after.index("  sadness:\n") :]
    with pytest.raises(Invalid, match="disgust"):
        parse("cat.yaml", without, Appraisals)


def felt(
    appraisals: Appraisals,
    name: str,
    *,
    trust: float = 0.3,
    zone: ZoneName | None = None,
    person: Personality = CAT,
) -> dict[Emotion, float]:
    known = Remembered(people={"anna": {"trust": trust, "familiarity": 0.5}})
    mind = a_mind(appraisals, person, remembered=known)
    mind.feel((Event(at=0.1, name=name, zone=zone, person="anna"),), (), 0.1, 0.1)
    return dict(mind.feel((), (), 1.0, 0.9)[1].emotions)


def test_a_case_holds_in_its_range_and_fades_out_beside_it() -> None:
    shipped = table("about", "as it is")
    fears = [felt(shipped, "lifted", trust=trust)["fear"] for trust in (0.2, 0.35, 0.4, 0.5)]
    assert fears[0] == pytest.approx(fears[1])
    assert fears[1] > fears[2] > fears[3] == 0.0
    assert felt(shipped, "lifted", trust=0.8)["affection"] > 0.1


def test_a_case_can_name_a_zone_and_a_person() -> None:
    case = [{"when": {"zone": ["chin"], "person": ["anna"]}, "emotions": {"joy": 0.9}}]
    changed = table("events.tapped.also", case)
    assert felt(changed, "tapped", zone="chin")["joy"] > 0.5
    assert felt(changed, "tapped", zone="neck")["joy"] == 0.0


def test_higher_neuroticism_startles_more() -> None:
    shipped = table("about", "as it is")
    easy, anxious = (
        Personality(name="x", temperament=Temperament(neuroticism=n)) for n in (0.0, 1.0)
    )
    assert (
        felt(shipped, "loud_noise", person=anxious)["fear"]
        > 1.5 * felt(shipped, "loud_noise", person=easy)["fear"]
    )


def test_a_designer_changes_one_number_and_the_pet_feels_it() -> None:
    assert (
        felt(table("events.praised.emotions.joy", 0.2), "praised")["joy"]
        < felt(table("about", "as it is"), "praised")["joy"]
    )


def test_what_an_event_is_stands_in_the_vocabulary_and_not_again_in_the_table() -> None:
    shipped = table("about", "as it is").events
    assert [name for name, rule in shipped.items() if rule.about] == []
    assert [name for name in shipped if not EVENTS[name].about] == []


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("stroke.pleasure", "events.stroked.mood.pleasure"),
        ("stroked.joy", "events.stroked.emotions.joy"),
        ("hit.company", "events.hit.drives.company"),
        ("pat.trust", "events.patted.trust"),
        ("events.stroked.wears", "events.stroked.wears"),
        ("mood.draws", "mood.draws"),
    ],
)
def test_a_short_key_finds_its_place_in_the_table(short: str, whole: str) -> None:
    assert whole_key(short, parse("cat.yaml", TEXT, Appraisals).events) == whole


@pytest.mark.parametrize("key", ["purred_at.joy", "s.joy", "stroke"])
def test_a_short_key_that_means_no_one_event_says_which_there_are(key: str) -> None:
    with pytest.raises(ValueError, match="stroked"):
        whole_key(key, ["stroked", "squeezed"])
