"""From a decision to a command: layers over one another, from posture to reflex, then one limiter.
Every joint that moves names what moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moggy.actuators.breath import Breath
from moggy.actuators.calls import voice_pitch
from moggy.actuators.display import Display
from moggy.actuators.gaze import Gaze
from moggy.actuators.idle import Idle
from moggy.actuators.layers import Layers
from moggy.actuators.limiter import Limiter
from moggy.actuators.mix import Mix, MixSource
from moggy.actuators.mouth import Mouth
from moggy.actuators.reactions import Reactions
from moggy.body import Body
from moggy.messages import Affect, Command, Decision, Event, Gesture, Mover, PersonEstimate, Purr
from moggy.motion import Motion
from moggy.personality import Personality
from moggy.vocabulary import GazeTarget

__all__ = ["Actor"]

WAKING = Mover(layer="waking", name="waking")
"""Moves what still is on its way from the board's rest pose."""
YIELDS = 0.85
"""Share of the mood's ears, tail and lids that a motion covers which moves them itself."""
BREATH_HEAD_RAD = 0.012
"""rad by which the head rises with a breath. A body of servos has no ribs."""
STARING_WEIGHT = 0.3
"""Weight from which a motion decides where to look."""
EAR_LEAD = 0.18
"""Share of the angle that the head has still to turn by which the ears are turned before it."""


class Actor:
    """Posture → motion → breath, gaze, the mood's ears and tail, blinks → reflex → limiter. Goes on
    from where the body is, whatever is decided."""

    def __init__(self, body: Body, motions: Mapping[str, Motion], personality: Personality) -> None:
        self._body = body
        self._limiter = Limiter(body.joints)
        self._layers = Layers(motions, {name: joint.rest for name, joint in body.joints.items()})
        self._mix = Mix([*body.joints, "pupils"])
        self._gaze, self._breath, self._display = Gaze(body), Breath(), Display()
        self._idle, self._reactions, self._mouth = Idle(), Reactions(), Mouth()
        source = self._mix.source
        self._breathing, self._feeling = source("breath", "breath"), source("mood", "mood")
        self._fidgeting, self._blinking = source("idle", "idle"), source("blink", "blink")
        self._purring = Mover(layer="purr", name="")
        self._touching = False
        self._pupils = 0.4
        self._last_purr = 0.0
        self.adopt(personality=personality)

    def adopt(
        self, *, motions: Mapping[str, Motion] | None = None, personality: Personality | None = None
    ) -> None:
        """Take changed files between two ticks; the body goes on from where it is."""
        if motions is not None:
            self._layers.adopt(motions)
        if personality is not None:
            self._size = personality.expressive
            self._mouth.pitch = voice_pitch(self._body.speaker, personality.voice)
            self._jumpy = personality.expressive * (0.6 + 0.8 * personality.temperament.neuroticism)

    def act(
        self,
        decision: Decision,
        person: PersonEstimate,
        pet: Affect,
        events: Sequence[Event],
        gesture: Gesture | None,
        now: float,
        dt: float,
    ) -> tuple[Command, Mapping[str, tuple[Mover, ...]]]:
        """The command at `now` (s), `dt` seconds after the last, within the body's limits; and
        joint or output → what moves it now, strongest first.

        `events` are those since the last command, `gesture` the touch that goes on.
        """
        mix, layers = self._mix, self._layers
        self._notice(events, gesture is not None, now)
        if pet.because is not self._feeling.mover.because:
            mix.source("mood", "mood", pet.because)
        layers.take(mix, decision.plays, decision.because, pet, dt)
        mix.begin(now)
        layers.lay_postures(mix, pet)
        layers.lay_motions(mix, pet, self._size)
        alert, where, stares = self._attention(decision)
        if events and decision.purr <= 0.0 and any(event.urgent for event in events):
            self._breath.hush()
        purr = self._breath.breathe(pet, decision.purr, alert, dt)
        self._display.show(pet, purr.level, alert, dt)
        mix.values["pupils"] += (1.0 - mix.cover.get("pupils", 0.0)) * self._display.pupils
        self._lay_breath(alert)
        self._gaze.look(where, person, gesture, pet.arousal, stares, now, dt)
        hand = (gesture.id,) if where == "touch" and gesture is not None else ()
        self._lay_gaze(mix.source("gaze", where, (*decision.because, *hand)), alert)
        self._lay_mood(alert)
        self._lay_idle(pet, alert, now, dt)
        self._mouth.lay(mix, decision.calls, now, dt)
        layers.lay_reflexes(mix, pet)
        self._reactions.lay(mix, now, dt)
        return self._limited(decision, purr, now, dt)

    def _notice(self, events: Sequence[Event], touching: bool, now: float) -> None:
        """Answer what happens at once. `touching`: a hand is on the body."""
        was_touching, self._touching = self._touching, touching
        if not events:
            return
        names = {event.name for event in events}
        arrives = "touched" in names and (not was_touching or "released" in names)
        if arrives:
            self._gaze.touched()
        self._reactions.notice(self._mix, events, arrives, self._jumpy, self._gaze.side, now)

    def _attention(self, decision: Decision) -> tuple[float, GazeTarget, bool]:
        """(how awake the small movements are, 0..1; where it looks; whether it stares). The topmost
        motion that says where to look decides, and then it stares; else the decision does."""
        alert, where, stares = 1.0, decision.gaze, False
        for running in (*self._layers.postures, *self._layers.others, *self._layers.reflexes):
            motion, weight = running.motion, running.weight
            if motion.alert < 1.0:
                alert *= 1.0 - weight * (1.0 - motion.alert)
            if motion.gaze is not None and weight > STARING_WEIGHT:
                where, stares = motion.gaze, True
        return (alert if alert > 0.0 else 0.0), where, stares

    def _lay_breath(self, alert: float) -> None:
        """Head and chest rise slightly with each breath, deeper asleep."""
        lift = BREATH_HEAD_RAD * self._breath.lift() * (1.5 - 0.5 * alert)
        self._mix.add("head_tilt", lift, self._breathing)
        self._mix.add("front_left_elbow", -lift, self._breathing)
        self._mix.add("front_right_elbow", -lift, self._breathing)

    def _lay_gaze(self, source: MixSource, alert: float) -> None:
        gaze, mix = self._gaze, self._mix
        cover = mix.cover.get
        mix.add("head_pan", gaze.pan * alert * (1.0 - cover("head_pan", 0.0)), source)
        mix.add("head_tilt", gaze.tilt * alert * (1.0 - cover("head_tilt", 0.0)), source)
        # The ear on the far side turns out, the near one pricks: both open to what it looks at.
        lead = EAR_LEAD * (gaze.ahead - gaze.pan) * alert
        mix.add("ear_left", lead, source)
        mix.add("ear_right", -lead, source)

    def _lay_mood(self, alert: float) -> None:
        mix, show, size, source = self._mix, self._display, self._size, self._feeling
        for joint, angle in (
            ("ear_left", size * show.ears),
            ("ear_right", size * show.ears),
            ("head_tilt", size * show.head),
            ("tail_pitch", size * show.tail_pitch),
            ("tail_yaw", size * show.tail_yaw),
            ("eyelids", alert * show.lids),
        ):
            mix.add(joint, angle * (1.0 - YIELDS * mix.cover.get(joint, 0.0)), source)

    def _lay_idle(self, pet: Affect, alert: float, now: float, dt: float) -> None:
        idle, mix, source = self._idle, self._mix, self._fidgeting
        idle.stir(pet.arousal, now, dt)
        small = alert * self._size
        mix.add("head_pan", small * idle.pan, source)
        mix.add("head_roll", small * idle.roll, source)
        mix.add("tail_yaw", small * idle.tail, source)
        left, right = idle.ears
        if left:
            mix.add("ear_left", small * left, source)
        if right:
            mix.add("ear_right", small * right, source)
        if idle.lids:
            shut = max(0.0, 1.1 - mix.values.get("eyelids", 0.0))
            mix.add("eyelids", idle.lids * shut * alert, self._blinking)

    def _limited(
        self, decision: Decision, purr: Purr, now: float, dt: float
    ) -> tuple[Command, Mapping[str, tuple[Mover, ...]]]:
        """The command once the limiter has had its say, and what moves all that it moves."""
        mix = self._mix
        pose, stirred = self._limiter.step(mix.values, dt)
        moved = mix.moved(stirred, WAKING)
        pupils = min(max(round(mix.values["pupils"], 3), 0.0), 1.0)
        if pupils != self._pupils:
            moved["pupils"] = mix.movers("pupils") or (self._feeling.mover,)
            self._pupils = pupils
        if purr.level > 0.0 or self._last_purr > 0.0:
            moved["purr"] = (self._purrs(decision), self._breathing.mover)
            self._last_purr = purr.level
        return Command(at=now, pose=pose, pupils=pupils, purr=purr), moved

    def _purrs(self, decision: Decision) -> Mover:
        mover, name, because = self._purring, decision.behavior, decision.because
        if mover.name != name or mover.because != because:
            mover = self._purring = Mover(layer="purr", name=name, because=because)
        return mover
