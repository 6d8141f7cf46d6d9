"""Starts the board: builds the devices that the body's config describes, then ticks every 10 ms."""

import struct
import sys
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

import machine
from machine import I2C, UART, WDT, Pin

import body_config
import boots
import imu
import wire
from battery import BatteryGauge
from board import OVERRUN, SERVOS, TICK_MS, WATCHDOG, Board
from lights_and_purr import PupilLights, PurrMotor
from limbs import Limbs
from mpr121 import MPR121
from pin_servos import PinServos
from port import Port
from servo_drivers import DRIVERS
from skin import Skin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Imu, Servos, Uart

VERSION = (0, 1, 0)
"""major, minor, patch of the firmware; said in wire.IDENTITY."""
_LATE_MS = 50
"""ms of delay above which a tick counts as an overrun, a fault that the brain is told."""


def build(uart: "Uart") -> Board:
    """The board with its devices. One that does not answer is left out and becomes a fault."""
    pins, power = body_config.PINS, body_config.POWER
    i2c = I2C(0, sda=Pin(pins["i2c_sda"]), scl=Pin(pins["i2c_scl"]), freq=400_000)
    skin: Skin | None = None
    felt: Imu | None = None
    try:
        skin = Skin(MPR121(i2c), body_config.PADS, body_config.QUIET_MS // TICK_MS)
    except OSError:
        print("no touch chip")
    try:
        felt = imu.find(i2c)
    except OSError:
        print("no accelerometer")
    faults = WATCHDOG if machine.reset_cause() == machine.WDT_RESET else 0
    try:
        outputs = servos(i2c)
    except OSError:
        print("no servo board")
        outputs, faults = no_servos(), faults | SERVOS
    return Board(
        Port(uart, *identity()),
        Limbs(body_config.JOINTS, outputs),
        skin,
        felt,
        BatteryGauge(pins["battery"], pins["charging"], *power),
        PurrMotor(pins["purr"]),
        PupilLights(pins["pupils"]),
        Pin(pins["stop"], Pin.IN, Pin.PULL_UP),
        faults,
        ticks_ms(),
    )


def servos(i2c: I2C) -> "dict[str, Servos]":
    """The servo drivers that some joint uses, by name. Raises OSError when one does not answer."""
    found: dict[str, Servos] = {}
    for name in drivers():
        channels = [row[2] for row in body_config.JOINTS if row[1] == name]
        found[name] = __import__(DRIVERS[name]).servos(i2c, channels)
    return found


def no_servos() -> "dict[str, Servos]":
    """Drivers without any output, so that a board without its servo board still senses and reports
    the fault."""
    nobody = PinServos([])
    return dict.fromkeys(drivers(), nobody)


def drivers() -> list[str]:
    """Names of the servo drivers that some joint uses."""
    return sorted({row[1] for row in body_config.JOINTS})


def identity() -> tuple[bytes, bytes]:
    """The fields of wire.IDENTITY after schema and nonce, and the names of the board and joints."""
    rows = body_config.JOINTS
    names = " ".join([sys.platform] + [row[0] for row in rows])
    head = struct.pack(
        "<IHBBBBB",
        wire.limits_hash(rows),
        boots.count(),
        *VERSION,
        machine.reset_cause() & 255,
        len(rows),
    )
    return head, names.encode()


def line() -> "Uart":
    """The serial line to the brain."""
    if body_config.TRANSPORT == "usb":
        from usb import Usb

        return Usb()
    return UART(0, 115200)


def run() -> None:
    """Tick until the power goes. A tick that hangs for a second is ended by the watchdog.

    With the stop button held at boot nothing is started. On USB that is the only way to the prompt,
    since Ctrl-C does not interrupt the firmware.
    """
    if not Pin(body_config.PINS["stop"], Pin.IN, Pin.PULL_UP).value():
        print("the stop button is held: the prompt is yours")
        return
    board = build(line())
    watchdog = WDT(timeout=1000)
    due = ticks_ms()
    while True:
        due = ticks_add(due, TICK_MS)
        wait = ticks_diff(due, ticks_ms())
        if wait > 0:
            sleep_ms(wait)
        elif wait < -_LATE_MS:
            board.faults |= OVERRUN
            due = ticks_ms()
        board.tick(ticks_ms())
        watchdog.feed()


if __name__ == "__main__":
    run()
