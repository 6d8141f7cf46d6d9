"""What becomes of a fault that ends all movement: it heals by itself when its cause has been gone
for a while, a few times; after that it needs a person."""

from time import ticks_diff

from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_HEALS = const(3)
"""Times that a fault heals by itself within _WINDOW_MS. Our choice: a loose plug must not make the
body start and collapse all day."""
_WINDOW_MS = const(600_000)
"""ms (ten minutes) in which the healings are counted."""


class Fault:
    """One kind of fault; `active` from the first time that its cause is seen."""

    def __init__(self, after_ms: int, now: "Ms") -> None:
        """`after_ms`: how long the cause must have been gone before it heals."""
        self._after_ms = after_ms
        self.active = False
        self.latched = False
        """Whether only `clear` ends it, since it came back too often."""
        self._seen = now
        """When the cause was last seen, ms."""
        self._heals = 0
        self._counted: Ms | None = None
        """Since when the healings are counted, ms."""

    def see(self, cause: bool, now: "Ms") -> None:
        """Note whether the cause is there now. Call it often, with every look at the cause."""
        if self._counted is not None and ticks_diff(now, self._counted) > _WINDOW_MS:
            self._heals = 0
            self._counted = None
        if cause:
            if not self.active and self._heals >= _HEALS:
                self.latched = True
            self.active = True
            self._seen = now
        elif self.active and not self.latched and ticks_diff(now, self._seen) >= self._after_ms:
            self.active = False
            self._heals += 1
            if self._counted is None:
                self._counted = now

    def clear(self) -> None:
        """End it at once and forget the healings. It comes back if its cause is seen again."""
        self.active = self.latched = False
        self._heals = 0
        self._counted = None
