"""Servos on pins of the microcontroller itself, with the same methods as the PCA9685."""

from machine import PWM, Pin

from i2c_bus import Bus


def servos(bus: Bus, channels: list[int], oscillator_hz: int) -> "PinServos":
    """The outputs for a body; its channels are numbers of pins."""
    return PinServos(channels)


class PinServos:
    """PWM outputs at 50 Hz; a channel is the number of its pin."""

    def __init__(self, pins: list[int]) -> None:
        """`pins`: numbers; all are without pulses at first."""
        self._outputs = {pin: PWM(Pin(pin), freq=50, duty_u16=0) for pin in pins}

    def pulse(self, channel: int, us: int) -> None:
        """Give pulses of `us` µs from now on."""
        self._outputs[channel].duty_ns(us * 1000)

    def off(self, channel: int) -> None:
        """End a pin's pulses."""
        self._outputs[channel].duty_u16(0)

    def flush(self) -> None:
        """Do nothing: pulses are not staged here."""

    def sound(self) -> bool:
        """Always True: the microcontroller's own outputs are lost together with it."""
        return True

    def all_off(self) -> None:
        """End all pulses."""
        for channel in self._outputs:
            self.off(channel)
