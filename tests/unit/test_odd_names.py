"""What is said of a file whose name is not UTF-8 stands in the journal like all else."""

from __future__ import annotations

import os

import orjson

from moggy.messages import Trouble


def test_a_name_that_is_not_utf8_is_said_with_its_bytes_numbers() -> None:
    name = os.fsdecode(b"/home/b\xff\x1b/memory.db")
    said = Trouble(at=0.0, part=f"records {name}", message=f"{name} cannot be read")
    assert said.message == "/home/b\\udcff\x1b/memory.db cannot be read"
    assert orjson.loads(orjson.dumps(said))["part"] == "records /home/b\\udcff\x1b/memory.db"
    assert Trouble(at=0.0, part="memory", message="").message == ""
