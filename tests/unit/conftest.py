"""Fixtures that several files use."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a memory is to stand; its folder is not there yet."""
    return tmp_path / "data" / "memory.db"
