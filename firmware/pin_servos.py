"""Servos that hang on pins of the microcontroller itself. The same four methods as the PCA9685."""

from machine import PWM, Pin


class PinServos:
    def __init__(self, pins: list[int]) -> None:
        self._outputs = {pin: PWM(Pin(pin), freq=50, duty_u16=0) for pin in pins}

    def pulse(self, channel: int, us: int) -> None:
        self._outputs[channel].duty_ns(us * 1000)

    def off(self, channel: int) -> None:
        self._outputs[channel].duty_u16(0)

    def flush(self) -> None:
        """Nothing is staged."""

    def all_off(self) -> None:
        for channel in self._outputs:
            self.off(channel)
