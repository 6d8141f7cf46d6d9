"""A pet whose processes are killed keeps its memory and its journal; `python -m bench kills` kills
a hundred times."""

from __future__ import annotations

import re

import pytest

from bench.kills import main


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_after_kills_memory_and_journal_are_whole(
    encrypted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--encrypted"] if encrypted else []
    main(["--times", "2", "--seed", "2", "--between", "0.5", *more])
    said = capsys.readouterr().out
    for what in ("memory intact", "journal readable"):
        found = re.search(rf"{what} (\d+) of (\d+)", said)
        assert found is not None, said
        assert int(found[1]) == int(found[2]) >= 1, said
    kept = re.search(r"memory intact (\d+) of \d+ \((\d+) encrypted\)", said)
    assert kept is not None, said
    assert int(kept[2]) == (int(kept[1]) if encrypted else 0), said
