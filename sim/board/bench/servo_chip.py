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
        self.cut = 0
        """Bytes of the next longer write that it acknowledges, of which the rest does not come; 0:
        all."""
        self._outputs = bytearray(64)
        """The registers of the channels of which pulses are made."""
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
        self.registers[1] = 0x04
        self.registers[0xFE] = 30
        for channel in range(16):
            self.registers[9 + 4 * channel] = 0x10
        self._outputs[:] = self.registers[6:70]

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C."""
        if self.lapses:
            self.lapses -= 1
            return
        if register == 0xFE and not self.registers[0] & 0x10:
            return  # the prescaler can be written while the oscillator sleeps only
        if self.cut and len(data) > self.cut:
            self._take(register, data[: self.cut])
            self.cut = 0
            raise OSError(5)
        self._take(register, data)

    def _take(self, register: int, data: "bytes | memoryview") -> None:
        if not self.registers[0] & 0x20:  # each byte goes to the same register
            data = data[-1:]
        RegisterChip.write(self, register, data)
        end = register + len(data)
        if register <= 0xFD and end > 0xFA:
            for channel in range(16):
                for index in range(4):
                    self.registers[6 + 4 * channel + index] = self.registers[0xFA + index]
            if register == 0xFA and end == 0xFE:
                register, end = 6, 70
        whole = self.registers[1] & 0x08  # a channel changes when all its registers have come
        for channel in range(16):
            at = 6 + 4 * channel
            if not whole or (register <= at and end >= at + 4):
                self._outputs[at - 6 : at - 2] = self.registers[at : at + 4]

    def read(self, register: int, count: int) -> bytearray:
        """Give registers of the chip, as over I2C."""
        if not self.registers[0] & 0x20:  # each byte comes from the same register
            return bytearray([self.registers[register]] * count)
        data: bytearray = RegisterChip.read(self, register, count)
        return data

    def pulse_us(self, channel: int) -> int:
        """Length of a channel's pulses in µs; 0 is none."""
        registers, outputs, at = self.registers, self._outputs, 4 * channel
        disabled = self.driven.get(self.enable_pin, 1) if self.enable_pin >= 0 else 0
        if disabled or registers[0] & 0x10 or outputs[at + 3] & 0x10:
            return 0
        on = outputs[at] | (outputs[at + 1] & 15) << 8
        off = outputs[at + 2] | (outputs[at + 3] & 15) << 8
        clocks = ((off - on) & 4095) * (registers[0xFE] + 1) * 1000000
        us: int = (clocks + self.oscillator_hz // 2) // self.oscillator_hz
        return us

    def garble(self) -> None:
        """Give the first channel a pulse of 2.44 ms, as a write that was disturbed on its way."""
        for index, byte in enumerate((0, 0, 0xF4, 0x01)):
            self.registers[6 + index] = self._outputs[index] = byte
