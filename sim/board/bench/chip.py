"""A simulated device on the I2C bus."""


class RegisterChip:
    """Registers whose address counts up in a transfer."""

    def __init__(self, size: int) -> None:
        self.registers = bytearray(size)
        self.present = True
        """Whether it acknowledges."""
        self.misses = 0
        """Transfers to come that it does not acknowledge."""
        self.stuck = False
        """Whether it measures nothing new: its registers stay as they are."""

    def power_on(self) -> None:
        """Set the registers as they are after power-up."""
        raise NotImplementedError

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Take the bytes of one transfer."""
        self.registers[register : register + len(data)] = data

    def read(self, register: int, count: int) -> bytearray:
        """Give the bytes of one transfer."""
        return self.registers[register : register + count]


class Noise:
    """Numbers that are normally distributed (a sum of twelve), the same in every run."""

    def __init__(self) -> None:
        self._state = 1

    def next(self, deviation: int) -> int:
        """65536 times a number of this standard deviation."""
        total = -6 * 65536
        for _ in range(12):
            total += self.below(65536)
        return total * deviation

    def below(self, end: int) -> int:
        """A number from 0 on that is below `end`, 65536 at most; all are as likely."""
        self._state = (self._state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self._state >> 15) * end >> 16
