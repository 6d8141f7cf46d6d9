"""A simulated device on the I2C bus."""


class Chip:
    """Registers whose address counts up in a transfer."""

    def __init__(self, size: int) -> None:
        self.registers = bytearray(size)
        self.present = True
        """Whether it acknowledges."""

    def power_on(self) -> None:
        """Set the registers as they are after power-up."""
        raise NotImplementedError

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Take the bytes of one transfer."""
        self.registers[register : register + len(data)] = data

    def read(self, register: int, count: int) -> bytearray:
        """Give the bytes of one transfer."""
        return self.registers[register : register + count]
