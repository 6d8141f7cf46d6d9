"""The names in `body_config.py`, which `moggy.board_config.firmware_config` writes."""

from shapes import Row

NAME: str
"""Of the body."""
JOINTS: tuple[Row, ...]
"""In the order of the angles in a setpoint."""
PADS: tuple[int, ...]
"""Electrode of each touch pad."""
PINS: dict[str, int]
"""Number of each named pin."""
POWER: tuple[int, int, int, int]
"""Full, low and empty in mV; battery volts for one volt at the pin, times 1000."""
STOP_CLOSED: bool
"""Whether the stop button is closed until it is pressed."""
OSCILLATOR_HZ: int
"""Hz of the servo board's oscillator."""
QUIET_MS: int
"""How long after a start touches are ignored."""
TRANSPORT: str
"""To the brain: "usb" or "uart"."""
