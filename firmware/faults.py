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
"""ms (ten minutes) for which a healing counts."""


class HealingFault:
    """One kind of fault; `active` from the first time that its cause is seen."""

    def __init__(self, after_ms: int, now: "Ms", latched: bool = False) -> None:
        """`after_ms`: how long the cause must have been gone before it heals. `latched`: it waits
        for `clear` since before this start."""
        self._after_ms = after_ms
        self.active = latched
        self.latched = latched
        """Whether only `clear` ends it, since it came back too often."""
        self._seen = now
        """When the cause was last seen, ms."""
        self._gone = not latched
        """Whether that was long enough ago."""
        self._healed: list[Ms] = []
        """When it healed within _WINDOW_MS, ms."""

    def see(self, cause: bool, now: "Ms") -> None:
        """Note whether the cause is there now. Call it often, with every look at the cause."""
        healed = self._healed
        if healed and ticks_diff(now, healed[0]) > _WINDOW_MS:
            healed.pop(0)
        if cause:
            if not self.active and len(healed) >= _HEALS:
                self.latched = True
            self.active = True
            self._seen = now
            self._gone = False
        elif not self._gone and ticks_diff(now, self._seen) >= self._after_ms:
            self._gone = True
            if not self.latched:
                self.active = False
                healed.append(now)

    def clear(self) -> None:
        """Forget the healings, and end it if its cause has been gone for long enough. If not, it
        heals when it has."""
        self.latched = False
        self.active = not self._gone
        self._healed.clear()
