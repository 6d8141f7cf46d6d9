"""The first that runs: ends all pulses, since a servo board keeps its registers when the
microcontroller is reset. It imports as little as it can, so that a file of the firmware that is
missing or damaged keeps no servo powered; only `body_config.py`, which names the pins, must be
there. Imported before all others."""

from time import sleep_ms

from machine import Pin

import body_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from i2c_bus import Bus
    from shapes import Servos

_KEEPS = "pca9685"
"""Name of the driver whose chip keeps its pulses, and of its file."""
_AGAIN_MS = 10
"""ms from asking to asking again, as a tick."""
_SAY = 300
"""Times asked from saying so to saying so again: three seconds."""


def disable() -> "Pin | None":
    """The pin that enables the servo board's outputs, high, which ends its pulses whatever the bus
    says; None where there is none."""
    pin = body_config.PINS["servo_enable"]
    return Pin(pin, Pin.OUT, value=1) if pin >= 0 else None


def bus() -> "Bus":
    """The bus to the chips."""
    from i2c_bus import Bus

    return Bus(body_config.PINS["i2c_sda"], body_config.PINS["i2c_scl"])


def names() -> list[str]:
    """The names of the servo drivers that some joint uses: first that of the servo board, which
    keeps its pulses through a reset."""
    return sorted({row[1] for row in body_config.JOINTS}, key=lambda name: (name != _KEEPS, name))


def driver(name: str, wires: "Bus") -> "Servos":
    """A servo driver by its name. The servo board's needs no other file."""
    file = name
    if name != _KEEPS:
        from servo_drivers import DRIVERS

        file = DRIVERS[name]
    channels = [row[2] if row[1] == name else -1 for row in body_config.JOINTS]
    made: Servos = __import__(file).servos(wires, channels, body_config.OSCILLATOR_HZ)
    return made


def servos(wires: "Bus") -> "dict[str, Servos]":
    """The servo drivers that some joint uses, by name."""
    return {name: driver(name, wires) for name in names()}


def ask(drivers: "list[Servos]") -> "list[Servos]":
    """Ask each driver once to end its pulses; gives those that did not acknowledge it."""
    still = []
    for one in drivers:
        try:
            one.all_off()
        except Exception:  # whatever it raises, the others are asked
            still.append(one)
    return still


def ask_each() -> None:
    """Ask each driver once, each made just before: one that does not answer is asked again by what
    comes later. One whose file is missing or damaged keeps no other from it: then the others are
    asked until they acknowledge it, and what the first such file raised is raised."""
    disable()
    wires = bus()
    damaged: Exception | None = None
    still: list[Servos] = []
    for name in names():
        try:
            still += ask([driver(name, wires)])
        except Exception as error:
            damaged = damaged or error
    if damaged is not None:
        insist(still)
        raise damaged


def until_acknowledged() -> None:
    """Ask until each driver has acknowledged it. Ctrl-C ends that; then servos may have pulses."""
    disable()
    insist(ask(list(servos(bus()).values())))


def insist(still: "list[Servos]") -> None:
    """Ask drivers that have not acknowledged it, until they do."""
    asked = 0
    while still:
        if asked % _SAY == 0:
            print("the servo board does not answer and may give pulses: switch off the servos'")
            print("supply. It is asked until it answers; Ctrl-C gives the prompt all the same")
        asked += 1
        sleep_ms(_AGAIN_MS)
        still = ask(still)


ask_each()
