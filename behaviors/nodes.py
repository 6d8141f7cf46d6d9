"""The leaves of a built tree: what a pet shows while one of them runs, on py_trees' lifecycle."""

from __future__ import annotations

from collections.abc import Callable

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from moggy.behaviors import tree
from moggy.behaviors.expression import Evaluate
from moggy.behaviors.moment import Moment
from moggy.behaviors.tree_language import FilledSentence, TreeLanguage
from moggy.messages import Call, Play
from moggy.vocabulary import GazeTarget

CauseOf = Callable[[], tuple[int, ...]]
"""Ids of the events that let the behaviour begin."""
WORDS_LAST_S = 1.0
"""Least seconds for which a sentence keeps its words while a behaviour goes on. Our choice."""
NO_DIGITS = dict.fromkeys(map(ord, "0123456789.−"))
"""Takes the digits out of a sentence."""


def length(span: tuple[float, float] | float, moment: Moment) -> float:
    """A fixed length, or one drawn between two; s."""
    return span if isinstance(span, int | float) else moment.rng.uniform(*span)


def beginning(why: str) -> str:
    """What a sentence says that it does, before its reason; empty where that has a hole."""
    does, colon, _ = why.partition(":")
    return does if colon and "{" not in does else ""


def wording(why: str) -> str:
    """A sentence without its numbers."""
    return why.translate(NO_DIGITS)


def plain(name: str) -> str:
    """A node's name in words: «purr along»; of a step, that of its behaviour."""
    return name.partition(".")[0].replace("_", " ")


class Showing:
    """One motion of a leaf, as it goes: begins when it may, begins again when it should."""

    __slots__ = ("next", "play", "spec", "weight", "when")

    def __init__(self, spec: tree.MotionSpec, language: TreeLanguage) -> None:
        self.spec = spec
        self.when = language.compile(spec.when) if spec.when else None
        self.weight = language.compile(spec.weight)
        self.play: Play | None = None
        self.next = 0.0

    def begin(self, moment: Moment) -> None:
        """The behaviour begins now."""
        self.play = None
        self.next = moment.at + self.spec.after

    def at(self, moment: Moment) -> Play | None:
        """The motion as it plays now, or None."""
        if self.when is not None and not self.when(moment):
            self.play = None
            return None
        if moment.at >= self.next and (self.play is None or self.spec.every is not None):
            self._start(moment)
        if self.play is not None and self.spec.weight != "1":
            weight = self._weight(moment)
            if abs(weight - self.play.weight) > 0.02:
                self.play = self._made(self.play.started, weight)
        return self.play

    def _start(self, moment: Moment) -> None:
        self.play = self._made(moment.at, self._weight(moment))
        if self.spec.every is not None:
            self.next = moment.at + length(self.spec.every, moment)

    def _weight(self, moment: Moment) -> float:
        return min(1.0, max(0.0, float(self.weight(moment))))

    def _made(self, started: float, weight: float) -> Play:
        return Play(
            motion=self.spec.motion,
            started=started,
            layer=self.spec.layer,
            weight=weight,
            speed=self.spec.speed,
        )


class Calling:
    """One call of a leaf, as it goes."""

    __slots__ = ("loudness", "next", "spec", "when")

    def __init__(self, spec: tree.CallSpec, language: TreeLanguage) -> None:
        self.spec = spec
        self.when = language.compile(spec.when) if spec.when else None
        self.loudness = language.compile(spec.loudness)
        self.next: float | None = None

    def begin(self, moment: Moment) -> None:
        """The behaviour begins now."""
        self.next = moment.at + self.spec.after

    def at(self, moment: Moment, because: tuple[int, ...]) -> Call | None:
        """The call to make now, if it is time for one and the budget allows it."""
        if (
            self.next is None
            or moment.at < self.next
            or (self.when is not None and not self.when(moment))
        ):
            return None
        every = self.spec.every
        self.next = None if every is None else moment.at + length(every, moment)
        chance = (
            self.spec.chance
            if self.spec.involuntary
            else self.spec.chance * moment.personality.talkative
        )
        if chance < 1.0 and moment.rng.random() >= chance:
            return None
        loudness = float(self.loudness(moment))
        return moment.call(
            self.spec.call, loudness, involuntary=self.spec.involuntary, because=because
        )


class Leaf(Behaviour):
    """A leaf that shows something; what it shows now, the Decider reads from its attributes."""

    def __init__(self, name: str, moment: Moment) -> None:
        super().__init__(name)
        self.moment = moment
        self.cause: CauseOf = tuple
        self.plays: tuple[Play, ...] = ()
        self.calls: tuple[Call, ...] = ()
        self.purr = 0.0
        self.gaze: GazeTarget = "none"
        self.numbers: dict[str, float] = {}
        self.began = 0.0

    def carry(self, old: Leaf) -> None:
        """Go on where a leaf of the same id was, before the file was edited."""
        self.began, self.feedback_message, self.numbers = (
            old.began,
            old.feedback_message,
            old.numbers,
        )
        self.status = old.status


class Behave(Leaf):
    """Shows motions, calls, a purr and a gaze until its time is over."""

    def __init__(
        self, name: str, spec: tree.BehaveSpec, moment: Moment, language: TreeLanguage
    ) -> None:
        super().__init__(name, moment)
        self.spec = spec
        self.showings = [Showing(shown, language) for shown in spec.plays]
        self.callings = [Calling(sound, language) for sound in spec.calls]
        self.purring: Evaluate[Moment] | None = (
            None if spec.purr == "0" else language.compile(spec.purr)
        )
        self.over: Evaluate[Moment] | None = (
            None if spec.until == "false" else language.compile(spec.until)
        )
        self.words = language.sentence(spec.why)
        self.reasons: list[tuple[Evaluate[Moment], FilledSentence]] = [
            (language.compile(reason.when), language.sentence(reason.say))
            for reason in spec.reasons
        ]
        self.gaze = spec.gaze
        self.until = self.said = 0.0
        self.worded_at = 0.0
        self.worded = ""

    def initialise(self) -> None:
        """Called by py_trees when it begins."""
        moment = self.moment
        self.began = moment.at
        self.until = moment.at + (
            float("inf") if self.spec.lasts is None else length(self.spec.lasts, moment)
        )
        if self.spec.posture is not None and (
            moment.posture is None or moment.posture.motion != self.spec.posture
        ):
            moment.posture = Play(motion=self.spec.posture, started=moment.at, layer="posture")
        for showing in self.showings:
            showing.begin(moment)
        for calling in self.callings:
            calling.begin(moment)
        self.feedback_message = self.worded = ""
        self.say()

    def say(self) -> None:
        """Read the reason anew, with the numbers of this moment. Where one of its words is missing
        now (the hand has gone), the last reason stays; so do other words than numbers for
        WORDS_LAST_S, so that a sentence does not change to and fro."""
        moment = self.moment
        self.said = moment.at
        words = next((words for case, words in self.reasons if case(moment)), self.words)
        said = words(moment)
        if said is not None:
            worded = wording(said[0])
            if worded != self.worded:
                if self.worded and moment.at - self.worded_at < WORDS_LAST_S:
                    return
                self.worded, self.worded_at = worded, moment.at
            self.feedback_message, self.numbers = said
        elif not self.feedback_message:
            self.feedback_message = (
                f"{beginning(self.spec.why) or plain(self.name)}, as a moment ago"
            )

    def update(self) -> Status:
        """Called by py_trees at each tick: what it shows now, or SUCCESS when its time is over."""
        moment = self.moment
        if moment.at >= self.until or (self.over is not None and self.over(moment)):
            return Status.SUCCESS
        plays = [] if moment.posture is None else [moment.posture]
        for showing in self.showings:
            play = showing.at(moment)
            if play is not None:
                plays.append(play)
        self.plays = tuple(plays)
        if self.callings:
            self.calls = tuple(
                [
                    call
                    for calling in self.callings
                    if (call := calling.at(moment, self.cause())) is not None
                ]
            )
        if self.purring is not None:
            self.purr = min(1.0, max(0.0, float(self.purring(moment))))
        return Status.RUNNING

    def carry(self, old: Leaf) -> None:
        """As `Leaf.carry`: its motions and calls go on too."""
        super().carry(old)
        if not isinstance(old, Behave):
            return
        self.until = (
            old.until if (self.spec.lasts is None) == (old.spec.lasts is None) else float("inf")
        )
        was = {showing.spec.motion: showing for showing in old.showings}
        for showing in self.showings:
            before = was.get(showing.spec.motion)
            showing.begin(self.moment)
            if before is not None:
                showing.next = before.next
                if before.play is not None:
                    showing.play = showing._made(before.play.started, before.play.weight)
        called = {calling.spec.call: calling for calling in old.callings}
        for calling in self.callings:
            sounded = called.get(calling.spec.call)
            calling.next = sounded.next if sounded is not None else None


class When(Behaviour):
    """Succeeds while its condition holds."""

    def __init__(
        self, name: str, spec: tree.WhenSpec, moment: Moment, language: TreeLanguage
    ) -> None:
        super().__init__(name)
        self.moment, self.text = moment, spec.that
        self.holds = language.compile(spec.that)

    def update(self) -> Status:
        """Called by py_trees at each tick."""
        holds = bool(self.holds(self.moment))
        self.feedback_message = f"{self.text}: {'yes' if holds else 'no'}"
        return Status.SUCCESS if holds else Status.FAILURE


class Wait(Leaf):
    """Keeps still until something holds, or its time is over."""

    def __init__(
        self, name: str, spec: tree.WaitSpec, moment: Moment, language: TreeLanguage
    ) -> None:
        super().__init__(name, moment)
        self.spec = spec
        self.done = language.compile(spec.until)
        self.words = language.sentence(spec.why)
        self.gaze = spec.gaze
        self.until = 0.0

    def initialise(self) -> None:
        """Called by py_trees when it begins."""
        self.began = self.moment.at
        self.until = self.moment.at + length(self.spec.lasts, self.moment)
        self.feedback_message, self.numbers = self.words(self.moment) or ("waits a moment", {})

    def update(self) -> Status:
        """Called by py_trees at each tick: keeps the posture until it is over."""
        if self.moment.at >= self.until or self.done(self.moment):
            return Status.SUCCESS
        self.plays = () if self.moment.posture is None else (self.moment.posture,)
        return Status.RUNNING

    def carry(self, old: Leaf) -> None:
        """As `Leaf.carry`: it ends when it would have ended."""
        super().carry(old)
        self.until = getattr(old, "until", self.moment.at)
