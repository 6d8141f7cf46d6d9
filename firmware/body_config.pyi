"""The names in `body_config.py`, which `moggy.board_config.firmware_config` writes."""

from shapes import Row

NAME: str
JOINTS: tuple[Row, ...]
PADS: tuple[int, ...]
PINS: dict[str, int]
POWER: tuple[int, int, int, int]
QUIET_MS: int
TRANSPORT: str
