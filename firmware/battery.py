"""The battery's voltage, smoothed, with hysteresis between low and well."""

from machine import ADC, Pin
from micropython import const

_SPREAD_MV = const(200)
"""Low is over only this far above the mark."""
_READS_TO_BELIEVE = const(3)
"""A servo that starts pulls the voltage down for a moment."""


class Battery:
    def __init__(
        self,
        pin: int,
        charging_pin: int,
        full_mv: int,
        low_mv: int,
        empty_mv: int,
        divider_permille: int,
    ) -> None:
        self._adc = ADC(Pin(pin))
        self._charging = Pin(charging_pin, Pin.IN, Pin.PULL_DOWN)
        self._full, self._low, self._empty, self._divider = (
            full_mv,
            low_mv,
            empty_mv,
            divider_permille,
        )
        self.mv = 0
        self.low = False
        self._empties = 0

    def read(self) -> None:
        """Once a second."""
        seen = self._adc.read_u16() * 3300 // 65535 * self._divider // 1000
        self.mv = seen if self.mv == 0 else (self.mv + seen) // 2
        self.low = self.mv < self._low + (_SPREAD_MV if self.low else 0)
        self._empties = self._empties + 1 if seen < self._empty else 0

    @property
    def empty(self) -> bool:
        return self._empties >= _READS_TO_BELIEVE

    @property
    def charging(self) -> bool:
        return self._charging.value() == 1

    @property
    def percent(self) -> int:
        """Linear between empty and full: what two cells in series are about, between 3.2 and 4.2 V
        each."""
        return min(max((self.mv - self._empty) * 100 // (self._full - self._empty), 0), 100)
