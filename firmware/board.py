"""The board's tick. Every 10 ms it reads its devices, runs the reflexes, moves the joints within
their limits, and exchanges messages with the brain."""

import struct
from array import array
from time import ticks_add, ticks_diff

from micropython import const

import mode
import wire
from battery import BatteryGauge
from boots import BATTERY, SERVOS, STOPPED, Boots
from faults import HealingFault
from imu import MotionSensor, changed, put_shorts
from lights_and_purr import PupilLights, PurrMotor
from limbs import Limbs
from mode import Mode
from port import Port
from reflexes import FreeFall
from setpoints import Setpoints, shorts
from skin import Skin
from stop_button import StopButton

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

TICK_MS = const(10)
"""ms from one tick to the next."""
_STEP_MS = const(20)
"""ms from one step of the joints to the next: a hobby servo reads one pulse in 20 ms, so more
steps would change nothing. Elapsed time counts, not ticks: late ticks do not slow a motion."""
_STEPS_AT_ONCE = const(5)
"""Steps that are made up for at most after a late tick; what is older is left out."""
_SOUND_MS = const(1000)
"""ms for which the servo drivers must answer before their fault heals."""
_CHARGED_MS = const(5000)
"""ms for which the battery must be 0.2 V (battery.py) above its low mark before its fault heals."""
_LEAST_CDEG_S = const(50)
"""Slowest speed to which a joint can be narrowed: one cdeg a step (joint.py)."""
_ASKED_MS = const(100)
"""ms in which the drivers are asked ten times to end their pulses, before a stop is kept on the
flash all the same: to write it may take 50 ms, in which nobody asks."""
_LATE_MS = const(50)
"""ms of delay above which a tick counts as an overrun, a fault that the brain is told."""
_SMOOTH_MS = const(60_000)
"""ms without a late tick after which an overrun is forgotten."""
_LONGEST_TTL_MS = const(1000)
"""ms for which a setpoint is good at most; the brain says 300. Our choice."""
_MOVED = const(30)
"""mg or mrad/s of change that count as movement: above the noise of both accelerometers."""
_ACTIVE_READS = const(25)
"""Readings (50 a second) that go out after the last movement: half a second."""

# Bits of the faults, named in wire.FAULTS. Servos, battery and restarts end all movement.
_SERVOS = const(1)
_TOUCH = const(2)
_IMU = const(4)
_BATTERY = const(8)
_OVERRUN = const(16)
_WATCHDOG = const(32)
_RESTARTS = const(64)

# What a command answers: indexes into wire.RESULTS.
_DONE = const(0)
_REFUSED = const(1)
_UNKNOWN = const(2)


class Board:
    """All devices, the joints and the port, driven by `tick`."""

    def __init__(
        self,
        port: Port,
        limbs: Limbs,
        skin: Skin,
        imu: MotionSensor,
        battery: BatteryGauge,
        purr: PurrMotor,
        pupils: PupilLights,
        stop: StopButton,
        boots: Boots,
        hung: bool,
        now: "Ms",
    ) -> None:
        """`hung`: the watchdog ended the last run. `now`: ms of `time.ticks_ms`."""
        self._port = port
        self._limbs = limbs
        self._skin = skin
        self._imu = imu
        self._battery = battery
        self._purr = purr
        self._pupils = pupils
        self._stop = stop
        self._mode = Mode(now)
        if boots.kept & STOPPED:
            self._mode.enter(mode.STOPPED, now)
        self._fall = FreeFall()
        self._setpoints = Setpoints(now)
        count = limbs.count
        self._setpoint_length = 10 + 2 * count
        self._over = 1
        """Steps in which the joints glide to the newest setpoint."""
        self._angles = array("h", [joint.rest for joint in limbs.joints])
        """The newest setpoint, cdeg."""
        self.faults = 0
        """Bits of the sensors that do not answer."""
        self._no_servos = HealingFault(_SOUND_MS, now, boots.kept & SERVOS > 0)
        self._empty = HealingFault(_CHARGED_MS, now, boots.kept & BATTERY > 0)
        self._boots = boots
        self._hung = hung
        self._late = False
        self._late_at = now
        """When a tick was last late."""
        self._sound = True
        """Whether the servo drivers still have their configuration."""
        self._step_due = now
        self._take_it, self._begin_it = self._take, self._begin
        """Made once, since a bound method takes memory, as do the buffers of the messages."""
        self._touch_out = bytearray(4 + len(skin.pressures))
        self._motion_out = bytearray(16)
        self._battery_out = bytearray(8)
        self._joints_out = bytearray(4 + 2 * count)
        self._said = -1
        """State, faults, stuck pads, flags as last sent: 3, 7, 12, the other bits; -1: not yet."""
        self._ticks = 0
        """Modulo 400, of which all that happens every so many ticks is a divisor."""
        self._passed = 1
        """By how many they have gone on in this tick: more where it is late."""
        self._tick_at = now
        self._touched = self._touch_untold = False
        """The latter: whether a touch has begun that this session does not know of."""
        self._motion_said = array("h", imu.felt)
        """The reading of the IMU that was last sent."""
        self._active = 0
        """IMU readings still to be sent at the full rate."""
        self._command = {
            wire.STOP: self._do_stop,
            wire.RELEASE: self._do_release,
            wire.REST: self._do_rest,
            wire.LIMP: self._do_limp,
            wire.CLEAR: self._do_clear,
            wire.NARROW: self._do_narrow,
            wire.PROMPT: self._do_prompt,
        }

    def tick(self, now: "Ms") -> None:
        """Do all that is due now, every TICK_MS. Never waits, and no device makes it raise."""
        passed = ticks_diff(now, self._tick_at) // TICK_MS
        self._passed = passed if passed == 1 else min(max(passed, 1), 100)
        self._tick_at = now
        self._ticks = (self._ticks + self._passed) % 400
        self.listen(now)
        pressed = self._stop.pressed
        if pressed:
            if self._mode.state != mode.STOPPED:
                self._enter(mode.STOPPED, now)
            self._stop.taken()
        self._feel(now)
        self.listen(now)  # or a ping would wait for all of a long tick
        self._watch(now)
        self._follow(now)
        if self._port.open:
            self._report(pressed, now)
        self._port.flush(TICK_MS)

    def listen(self, now: "Ms") -> None:
        """Carry out and answer what has come from the brain."""
        self._port.receive(self._take_it, self._begin_it, now)

    # Devices to messages.

    def _feel(self, now: "Ms") -> None:
        ticks, passed = self._ticks, self._passed
        changed = self._skin.read(now)
        if changed or self._touched or self._touch_untold:
            self._touch_untold = False
            self._tell_touch(ticks % 2 < passed, now)
        if (ticks - 1) % 2 < passed:
            self._tell_motion(self._imu.read(now), now)
        self._tell_lost()
        if (ticks - 2) % 100 < passed:
            self._tell_battery(now)

    def _tell_battery(self, now: "Ms") -> None:
        battery, empty = self._battery, self._empty
        battery.read()
        empty.see(battery.empty or (empty.active and battery.low), now)
        if battery.wired:
            out = self._battery_out
            struct.pack_into("<IHBB", out, 0, now, battery.mv, battery.percent, battery.charging)
            self._port.stream(wire.BATTERY, out)

    def _tell_touch(self, stream: bool, now: "Ms") -> None:
        pressures = self._skin.pressures
        if any(pressures) != self._touched:
            self._touched = not self._touched
            told = struct.pack("<I", now)
            self._port.event(wire.TOUCHED, told + pressures)
        elif stream:  # the IMU has the other ticks
            struct.pack_into("<I", self._touch_out, 0, now)
            wire.copy(pressures, len(pressures), self._touch_out, 4)
            self._port.stream(wire.TOUCH, self._touch_out)

    def _tell_motion(self, new: bool, now: "Ms") -> None:
        felt = self._imu.felt
        if new and changed(felt, self._motion_said, _MOVED):
            self._active = _ACTIVE_READS
        fell = self._fall.falling
        if self._fall.feel(felt[0], felt[1], felt[2]):
            self._imu.distrust(now)
        if self._fall.falling:
            self._limbs.hold()
        elif fell and self._mode.state == mode.REST:
            self._limbs.aim_at_rest()
        if self._imu.answers and (self._active or (self._ticks - 1) % 50 < self._passed):
            self._active = max(0, self._active - 1)
            struct.pack_into("<I", self._motion_out, 0, now)
            put_shorts(felt, 6, self._motion_out, 4)
            shorts(self._motion_out, 4, 6, 0, self._motion_said)
            self._port.stream(wire.MOTION, self._motion_out)

    def _tell_lost(self) -> None:
        """Keep the faults of the sensors, and log how often they were lost when that changes."""
        skin, imu = self._skin, self._imu
        faults = (0 if skin.answers else _TOUCH) | (0 if imu.answers or not imu.fitted else _IMU)
        if faults != self.faults:
            self.faults = faults
            text = "touch chip lost %d times, %d readings no hand makes; IMU lost %d times"
            self._port.log(text % (skin.losses, skin.implausible, imu.losses))

    # States and joints.

    def _watch(self, now: "Ms") -> None:
        """Ask the servo drivers; one that does not answer becomes a fault that ends movement."""
        limbs, powered = self._limbs, self._mode.state < mode.LIMP
        ticks, passed = self._ticks, self._passed
        if (ticks - 19) % 25 < passed:
            self._age(now)
            if limbs.look():
                self._port.log(f"servos: {limbs.repairs} wrong pulses were written again")
        if (ticks - 7) % 25 < passed or (limbs.doubtful and ticks % 2 < passed):
            self._sound = limbs.sound()
            if not self._sound and not powered:
                limbs.limp()
            if powered:
                self._boots.servos_run(now)
            elif limbs.off and not self._mode.gently:  # ended by no fault
                self._boots.servos_ended(now)
        if not powered and not limbs.off:
            limbs.off_again()
        if self._boots.waiting or self._mode.state > mode.LIMP:
            self._keep(limbs.off or ticks_diff(now, self._mode.entered) >= _ASKED_MS, now)
        self._no_servos.see(limbs.lost or not self._sound or not (powered or limbs.off), now)

    def _follow(self, now: "Ms") -> None:
        state = following = self._mode.state
        if state != mode.STOPPED and (
            self._no_servos.active or self._empty.active or self._boots.latched
        ):
            following = mode.FAULT
        elif state == mode.FAULT:
            following = mode.LIMP
        else:
            # A body that falls stands still, and not where it was sent.
            still = state == mode.REST and not self._fall.falling and self._limbs.still
            following = self._mode.next(now, self._limbs.attached, still)
        if following != state:
            self._enter(following, now)
        steps = ticks_diff(now, self._step_due) // _STEP_MS + 1
        if steps > 0:
            self._step_due = ticks_add(self._step_due, steps * _STEP_MS)
            if mode.STARTING < following < mode.LIMP:
                self._limbs.step(min(steps, _STEPS_AT_ONCE))
        if following == mode.STARTING:
            self._limbs.attach()

    def _enter(self, state: int, now: "Ms") -> None:
        limbs = self._limbs
        self._mode.enter(state, now)
        if state >= mode.HOLD:
            self._purr.off()
        if state == mode.RUNNING:
            limbs.hurry()
            if not self._fall.falling:
                limbs.aim(self._angles, self._over)
        elif state == mode.HOLD:
            limbs.hold()
        elif state == mode.REST and not self._fall.falling:
            limbs.aim_at_rest()
        elif state == mode.STARTING:
            self._boots.servos_start(now)
        elif state >= mode.LIMP:
            self._mode.forget()
            if state == mode.FAULT:
                self._mode.gently = True
            elif state == mode.STOPPED:
                self._keep(False, now)
            limbs.limp()

    def _keep(self, write: bool, now: "Ms") -> None:
        """Keep what waits for a person through a restart. `write`: on the flash too."""
        waits = (SERVOS if self._no_servos.latched else 0) | (BATTERY if self._empty.latched else 0)
        self._boots.keep(waits | (STOPPED if self._mode.state == mode.STOPPED else 0), write, now)

    # Messages from the brain.

    def _begin(self) -> None:
        """Start a session: send the state anew, and a touch that has already begun."""
        self._said = -1
        self._setpoints.clear()
        self._touch_untold = self._touched
        self._touched = False

    def _take(self, kind: int, payload: memoryview, now: "Ms") -> int:
        """Carry out a setpoint or a command; returns the index of its result in wire.RESULTS."""
        if kind == wire.SETPOINT:
            return self._do_setpoint(payload, now)
        command = self._command.get(kind)
        return _UNKNOWN if command is None else command(payload, now)

    def _do_setpoint(self, payload: memoryview, now: "Ms") -> int:
        if len(payload) != self._setpoint_length:
            return _REFUSED
        ttl_ms = min(payload[4] | payload[5] << 8, _LONGEST_TTL_MS)
        learnt = self._setpoints.learnt
        if not self._setpoints.is_new(
            payload[0] | payload[1] << 8, payload[2] | payload[3] << 8, ttl_ms, now
        ):
            return _REFUSED
        if learnt != self._setpoints.learnt:
            text = "all setpoints refused: clock and count learnt anew, time %d"
            self._port.log(text % self._setpoints.learnt)
        if self._mode.state >= mode.STOPPED:
            return _REFUSED  # but judged: numbers and clocks go on meanwhile
        shorts(payload, 10, len(self._angles), wire.ANGLE_ZERO, self._angles)
        self._over = max(1, payload[6] // _STEP_MS)
        self._mode.refresh(now, ttl_ms)
        if mode.RUNNING < self._mode.state < mode.LIMP and not self._mode.gently:
            self._enter(mode.RUNNING, now)
        if self._mode.state == mode.RUNNING:
            if not self._fall.falling:
                self._limbs.aim(self._angles, self._over)
            self._purr.set(payload[8], payload[9])
        self._pupils.set(payload[7])
        return _DONE

    def _do_stop(self, payload: memoryview, now: "Ms") -> int:
        if self._mode.state != mode.STOPPED:  # or the flash would wait again
            self._enter(mode.STOPPED, now)
        return _DONE

    def _do_release(self, payload: memoryview, now: "Ms") -> int:
        if self._stop.pressed:
            return _REFUSED
        if self._mode.state == mode.STOPPED:
            self._enter(mode.LIMP, now)
        return _DONE

    def _do_rest(self, payload: memoryview, now: "Ms") -> int:
        if self._mode.state >= mode.LIMP:
            return _REFUSED
        self._mode.forget()
        if self._mode.state != mode.STARTING:
            self._enter(mode.REST, now)
        return _DONE

    def _do_limp(self, payload: memoryview, now: "Ms") -> int:
        if self._mode.state >= mode.STOPPED:
            return _REFUSED
        self._enter(mode.LIMP, now)
        return _DONE

    def _do_clear(self, payload: memoryview, now: "Ms") -> int:
        """Clear the faults; those whose cause has not been gone for long enough heal later."""
        self._no_servos.clear()
        self._empty.clear()
        self._boots.clear()
        self._skin.accept()
        self._hung = self._late = False
        return _DONE

    def _do_narrow(self, payload: memoryview, now: "Ms") -> int:
        index, low, high, velocity = struct.unpack("<BhhI", payload)
        if index >= self._limbs.count or velocity < _LEAST_CDEG_S or self._fall.falling:
            return _REFUSED
        self._limbs.joint(index).narrow(low, high, velocity)
        return _DONE

    def _do_prompt(self, payload: memoryview, now: "Ms") -> int:
        """Restart to the prompt, which a board that may move does not."""
        import restart  # which was forgotten after the start

        if self._mode.state < mode.LIMP or not self._limbs.off:
            return _REFUSED
        self._boots.servos_ended(now, True)
        self._keep(True, now)  # a stop of this very tick too
        return _DONE if restart.to_prompt() else _REFUSED

    # State and joints to messages.

    def late(self, ms: int, now: "Ms") -> None:
        """Note that the tick at `now` came `ms` late."""
        if ms > _LATE_MS:
            self._late = True
            self._late_at = now

    def _age(self, now: "Ms") -> None:
        """Forget what was long ago. Called four times a second, since the clock wraps."""
        if self._late and ticks_diff(now, self._late_at) > _SMOOTH_MS:
            self._late = False
        self._setpoints.creep(now)
        self._port.age()

    def all_faults(self) -> int:
        """The bits of all faults now, named in wire.FAULTS."""
        return (
            self.faults
            | (_SERVOS if self._no_servos.active else 0)
            | (_BATTERY if self._empty.active else 0)
            | (_OVERRUN if self._late else 0)
            | (_WATCHDOG if self._hung else 0)
            | (_RESTARTS if self._boots.latched else 0)
        )

    def _report(self, pressed: bool, now: "Ms") -> None:
        state = self._mode.state
        flags = self._battery.low | self._fall.falling << 1 | pressed << 2
        flags |= (self._boots.kept & STOPPED) << 3
        if state >= mode.LIMP and not self._limbs.off:
            state = mode.STOPPING
        said = state | self.all_faults() << 3 | self._skin.stuck() << 10 | flags << 22
        if said != self._said:
            self._said = said
            self._tell_state(said, now)
        since = (self._ticks - 4) % 400
        if since % 50 < self._passed and (since < self._passed or not self._limbs.still):
            self._tell_joints(now)

    def _tell_state(self, said: int, now: "Ms") -> None:
        told = now, said & 7, said >> 3 & 127, said >> 10 & 4095, said >> 22
        self._port.event(wire.STATE, struct.pack("<IBHHB", *told))

    def _tell_joints(self, now: "Ms") -> None:
        struct.pack_into("<I", self._joints_out, 0, now)
        self._limbs.put_angles(self._joints_out, 4)
        self._port.stream(wire.JOINTS, self._joints_out)
