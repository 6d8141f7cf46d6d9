"""Starts the board: builds the devices that the body's config describes, then ticks every 10 ms."""

import gc
import struct
import sys
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

import machine
from machine import UART, WDT

import all_off  # before all others of the firmware: whichever fails, the servos are off
import body_config
import restart
from battery import BatteryGauge
from board import TICK_MS, Board
from boots import STOPPED, Boots
from imu import MotionSensor
from lights_and_purr import PupilLights, PurrMotor
from limbs import Limbs
from port import Port
from skin import Skin
from stop_button import StopButton

TYPE_CHECKING = False
if TYPE_CHECKING:
    from i2c_bus import Bus
    from shapes import Uart

VERSION = (0, 1, 0)
"""major, minor, patch of the firmware; said in wire.IDENTITY."""
LISTEN_MS = 5
"""ms before a tick at which the board listens too, so that a ping waits half as long."""
_BEHIND_MS = 50
"""ms of delay above which the missed ticks are left out."""
_TXBUF = 512
"""Bytes that the UART takes at once: more than a tick writes, so that no write waits for the line,
as on an ESP32 it would."""
_ONLY_AT_START = (
    "_ONLY_AT_START", "_BUILT_ONCE", "all_off", "body_config", "build", "forget", "gives_prompt",
    "limbs", "identity", "line", "restart", "stop_button",
)  # fmt: skip
"""Names of this file that `forget` deletes."""
_BUILT_ONCE = (
    "battery BatteryGauge.__init__", "board Board.__init__", "boots Boots.__init__",
    "faults HealingFault.__init__", "imu MotionSensor.__init__",
    "joint Joint.build", "joint Joint.rest", "joint table",
    "lights_and_purr PupilLights.__init__", "lights_and_purr PurrMotor.__init__",
    "limbs Limbs.__init__", "limbs Limbs.joints", "limbs build", "limbs table",
    "mode Mode.__init__", "port Port.__init__", "reflexes FreeFall.__init__",
    "setpoints Setpoints.__init__", "skin Skin.__init__", "stop_button StopButton.__init__",
    "usb Usb.__init__", "wire Frames.__init__", "wire Inbox.__init__", "wire Outbox.__init__",
)  # fmt: skip
"""File, and the name in it, of what is used at the start alone, which `forget` frees. Whoever
imports such a file later loads it anew from the flash. Not among them is what ends pulses, which is
made anew where a tick fails, and which a servo driver of one's own may use."""


def build(
    uart: "Uart", cause: int = machine.PWRON_RESET, stop: "StopButton | None" = None
) -> Board:
    """The board with its devices, all servos without pulses. A device that does not answer becomes
    a fault. `cause`: why the board started, of restart.py."""
    stop = stop or stop_button()
    pins, power = body_config.PINS, body_config.POWER
    wires = all_off.bus()
    outputs = limbs(wires)
    outputs.limp()  # before anything that takes time
    boots = Boots()
    if stop.latched:  # while a tick hung, or just now
        boots.kept |= STOPPED
    return Board(
        Port(uart, *identity(boots.count, cause)),
        outputs,
        Skin(wires, body_config.PADS, body_config.QUIET_MS // TICK_MS, body_config.FULL_FF),
        MotionSensor(wires, body_config.IMU),
        BatteryGauge(pins["battery"], pins["charging"], *power),
        PurrMotor(pins["purr"]),
        PupilLights(pins["pupils"]),
        stop,
        boots,
        cause == restart.HUNG,
        ticks_ms(),
    )


def stop_button() -> StopButton:
    """The emergency stop button."""
    return StopButton(body_config.PINS["stop"], body_config.STOP_CLOSED)


def limbs(wires: "Bus") -> Limbs:
    """The joints with the servo drivers that they use, without pulses."""
    disable = all_off.disable()
    return Limbs(body_config.JOINTS, all_off.servos(wires), disable)


def identity(boots: int, cause: int) -> tuple[bytes, bytes]:
    """The fields of wire.IDENTITY after schema and nonce, and the names of the board and joints.
    `boots`: how often it has started; `cause`: why it has now."""
    rows = body_config.JOINTS
    names = " ".join([sys.platform] + [row[0] for row in rows])
    head = struct.pack(
        "<IHBBBBB",
        body_config.BODY_HASH,
        boots,
        *VERSION,
        cause,
        len(rows),
    )
    return head, names.encode()


def line() -> "Uart":
    """The serial line to the brain."""
    if body_config.TRANSPORT == "usb":
        from usb import Usb

        return Usb()
    # A stream's write also takes (buffer, start, count), which the stubs leave out.
    return UART(0, 115200, txbuf=_TXBUF)  # type: ignore[return-value]


def forget() -> None:
    """Free the memory of what only building the board needs, also of what is built once."""
    for built in _BUILT_ONCE:
        file, path = built.split()
        *classes, name = path.split(".")
        owner = sys.modules.get(file)
        for made in classes:
            owner = getattr(owner, made, None)
        if owner is not None:
            setattr(owner, name, None)
    for built in _BUILT_ONCE:
        sys.modules.pop(built.split()[0], None)
    table = sys.modules.get("servo_drivers")
    for file in table.DRIVERS.values() if table else ():
        sys.modules.pop(file, None)  # it may hold a class that cannot be made any more
    for name in "all_off", "body_config", "restart", "servo_drivers":
        sys.modules.pop(name, None)
    for name in _ONLY_AT_START:
        del globals()[name]
    gc.collect()


def gives_prompt(stop: StopButton) -> bool:
    """Where the stop button is held, or where the last run was asked for the prompt: end all pulses
    for it; returns whether it is to be given.

    It is given once every servo driver has acknowledged that it is off, or at Ctrl-C. A held button
    is a stop as any other: it waits for its release, also after the next start.
    """
    held, asked = stop.held, restart.prompt_asked()
    if not held and not asked:
        return False
    if held:
        boots = Boots()
        boots.keep(boots.kept | STOPPED, True, ticks_ms())
    try:
        all_off.until_acknowledged()
    except KeyboardInterrupt:
        print("SERVOS MAY HAVE PULSES: their board has not answered")
    print("the stop button is held: the prompt is yours" if held else "the prompt is yours")
    return True


def run() -> None:
    """Tick until the power goes. A tick that hangs for a second is ended by the watchdog. Nothing
    is started where the prompt is to be given."""
    cause, stop = restart.cause(), stop_button()
    if gives_prompt(stop):
        return
    board = build(line(), cause, stop)
    restart.ticking()
    forget()
    watchdog = WDT(timeout=1000)
    try:
        tick_on(board, watchdog)
    except KeyboardInterrupt:  # at the prompt of a board whose line is its UART
        import restart as anew  # the first one was forgotten

        anew.to_prompt()


def tick_on(board: Board, watchdog: WDT) -> None:
    """Tick every TICK_MS, without end."""
    due = ticks_ms()
    while True:
        due = ticks_add(due, TICK_MS)
        wait = ticks_diff(due, ticks_ms())
        if wait > LISTEN_MS:
            sleep_ms(wait - LISTEN_MS)
        board.listen(ticks_ms())
        wait = ticks_diff(due, ticks_ms())
        if wait > 0:
            sleep_ms(wait)
        elif -wait > _BEHIND_MS:
            due = ticks_ms()
        now = ticks_ms()
        board.late(-wait, now)
        board.tick(now)
        watchdog.feed()


if __name__ == "__main__":
    run()
