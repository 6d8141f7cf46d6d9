"""The job of the vision process, in a file of its own: the loop makes it without loading OpenCV."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Look at `picture` (bytes of a JPEG or PNG), or through `source` ("camera:0", a file)."""

    at: float
    """Seconds on the pet's clock."""
    picture: bytes | None = None
    source: str | None = None
    turned: int = 0
    """Degrees by which its pictures must be turned clockwise to be upright: a multiple of 90."""
    moved: bool = False
    """Whether to look only if something has moved since the picture before."""
    posture: bool = True
    """Whether to look for a body too."""
