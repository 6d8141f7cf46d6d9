"""The servo board's chip at register level, for MicroPython and CPython."""

from chip import RegisterChip  # type: ignore[import-not-found]


class SimulatedPca9685(RegisterChip):  # type: ignore[misc]
    """The servo board: ON and OFF counts of sixteen channels, and the registers for all of them."""

    def __init__(self) -> None:
        RegisterChip.__init__(self, 256)
        self.oscillator_hz = 25000000
        """Hz of its internal oscillator; single chips differ by some percent."""
        self.lapses = 0
        """Writes to come that it acknowledges and does not take."""
        self.enable_pin = -1
        """Pin of the microcontroller at its output enable, high without pulses; −1: not wired."""
        self.driven: dict[int, int] = {}
        """Pin → level to which the microcontroller drives it; others are pulled up."""
        self.power_on()

    def power_on(self) -> None:
        """Set the registers as they are after power-up or a dip of the supply."""
        for register in range(256):
            self.registers[register] = 0
        self.registers[0] = 0x11
        self.registers[0xFE] = 30
        for channel in range(16):
            self.registers[9 + 4 * channel] = 0x10

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C."""
        if self.lapses:
            self.lapses -= 1
            return
        if register == 0xFE and not self.registers[0] & 0x10:
            return  # the prescaler can be written while the oscillator sleeps only
        RegisterChip.write(self, register, data)
        if register <= 0xFD and register + len(data) > 0xFA:
            for channel in range(16):
                for index in range(4):
                    self.registers[6 + 4 * channel + index] = self.registers[0xFA + index]

    def pulse_us(self, channel: int) -> int:
        """Length of a channel's pulses in µs; 0 is none."""
        registers, at = self.registers, 6 + 4 * channel
        disabled = self.driven.get(self.enable_pin, 1) if self.enable_pin >= 0 else 0
        if disabled or registers[0] & 0x10 or registers[at + 3] & 0x10:
            return 0
        on = registers[at] | (registers[at + 1] & 15) << 8
        off = registers[at + 2] | (registers[at + 3] & 15) << 8
        clocks = ((off - on) & 4095) * (registers[0xFE] + 1) * 1000000
        us: int = (clocks + self.oscillator_hz // 2) // self.oscillator_hz
        return us

    def garble(self) -> None:
        """Give the first channel a pulse of 2.44 ms, as a write that was disturbed on its way."""
        for index, byte in enumerate((0, 0, 0xF4, 0x01)):
            self.registers[6 + index] = byte
