"""Scripts of senses: each kind raw and estimated, and errors that name the line and the value."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from moggy.body import Body
from moggy.config import Files
from moggy.messages import Face, Gesture, Posture, Touch, Words
from moggy.sense_file import LAST_MOMENT_S, BadScript
from moggy.sim.script import Script, length_s, read_script, schema

CAT = Files().load("body/cat.yaml", Body)
EXAMPLES = b"""\
# as in the issue
{"at": 1.2, "kind": "touch", "zone": "back", "pressure": 0.4, "area": 0.3}
{"at": 1.3, "kind": "touch", "pads": {"neck": 0.2, "shoulders": 0.5}, "pressure": 0.5}
{"at": 1.4, "kind": "touch", "position": [0.1, 0, 0.25], "pressure": 0.5}
{"at": 2.0, "kind": "touch", "gesture": "stroke", "zone": "neck", "speed": 0.05, "duration": 1.0}
{"at": 3.0, "kind": "words", "text": "good cat", "lang": "en"}
{"at": 3.1, "kind": "words", "text": "", "valence": -0.5, "arousal": 0.1, "confidence": 0.7}
{"at": 4.0, "kind": "face", "valence": 0.6, "arousal": 0.2, "confidence": 0.8}
{"at": 4.1, "kind": "face", "probabilities": {"happy": 0.8, "neutral": 0.2}}
{"at": 4.2, "kind": "face", "blendshapes": {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7}}
{"at": 5.0, "kind": "posture", "valence": 0.1, "arousal": -0.3, "confidence": 0.4}
{"at": 6.0, "kind": "acceleration", "x": 0, "y": 0, "z": 1.0}
{"at": 6.5, "kind": "motion", "motion": "lifted"}
{"at": 7.0, "kind": "voice", "level": -20, "pitch": 220}
{"at": 8.0, "kind": "battery", "level": 0.5}
{"at": 9.0, "kind": "person", "person": "anna", "change": "arrives"}
"""


def script(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "senses.jsonl"
    path.write_bytes(content)
    return path


def test_every_kind_reads_at_the_raw_and_at_the_estimated_level(tmp_path: Path) -> None:
    senses = read_script(script(tmp_path, EXAMPLES))
    assert len(senses) == 15
    assert senses[0] == Touch(at=1.2, zone="back", pressure=0.4, area=0.3)
    assert isinstance(senses[3], Gesture)
    assert [type(sense) for sense in senses[4:8]] == [Words, Words, Face, Face]


def test_landmarks_are_read_as_thirty_three_points(tmp_path: Path) -> None:
    line = orjson.dumps({"at": 5.0, "kind": "posture", "landmarks": [[0.0, 0.1, 0.2]] * 33})
    (sense,) = read_script(script(tmp_path, line))
    assert isinstance(sense, Posture)
    assert sense.landmarks is not None
    assert sense.landmarks[0] == (0.0, 0.1, 0.2)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"at": 1', "not JSON"),
        (b"[1, 2]", "should be an object"),
        (b'{"at": 1, "kind": "smell"}', "kind"),
        (b'{"at": 1, "kind": "touch", "pressure": 4}', "pressure"),
        (b'{"at": -1, "kind": "words", "text": "hi"}', "at"),
        (b'{"at": 1, "kind": "face", "valance": 0.5}', "unknown field 'valance'"),
        (b'{"at": 1, "kind": "posture", "landmarks": [[0, 0, 0]]}', "landmarks"),
        (b'{"kind": "words", "text": "when?"}', "at"),
        (b"\xff\xfe", "byte 0xff is not UTF-8; save the file as UTF-8"),
        ('{"at": 1, "kind": "words", "text": "grüß dich"}'.encode("latin-1"), "byte 0xfc is not"),
        (b'{"at": 1785400000.0, "kind": "touch"}', "not the time of a calendar"),
        (b'{"at": 1e308, "kind": "words", "text": "hi"}', "at: 1e+308 s is 1.15741e+303 days"),
        (b'{"at": 1, "kind": "acceleration", "x": 1e308}', "x: 1e+308 is no measurement"),
        (b'{"at": 1, "kind": "battery", "level": 0.5, "volts": 1e308}', "volts: 1e+308 is no"),
        (b'{"at": 1, "kind": "touch", "pressure": 0.4, "zone": "bely"}', "did you mean 'belly'?"),
        (b'{"at": 1, "kind": "touch", "pressure": 0.4, "pads": {"nek": 0.4}}', "mean 'neck'?"),
        (b'{"at": true, "kind": "words", "text": "hi"}', "at: True is no number; write 1"),
        (b'{"at": "1.5", "kind": "words", "text": "hi"}', "at: '1.5' is no number; write 1.5"),
        (b'{"at": 1, "kind": "touch", "pads": {"neck": true}}', "pads.neck: True is no number"),
        (b'{"at": 1, "kind": "touch", "position": [0.1, "0", 0.2]}', "position.1: '0' is no num"),
        (b'{"at": 1, "kind": "battery", "level": 1, "charging": 1}', "1 is not true or false"),
        (b'{"at": 1, "at": 2, "kind": "words", "text": "hi"}', "'at' stands twice"),
        (b'{"at": 1, "kind": "touch", "pads": {"neck": 1, "neck": 0}}', "'neck' stands twice"),
        (b'{"at": 1, "kind": "touch", "pads": ' + b"[" * 900 + b"]" * 900 + b"}", "pads"),
        (b'{"at": 1, "kind": "touch", "pressure": 0.4}', "needs a zone, pads or a position"),
    ],
)
def test_a_wrong_line_names_its_number_and_what_is_wrong(
    tmp_path: Path, line: bytes, words: str
) -> None:
    with pytest.raises(BadScript) as caught:
        read_script(script(tmp_path, b'{"at": 0, "kind": "words", "text": "fine"}\n' + line), CAT)
    assert "senses.jsonl:2:" in str(caught.value)
    assert words in str(caught.value)


def test_a_life_of_a_script_ends_with_the_latest_moment_that_it_may_have() -> None:
    assert length_s([Words(at=10.0, text="hi")]) == 15.0
    assert length_s([Words(at=LAST_MOMENT_S - 1.0, text="hi")]) == LAST_MOMENT_S


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadScript, match="no such file"):
        read_script(tmp_path / "nowhere.jsonl")


def test_a_script_gives_each_sense_once_when_its_time_has_come() -> None:
    said = Script([Words(at=0.5, text="a"), Words(at=1.0, text="b")])
    assert said.due(0.4) == []
    assert [sense.text for sense in said.due(0.5) if isinstance(sense, Words)] == ["a"]
    assert [sense.text for sense in said.due(9.0) if isinstance(sense, Words)] == ["b"]
    assert said.due(10.0) == []


def test_the_schema_names_every_kind() -> None:
    kinds = schema()["discriminator"]["mapping"]
    assert {
        "touch",
        "gesture",
        "words",
        "face",
        "posture",
        "acceleration",
        "voice",
        "battery",
        "person",
    } <= set(kinds)
