"""The newest of what a behaviour may go back to without an event: settings, the battery, a face,
and what was said of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from moggy.vocabulary import EvidenceChannel, SettingName

COUNTS_S = 30.0
"""Seconds for which a face, and evidence about a person, counts as a cause. Our choice."""


class Numbered(NamedTuple):
    """A sense or a piece of evidence: when, and its id."""

    at: float
    id: int


class Newest:
    """The newest message of each kind so far; call `take` with every tick of a journal in order."""

    def __init__(self) -> None:
        self.settings: dict[SettingName, Numbered] = {}
        self.battery: Numbered | None = None
        self.board_trouble: Numbered | None = None
        self._face: Numbered | None = None
        self._evidence: dict[tuple[str, EvidenceChannel], Numbered] = {}

    def take(self, data: Mapping[str, Any]) -> None:
        """A tick as it stands in the journal."""
        for sense in data["senses"]:
            here = Numbered(sense["at"], sense["id"])
            match sense["kind"]:
                case "setting":
                    self.settings[sense["name"]] = here
                case "battery":
                    self.battery = here
                case "trouble" if sense["part"] == "board":
                    self.board_trouble = here
        for sense in data["understood"]:
            if sense["kind"] == "face":
                self._face = Numbered(sense["at"], sense["id"])
        for said in data["evidence"]:
            self._evidence[said["person"], said["channel"]] = Numbered(said["at"], said["id"])

    def face(self, now: float) -> tuple[int, ...]:
        """Id of the face that was seen last, if that is not long ago."""
        face = self._face
        return (face.id,) if face is not None and now - face.at < COUNTS_S else ()

    def said_of(self, person: str, now: float) -> Iterator[int]:
        """Ids of what each channel said last of a person, as far as it still counts."""
        for (whom, _), said in self._evidence.items():
            if whom == person and now - said.at < COUNTS_S:
                yield said.id
