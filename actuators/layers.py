"""Plays that run, each fading in and out, laid over one another: postures below, motions on them,
reflexes on top of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moggy.actuators.mix import Mix
from moggy.messages import Affect, Play
from moggy.motion import Motion

UNSCALED = frozenset(("eyelids", "pupils"))
"""What is never made larger or smaller by temperament: half a blink is another sign."""
NOTICED = 0.01
"""Change of valence or arousal for which a pose that stands still is worked out anew."""


class Running:
    """One play: its own time, and how far it has faded in."""

    __slots__ = ("_felt", "_pose", "clock", "level", "motion", "play", "stays", "weight")

    def __init__(self, play: Play, motion: Motion) -> None:
        self.play, self.motion = play, motion
        self.clock = self.level = self.weight = 0.0
        self.stays = True
        self._pose: Mapping[str, float] | None = None
        self._felt = (0.0, 0.0)

    def advance(self, affect: Affect, dt: float) -> None:
        """Let time pass, and fade in, or out when it is over or no longer wanted."""
        motion = self.motion
        self.clock += dt * self.play.speed * motion.tempo(affect)
        ending = motion.duration is not None and self.clock > motion.duration - motion.fade
        if self.stays and not ending:
            self.level = min(1.0, self.level + dt / motion.fade)
        else:
            self.level = max(0.0, self.level - dt / motion.fade)
        x = self.level
        self.weight = self.play.weight * x * x * (3.0 - 2.0 * x)

    def pose(self, affect: Affect) -> Mapping[str, float]:
        if self._pose is not None and self.motion.still:
            valence, arousal = self._felt
            if abs(affect.valence - valence) + abs(affect.arousal - arousal) < NOTICED:
                return self._pose
        self._felt = (affect.valence, affect.arousal)
        self._pose = self.motion.pose(affect, self.clock)
        return self._pose


class Layers:
    """All plays of the three layers. A posture stays until another has come in over it; the first
    comes in over `ground`."""

    def __init__(
        self, motions: Mapping[str, Motion], ground: Mapping[str, float] | None = None
    ) -> None:
        self._motions = motions
        self._from = dict(ground or {})
        self._plays: Sequence[Play] | None = None
        self._standing: Mapping[str, float] | None = None
        self._ground: dict[str, float] = {}
        self.postures: list[Running] = []
        self.others: list[Running] = []
        self.reflexes: list[Running] = []

    def adopt(self, motions: Mapping[str, Motion]) -> None:
        """Changed motions; what runs goes on where it was."""
        self._motions = motions
        for running in (*self.postures, *self.others, *self.reflexes):
            changed = motions.get(running.play.motion)
            if changed is not None and changed is not running.motion:
                running.motion, running._pose = changed, None

    def take(self, plays: Sequence[Play], affect: Affect, dt: float) -> None:
        """The decision's plays: begin what is new, let go of what is gone, and let time pass for
        all."""
        if plays is not self._plays:
            self._plays = plays
            self.postures = self._matched(
                self.postures, [play for play in plays if play.layer == "posture"], keep=True
            )
            self.others = self._matched(
                self.others, [play for play in plays if play.layer == "motion"]
            )
            self.reflexes = self._matched(
                self.reflexes, [play for play in plays if play.layer == "reflex"]
            )
        for running in self.postures:
            if running.level < 1.0 or not running.motion.still:
                running.advance(affect, dt)
        for running in self.others:
            running.advance(affect, dt)
        for running in self.reflexes:
            running.advance(affect, dt)
        if len(self.postures) > 1 and self.postures[-1].level >= 1.0:
            self.postures = self.postures[-1:]
        if self.others:
            self.others = [
                running for running in self.others if running.level > 0.0 or running.stays
            ]
        if self.reflexes:
            self.reflexes = [
                running for running in self.reflexes if running.level > 0.0 or running.stays
            ]

    def _matched(
        self, running: list[Running], plays: Sequence[Play], *, keep: bool = False
    ) -> list[Running]:
        """What runs already goes on; a play is the same when it has the same motion and began at
        the same time."""
        wanted = {
            (play.motion, play.started): play for play in plays if play.motion in self._motions
        }
        for each in running:
            play = wanted.pop((each.play.motion, each.play.started), None)
            each.stays = play is not None
            if play is not None:
                each.play = play
        begun = [Running(play, self._motions[play.motion]) for play in wanted.values()]
        if keep and running and not begun:
            running[-1].stays = True
        elif keep:
            for each in running:
                each.stays = True
        return running + begun

    def lay_postures(self, mix: Mix, affect: Affect) -> None:
        """The lowest layer: sets every joint. A posture that stands is not worked out again."""
        values = mix.values
        if len(self.postures) == 1 and self._ground:
            only = self.postures[0]
            if only.level >= 1.0 and only.pose(affect) is self._standing:
                values.update(self._ground)
                return
        for name in values:
            values[name] = self._from.get(name, 0.0)
        for running in self.postures:
            self._lay(mix, running, affect, 1.0, None)
        # A posture is the ground: the mood's ears and tail come on top of it in full.
        mix.cover.clear()
        self._standing = (
            self.postures[-1].pose(affect)
            if self.postures and self.postures[-1].level >= 1.0
            else None
        )
        self._ground = dict(values)

    def lay_motions(self, mix: Mix, affect: Affect, size: float) -> None:
        """What takes a joint comes first, what is added on top last, whoever began earlier."""
        added: list[tuple[str, float, str]] = []
        for running in self.others:
            if running.weight > 0.0:
                self._lay(mix, running, affect, size, added)
        for joint, share, name in added:
            mix.add(joint, share, name)

    def lay_reflexes(self, mix: Mix, affect: Affect) -> None:
        for running in self.reflexes:
            if running.weight > 0.0:
                self._lay(mix, running, affect, 1.0, None)

    def _lay(
        self,
        mix: Mix,
        running: Running,
        affect: Affect,
        size: float,
        later: list[tuple[str, float, str]] | None,
    ) -> None:
        values, cover, name, weight = mix.values, mix.cover, running.play.motion, running.weight
        adds, sized, note = running.motion.adds, weight * size, mix.note
        for joint, angle in running.pose(affect).items():
            if joint not in values:
                continue
            scale = weight if joint in UNSCALED else sized
            if joint in adds:
                if later is None:
                    mix.add(joint, scale * angle, name)
                else:
                    later.append((joint, scale * angle, name))
                continue
            share = scale * (angle - values[joint])
            if joint not in cover or weight > cover[joint]:
                cover[joint] = weight
            values[joint] += share
            note(joint, share, name)
