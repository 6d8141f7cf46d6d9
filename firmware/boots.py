"""Counts how often the board has started, in a small file on its flash."""


def count() -> int:
    """Add this start and return the count, modulo 65536; 0 when the flash cannot be written."""
    try:
        with open("boots.txt") as file:
            boots = int(file.read()) + 1
    except (OSError, ValueError):
        boots = 1
    try:
        with open("boots.txt", "w") as file:
            file.write(str(boots))
    except OSError:
        return 0
    return boots & 0xFFFF
