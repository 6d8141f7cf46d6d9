"""Whether this processor runs the MediaPipe that is installed: its wheel for aarch64 is built for
ARMv8.1, and ends a process on an older one without a word that says so."""

from __future__ import annotations

import ctypes
import importlib.metadata
import platform

AT_HWCAP = 16
"""Entry of getauxval(3): what the processor has, as the kernel says."""
HWCAP_ATOMICS = 1 << 8
"""Bit of it on aarch64: the atomic instructions of ARMv8.1."""
FIRST_BUILT_FOR_THEM = "1"
"""Major version of MediaPipe from which its wheels need them: 1.0.0 to 1.2.3 do, 0.10.18 does
not."""

TOO_OLD = (
    "MediaPipe's wheel needs a processor of ARMv8.1: a Raspberry Pi 5 or a Jetson Orin is one, a"
    " Raspberry Pi 4 is not; `make old-arm` brings one that runs here (Python 3.11 or 3.12)"
)


class TooOld(RuntimeError):
    """The processor has not what MediaPipe is built for."""


def too_old() -> bool:
    """Whether MediaPipe is installed and would end the process that loads it."""
    if platform.machine() != "aarch64":
        return False
    try:
        version = importlib.metadata.version("mediapipe")
    except importlib.metadata.PackageNotFoundError:
        return False
    has = ctypes.CDLL(None).getauxval
    has.restype = ctypes.c_ulong
    built_for_them = version.partition(".")[0] >= FIRST_BUILT_FOR_THEM
    return built_for_them and not has(ctypes.c_ulong(AT_HWCAP)) & HWCAP_ATOMICS
