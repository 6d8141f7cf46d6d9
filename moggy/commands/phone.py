"""`moggy phone`: where the studio is, for a phone. Its address has the owner's token, so that it is
shown on a terminal alone, and in no log."""

from __future__ import annotations

import io
import sys

from moggy.board_control import living_boards
from moggy.commands.install import home_of, units
from moggy.commands.terminal import draw, tell
from moggy.home import home

NO_STUDIO = (
    "no pet with a studio for other machines lives here: `moggy run` opens one with --studio 8010 "
    "--host 0.0.0.0, and so does `moggy install`"
)


def phone() -> int:
    """Show the studios of the living pets; 1 where there is none for other machines."""
    found = 0
    owners = {home(), *map(home_of, units())}
    for board in [board for owner in sorted(owners) for board in living_boards(owner=owner)]:
        try:
            address = str(board.ask().get("studio", ""))
        except (OSError, ValueError):
            continue  # it has just ended
        finally:
            board.close()
        if "?token=" in address:
            found += 1
            draw(qr_code(address))
            tell(address)
    if not found:
        tell(NO_STUDIO, color="yellow", err=True)
    return 0 if found else 1


def invite(where: str, address: str) -> None:
    """Say where a studio is; `where` has {} for its address. With a token, which is shown on a
    terminal only, as a QR code too."""
    place, _, token = address.partition("?")
    if not token:
        tell(where.format(address))
    elif sys.stdout.isatty():
        draw(qr_code(address))
        tell(where.format(address))
    else:
        tell(f"{where.format(place)}; a phone needs its token")


def qr_code(text: str) -> str:
    """A QR code, two rows in a line of characters."""
    import segno

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")
