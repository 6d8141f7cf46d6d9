"""The leaves of a tree: what they show, when it begins and ends, and what they say."""

from __future__ import annotations

import itertools
import random
from itertools import pairwise
from typing import Any

import pytest
from py_trees.common import Status

from moggy.behaviors.build import Built
from moggy.behaviors.decider import SAID_AGAIN, Decider
from moggy.behaviors.moment import Moment
from moggy.behaviors.nodes import Behave, Wait
from moggy.behaviors.tree import Tree
from moggy.messages import Affect, Context, Decision, Event, Gesture, PersonEstimate
from moggy.personality import Personality, Quiet
from tests.feelings import emotions

TALKER = Personality(name="talker", quiet=Quiet(hours=None, budget=60.0))


def tree(root: dict[str, Any], **more: Any) -> Tree:
    return Tree.model_validate({"name": "test", "root": root, **more})


def behave(**spec: Any) -> dict[str, Any]:
    return {"id": "a", "why": "does a", **spec}


class Life:
    """A decider over a tree of one leaf, ticked ten times a second."""

    def __init__(
        self, root: dict[str, Any], personality: Personality = TALKER, **more: Any
    ) -> None:
        self.decider = Decider(tree(root, **more), personality, random.Random(1))
        self.n = 0

    def context(
        self, *, gesture: Gesture | None = None, events: tuple[Event, ...] = (), **levels: float
    ) -> Context:
        self.n += 1
        pet = Affect(emotions=emotions(**levels), because=(77,))
        return Context(
            at=self.n / 10,
            dt=0.1,
            hour=12.0,
            person=PersonEstimate(),
            pet=pet,
            events=events,
            gesture=gesture,
        )

    def tick(self, **given: Any) -> Decision:
        return self.decider.decide(self.context(**given))

    def ticks(self, count: int, **given: Any) -> list[Decision]:
        return [self.tick(**given) for _ in range(count)]


def begins(made: list[Decision], motion: str) -> list[float]:
    """When a motion began, each time once, to a tenth."""
    started = [play.started for one in made for play in one.plays if play.motion == motion]
    return [round(at, 1) for at in dict.fromkeys(started)]


# ── Motions ──────────────────────────────────────────────────────────────────────────────────────


def test_a_posture_stays_and_does_not_begin_again() -> None:
    life = Life(behave(posture="sit", lasts=1.0))
    made = life.ticks(25)
    assert begins(made, "sit") == [0.1]
    assert {one.plays[0].layer for one in made if one.plays} == {"posture"}


def test_another_posture_takes_its_place() -> None:
    steps = [behave(id="x", posture="sit", lasts=0.5), behave(id="y", posture="lie")]
    made = Life({"kind": "sequence", "children": steps}).ticks(12)
    assert begins(made, "sit") == [0.1]
    assert begins(made, "lie") == [0.6]


def test_a_motion_begins_after_its_time_and_again_after_so_many_seconds() -> None:
    plays = [{"motion": "nod", "after": 0.5, "every": [1.0, 1.0], "speed": 1.5, "layer": "reflex"}]
    made = Life(behave(plays=plays)).ticks(30)
    assert begins(made, "nod") == [0.6, 1.6, 2.6]
    (play,) = made[-1].plays
    assert (play.speed, play.layer, play.weight) == (1.5, "reflex", 1.0)
    once = Life(behave(plays=[{"motion": "nod", "after": 0.5}])).ticks(30)
    assert begins(once, "nod") == [0.6]
    assert not once[4].plays


def test_a_motion_may_wait_a_while_that_is_drawn() -> None:
    plays = [{"motion": "nod", "every": [1.0, 3.0]}]
    found = begins(Life(behave(plays=plays)).ticks(600), "nod")
    waits = [b - a for a, b in pairwise(found)]
    assert 1.0 <= min(waits) < 1.5
    assert 2.5 < max(waits) <= 3.15


def test_a_motion_plays_while_its_condition_holds_and_begins_anew() -> None:
    life = Life(behave(plays=[{"motion": "nod", "when": "emotion.joy > 0.5"}]))
    assert not life.tick().plays
    assert begins(life.ticks(3, joy=0.9), "nod") == [0.2]
    assert not life.tick().plays
    assert begins(life.ticks(3, joy=0.9), "nod") == [0.6]


def test_its_weight_follows_what_it_hangs_on_within_0_and_1_but_not_every_trifle() -> None:
    life = Life(behave(plays=[{"motion": "nod", "weight": "2 * emotion.joy - 0.4"}]))

    def weight(joy: float) -> float:
        return life.tick(joy=joy).plays[0].weight

    assert weight(0.5) == pytest.approx(0.6)
    assert weight(0.505) == pytest.approx(0.6)
    assert weight(0.515) == pytest.approx(0.63)
    assert weight(1.0) == 1.0
    assert weight(0.0) == 0.0
    assert begins([life.tick(joy=0.5)], "nod") == [0.1]


def test_a_leaf_that_ends_shows_nothing_any_more() -> None:
    life = Life(behave(posture="sit", plays=[{"motion": "nod"}], purr="0.5", lasts=0.5))
    assert life.tick().purr == 0.5
    life.ticks(4)
    ended = life.tick()
    assert (ended.behavior, ended.plays, ended.purr) == ("idle", (), 0.0)
    assert begins([life.tick()], "nod") == [0.7]


def test_a_motion_begins_with_the_weight_of_its_moment() -> None:
    for joy, weight in ((0.1, 0.2), (0.4, 0.8), (0.7, 1.0)):
        life = Life(behave(plays=[{"motion": "nod", "weight": "2 * emotion.joy"}]))
        assert life.tick(joy=joy).plays[0].weight == pytest.approx(weight)


# ── Calls, purr, gaze ────────────────────────────────────────────────────────────────────────────


def called(life: Life, ticks: int, **given: Any) -> list[float]:
    return [call.at for one in life.ticks(ticks, **given) for call in one.calls]


def test_a_call_comes_once_after_its_time_or_again_and_again() -> None:
    assert called(Life(behave(calls=[{"call": "meow", "after": 0.5}])), 30) == [0.6]
    again = called(Life(behave(calls=[{"call": "meow", "every": [1.0, 1.0]}])), 25)
    assert again == pytest.approx([0.1, 1.1, 2.1])


def test_a_call_waits_for_its_condition() -> None:
    life = Life(behave(calls=[{"call": "meow", "when": "emotion.joy > 0.5"}]))
    assert called(life, 5) == []
    assert called(life, 5, joy=0.9) == [0.6]


def test_a_call_is_as_loud_as_it_says_within_0_and_1_and_has_the_cause_of_its_behaviour() -> None:
    life = Life(
        behave(calls=[{"call": "meow", "loudness": "3 * emotion.joy", "every": [0.1, 0.1]}])
    )
    assert life.tick(joy=0.2).calls[0].loudness == pytest.approx(0.6)
    assert life.tick(joy=0.9).calls[0].loudness == 1.0
    assert not life.tick(joy=-1.0).calls


@pytest.mark.parametrize(
    ("chance", "talkative", "involuntary", "share"),
    [
        (0.5, 1.0, False, 0.5),
        (0.5, 0.5, False, 0.25),
        (0.5, 0.5, True, 0.5),
        (0.8, 1.5, False, 1.0),
        (1.0, 1.0, False, 1.0),
    ],
)
def test_a_call_comes_with_its_probability_and_as_talkative_as_the_pet_is(
    chance: float, talkative: float, involuntary: bool, share: float
) -> None:
    cat = Personality(name="c", talkative=talkative, quiet=Quiet(hours=None, budget=60.0))
    call = {
        "call": "meow",
        "every": [100.0, 100.0],
        "chance": chance,
        "involuntary": involuntary,
    }
    life = Life(behave(calls=[call]), cat)
    life.n = 10
    made = 0
    for _ in range(600):
        made += bool(life.tick().calls)
        life.n += 1000
    assert made / 600 == pytest.approx(share, abs=0.06)


def test_a_call_that_is_certain_draws_only_its_seed() -> None:
    life = Life(behave(calls=[{"call": "meow", "every": [0.5, 0.5], "involuntary": True}]))
    seeds = [call.seed for one in life.ticks(100) for call in one.calls]
    rng = random.Random(1)
    drawn = []
    for _ in seeds:
        rng.uniform(0.5, 0.5)
        drawn.append(rng.getrandbits(31))
    assert seeds == drawn
    assert len(seeds) > 10


def test_the_purr_and_the_gaze_are_those_of_the_leaf() -> None:
    life = Life(behave(purr="2 * emotion.joy", gaze="person"))
    assert (life.tick(joy=0.2).purr, life.tick(joy=0.2).gaze) == (0.4, "person")
    assert life.tick(joy=0.9).purr == 1.0
    assert life.tick(joy=-0.9).purr == 0.0


def test_a_tree_may_forbid_to_purr_or_let_it_purr_whatever_it_does() -> None:
    rules: dict[str, Any] = {
        "purr_only": "emotion.fear < 0.5",
        "purr_whenever": "emotion.affection",
    }
    leaf = Life(behave(purr="0.5"), **rules)
    assert leaf.tick(affection=0.8).purr == 0.5, "no option runs, so nothing is added"
    assert leaf.tick(fear=0.9).purr == 0.0
    options = [{"id": "a", "terms": [], "do": behave(id=None, purr="0.5")}]
    life = Life({"kind": "utility", "fallback": "a", "options": options}, **rules)
    assert life.tick().purr == 0.5
    assert life.tick(affection=0.8).purr == 0.8
    assert life.tick(affection=7.0).purr == 1.0
    assert life.tick(affection=0.8, fear=0.9).purr == 0.0


def test_a_hand_that_is_purred_at_is_a_cause() -> None:
    options = [{"id": "a", "terms": [], "do": {"why": "does a", "purr": "0.2"}}]
    root = {"kind": "utility", "fallback": "a", "options": options}
    stroke = Gesture(at=0.1, id=3, zone="back", gesture="stroke")
    life = Life(root, purr_whenever="emotion.affection")
    assert life.tick(gesture=stroke, affection=0.8).because == (3, 77)
    assert life.tick(gesture=stroke, affection=0.1).because == (77,)
    assert life.tick(affection=0.8).because == (77,)


# ── Its time and its words ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lasts", [1.0, [1.0, 1.0]])
def test_a_behaviour_ends_with_its_time(lasts: Any) -> None:
    made = Life(behave(lasts=lasts)).ticks(12)
    assert [one.behavior for one in made] == ["a"] * 10 + ["idle"] + ["a"]
    assert made[10].why == "does nothing: no behaviour of the tree can run now"
    assert (made[10].since, made[11].since) == (1.1, 1.2)


def test_a_behaviour_ends_as_soon_as_its_end_holds() -> None:
    life = Life(behave(until="emotion.joy > 0.5"))
    assert life.tick(joy=0.4).behavior == "a"
    assert life.tick(joy=0.6).behavior == "idle"


def test_its_reason_is_said_with_the_numbers_of_now_four_times_a_second() -> None:
    life = Life(behave(why="is glad ({emotion.joy})"))
    assert life.tick(joy=0.11).why == "is glad (0.11)"
    said = [life.tick(joy=0.2 + 0.1 * n).why for n in range(4)]
    assert said == ["is glad (0.11)"] * 2 + ["is glad (0.40)"] * 2
    assert SAID_AGAIN == 0.25
    assert life.tick(joy=0.9).numbers == {"emotion.joy": pytest.approx(0.4)}


def test_where_a_word_is_missing_the_last_reason_stays() -> None:
    stroke = Gesture(at=0.0, id=3, zone="back", gesture="stroke")
    life = Life(behave(id="purr_along", why="stroked on the {touch.zone}"))
    assert life.tick().why == "purr along, as a moment ago"
    assert life.ticks(4, gesture=stroke)[-1].why == "stroked on the back"
    gone = Life(behave(why="stroked on the {touch.zone}"))
    gone.tick(gesture=stroke)
    assert gone.ticks(40)[-1].why == "stroked on the back"


def test_a_sentence_keeps_its_words_for_a_second_and_its_numbers_are_new() -> None:
    why = {"when": "emotion.joy > 0.5", "say": "is glad ({emotion.joy})"}
    life = Life(behave(why="is there ({emotion.joy})", reasons=[why]))
    said = [life.tick(joy=0.1 if n // 3 % 2 else 0.9 - n / 100.0).why for n in range(40)]
    words = [one.partition(" (")[0] for one in said]
    changed = [n for n in range(1, 40) if words[n] != words[n - 1]]
    assert changed
    assert all(b - a >= 10 for a, b in itertools.pairwise([0, *changed]))
    assert len(set(said)) > len(changed) + 1


# ── Wait, when ───────────────────────────────────────────────────────────────────────────────────


def test_a_wait_says_what_it_waits_for() -> None:
    waits = {"kind": "wait", "id": "w", "lasts": 9.0, "why": "waits, as joy is {emotion.joy}"}
    assert Life(waits).tick(joy=0.5).why == "waits, as joy is 0.50"
    unknown = {**waits, "why": "waits for the hand on the {touch.zone}"}
    assert Life(unknown).tick().why == "waits a moment"


def test_it_waits_until_something_holds_or_its_time_is_over() -> None:
    waits = {
        "kind": "wait",
        "id": "w",
        "lasts": 1.0,
        "until": "emotion.joy > 0.5",
        "gaze": "around",
    }
    steps = {"kind": "sequence", "id": "s", "children": [behave(posture="sit", lasts=0.1), waits]}
    life = Life(steps)
    life.ticks(1)
    made = life.ticks(11)
    assert [one.behavior for one in made] == ["w"] * 10 + ["idle"]
    assert (made[0].why, made[0].gaze, made[0].since) == ("waits a moment", "around", 0.2)
    assert [play.motion for play in made[5].plays] == ["sit"]
    assert made[10].plays == ()
    other = Life(steps)
    other.ticks(2)
    assert other.tick(joy=0.9).behavior == "idle"


def test_a_condition_lets_a_sequence_go_on_while_it_holds_and_says_so() -> None:
    condition = {"kind": "when", "id": "c", "that": "emotion.joy > 0.5"}
    root = {"kind": "sequence", "id": "s", "memory": False, "children": [condition, behave()]}
    life = Life(root)
    assert life.tick(joy=0.9).behavior == "a"
    node = life.decider._built.nodes["c"]
    assert node.feedback_message == "emotion.joy > 0.5: yes"
    assert life.tick(joy=0.1).behavior == "idle"
    assert node.feedback_message == "emotion.joy > 0.5: no"


def test_what_begins_again_without_its_word_does_not_repeat_an_old_reason() -> None:
    life = Life(behave(why="stroked on the {touch.zone}", lasts=3.0))
    life.tick(gesture=Gesture(at=0.1, zone="back", gesture="stroke"))
    made = life.ticks(35)
    assert made[25].why == "stroked on the back"
    assert made[-1].since > 3.0
    assert made[-1].why == "a, as a moment ago"


# ── An edited file ───────────────────────────────────────────────────────────────────────────────


def test_an_edited_leaf_goes_on_where_it_was() -> None:
    spec = behave(
        lasts=2.0,
        plays=[{"motion": "nod"}, {"motion": "shake", "after": 1.0}],
        calls=[{"call": "meow", "after": 1.5}, {"call": "trill", "after": 0.2}],
    )
    life = Life(spec)
    life.ticks(5)
    life.decider.adopt(tree=tree({**spec, "why": "does a, edited"}), now=0.5)
    made = life.ticks(17)
    assert {one.behavior for one in made[:15]} == {"a"}
    assert {one.since for one in made[:15]} == {0.1}
    assert made[15].behavior == "idle", "2 s after it began"
    assert begins(made, "nod") == [0.1, 2.2]
    assert begins(made, "shake") == [1.1]
    assert [(call.name, round(call.at, 1)) for one in made for call in one.calls] == [("meow", 1.6)]
    assert made[2].why == "does a, edited"


def test_an_edited_leaf_that_now_has_an_end_or_none_any_more_goes_on() -> None:
    life = Life(behave(lasts=1.0))
    life.ticks(5)
    life.decider.adopt(tree=tree(behave()), now=0.5)
    assert {one.behavior for one in life.ticks(30)} == {"a"}
    life.decider.adopt(tree=tree(behave(lasts=1.0)), now=3.5)
    assert {one.behavior for one in life.ticks(30)} == {"a"}, "its new time counts from the next on"


def test_a_motion_and_a_call_that_are_new_in_an_edited_leaf_begin() -> None:
    life = Life(behave(posture="sit", calls=[{"call": "meow"}]))
    life.ticks(5)
    calls = [{"call": "meow"}, {"call": "trill"}]
    life.decider.adopt(tree=tree(behave(plays=[{"motion": "nod"}], calls=calls)), now=0.5)
    made = life.ticks(5)
    assert begins(made, "nod") == [0.6]
    assert not any(one.calls for one in made), "it is in the middle of it: nothing is said again"


def test_a_motion_that_is_new_in_an_edited_leaf_waits_its_time() -> None:
    life = Life(behave())
    life.ticks(5)
    life.decider.adopt(tree=tree(behave(plays=[{"motion": "nod", "after": 0.3}])), now=0.5)
    assert begins(life.ticks(10), "nod") == [0.8]


def test_an_edited_wait_ends_when_the_old_one_would_have() -> None:
    waits = {"kind": "wait", "id": "w", "lasts": 1.0}
    life = Life(waits)
    life.ticks(5)
    life.decider.adopt(tree=tree({**waits, "lasts": 5.0}), now=0.5)
    assert [one.behavior for one in life.ticks(7)] == ["w"] * 5 + ["idle"] + ["w"]


def test_a_leaf_that_no_longer_exists_is_ended() -> None:
    life = Life(behave(posture="sit"))
    life.tick()
    old = life.decider._built.root
    life.decider.adopt(tree=tree(behave(id="b", why="does b")), now=0.1)
    assert old.status is Status.INVALID
    assert life.tick().behavior == "b"


def test_another_personality_is_taken_and_time_does_not_run_backwards() -> None:
    life = Life(behave(calls=[{"call": "meow", "every": [1.0, 1.0]}]))
    life.ticks(5)
    mute = Personality(name="mute", talkative=0.0)
    life.decider.adopt(personality=mute, now=0.2)
    assert life.decider._moment.at == 0.5
    assert not any(one.calls for one in life.ticks(30))
    life.decider.adopt(tree=tree(behave(), fades={"hit": 3.0}), now=9.0)
    assert life.decider._moment.at == 9.0
    assert life.decider._moment.half_lives == {"hit": 3.0}


def test_when_it_is_closed_what_runs_is_ended() -> None:
    life = Life(behave(posture="sit"))
    life.tick()
    life.decider.close()
    assert life.decider._built.root.status is Status.INVALID


def test_a_leaf_by_itself_has_no_cause_and_knows_when_it_began() -> None:
    built = Built(tree(behave(lasts=1.0)), Moment(TALKER, random.Random(1), {}))
    leaf = built.root
    assert isinstance(leaf, Behave)
    assert leaf.cause() == ()
    built.moment.at = 4.0
    built.root.tick_once()
    assert (leaf.began, leaf.until) == (4.0, 5.0)
    waits = Built(tree({"kind": "wait", "lasts": 2.0}), built.moment).root
    assert isinstance(waits, Wait)
    waits.tick_once()
    assert (waits.began, waits.until) == (4.0, 6.0)
