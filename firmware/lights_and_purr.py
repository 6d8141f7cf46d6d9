"""The vibration motor that is felt as a purr, and the lights that show as pupils."""

from machine import PWM, Pin


class PurrMotor:
    """The vibration motor. It is switched at the purr's own rate of 20 to 28 Hz, which is what a
    hand feels."""

    def __init__(self, pin: int) -> None:
        self._pwm = PWM(Pin(pin), freq=25, duty_u16=0)
        self._level = 0
        self._hz = 25

    def set(self, level: int, hz: int) -> None:
        """`level`: 0..255, where 255 is on for half of each period. `hz`: 10..60; another rate is
        ignored."""
        if hz != self._hz and 10 <= hz <= 60:
            self._pwm.freq(hz)
            self._hz = hz
        if level != self._level:
            self._pwm.duty_u16(level * 128)
            self._level = level

    def off(self) -> None:
        """End the purr."""
        self.set(0, self._hz)


class PupilLights:
    """The eye lights: their brightness stands for the width of the pupils."""

    def __init__(self, pin: int) -> None:
        """`pin`: −1 where there are none."""
        self._pwm = PWM(Pin(pin), freq=1000, duty_u16=0) if pin >= 0 else None
        self._width = 0

    def set(self, width: int) -> None:
        """`width`: 0 is a slit, 255 fully open."""
        if width != self._width and self._pwm is not None:
            self._pwm.duty_u16(width * 257)
            self._width = width
