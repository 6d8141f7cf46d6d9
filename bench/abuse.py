"""Everything that can come from outside, damaged and hostile: pages, frames, files, records.

    python -m bench abuse                      all parts: about eight minutes
    python -m bench abuse --minutes 30         longer
    python -m bench abuse --part files --part records

Each part is of benches of their own with more options: abuse_pages (floods and nonsense from a
page, and files that are saved while the cat lives), hostile_board (a board that lies and floods),
fuzz_wire (damaged bytes to both sides), abuse_files (designers' files and senses), abuse_records
(journals and memories). The first two print the gaps between the ticks of the pet that is attacked;
in the others no pet lives meanwhile.
The exit code is 1 where one crashed or missed a bar.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench.hostile_board import ATTACKS as LIES
from bench.page_attacks import NAMES, SAVED

PARTS = ("pages", "frames", "files", "records")
"""What is attacked."""
MINUTES = 8.0
"""Minutes of all parts together."""
NO_PET = "{}: it is read without a pet that lives meanwhile, so there are no ticks to be late"
"""What is said of the benches that have no gaps to print."""
ON_A_PET = ("abuse_pages", "hostile_board")
"""The others."""
BYTES_PER_MINUTE = 1_000_000
"""Bytes that fuzz_wire sends each way in a minute, about."""


def commands(part: str, minutes: float) -> list[list[str]]:
    """The benches of a part, with the options that make them last so many minutes."""
    seconds = 60.0 * minutes
    match part:
        case "pages":
            # Before each attack there is a pause of its length.
            return [["abuse_pages", "--seconds", f"{seconds / len(NAMES) / 2.0:.1f}"]]
        case "frames":
            count = round(BYTES_PER_MINUTE * minutes / 2.0)
            return [
                ["hostile_board", "--seconds", f"{seconds / len(LIES) / 4.0:.1f}"],
                ["fuzz_wire", "--bytes", str(count)],
            ]
        case "files":
            named = [option for name in SAVED for option in ("--attack", name)]
            return [
                ["abuse_pages", *named, "--seconds", f"{seconds / len(SAVED) / 4.0:.1f}"],
                ["abuse_files", "--minutes", f"{minutes / 2.0:g}"],
            ]
    return [[f"abuse_{part}", "--minutes", f"{minutes:g}"]]


def main() -> int:
    """Run the parts one after the other; returns 1 where one failed."""
    options = argparse.ArgumentParser(
        prog="python -m bench abuse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--minutes", type=float, default=MINUTES, help="of all parts together")
    options.add_argument("--part", choices=PARTS, action="append", help="only this one")
    given = options.parse_args()
    parts = given.part or PARTS
    failed = []
    for part in parts:
        for command in commands(part, given.minutes / len(parts)):
            if command[0] not in ON_A_PET:
                print(NO_PET.format(command[0]), flush=True)
            # A process of its own: a crash of one part is a finding, not the end.
            code = subprocess.run([sys.executable, "-m", "bench", *command], check=False).returncode
            if code:
                failed.append(f"{command[0]} ({code})")
    print(f"failed: {', '.join(failed)}" if failed else "nothing crashed, every bar was held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
