"""Which file and line each part of a whole comes from that several files make together, and who is
to blame for a mistake in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from moggy.layer import wrong_at
from moggy.yaml_file import Invalid, Located, Where, located, read_yaml


class Place(NamedTuple):
    """Where something stands: a file, and the keys that lead to it."""

    file: str
    where: tuple[Any, ...]


class Origins:
    """Remembers where every mapping and list of a whole stands, by its id(); kept while files are
    laid over one another, and asked when one of them is wrong."""

    def __init__(self, top: str, texts: Mapping[str, str]) -> None:
        self._top, self._texts = top, texts
        self._places: dict[int, Place] = {}
        """id() of a mapping or list → where it stands."""
        self._moved: dict[tuple[int, Any], Place] = {}
        """id() of a mapping and a key → where the value was set, if it was set by another file."""
        self._removed: dict[tuple[int, Any], Place] = {}
        """id() of a mapping or list and a key or name → where it says that this is to go."""
        self._kept: list[Any] = []
        """All that has a place, so that no id() is given twice."""

    def register(self, value: Any, place: Place) -> None:
        """Note where a value stands, and all that is in it."""
        steps: Iterator[tuple[Any, Any]]
        if isinstance(value, dict):
            steps = iter(value.items())
        elif isinstance(value, list):
            steps = iter(enumerate(value))
        else:
            return
        self._kept.append(value)
        self._places[id(value)] = place
        for step, inside in steps:
            self.register(inside, Place(place.file, (*place.where, step)))

    def has(self, value: Any) -> bool:
        """Whether it is known where a mapping or list stands."""
        return id(value) in self._places

    def moved(self, target: dict[str, Any], key: Any, patch: dict[str, Any]) -> None:
        """Note that the value of a key of `target` is that of `patch` now."""
        file, where = self._places[id(patch)]
        self._moved[id(target), key] = Place(file, (*where, key))

    def removed(self, container: Any, name: Any, said: list[Any], n: int) -> None:
        """Note that the entry `n` of the list `said` takes a key or a named item away."""
        file, where = self._places[id(said)]
        self._kept.append(container)
        self._removed[id(container), name] = Place(file, (*where, n))

    def error(self, container: Any, key: Any, message: str) -> Invalid:
        """A mistake at a key of a mapping, or at an item of a list."""
        file, where = self._places[id(container)]
        return wrong_at(file, self._texts[file], (*where, key), message)

    def locate(self, data: Any, where: Where) -> Located:
        """Where a place of the whole stands in its file."""
        node = data
        place = Place(self._top, ())
        for step in where:
            place = self._moved.get((id(node), step)) or Place(place.file, (*place.where, step))
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                break
            place = self._places.get(id(node)) or place
        return located(place.file, self._texts[place.file], place.where)

    def blame(self, data: Any, where: Where, needs: Sequence[Where]) -> Located | None:
        """Who made a mistake that shows at a place of another file: the entry of `remove` that took
        away what the place needs (without `needs`: any key of the mapping there), or the first key
        of a mapping that the topmost file changed. None where no other file did."""
        for steps in needs:
            container = _inside(data, steps[:-1])
            gone = self._removed.get((id(container), steps[-1]))
            if gone is not None:
                return self._entry(gone)
        changed = _inside(data, where)
        for (container_id, _), gone in self._removed.items() if not needs else ():
            if container_id == id(changed):
                return self._entry(gone)
        for key in changed if isinstance(changed, dict) and not needs else ():
            place = self._moved.get((id(changed), key))
            if place is not None and place.file == self._top:
                return located(place.file, self._texts[place.file], place.where)
        return None

    def _entry(self, gone: Place) -> Located:
        """An entry of `remove`, named by what it says."""
        entry = located(gone.file, self._texts[gone.file], gone.where)
        said = read_yaml(gone.file, self._texts[gone.file])["remove"][gone.where[-1]]
        return entry._replace(key=f"remove: {said}")


def _inside(data: Any, where: Where) -> Any:
    """What stands at a place; None where nothing does."""
    node = data
    for step in where:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node
