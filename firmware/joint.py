"""One joint. It follows its setpoint within the limits of position, velocity and acceleration that
the board was built with."""

STEPS_A_SECOND = 50
"""Steps per second: a hobby servo reads one pulse in 20 ms. All velocities in this file are
centidegrees per step and all accelerations centidegrees per step², so that small integers give the
same result in every interpreter."""


def stopping(speed: int, brake: int) -> int:
    """How far a joint at `speed` still moves when it brakes by `brake` from the next step on;
    cdeg."""
    steps = speed // brake
    return steps * speed - brake * steps * (steps + 1) // 2


class Joint:
    """One joint: `angle` moves towards a goal, and the goal moves linearly to the newest
    setpoint."""

    def __init__(
        self, name: str, low: int, high: int, rest: int, velocity: int, acceleration: int
    ) -> None:
        """Angles in centidegrees, `velocity` in cdeg/s, `acceleration` in cdeg/s²."""
        self.name = name
        self.rest = rest
        self._built = (low, high, max(1, velocity // STEPS_A_SECOND))
        self.low, self.high, self.fastest = self._built
        self.brake = max(1, acceleration // (STEPS_A_SECOND * STEPS_A_SECOND))
        self._find_edges()
        self.slow = 0
        """A lower speed limit for the way to rest, cdeg per step; 0 is none."""
        self.angle = self.target = self._goal = rest
        self.speed = 0
        self._glide = 0
        """Steps until the goal reaches the target."""
        self.still = True
        """Whether it is where it was aimed at, so that `step` would change nothing."""

    def narrow(self, low: int, high: int, velocity: int) -> None:
        """Set tighter limits: cdeg, cdeg, cdeg/s. They are intersected with those of the body's
        config, so they can never be wider than these."""
        built_low, built_high, built_fastest = self._built
        self.low = min(max(low, built_low), built_high)
        self.high = max(self.low, min(high, built_high))
        self.fastest = max(1, min(velocity // STEPS_A_SECOND, built_fastest))
        self._find_edges()
        self.aim(self.target, 1)

    def _find_edges(self) -> None:
        """Between these angles no speed can lead past a limit, so `step` need not check for it."""
        far = stopping(self.fastest, self.brake)
        self._edge_low, self._edge_high = self.low + far, self.high - far

    def aim(self, target: int, steps: int) -> None:
        """Move the goal to `target` (cdeg, cut to the limits) within `steps` steps, 1 or more."""
        target = self.low if target < self.low else self.high if target > self.high else target
        if target != self.target or self._glide:
            self.target = target
            self._glide = steps
            self.still = False

    def hold(self) -> None:
        """Brake as hard as allowed, and stay where that ends."""
        ahead = stopping(abs(self.speed), self.brake)
        self.target = self._goal = min(
            max(self.angle + (ahead if self.speed > 0 else -ahead), self.low), self.high
        )
        self._glide = 0
        self.still = False

    def drop(self) -> None:
        """Forget the target, since the servo has no pulses any more."""
        self.target = self._goal = self.angle
        self._glide = self.speed = 0
        self.still = True

    def step(self) -> None:
        """Move by one step. Called STEPS_A_SECOND times a second."""
        drift = 0
        if self._glide:
            drift = (self.target - self._goal) // self._glide
            self._goal += drift
            self._glide -= 1
        fastest = min(self.slow, self.fastest) if self.slow else self.fastest
        brake, goal = self.brake, self._goal
        want = goal - self.angle
        change, closing = want - self.speed, want - drift
        easy = abs(change) <= brake and abs(closing) <= brake and abs(want) <= fastest
        if not easy or not self._edge_low <= goal <= self._edge_high:
            want = self._reachable(want, drift, fastest)
        self.speed = want
        if want:
            self.angle += want
        elif not self._glide and self.angle == self.target:
            self.still = True

    def _reachable(self, want: int, drift: int, fastest: int) -> int:
        """The next speed: as near to `want` as the acceleration allows, while the joint can still
        brake at the moving goal, and in any case before its limits."""
        speed, brake = self.speed, self.brake
        gap = want - drift
        side = 1 if gap > 0 else -1
        gap, closing = gap * side, (speed - drift) * side
        if abs(gap - closing) <= brake and gap <= brake:
            chosen = gap
        else:
            chosen = closing - brake
            for faster in (closing + brake, closing):
                if faster <= 0 or faster + stopping(faster, brake) <= gap:
                    chosen = faster
                    break
        chosen = min(max(drift + side * chosen, -fastest), fastest)
        # The acceleration counts last: it may be faster than it now is allowed to be.
        return self._within(min(max(chosen, speed - brake), speed + brake))

    def _within(self, chosen: int) -> int:
        """`chosen`, or the hardest braking where `chosen` would lead past a limit."""
        side = 1 if chosen > 0 else -1
        brake, speed = self.brake, self.speed * side
        room = self.high - self.angle if side > 0 else self.angle - self.low
        if abs(chosen) + stopping(abs(chosen), brake) <= room:
            return chosen
        if speed - brake <= room <= brake:
            return side * room
        if speed > 0 and speed + stopping(speed, brake) <= room:
            return side * speed
        return side * (speed - brake)
