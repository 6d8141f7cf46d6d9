"""The vibration motor that purrs, and the lights behind the pupils."""

from machine import PWM, Pin


class Purr:
    """The motor is switched at the purr's own rate, 20 to 28 times a second: that is what a hand
    feels."""

    def __init__(self, pin: int) -> None:
        self._pwm = PWM(Pin(pin), freq=25, duty_u16=0)
        self._level, self._hz = 0, 25

    def set(self, level: int, hz: int) -> None:
        """Level 0..255, where 255 is on for half of the time; rate in Hz."""
        if hz != self._hz and 10 <= hz <= 60:
            self._pwm.freq(hz)
            self._hz = hz
        if level != self._level:
            self._pwm.duty_u16(level * 128)
            self._level = level


class Pupils:
    def __init__(self, pin: int) -> None:
        self._pwm = PWM(Pin(pin), freq=1000, duty_u16=0)
        self._width = 0

    def set(self, width: int) -> None:
        """0 a slit, 255 wide."""
        if width != self._width:
            self._pwm.duty_u16(width * 257)
            self._width = width
