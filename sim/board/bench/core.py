"""The simulated microcontroller itself: why it starts, its registers that a reset keeps, and what
may happen to its ticks."""

from chip import Noise  # type: ignore[import-not-found]

TICK_MS = 10
"""ms from tick to tick, as the firmware has them."""

PWRON_RESET = 1
"""Cause of a reset, as are those below: power on, as on the RP2040."""
HARD_RESET = 2
"""The reset button."""
WDT_RESET = 3
"""The watchdog, as on the RP2040."""
SOFT_RESET = 5
"""It was asked for."""
DIP = 6
"""The supply dipped; MicroPython knows none."""

_SCRATCH = {"RP2040": 0x4005800C, "RP2350": 0x400D800C}
"""Chip → address of SCRATCH0 of its watchdog, from the data sheets."""
_TELLS = {
    ("RP2040", HARD_RESET): (0x40064008, 0x10000),
    ("RP2350", DIP): (0x4010002C, 0x20000),
}
"""Chip and cause → address and bits of the register that tells of it, from the data sheets."""

_PADS = (0x4001C004, 0x40038004)
"""Addresses of the register of pin 0 of an RP2040 and of an RP2350, from the data sheets."""
_PULL_DOWN = 4
"""Bit of such a register: a pull to ground."""

FAULTS = ("tick_late", "ticks_late", "board_hung", "board_reset", "power_cut")
"""What may happen to it; machine.DEVICE_FAULTS says what each is."""
LATE_MS = (60, 200)
"""ms by which a tick comes late, from … to; tick_late is the latest. Our choice: a write to the
flash takes some ms, rarely 50, and a collection of the heap 10."""


class Memory(dict):  # type: ignore[type-arg]
    """Registers by address; those that were not written are 0."""

    def __getitem__(self, address: int) -> int:
        found: int = self.get(address, 0)
        return found


class Platform:
    """What `sys` tells firmware/restart.py of the chip."""

    def __init__(self, chip: str) -> None:
        self.platform = "rp2" if chip in _SCRATCH else "esp32"
        self.implementation = self
        self._machine = chip


class Core:
    """The microcontroller. What runs the firmware asks it, while `upset`, what becomes of the
    ticks."""

    def __init__(self) -> None:
        self.memory = Memory()
        """machine.mem32."""
        self.cause = PWRON_RESET
        """What machine.reset_cause returns."""
        self.hard_interrupts = True
        """Whether a pin can interrupt what the interpreter does."""
        self.watchdog_ms = 1000
        """ms without feeding after which the watchdog bites."""
        self.upset = False
        """Whether `pause` is to be asked."""
        self.dead = False
        """Whether it has no power."""
        self.starts = 0
        """Why no tick comes until the firmware starts anew after the next `pause`, as `begin` takes
        it; 0: it does not."""
        self._faults: list[str] = []
        self._late_ms = 0
        """By how much one tick is to come late."""
        self._noise = Noise()

    def pulled(self, pin: int) -> bool:
        """Whether a pin that measures has its pull to ground."""
        return any(self.memory[first + 4 * pin] & _PULL_DOWN for first in _PADS)

    def begin(self, why: int, chip: str) -> None:
        """Set what the firmware finds at a start. `why`: the number of firmware/restart.py, which
        the chips tell by their registers; an ESP32 has none that are kept."""
        self.starts = self._late_ms = 0
        self.upset = self.dead or "ticks_late" in self._faults
        self.hard_interrupts = chip in _SCRATCH
        if why in (WDT_RESET, SOFT_RESET) and chip in _SCRATCH:
            self.cause = WDT_RESET
            if why == SOFT_RESET:
                self.memory[_SCRATCH[chip]] = 0
            return
        self.memory.clear()
        if chip in _SCRATCH:
            self.memory[_SCRATCH[chip] + 8] = 0  # an interrupt writes it, and can make no room
        self.cause = PWRON_RESET if chip in _SCRATCH else why
        if (chip, why) in _TELLS:
            address, bits = _TELLS[chip, why]
            self.memory[address] = bits

    def ask_reset(self) -> None:
        """Start anew as soon as the tick has ended."""
        self.starts = SOFT_RESET
        self.upset = True

    def suffer(self, faults: "list[str]") -> None:
        """Set which of FAULTS there are now."""
        began = [fault for fault in faults if fault not in self._faults]
        self._faults = faults
        if "tick_late" in began:
            self._late_ms = LATE_MS[1]
        if "board_hung" in began:
            self.starts = WDT_RESET
        if "board_reset" in began:
            self.starts = HARD_RESET
        dead = "power_cut" in faults
        if self.dead and not dead:
            self.starts = PWRON_RESET
        self.dead = dead
        self.upset = bool(dead or self.starts or self._late_ms or "ticks_late" in faults)

    def pause(self) -> int:
        """ms until the next tick comes or the firmware starts anew. Asked at the end of a tick, and
        in the place of one, while `upset`."""
        if self.dead:
            return TICK_MS
        if self.starts:
            return self.watchdog_ms if self.starts == WDT_RESET else 0
        late, self._late_ms = self._late_ms, 0
        self.upset = "ticks_late" in self._faults
        if self.upset and not late:
            late = LATE_MS[0] + self._noise.below(LATE_MS[1] - LATE_MS[0] + 1)
        return TICK_MS + late
