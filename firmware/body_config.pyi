"""The names in `body_config.py`, which `moggy.board_config.firmware_config` writes."""

from shapes import Row

NAME: str
"""Of the body."""
JOINTS: tuple[Row, ...]
"""In the order of the angles in a setpoint."""
PADS: tuple[int, ...]
"""Electrode of each touch pad."""
FULL_FF: tuple[int, ...]
"""fF that a hand adds to each touch pad at full pressure."""
PINS: dict[str, int]
"""Number of each named pin; -1 for one that is not wired: `pupils`, `battery`, `charging` and
`servo_enable` may be."""
IMU: bool
"""Whether the body has an accelerometer."""
STOP_CLOSED: bool
"""Whether the stop button is closed until it is pressed, so that a cut wire stops too. An open
button pulls its pin low when pressed, a closed one lets it go high."""
OSCILLATOR_HZ: int
"""Hz of the servo board's oscillator."""
BODY_HASH: int
"""Of all of the above and POWER: `moggy.board_config.body_hash`."""
POWER: tuple[int, int, int, int]
"""Full, low and empty in mV; battery volts for one volt at the pin, times 1000."""
QUIET_MS: int
"""How long after a start touches are ignored."""
TRANSPORT: str
"""To the brain: "usb" or "uart"."""
