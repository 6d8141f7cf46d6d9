"""The emergency stop button."""

from machine import Pin


class StopButton:
    """A button between its pin and ground. One that is closed until it is pressed (normally closed,
    as emergency stops are) also stops when its cable is cut."""

    def __init__(self, pin: int, normally_closed: bool) -> None:
        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._level = 1 if normally_closed else 0
        """Level of the pin while it is pressed."""

    @property
    def pressed(self) -> bool:
        """Whether it is pressed now."""
        return self._pin.value() == self._level
