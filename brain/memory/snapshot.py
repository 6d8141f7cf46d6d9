"""What the pet knows when it starts: a frozen snapshot, written at the head of a journal so that a
replay begins with the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from moggy.messages import Signed, Unit
from moggy.vocabulary import DIMENSIONS, DRIVES, ZONES, known, nearest

FACTS = ("trust", "familiarity", "valence", "arousal")
"""What is kept of each person."""
FactKey = Annotated[str, AfterValidator(known("fact", FACTS))]
DimensionKey = Annotated[str, AfterValidator(known("dimension", DIMENSIONS))]
DriveKey = Annotated[str, AfterValidator(known("drive", DRIVES))]
ZoneKey = Annotated[str, AfterValidator(known("zone", ZONES))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Plain numbers and mappings only, so that JSON gives it back unchanged."""

    day: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Days lived so far."""
    people: Mapping[str, Mapping[FactKey, Signed]] = field(default_factory=dict)
    """Person → `trust`, `familiarity`, and the `valence` and `arousal` that they usually have."""
    strangers: Unit | None = None
    """Trust in somebody new, 0..1; None where nothing was learnt yet."""
    mood: Mapping[DimensionKey, Signed] = field(default_factory=dict)
    """Dimension → −1..1."""
    drives: Mapping[DriveKey, Unit] = field(default_factory=dict)
    """Drive → 0..1, how full it is."""
    zones: Mapping[str, Mapping[ZoneKey, Signed]] = field(default_factory=dict)
    """Person → zone → what experience adds to how the pet likes their touch there, −0.3..0.3."""
    arrivals: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    """Person → probability that they come in each of the 48 half-hours of the day."""
    quiet: tuple[Unit, ...] = ()
    """Probability that the pet is sent off in each of the 24 hours of the day."""

    def as_data(self) -> Mapping[str, Any]:
        """The fields as plain dicts, lists and numbers, ready for JSON; `from_data` reads them."""
        data: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        data["people"] = {name: dict(facts) for name, facts in self.people.items()}
        data["zones"] = {name: dict(shares) for name, shares in self.zones.items()}
        data["arrivals"] = {name: list(counts) for name, counts in self.arrivals.items()}
        data["quiet"] = list(self.quiet)
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Remembered:
        """Back from `as_data`. Unknown keys are ignored, so that an older version reads what a
        newer one wrote."""
        known = {f.name for f in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        values["arrivals"] = {
            name: tuple(counts) for name, counts in values.get("arrivals", {}).items()
        }
        values["quiet"] = tuple(values.get("quiet", ()))
        return cls(**values)

    @classmethod
    def checked(cls, data: Mapping[str, Any]) -> Remembered:
        """As `from_data`, of data from elsewhere. Raises ValueError for values that cannot be, and
        for a name that is nearly a known one."""
        names = [f.name for f in fields(cls)]
        for name in data:
            if name not in names and (close := nearest(str(name), names)).startswith(", did"):
                raise ValueError(f"unknown key {name!r}{close}")
        mine = {name: value for name, value in data.items() if name in names}
        try:
            found: Remembered = TypeAdapter(cls).validate_python(mine)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"] if step != "[key]")
            message = first["msg"].removeprefix("Value error, ")
            raise ValueError(f"{where}: {message} (it is {first['input']!r:.80})") from None
        lengths = [("quiet", found.quiet, 24)]
        lengths += [(f"arrivals.{name}", counts, 48) for name, counts in found.arrivals.items()]
        for where, counts, right in lengths:
            if len(counts) not in (0, right):
                raise ValueError(f"{where}: {len(counts)} numbers; there are {right}")
        return found
