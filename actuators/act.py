"""From a decision to a pose: layers over one another, from posture to reflex, then one limiter.
Every movement has a name for its cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moggy.actuators.breath import Breath
from moggy.actuators.display import Display
from moggy.actuators.gaze import Gaze
from moggy.actuators.idle import Idle
from moggy.actuators.layers import Layers
from moggy.actuators.limiter import Limiter
from moggy.actuators.mix import Mix
from moggy.actuators.mouth import Mouth
from moggy.actuators.reactions import Reactions
from moggy.body import Body
from moggy.messages import Affect, Command, Decision, Event, Gesture, PersonEstimate, Play, Purr
from moggy.motion import GROUND, Motion
from moggy.personality import Personality

__all__ = ["Actor"]

BORN = Play(motion=GROUND, started=0.0, layer="posture")
WAKING = ("waking",)
"""The cause of what still moves from the board's rest pose."""
YIELDS = 0.85
"""How much of the mood's ears, tail and lids a motion that moves them itself covers."""


class Actor:
    """Posture → motion → breath, gaze, mood of ears and tail, blinks → reflex → limiter. Always
    goes on from where the body is."""

    def __init__(self, body: Body, motions: Mapping[str, Motion], personality: Personality) -> None:
        self._body = body
        self._limiter = Limiter(body.joints)
        self._layers = Layers(motions, {name: joint.rest for name, joint in body.joints.items()})
        self._mix = Mix([*body.joints, "pupils"])
        self._gaze, self._breath, self._display = Gaze(body), Breath(), Display()
        self._idle, self._reactions, self._mouth = Idle(), Reactions(), Mouth()
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
    ) -> tuple[Command, Mapping[str, tuple[str, ...]]]:
        """The command of this tick, within the body's limits; and joint or output → what moves it
        now, strongest first."""
        mix, layers = self._mix, self._layers
        if self._reactions.notice(events, gesture, self._jumpy, self._gaze.side, now):
            self._gaze.touched()
        layers.take(decision.plays if layers.postures else (BORN, *decision.plays), pet, dt)
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
        self._lay_gaze(where, stares, person, pet, gesture, alert, now, dt)
        self._lay_mood(alert)
        self._lay_idle(pet, alert, now, dt)
        self._mouth.lay(mix, decision.calls, now, dt)
        layers.lay_reflexes(mix, pet)
        self._reactions.lay(mix, now, dt)
        return self._limited(decision, purr, now, dt)

    def _attention(self, decision: Decision) -> tuple[float, str, bool]:
        """How awake the small movements are; where it looks: the topmost motion that says so (and
        then it stares), else the decision."""
        alert, where, stares = 1.0, str(decision.gaze), False
        for running in (*self._layers.postures, *self._layers.others, *self._layers.reflexes):
            motion, weight = running.motion, running.weight
            if motion.alert < 1.0:
                alert *= 1.0 - weight * (1.0 - motion.alert)
            if motion.gaze is not None and weight > 0.3:
                where, stares = motion.gaze, True
        return (alert if alert > 0.0 else 0.0), where, stares

    def _lay_breath(self, alert: float) -> None:
        """A body of servos has no ribs: the breath shows as a slight rise of head and chest. Deeper
        asleep."""
        lift = self._breath.lift() * (1.5 - 0.5 * alert)
        self._mix.add("head_tilt", 0.012 * lift, "breath")
        self._mix.add("front_left_elbow", -0.012 * lift, "breath")
        self._mix.add("front_right_elbow", -0.012 * lift, "breath")

    def _lay_gaze(
        self,
        where: str,
        stares: bool,
        person: PersonEstimate,
        pet: Affect,
        gesture: Gesture | None,
        alert: float,
        now: float,
        dt: float,
    ) -> None:
        gaze, mix = self._gaze, self._mix
        gaze.look(where, person, gesture, pet.arousal, stares, now, dt)
        name = f"gaze {where}"
        free = alert * (1.0 - mix.cover.get("head_pan", 0.0))
        mix.add("head_pan", gaze.pan * free, name)
        mix.add("head_tilt", gaze.tilt * alert * (1.0 - mix.cover.get("head_tilt", 0.0)), name)
        # The ear on the far side turns out, the near one pricks: both open towards what it looks
        # at.
        lead = 0.18 * (gaze.ahead - gaze.pan) * alert
        mix.add("ear_left", lead, name)
        mix.add("ear_right", -lead, name)

    def _lay_mood(self, alert: float) -> None:
        mix, show, size = self._mix, self._display, self._size
        cover = mix.cover.get
        mix.add("ear_left", size * show.ears * (1.0 - YIELDS * cover("ear_left", 0.0)), "mood")
        mix.add("ear_right", size * show.ears * (1.0 - YIELDS * cover("ear_right", 0.0)), "mood")
        mix.add(
            "tail_pitch", size * show.tail_pitch * (1.0 - YIELDS * cover("tail_pitch", 0.0)), "mood"
        )
        mix.add("tail_yaw", size * show.tail_yaw * (1.0 - YIELDS * cover("tail_yaw", 0.0)), "mood")
        mix.add("eyelids", show.lids * alert * (1.0 - YIELDS * cover("eyelids", 0.0)), "mood")

    def _lay_idle(self, pet: Affect, alert: float, now: float, dt: float) -> None:
        idle, mix = self._idle, self._mix
        idle.stir(pet.arousal, now, dt)
        small = alert * self._size
        mix.add("head_pan", small * idle.pan, "idle")
        mix.add("head_roll", small * idle.roll, "idle")
        mix.add("tail_yaw", small * idle.tail, "idle")
        left, right = idle.ears
        if left:
            mix.add("ear_left", small * left, "idle")
        if right:
            mix.add("ear_right", small * right, "idle")
        if idle.lids:
            shut = max(0.0, 1.1 - mix.values.get("eyelids", 0.0))
            mix.add("eyelids", idle.lids * shut * alert, "blink")

    def _limited(
        self, decision: Decision, purr: Purr, now: float, dt: float
    ) -> tuple[Command, Mapping[str, tuple[str, ...]]]:
        mix = self._mix
        pose, stirred = self._limiter.step(mix.values, dt)
        moved = mix.moved(stirred, WAKING)
        pupils = min(max(round(mix.values["pupils"], 3), 0.0), 1.0)
        if pupils != self._pupils:
            moved["pupils"] = mix.causes("pupils") or ("mood",)
            self._pupils = pupils
        if purr.level > 0.0 or self._last_purr > 0.0:
            moved["purr"] = (decision.behavior, "breath")
            self._last_purr = purr.level
        return Command(at=now, pose=pose, pupils=pupils, purr=purr), moved
