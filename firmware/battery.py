"""Reads the battery's voltage, smooths it, and says when it is low or empty."""

import machine
from machine import ADC, Pin
from micropython import const

_SPREAD_MV = const(200)
"""mV above the low mark at which a low battery counts as charged again. Our choice:
what a loaded battery regains when the servos stop must not end `low`."""
_READS_TO_BELIEVE = const(3)
"""Readings in a row (one a second) below the empty mark before the battery counts as empty. A
servo that starts pulls the voltage down for less than that."""
_PULL_DOWN = const(4)
"""Bit of a pin's register that pulls it to ground: PDE (data sheets of RP2040 and RP2350)."""


def _converter(pin: int) -> ADC:
    """The converter of a pin. An ESP32's sees up to 1 V only, unless it is told to see 3 V."""
    adc = ADC(Pin(pin))
    attenuate = getattr(adc, "atten", None)
    if attenuate is not None:
        attenuate(getattr(ADC, "ATTN_11DB"))  # noqa: B009 (the RP2040's stub does not have it)
    return adc


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
        """`pin`: −1 where no divider is wired; then it tells nothing. `charging_pin`: −1 where no
        charger tells. `divider_permille`: battery volts for one volt at the ADC pin, times 1000."""
        import restart  # which is then forgotten

        self._pull = restart.pin_register(pin)
        """Address of the register with the pin's pulls; 0 where it cannot be pulled."""
        self._adc = None if pin < 0 else _converter(pin)
        self._charging = Pin(charging_pin, Pin.IN, Pin.PULL_DOWN) if charging_pin >= 0 else None
        self._full = full_mv
        self._low = low_mv
        self._empty = empty_mv
        self._divider = divider_permille
        self.mv = 0
        """Smoothed voltage, mV; 0 before the first reading, and while it is not `wired`."""
        self.low = False
        """Whether `mv` is below the low mark, with hysteresis."""
        self.wired = False
        """Whether the divider gives a voltage that a battery can have."""
        self._empties = 0

    def read(self) -> None:
        """Take one reading. The board calls this once a second. Less than half of the empty mark is
        no battery that could feed the board, but a divider that is not wired: it tells nothing,
        neither that a battery is empty nor that one that was is well again."""
        if self._adc is None:
            return
        seen = self._seen(self._adc)
        self.mv = seen if self.mv == 0 else (self.mv + seen) // 2
        wired = seen * 2 >= self._empty
        if wired and seen < self._low + _SPREAD_MV:
            wired = self._driven(self._adc, seen)
        self.wired = wired
        if not wired:
            self.mv = 0  # and what was found before stays: a battery may fall on below that
            return
        self.low = self.mv < self._low + (_SPREAD_MV if self.low else 0)
        self._empties = self._empties + 1 if seen < self._empty else 0

    def _seen(self, adc: ADC) -> int:
        """The battery's voltage now, mV; 65535 where it is more, which the message cannot say."""
        microvolts = getattr(adc, "read_uv", None)
        # An ESP32's range is not 3.3 V.
        pin_mv = adc.read_u16() * 3300 // 65535 if microvolts is None else microvolts() // 1000
        return min(pin_mv * self._divider // 1000, 65535)

    def _driven(self, adc: ADC, seen: int) -> bool:
        """Whether something drives the pin: one that floats, and may show any voltage, follows its
        own pull to ground (RP2040: 50 to 80 kΩ) to nearly nothing within a µs, since it has some pF
        only; one behind 750 kΩ keeps a sixteenth. An ESP32 cannot pull while it measures."""
        if not self._pull:
            return True
        free = machine.mem32[self._pull]
        machine.mem32[self._pull] = free | _PULL_DOWN
        held = self._seen(adc)
        machine.mem32[self._pull] = free
        return held * 16 >= seen

    @property
    def empty(self) -> bool:
        """Whether the last three readings, unsmoothed, were below the empty mark."""
        return self._empties >= _READS_TO_BELIEVE

    @property
    def charging(self) -> bool:
        """Whether the charger says that it charges."""
        return self._charging is not None and self._charging.value() == 1

    @property
    def percent(self) -> int:
        """0..100, linear between the empty and the full mark: close enough for two lithium cells in
        series between 3.2 and 4.2 V each."""
        return min(max((self.mv - self._empty) * 100 // (self._full - self._empty), 0), 100)
