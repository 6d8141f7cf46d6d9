"""The emergency stop button. It is read at each tick, and its edge interrupts whatever runs: a
press while a tick is late or hangs is not lost."""

import machine
from machine import Pin
from micropython import const

_PRESSED = const(0x6D70)
"""What stands in the chip's register from a press until a tick has stopped. Our choice."""


class StopButton:
    """A button between its pin and ground. One that is closed until it is pressed (normally closed,
    as emergency stops are) also stops when its cable is cut."""

    def __init__(self, pin: int, normally_closed: bool) -> None:
        import restart  # which is then forgotten

        self._pin = Pin(pin, Pin.IN, Pin.PULL_UP)
        self._level = 1 if normally_closed else 0
        """Level of the pin while it is pressed."""
        self._register = restart.stop_register()
        """Address of the register that a reset keeps; 0 where the chip has none."""
        if self._register:
            self._register += 4
        self.latched = self._register > 0 and machine.mem32[self._register] == _PRESSED
        """Whether it was pressed since `taken`, also before a restart."""
        edge = Pin.IRQ_RISING if normally_closed else Pin.IRQ_FALLING
        try:
            self._pin.irq(self._latch, edge, hard=True)
        except TypeError:
            # An ESP32 has no hard interrupts: its handler waits for the interpreter.
            self._pin.irq(self._latch, edge)

    def _latch(self, pin: Pin) -> None:
        """Called at an edge, within some µs. It may neither allocate nor raise. The pin is read
        again: a spike that is over by then is none, and of a contact that bounces the last edge
        counts, if no other."""
        if pin.value() == self._level:
            self.latched = True
            if self._register:
                machine.mem32[self._register] = _PRESSED

    @property
    def held(self) -> bool:
        """Whether it is pressed now."""
        return self._pin.value() == self._level

    @property
    def pressed(self) -> bool:
        """Whether it is pressed now, or was since `taken`."""
        return self.latched or self._pin.value() == self._level

    def taken(self) -> None:
        """Forget the press, since the body is stopped."""
        if self.latched:
            self.latched = False
            if self._register:
                machine.mem32[self._register] = 0
