"""The I2C bus, which can be freed when a chip holds it, and chips that are lost and found."""

from time import ticks_add, ticks_diff

from machine import I2C, Pin
from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_HZ = const(400_000)
"""Hz of the bus: the most that all its chips take."""
_TIMEOUT_US = const(3000)
"""µs after which a transfer is given up. The longest (64 bytes to the servo board) takes 1.5 ms;
the default of 50 ms would stop the tick while a chip holds the bus."""
_CLOCKS = const(9)
"""Clocks after which a chip has let go of the data line (I2C specification UM10204, 3.1.16)."""
TIMED_OUT = (110, 116)
"""Numbers of the error that a transfer gives which was given up: on an RP2040, on an ESP32."""
_CHECK_MS = const(250)
"""ms between two looks at a chip's configuration. Our choice."""
_SOON_MS = const(50)
"""ms after a chip was lost until it is tried again for the first time. Our choice: a disturbance
of the bus is over by then."""
_AGAIN_MS = const(1000)
"""ms between later tries. Our choice: they cost up to 10 ms each while a chip holds the bus."""


class Bus:
    """The bus with two pins; `i2c` does the transfers."""

    def __init__(self, sda: int, scl: int) -> None:
        """Opens the bus; frees it first, since a restart may have ended a transfer half-way."""
        self._sda = sda
        self._scl = scl
        self._free()
        self.i2c = self._open()
        self._data = Pin(sda)

    def _open(self) -> I2C:
        return I2C(0, sda=Pin(self._sda), scl=Pin(self._scl), freq=_HZ, timeout=_TIMEOUT_US)

    def recover(self) -> None:
        """Free a bus whose data line is held by a chip that lost count of the clocks, and set it up
        again. Drivers keep using `i2c`: a board has one object for each hardware bus, which this
        sets up anew."""
        self._free()
        self._open()

    def ready(self) -> None:
        """Free the bus where a chip holds it. Called before transfers that must not wait until they
        are given up: looking at the data line takes some µs. Raises OSError where the line stays
        low, as with a short circuit."""
        if not self._data.value():
            self.recover()
            if not self._data.value():
                raise OSError(TIMED_OUT[0])

    def _free(self) -> None:
        """Give up to nine clocks, until the data line is free, then a stop condition."""
        scl = Pin(self._scl, Pin.OPEN_DRAIN, value=1)
        sda = Pin(self._sda, Pin.OPEN_DRAIN, value=1)
        for _ in range(_CLOCKS):
            if sda.value():
                break
            scl.value(0)
            scl.value(1)
        scl.value(0)
        sda.value(0)
        scl.value(1)
        sda.value(1)


class Watched:
    """A chip that is read again and again. A read that fails is repeated once; if that fails too
    the chip is lost. It is tried again after 50 ms (unless it was found less than a second ago),
    then once a second: the bus is freed, and the
    chip is set up if it has lost its configuration. That is looked at four times a second too,
    since a chip that was reset by a dip of its supply answers as if nothing had happened.

    Subclasses give `_read`, `_sound` and `_set_up`; each may raise OSError.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._found: Ms | None = None
        """When it was found; None once that was more than a second ago: the clock wraps."""
        self.answers = False
        """Whether the chip answers and has its configuration."""
        self.losses = 0
        """How often it was lost since the start; stays at 65535."""
        self._due: Ms | None = None
        """When it is looked at or tried again next; None: at once."""

    def attend(self, now: "Ms") -> bool:
        """Read the chip; returns whether there is a reading. Raises nothing."""
        due = self._due is None or ticks_diff(now, self._due) >= 0
        if not self.answers and not due:
            return False
        if not self.answers:
            if not self._is_found(now):
                return False
        elif due:
            self._due = ticks_add(now, _CHECK_MS)
            if self._found is not None and ticks_diff(now, self._found) >= _AGAIN_MS:
                self._found = None
        if self._is_read(due) or self._is_read(due):
            return True
        self._give_up(now)
        return False

    def _give_up(self, now: "Ms") -> None:
        """Take the chip for lost."""
        self.answers = False
        self.losses = min(self.losses + 1, 65535)
        firm = self._found is None or ticks_diff(now, self._found) >= _AGAIN_MS
        self._due = ticks_add(now, _SOON_MS if firm else _AGAIN_MS)
        self._lose()

    def _is_read(self, check: bool) -> bool:
        try:
            if check and not self._sound():
                return False
            self._read()
        except OSError:
            return False
        return True

    def _is_found(self, now: "Ms") -> bool:
        """Bring the chip back; whether it answers."""
        self._due = ticks_add(now, _AGAIN_MS)
        try:
            self._bus.recover()
            if not self._sound():
                self._set_up()
        except OSError:
            return False
        self.answers = True
        self._found = now
        return True

    def _read(self) -> None:
        """Take a reading."""
        raise NotImplementedError

    def _sound(self) -> bool:
        """Whether the chip has its configuration."""
        raise NotImplementedError

    def _set_up(self) -> None:
        """Configure the chip."""
        raise NotImplementedError

    def _lose(self) -> None:
        """Forget what was felt; called when the chip is lost."""
