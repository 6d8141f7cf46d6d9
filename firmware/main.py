"""Starts the board: builds what the body's config describes, and then keeps the tick of 10 ms for
ever."""

import struct
import sys
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

import machine
from machine import I2C, UART, WDT, Pin

import body_config
import boots
import imu
import wire
from battery import Battery
from board import OVERRUN, SERVOS, TICK_MS, WATCHDOG, Board
from lights_and_purr import Pupils, Purr
from limbs import Limbs
from mpr121 import MPR121
from pca9685 import PCA9685
from pin_servos import PinServos
from port import Port
from skin import Skin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Imu, Servos, Uart

VERSION = (0, 1, 0)
_LATE_MS = 50


def build(uart: "Uart") -> Board:
    """The board with all that is attached to it. A device that does not answer is left out and
    becomes a fault."""
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
        Battery(pins["battery"], pins["charging"], *power),
        Purr(pins["purr"]),
        Pupils(pins["pupils"]),
        Pin(pins["stop"], Pin.IN, Pin.PULL_UP),
        faults,
        ticks_ms(),
    )


def servos(i2c: I2C) -> "dict[str, Servos]":
    """By the name of their driver, those that some joint uses."""
    rows = body_config.JOINTS
    found: dict[str, Servos] = {}
    if any([row[1] == "pca9685" for row in rows]):
        found["pca9685"] = PCA9685(i2c)
    pins = [row[2] for row in rows if row[1] == "pwm"]
    if pins:
        found["pwm"] = PinServos(pins)
    return found


def no_servos() -> "dict[str, Servos]":
    """Pulses for nobody: the board still feels, and says what is wrong."""
    nobody = PinServos([])
    return {"pca9685": nobody, "pwm": nobody}


def identity() -> tuple[bytes, bytes]:
    """Who this board is, as wire.IDENTITY wants it, and the names."""
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
    """To the brain."""
    if body_config.TRANSPORT == "usb":
        from usb import Usb

        return Usb()
    return UART(0, 115200)


def run() -> None:
    """For ever. A tick that hangs is ended by the watchdog.

    With the stop button held at boot nothing is started: on USB that is the way back in, since byte
    3 no longer interrupts.
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
