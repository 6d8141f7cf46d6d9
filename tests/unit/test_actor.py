"""The pet acts: alive at rest, quick to a touch, never beyond its limits, and every movement has a
cause."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy.actuators.actor import Actor
from moggy.actuators.calls import SHAPES, voice_pitch
from moggy.actuators.cry import cry
from moggy.actuators.mix import LAG_S
from moggy.actuators.reactions import ANSWERS
from moggy.behaviors.motions import load_motions
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.messages import (
    Affect,
    Call,
    Command,
    Decision,
    Event,
    Gesture,
    Mover,
    PersonEstimate,
    Play,
)
from moggy.personality import Personality
from moggy.vocabulary import (
    CALLS,
    EMOTIONS,
    EVENTS,
    GAZES,
    GazeTarget,
    GestureName,
    ZoneName,
)
from tests.feelings import emotions

BODY = load(SHIPPED["body"] / "cat.yaml", Body)
MOTIONS = load_motions(sorted(SHIPPED["motions"].glob("*.yaml")))
CAT = Personality(name="cat")
NOBODY = PersonEstimate()
DT = 0.02
SIGNED = st.floats(-1, 1)
UNIT = st.floats(0, 1)
FEELINGS = st.builds(
    Affect,
    valence=SIGNED,
    arousal=SIGNED,
    enough=UNIT,
    emotions=st.fixed_dictionaries(dict.fromkeys(EMOTIONS, UNIT)),
)
PLAYS = st.lists(
    st.builds(
        Play,
        motion=st.sampled_from(sorted(MOTIONS)),
        started=st.floats(0, 3),
        layer=st.sampled_from(("posture", "motion", "reflex")),
        weight=UNIT,
        speed=st.floats(0.3, 3),
    ),
    max_size=4,
)


def posture(name: str, *others: Play) -> Decision:
    return Decision(
        at=0.0, behavior=name, plays=(Play(motion=name, started=0.0, layer="posture"), *others)
    )


def feeling(
    valence: float = 0.0, arousal: float = 0.0, enough: float = 0.0, **levels: float
) -> Affect:
    return Affect(
        valence=valence,
        arousal=arousal,
        enough=enough,
        emotions=emotions(**levels),
    )


class Stage:
    """An actor, ticked at an even pace."""

    def __init__(self, personality: Personality = CAT) -> None:
        self.actor, self.n = Actor(BODY, MOTIONS, personality), 0
        self.moved: list[Mapping[str, tuple[Mover, ...]]] = []

    def act(
        self,
        decision: Decision,
        seconds: float = DT,
        *,
        pet: Affect | None = None,
        person: PersonEstimate = NOBODY,
        events: Sequence[Event] = (),
        gesture: Gesture | None = None,
        dt: float = DT,
    ) -> list[Command]:
        """Commands of so many seconds; the events happen in the first tick."""
        commands = []
        for _ in range(max(1, round(seconds / dt))):
            command, moved = self.actor.act(
                decision, person, pet or feeling(), events, gesture, self.n * dt, dt
            )
            events = ()
            commands.append(command)
            self.moved.append(moved)
            self.n += 1
        return commands

    def touch(
        self, zone: ZoneName, name: GestureName = "pat", seconds: float = DT, *, on: str = "loaf"
    ) -> list[Command]:
        """A hand arrives at a zone of a pet in a posture, and stays there for so many seconds."""
        at = self.n * DT
        events = [Event(at=at, id=7, name="touched", zone=zone, strength=0.5)]
        if name == "hit":
            events.append(Event(at=at, id=8, name="hit", zone=zone, urgent=True))
        gesture = Gesture(at=at, zone=zone, gesture=name, phase="begin")
        return self.act(posture(on), seconds, events=events, gesture=gesture)

    def answers(self) -> set[Mover]:
        """The small answers that move anything in the newest tick."""
        movers = [mover for movers in self.moved[-1].values() for mover in movers]
        return {mover for mover in movers if mover.layer == "reaction"}


def closes(commands: Sequence[Command]) -> float:
    """How far the lids come down while these commands are given, rad."""
    lids = [command.pose["eyelids"] for command in commands]
    return max(lids) - lids[0]


@given(
    pets=st.lists(FEELINGS, min_size=1, max_size=4),
    plays=PLAYS,
    purr=UNIT,
    gaze=st.sampled_from(GAZES),
)
@settings(max_examples=60, deadline=None)
def test_whatever_it_feels_and_plays_the_command_stays_within_the_body(
    pets: list[Affect], plays: list[Play], purr: float, gaze: GazeTarget
) -> None:
    stage = Stage()
    decision = Decision(at=0.0, behavior="any", plays=tuple(plays), purr=purr, gaze=gaze)
    person = PersonEstimate(bearing=(1.5, -0.7))
    before: Command | None = None
    for pet in pets:
        for command in stage.act(
            decision,
            0.4,
            pet=pet,
            person=person,
            gesture=Gesture(at=0.0, zone="back", gesture="stroke"),
        ):
            assert set(command.pose) == set(BODY.joints)
            for name, joint in BODY.joints.items():
                angle = command.pose[name]
                assert joint.min <= angle <= joint.max
                assert (
                    before is None or abs(angle - before.pose[name]) <= joint.velocity * DT * 1.0001
                )
            assert 0.0 <= command.pupils <= 1.0
            assert 0.0 <= command.purr.level <= 1.0
            assert 20.0 <= command.purr.rate <= 28.0
            before = command


@given(plays=st.lists(PLAYS, min_size=2, max_size=5), pet=FEELINGS)
@settings(max_examples=40, deadline=None)
def test_no_change_of_mind_makes_a_joint_jerk(plays: list[list[Play]], pet: Affect) -> None:
    stage = Stage()
    poses = [
        c.pose
        for some in plays
        for c in stage.act(Decision(at=0.0, behavior="any", plays=tuple(some)), 0.3, pet=pet)
    ]
    for name, joint in BODY.joints.items():
        x = [pose[name] for pose in poses]
        faster = [(c - 2 * b + a) / DT**2 for a, b, c in zip(x, x[1:], x[2:], strict=False)]
        assert max(map(abs, faster)) <= joint.acceleration * 1.0001


def test_all_that_moves_has_a_cause() -> None:
    stage = Stage()
    poses = [
        c.pose
        for c in stage.act(
            posture("sit", Play(motion="greet", started=0.0)), 3.0, pet=feeling(0.3, 0.2, joy=0.4)
        )
    ]
    for before, after, moved in zip(poses, poses[1:], stage.moved[1:], strict=False):
        assert all(moved.get(joint) for joint in after if after[joint] != before[joint])
    assert stage.moved[10]["tail_pitch"][0] == Mover(layer="motion", name="greet")


@pytest.mark.parametrize("zone", BODY.zones)
def test_a_touch_changes_the_command_in_its_own_tick(zone: ZoneName) -> None:
    touched, left_alone = Stage(), Stage()
    for stage in (touched, left_alone):
        stage.act(posture("loaf"), 3.0)
    answer = touched.touch(zone)[0].pose
    calm = left_alone.act(posture("loaf"))[0].pose
    # A hundredth of a degree is the unit of the wire.
    changed = {joint for joint in answer if abs(answer[joint] - calm[joint]) > 0.00018}
    assert changed & {"ear_left", "ear_right"}
    expected = Mover(layer="reaction", name="touched", because=(7,))
    assert any(expected in touched.moved[-1][joint] for joint in changed)


def test_the_touch_that_goes_on_is_not_answered_again_and_again() -> None:
    stage = Stage()
    stage.act(posture("loaf"), 2.0)
    stage.touch("back", "stroke", 3.0)
    assert stage.answers() == set()


def test_a_hand_that_strokes_on_is_not_answered_at_the_next_zone_but_when_it_comes_back() -> None:
    stage = Stage()
    stage.act(posture("loaf"), 2.0)
    stage.touch("neck", "stroke", 2.0)
    stage.touch("back", "stroke")
    assert stage.answers() == set()
    stage.act(posture("loaf"), events=[Event(at=5.0, name="released", zone="back")])
    stage.touch("back", "stroke")
    assert {mover.name for mover in stage.answers()} == {"touched"}


def test_the_ear_that_answers_is_on_the_side_to_which_it_looks() -> None:
    for earlier in range(4):
        stage = Stage()
        for _ in range(earlier):
            stage.touch("back", "stroke")
            stage.act(posture("loaf"), 3.0)
        before = stage.act(posture("loaf"), 3.0)[-1].pose
        after = stage.touch("back", "stroke", 0.1)[-1].pose
        back = {ear: before[ear] - after[ear] for ear in ("ear_left", "ear_right")}
        hand = Gesture(at=stage.n * DT, zone="back", gesture="stroke")
        looks = stage.act(replace(posture("loaf"), gaze="touch"), 1.0, gesture=hand)[-1].pose
        near = "ear_left" if looks["head_pan"] > before["head_pan"] else "ear_right"
        assert back[near] == max(back.values()) > 0.05


def test_each_of_many_touches_is_answered_less() -> None:
    stage = Stage()
    stage.act(posture("loaf"), 3.0)
    sizes = []
    for _ in range(3):
        sizes.append(closes(stage.touch("head", "tap", 0.3)))
        stage.act(posture("loaf"), 0.7, events=[Event(at=stage.n * DT, name="released")])
    assert sizes[0] > 1.1 * sizes[1] > 1.2 * sizes[2] > 0.0
    stage.act(posture("loaf"), 20.0)
    assert closes(stage.touch("head", "tap", 0.3)) > 1.1 * sizes[1]


def test_every_answer_is_to_an_event_that_there_is_and_every_call_has_a_shape() -> None:
    assert set(ANSWERS) <= set(EVENTS)
    assert set(SHAPES) == set(CALLS)


def test_a_hit_makes_it_flinch_more_than_a_pat() -> None:
    ears = []
    for gesture in ("pat", "hit"):
        stage = Stage()
        stage.act(posture("sit"), 2.0)
        answer = stage.touch("back", gesture, 0.2, on="sit")
        ears.append(min(min(c.pose["ear_left"], c.pose["ear_right"]) for c in answer))
    assert ears[1] < ears[0] - 0.2


def test_a_noise_turns_the_ears_at_once() -> None:
    quiet, loud = Stage(), Stage()
    for stage in (quiet, loud):
        stage.act(posture("sit"), 2.0)
    noise = loud.act(posture("sit"), events=[Event(at=2.0, name="loud_noise")])[0].pose
    assert abs(noise["ear_left"] - quiet.act(posture("sit"))[0].pose["ear_left"]) > 0.00018


def test_it_rises_gently_from_where_the_board_held_it() -> None:
    poses = [c.pose for c in Stage().act(posture("stand"), 1.5)]
    assert poses[0]["hind_left_knee"] == pytest.approx(BODY.joints["hind_left_knee"].rest, abs=0.05)
    assert poses[-1]["hind_left_knee"] == pytest.approx(0.0, abs=0.02)
    fastest = max(abs(b["hind_left_knee"] - a["hind_left_knee"]) / DT for a, b in pairwise(poses))
    assert fastest < 0.9 * BODY.joints["hind_left_knee"].velocity


def test_a_decision_without_a_posture_leaves_it_as_it_is() -> None:
    stage = Stage()
    assert stage.act(Decision(at=0.0, behavior="none"), 2.0)[-1].pose[
        "hind_left_knee"
    ] == pytest.approx(0.0, abs=0.02)
    sitting = stage.act(posture("sit"), 2.0)[-1].pose
    after = stage.act(
        Decision(at=4.0, behavior="none", plays=(Play(motion="yawn", started=4.0),)), 2.0
    )[-1].pose
    assert after["hind_left_knee"] == pytest.approx(sitting["hind_left_knee"], abs=0.01)


def test_the_mouth_opens_while_it_calls_and_shuts_after() -> None:
    stage = Stage()
    stage.act(posture("sit"), 2.0)
    meow = Call(at=2.0, name="meow", loudness=0.6, because=(5,))
    jaws = [c.pose["jaw"] for c in stage.act(replace(posture("sit"), calls=(meow,)))]
    assert Mover(layer="voice", name="meow", because=(5,)) in stage.moved[-1]["jaw"]
    jaws += [c.pose["jaw"] for c in stage.act(posture("sit"), 2.0)]
    assert max(jaws) > 0.2
    assert jaws[-1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("voice", [1.0, 2.0])
def test_the_mouth_is_open_as_long_as_the_call_is_heard(voice: float) -> None:
    for seed in range(3):
        stage = Stage(Personality(name="cat", voice=voice))
        stage.act(posture("sit"), 2.0)
        meow = Call(at=2.0, name="yowl", loudness=0.6, valence=-0.5, seed=seed)
        stage.act(replace(posture("sit"), calls=(meow,)))
        stage.act(posture("sit"), 4.0)
        calls = [
            any(mover.layer == "voice" for mover in moved.get("jaw", ())) for moved in stage.moved
        ]
        heard = len(cry(meow, 22050, voice_pitch(BODY.speaker, voice), 150.0)) / 22050
        # The limiter goes on for up to LAG_S.
        assert heard - 0.1 < sum(calls) * DT < heard + LAG_S


def test_it_breathes_fifteen_to_thirty_times_a_minute_and_the_chest_shows_it() -> None:
    for arousal in (-0.8, 0.0, 0.6):
        commands = Stage().act(posture("loaf"), 30.0, pet=feeling(arousal=arousal))
        late = commands[500:]
        breaths = sum(b.purr.breath < a.purr.breath for a, b in pairwise(late)) * 3
        assert 12 <= breaths <= 33
        elbows = [c.pose["front_left_elbow"] for c in late]
        assert 0.01 < max(elbows) - min(elbows) < 0.06


def test_a_purr_stands_within_a_third_of_a_second_and_both_phases_differ() -> None:
    stage = Stage()
    stage.act(posture("loaf"), 1.0)
    commands = stage.act(replace(posture("loaf"), purr=0.8), 6.0)
    assert 0.0 < commands[0].purr.level < 0.3
    assert commands[16].purr.level > 0.7
    rate_in = [c.purr.rate for c in commands[150:] if 0.1 < c.purr.breath < 0.4]
    rate_out = [c.purr.rate for c in commands[150:] if 0.6 < c.purr.breath < 0.9]
    # Breathing in and out differ by 1 to 3 Hz (Eklund 2010).
    assert 1.0 <= sum(rate_out) / len(rate_out) - sum(rate_in) / len(rate_in) <= 3.0
    assert stage.act(posture("loaf"), 2.0)[-1].purr.level == 0.0


def test_what_moves_it_goes_back_to_what_it_decided_felt_and_saw() -> None:
    stage = Stage()
    decision = replace(posture("loaf"), purr=0.6, gaze="touch", because=(3,))
    hand = Gesture(at=0.0, id=9, zone="tail_base", gesture="stroke")
    pet = replace(feeling(0.5, joy=0.8), because=(2, 1))
    stage.act(decision, 0.5, pet=pet, gesture=hand)
    moved = stage.moved[-1]
    assert Mover(layer="gaze", name="touch", because=(3, 9)) in moved["head_pan"]
    assert Mover(layer="mood", name="mood", because=(2, 1)) in moved["tail_pitch"]
    assert moved["purr"] == (
        Mover(layer="purr", name="loaf", because=(3,)),
        Mover(layer="breath", name="breath"),
    )


def test_a_hit_ends_the_purr_in_its_own_tick() -> None:
    stage = Stage()
    assert stage.act(replace(posture("loaf"), purr=0.8), 3.0)[-1].purr.level > 0.7
    hit = Event(at=3.0, name="hit", zone="back", urgent=True)
    assert stage.act(posture("loaf"), events=[hit])[0].purr.level == 0.0


def test_fear_flattens_the_ears_and_widens_the_pupils() -> None:
    calm, afraid = (
        Stage().act(posture("sit"), 2.0, pet=pet)[-1]
        for pet in (feeling(0.3), feeling(-0.7, 0.7, fear=0.9))
    )
    assert afraid.pose["ear_left"] < calm.pose["ear_left"] - 0.5
    assert afraid.pose["tail_pitch"] < calm.pose["tail_pitch"] - 0.2
    assert afraid.pupils > calm.pupils + 0.3


def test_affection_narrows_the_eyes_and_lifts_the_tail() -> None:
    def mean(commands: Sequence[Command], joint: str) -> float:
        return sum(c.pose[joint] for c in commands[100:]) / len(commands[100:])

    plain, fond = (
        Stage().act(posture("stand"), 8.0, pet=pet)
        for pet in (feeling(), feeling(0.6, 0.0, affection=0.8))
    )
    assert mean(fond, "eyelids") > mean(plain, "eyelids") + 0.1
    assert mean(fond, "tail_pitch") > mean(plain, "tail_pitch") + 0.3


def test_concern_turns_the_ears_to_somebody_and_lowers_the_tail() -> None:
    plain, concerned, fond = (
        Stage().act(posture("sit"), 4.0, pet=pet)[-1]
        for pet in (feeling(), feeling(-0.1, -0.15, concern=0.8), feeling(0.5, affection=0.8))
    )
    assert concerned.pose["ear_left"] > plain.pose["ear_left"] + 0.05
    assert concerned.pose["tail_pitch"] < plain.pose["tail_pitch"] - 0.1
    assert plain.pose["eyelids"] < concerned.pose["eyelids"] < fond.pose["eyelids"]
    assert concerned.pupils > fond.pupils + 0.05


def test_too_much_shows_in_the_tail_first() -> None:
    commands = Stage().act(posture("loaf"), 6.0, pet=feeling(enough=0.75))[150:]
    tail = [c.pose["tail_yaw"] for c in commands]
    assert max(tail) - min(tail) > 0.25


def test_it_looks_at_the_person_and_at_the_hand() -> None:
    person = PersonEstimate(present=True, bearing=(0.8, 0.3))
    at_person = Stage().act(replace(posture("sit"), gaze="person"), 1.5, person=person)[-1].pose
    assert 0.45 < at_person["head_pan"] < 0.85
    away = Stage().act(replace(posture("sit"), gaze="away"), 1.5, person=person)[-1].pose
    assert away["head_pan"] < -0.4
    hand = Gesture(at=0.0, zone="tail_base", gesture="stroke")
    assert (
        abs(
            Stage()
            .act(replace(posture("sit"), gaze="touch"), 1.5, gesture=hand)[-1]
            .pose["head_pan"]
        )
        > 0.8
    )


def test_a_welcome_hand_gets_a_glance_and_an_unwelcome_one_a_stare() -> None:
    hand = Gesture(at=0.0, zone="back", gesture="stroke", duration=4.0)
    welcome = (
        Stage().act(replace(posture("sit"), gaze="touch"), 2.0, gesture=hand)[-1].pose["head_pan"]
    )
    warned = (
        Stage()
        .act(posture("sit", Play(motion="turn_to_hand", started=0.0)), 2.0, gesture=hand)[-1]
        .pose["head_pan"]
    )
    assert abs(warned) > 0.7 > 0.5 > abs(welcome)


def test_asleep_it_keeps_its_eyes_shut_and_still_answers_a_touch() -> None:
    stage = Stage()
    stage.act(posture("curl"), 6.0)
    asleep = stage.act(posture("curl"), 20.0)
    assert min(c.pose["eyelids"] for c in asleep) > 0.9
    before = asleep[-1].pose
    answer = stage.touch("back", "stroke", on="curl")[0].pose
    assert any(abs(angle - before[joint]) > 0.005 for joint, angle in answer.items())


def test_at_rest_it_is_alive_and_never_repeats_itself() -> None:
    commands = Stage().act(replace(posture("sit"), gaze="around"), 60.0)
    blinks = sum(b.pose["eyelids"] > 0.8 >= a.pose["eyelids"] for a, b in pairwise(commands))
    assert 5 <= blinks <= 25
    pans = [c.pose["head_pan"] for c in commands]
    assert max(pans) - min(pans) > 0.6
    assert pans[500:1000] != pans[1500:2000]


def test_an_expressive_pet_moves_more() -> None:
    def width(expressive: float) -> float:
        stage = Stage(Personality(name="cat", expressive=expressive))
        commands = stage.act(posture("stand", Play(motion="tail_lash", started=0.0)), 4.0)
        return max(c.pose["tail_yaw"] for c in commands) - min(c.pose["tail_yaw"] for c in commands)

    assert width(0.4) < width(1.0) < width(1.4)


def test_the_same_life_twice_is_the_same_to_the_bit() -> None:
    def life() -> list[Command]:
        stage = Stage()
        commands = stage.act(
            replace(posture("sit"), gaze="around", purr=0.5), 4.0, pet=feeling(0.2, 0.3, joy=0.4)
        )
        commands += stage.act(
            posture("loaf", Play(motion="knead", started=4.0)),
            4.0,
            gesture=Gesture(at=4.0, zone="neck", gesture="stroke"),
        )
        return commands

    assert life() == life()


def test_at_another_pace_it_does_the_same() -> None:
    ends = []
    for dt in (0.01, 0.02, 0.04):
        pose = (
            Stage()
            .act(posture("sit", Play(motion="tail_up", started=0.0)), 4.0, pet=feeling(0.3), dt=dt)[
                -1
            ]
            .pose
        )
        ends.append(
            [pose[joint] for joint in ("head_pan", "tail_pitch", "hind_left_knee", "ear_right")]
        )
    assert all(a == pytest.approx(b, abs=0.05) for a, b in zip(ends[0], ends[2], strict=True))


def test_changed_motions_are_taken_over_without_a_jump() -> None:
    stage = Stage()
    stage.act(posture("sit"), 3.0)
    changed = load_motions(
        {
            "motions/sit.yaml": "about: Looks down.\n"
            "move: {head_tilt: -0.6, hips: 0.9, knees: 1.7, shoulders: -0.5}"
        }
    )
    stage.actor.adopt(motions=changed)
    poses = stage.act(posture("sit"), 2.0)
    assert poses[-1].pose["head_tilt"] < -0.5
    assert all(abs(b.pose["head_tilt"] - a.pose["head_tilt"]) < 0.11 for a, b in pairwise(poses))
    assert stage.act(posture("stand"), 3.0)[-1].pose["head_tilt"] > -0.4, "the others are there"


def test_a_body_with_other_joints_is_moved_as_far_as_it_goes() -> None:
    small = Body(
        name="head",
        joints={name: BODY.joints[name] for name in ("head_pan", "ear_left", "jaw")},
        pads={},
    )
    actor = Actor(small, MOTIONS, CAT)
    for n in range(100):
        command, _ = actor.act(
            posture("sit", Play(motion="yawn", started=0.0)),
            NOBODY,
            feeling(),
            (),
            None,
            n * DT,
            DT,
        )
        assert set(command.pose) == {"head_pan", "ear_left", "jaw"}
        assert all(math.isfinite(angle) for angle in command.pose.values())
