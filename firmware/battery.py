"""Reads the battery's voltage, smooths it, and says when it is low or empty."""

from machine import ADC, Pin
from micropython import const

_SPREAD_MV = const(200)
"""mV above the low mark at which a low battery counts as charged again. Our choice:
what a loaded battery regains when the servos stop must not end `low`."""
_READS_TO_BELIEVE = const(3)
"""Readings in a row (one a second) below the empty mark before the battery counts as empty. A
servo that starts pulls the voltage down for less than that."""


class BatteryGauge:
    """The battery behind a voltage divider on an ADC pin, and a pin that is high while charging."""

    def __init__(
        self,
        pin: int,
        charging_pin: int,
        full_mv: int,
        low_mv: int,
        empty_mv: int,
        divider_permille: int,
    ) -> None:
        """`divider_permille`: battery volts for one volt at the ADC pin, times 1000."""
        self._adc = ADC(Pin(pin))
        self._charging = Pin(charging_pin, Pin.IN, Pin.PULL_DOWN)
        self._full = full_mv
        self._low = low_mv
        self._empty = empty_mv
        self._divider = divider_permille
        self.mv = 0
        """Smoothed voltage, mV; 0 before the first reading."""
        self.low = False
        """Whether `mv` is below the low mark, with hysteresis."""
        self.wired = False
        """Whether the divider gives a voltage that a battery can have."""
        self._empties = 0

    def read(self) -> None:
        """Take one reading. The board calls this once a second. Less than half of the empty mark is
        no battery that could feed the board, but a divider that is not wired: it tells nothing."""
        seen = self._adc.read_u16() * 3300 // 65535 * self._divider // 1000
        self.mv = seen if self.mv == 0 else (self.mv + seen) // 2
        wired = self.wired = seen * 2 >= self._empty
        self.low = wired and self.mv < self._low + (_SPREAD_MV if self.low else 0)
        self._empties = self._empties + 1 if wired and seen < self._empty else 0

    @property
    def empty(self) -> bool:
        """Whether the last three readings, unsmoothed, were below the empty mark."""
        return self._empties >= _READS_TO_BELIEVE

    @property
    def charging(self) -> bool:
        """Whether the charger says that it charges."""
        return self._charging.value() == 1

    @property
    def percent(self) -> int:
        """0..100, linear between the empty and the full mark: close enough for two lithium cells in
        series between 3.2 and 4.2 V each."""
        return min(max((self.mv - self._empty) * 100 // (self._full - self._empty), 0), 100)
