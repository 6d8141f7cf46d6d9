"""Servos on pins of the microcontroller itself, with the same methods as the PCA9685."""

from array import array

from machine import PWM, Pin

from i2c_bus import Bus


def servos(bus: Bus, channels: list[int], oscillator_hz: int) -> "PinServos":
    """The outputs for a body; its channels are numbers of pins."""
    return PinServos(channels)


class PinServos:
    """PWM outputs at 50 Hz; a channel is the number of its pin."""

    def __init__(self, pins: list[int]) -> None:
        """`pins`: number of each joint's pin, −1 where another driver moves it. All are without
        pulses at first."""
        self._outputs = [
            (index, PWM(Pin(pins[index]), freq=50, duty_u16=0))
            for index in range(len(pins))
            if pins[index] >= 0
        ]
        """Joints and their outputs."""
        self._shown = array("H", [0] * len(pins))

    def show(self, pulses: "array[int]") -> None:
        """Give each joint its pulses (µs; 0 is none) from now on."""
        shown = self._shown
        for index, output in self._outputs:
            if pulses[index] != shown[index]:
                shown[index] = pulses[index]
                output.duty_ns(pulses[index] * 1000)

    def sound(self) -> bool:
        """Always True: the microcontroller's own outputs are lost together with it."""
        return True

    def holds(self) -> bool:
        """Always True: no bus lies between."""
        return True

    def all_off(self) -> None:
        """End all pulses."""
        for index, output in self._outputs:
            self._shown[index] = 0
            output.duty_u16(0)
