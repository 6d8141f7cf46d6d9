"""A simulated body in real time, with its board behind a serial port as on a robot."""

from __future__ import annotations

from moggy.actuators.serial_body import SerialBody
from moggy.body import Body
from moggy.link import SerialLink
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.relay import PortRelay
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.world import World


def real_time_body(shape: Body, *, relayed: bool = False) -> SimulatedBody:
    """`relayed`: whether a relay stands on the port, so that the wire can have faults."""
    board = MicroPythonBoard(shape)
    port = PortRelay(board.path, 0) if relayed else None
    link = SerialLink(board.path if port is None else port.path)
    return SimulatedBody(World(shape), board, SerialBody(link, shape), port)
