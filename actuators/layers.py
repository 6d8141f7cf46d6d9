"""Motions that play, each fading in and out, laid over one another: postures below, motions on
them, reflexes on top of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moggy.actuators.mix import Mix, MixSource
from moggy.messages import Affect, Play
from moggy.motion import GROUND, Motion
from moggy.vocabulary import LayerName

BORN = Play(motion=GROUND, started=0.0, layer="posture")
"""What is played until a posture has been decided."""
UNSCALED = frozenset(("eyelids", "pupils"))
"""Channels that temperament makes neither larger nor smaller: half a blink is another sign."""
NOTICED = 0.01
"""Change of valence and arousal together for which a pose that stands still is worked out anew."""


class Running:
    """One play: its own time, and how far it has faded in."""

    __slots__ = ("_felt", "_pose", "clock", "level", "motion", "play", "source", "stays", "weight")

    def __init__(self, play: Play, motion: Motion, source: MixSource) -> None:
        self.play, self.motion, self.source = play, motion, source
        self.clock = 0.0
        """Seconds of the motion's own time since it began."""
        self.level = 0.0
        """0..1, grows and shrinks evenly in time."""
        self.weight = 0.0
        """0..1, follows `level` without a kink at either end; times the play's own weight."""
        self.stays = True
        """Whether it is still asked for."""
        self._pose: Mapping[str, float] | None = None
        self._felt = (0.0, 0.0)

    def advance(self, affect: Affect, dt: float) -> None:
        """Let `dt` seconds pass; fade in, or out when it is over or no longer asked for."""
        motion = self.motion
        passes = dt * self.play.speed * motion.tempo(affect)
        self.clock += passes
        ending = motion.duration is not None and self.clock > motion.duration - motion.fade
        if self.stays and not ending:
            self.level = min(1.0, self.level + passes / motion.fade)
        else:
            self.level = max(0.0, self.level - passes / motion.fade)
        x = self.level
        self.weight = self.play.weight * x * x * (3.0 - 2.0 * x)

    def pose(self, affect: Affect) -> Mapping[str, float]:
        """Joint → rad at this moment. A pose that stands still is only worked out again when the
        feeling has changed."""
        if self._pose is not None and self.motion.still:
            valence, arousal = self._felt
            if abs(affect.valence - valence) + abs(affect.arousal - arousal) < NOTICED:
                return self._pose
        self._felt = (affect.valence, affect.arousal)
        self._pose = self.motion.pose(affect, self.clock)
        return self._pose

    def adopt(self, motion: Motion) -> None:
        """Play a changed motion from here on."""
        self.motion, self._pose = motion, None


class Layers:
    """The plays of the three layers. A posture stays until another has faded in over it; the first
    fades in over the pose `rest` (joint → rad)."""

    def __init__(
        self, motions: Mapping[str, Motion], rest: Mapping[str, float] | None = None
    ) -> None:
        self._motions = motions
        self._rest = dict(rest or {})
        self._plays: Sequence[Play] | None = None
        self._standing: Mapping[str, float] | None = None
        self._ground: dict[str, float] = {}
        self.postures: list[Running] = []
        self.others: list[Running] = []
        self.reflexes: list[Running] = []

    def adopt(self, motions: Mapping[str, Motion]) -> None:
        """Play changed or new motions; what runs goes on where it was."""
        self._motions = {**self._motions, **motions}
        for running in (*self.postures, *self.others, *self.reflexes):
            changed = motions.get(running.play.motion)
            if changed is not None and changed is not running.motion:
                running.adopt(changed)

    def take(
        self, mix: Mix, plays: Sequence[Play], because: tuple[int, ...], affect: Affect, dt: float
    ) -> None:
        """Play what the decision asks for: begin what is new (`because` of these ids), fade out
        what is gone, and let `dt` seconds pass for all."""
        if not self.postures and GROUND in self._motions:
            self.postures.append(self._begun(mix, BORN, ()))
        if plays is not self._plays:
            self._plays = plays
            self._match(mix, plays, because)
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
            self.others = [each for each in self.others if each.level > 0.0 or each.stays]
        if self.reflexes:
            self.reflexes = [each for each in self.reflexes if each.level > 0.0 or each.stays]

    def _match(self, mix: Mix, plays: Sequence[Play], because: tuple[int, ...]) -> None:
        self.others += self._new(mix, "motion", self.others, plays, because)
        self.reflexes += self._new(mix, "reflex", self.reflexes, plays, because)
        postures = self._new(mix, "posture", self.postures, plays, because)
        if postures:
            # What is below has to stay until the new one has faded in.
            for running in self.postures:
                running.stays = True
        elif self.postures:
            self.postures[-1].stays = True
        self.postures += postures

    def _new(
        self,
        mix: Mix,
        layer: LayerName,
        running: Sequence[Running],
        plays: Sequence[Play],
        because: tuple[int, ...],
    ) -> list[Running]:
        """Begin the plays of a layer that do not run yet, and return what was begun. A motion that
        runs goes on where a play names it with the same time of beginning."""
        wanted = {
            (play.motion, play.started): play
            for play in plays
            if play.layer == layer and play.motion in self._motions
        }
        for each in running:
            play = wanted.pop((each.play.motion, each.play.started), None)
            each.stays = play is not None
            if play is not None:
                each.play = play
        return [self._begun(mix, play, because) for play in wanted.values()]

    def _begun(self, mix: Mix, play: Play, because: tuple[int, ...]) -> Running:
        source = mix.source(play.layer, play.motion, because)
        return Running(play, self._motions[play.motion], source)

    def lay_postures(self, mix: Mix, affect: Affect) -> None:
        """Set every joint. Where one posture stands alone, the angles of the last time stand."""
        values = mix.values
        if len(self.postures) == 1 and self._ground:
            only = self.postures[0]
            if only.level >= 1.0 and only.pose(affect) is self._standing:
                values.update(self._ground)
                return
        for name in values:
            values[name] = self._rest.get(name, 0.0)
        for running in self.postures:
            self._lay(mix, running, affect, 1.0, None)
        # A posture covers nothing: the mood's ears and tail come on top of it in full.
        mix.cover.clear()
        stands = self.postures and self.postures[-1].level >= 1.0
        self._standing = self.postures[-1].pose(affect) if stands else None
        self._ground = dict(values)

    def lay_motions(self, mix: Mix, affect: Affect, size: float) -> None:
        """Lay the motions, `size` times as large as they are written: first the joints whose angle
        they replace, then what they add; each in the order in which the motions began."""
        added: list[tuple[str, float, MixSource]] = []
        for running in self.others:
            if running.weight > 0.0:
                self._lay(mix, running, affect, size, added)
        for joint, angle, source in added:
            mix.add(joint, angle, source)

    def lay_reflexes(self, mix: Mix, affect: Affect) -> None:
        """Lay the reflexes over all that was laid before."""
        for running in self.reflexes:
            if running.weight > 0.0:
                self._lay(mix, running, affect, 1.0, None)

    def _lay(
        self,
        mix: Mix,
        running: Running,
        affect: Affect,
        size: float,
        later: list[tuple[str, float, MixSource]] | None,
    ) -> None:
        """Lay one play as far as it has faded in. What it adds is put into `later` if that is
        given."""
        values, cover, source, weight = mix.values, mix.cover, running.source, running.weight
        adds, sized, note = running.motion.adds, weight * size, mix.note
        for joint, angle in running.pose(affect).items():
            if joint not in values:
                continue
            scale = weight if joint in UNSCALED else sized
            if joint in adds:
                if later is None:
                    mix.add(joint, scale * angle, source)
                else:
                    later.append((joint, scale * angle, source))
                continue
            share = scale * (angle - values[joint])
            if joint not in cover or weight > cover[joint]:
                cover[joint] = weight
            values[joint] += share
            note(joint, share, source)
