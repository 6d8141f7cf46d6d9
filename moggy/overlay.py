"""Files over files: a file that extends another says only what it changes of it.

`compose` lays the files of a chain over one another and gives the data of the whole, ready to be
checked against a schema. It works on plain data and knows no schema but that of `FileLayer`. Every
place of the composed data can be traced to the file and line that it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from moggy.layer import Change, FileLayer, chain, layer_of, named
from moggy.origins import Origins, Place
from moggy.tree_data import NAMING, TreeNode, by_name, copied, drop, index_of, nodes, shape
from moggy.vocabulary import nearest
from moggy.yaml_file import Invalid, Located, Where, read_yaml


@dataclass(frozen=True, eq=False)
class Composition:
    """The whole that the files of a chain make together."""

    data: dict[str, Any]
    """Shared: copy it before changing it."""
    notes: tuple[str, ...]
    """For the owner: what still works, but is called otherwise now."""
    texts: Mapping[str, str]
    origins: Origins

    def locate(self, where: Where) -> Located:
        """Where a place of the whole stands in its file."""
        return self.origins.locate(self.data, where)

    def blame(self, where: Where, needs: Sequence[Where]) -> Located | None:
        """Who made a mistake that shows at a place: see `Origins.blame`."""
        return self.origins.blame(self.data, where, needs)


def compose(top: str, texts: Mapping[str, str]) -> Composition:
    """The file `top` with all that it extends and includes; `texts` holds at least those.

    Raises Invalid with the file and the line of the first mistake.
    """
    outcome = _composed(top, tuple(chain_of(top, texts).items()))
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome


def chain_of(top: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Those of `texts` that belong to the file `top` (`moggy.layer.chain`). Raises Invalid."""

    def read(name: str) -> str:
        if name not in texts:
            folder, _, file = name.rpartition("/")
            beside = [each.rpartition("/")[2] for each in texts if each.startswith(f"{folder}/")]
            raise Invalid(name, 1, f"no such file{nearest(file, beside)}")
        return texts[name]

    return chain(top, read)


@lru_cache(maxsize=160)
def _composed(top: str, texts: tuple[tuple[str, str], ...]) -> Composition | Invalid:
    composer = Composer(top, dict(texts))
    try:
        composer.lay(top)
        return composer.done()
    except Invalid as error:
        return error


class Composer:
    """Lays files over one another in place. `load` gives the data of a file, as a copy that may be
    changed."""

    def __init__(
        self,
        top: str,
        texts: Mapping[str, str],
        load: Callable[[str, str], dict[str, Any]] = lambda file, text: copied(
            read_yaml(file, text)
        ),
    ) -> None:
        self.data: dict[str, Any] = {}
        self._top, self._texts, self._load = top, texts, load
        self._origins = Origins(top, texts)
        self._notes: list[str] = []
        self._laid: set[str] = set()
        self._renamed: dict[str, str] = {}
        self._removed: dict[str, None] = {}

    def lay(self, name: str) -> None:
        """Lay a file, with all below it, over what is there. Raises Invalid."""
        self._laid.add(name)
        text = self._texts[name]
        layer, own = layer_of(name, text), self._load(name, text)
        if layer.extends is not None:
            self.lay(named(self._top, name, layer.extends))
        self._origins.register(own, Place(name, ()))
        said = {key: own.pop(key) for key in FileLayer.model_fields if key in own}
        self._rename_words(own, said)
        if "root" in own:
            behaviours = [id for id, node in nodes(self.data).items() if node.is_behaviour]
            self._removed.update(dict.fromkeys(behaviours))
            self.data.pop("root", None)
        if self.data:
            self._add_laws(own)
            self._merge(self.data, own)
        else:
            self.data = own
        for n, part in enumerate(layer.includes):
            included = named(self._top, name, part)
            if included in self._laid:
                message = f"{part} is a part already; change what it says under `change`"
                raise self._origins.error(said["includes"], n, message)
            self.lay(included)
        self._removed.update(dict.fromkeys(layer.removed))
        before = nodes(self.data)
        for n, entry in enumerate(layer.remove):
            self._remove(entry, before, said["remove"], n)
        for item in said.get("reflexes") or ():
            self._add(item, "lane", "reflexes")
        for item in said.get("options") or ():
            self._add(item, "options", "utility")
        now = nodes(self.data)
        for id in layer.change:
            self._change(id, said["change"], now)
        self._rename(layer.renamed, said)

    def done(self) -> Composition:
        """The whole, once all is laid."""
        data = self.data
        if self._renamed:
            data["renamed"] = dict(self._renamed)
        there = nodes(data)
        if gone := [id for id in self._removed if id not in there]:
            data["removed"] = gone
        return Composition(data, tuple(self._notes), self._texts, self._origins)

    def _note(self, container: Any, key: Any, message: str) -> None:
        self._notes.append(str(self._origins.error(container, key, message)))

    def _merge(self, target: Change, patch: Change) -> None:
        """Put the keys of `patch` into `target`: mappings key by key, all else as a whole."""
        for key, value in patch.items():
            old = target.get(key)
            if isinstance(value, dict):
                if isinstance(old, dict) and shape({**old, **value}) == shape(old):
                    self._merge(old, value)
                    continue
                items = by_name(old)
                if items:
                    self._merge_items(items, value)
                    continue
            self._replace(target, key, patch)

    def _replace(self, target: Change, key: str, patch: Change) -> None:
        """Give a key of `target` the value that it has in `patch`."""
        target[key] = patch[key]
        self._origins.moved(target, key, patch)

    def _merge_items(self, items: Mapping[str, Change], patch: Change) -> None:
        """Change single items of a list, each by its name."""
        for name, changes in patch.items():
            if str(name) not in items:
                message = f"none of this list is called {str(name)!r}{nearest(str(name), items)}"
                raise self._origins.error(patch, name, message)
            if not isinstance(changes, dict):
                raise self._origins.error(patch, name, "should be keys and values")
            item = items[str(name)]
            if shape({**item, **changes}) != shape(item):
                for key in [key for key in item if key not in NAMING]:
                    del item[key]
            self._merge(item, changes)

    def _known(
        self, id: str, there: Mapping[str, TreeNode], container: Any, key: Any
    ) -> str | None:
        """The id by which a node is known now; None where a release has removed it."""
        if id in there:
            return id
        now, passed = id, {id}
        while now in self._renamed and now not in there:
            now = self._renamed[now]
            if now in passed:
                raise self._origins.error(container, key, f"{id!r} is renamed in a circle")
            passed.add(now)
        if now in there:
            self._note(container, key, f"{id!r} is called {now!r} now: write {now!r}")
            return now
        if id in self._removed:
            self._note(container, key, f"{id!r} is no longer in the tree: this does nothing")
            return None
        raise self._origins.error(container, key, f"no {id!r} here{nearest(id, there)}")

    def _change(self, id: str, changes: Change, there: Mapping[str, TreeNode]) -> None:
        if "id" in changes[id] and changes[id]["id"] != id:
            message = "an id cannot be changed: remove the old one and add another"
            raise self._origins.error(changes[id], "id", message)
        known = self._known(id, there, changes, id)
        if known is not None:
            self._merge(there[known].data, changes[id])

    def _remove(self, entry: str, there: Mapping[str, TreeNode], said: list[Any], n: int) -> None:
        """Take out a behaviour by its id, or a key by its place."""
        parts = entry.split(".")
        for cut in range(len(parts), 0, -1):
            first, rest = ".".join(parts[:cut]), parts[cut:]
            if first in there or first in self._renamed or first in self._removed:
                known = self._known(first, there, said, n)
                if known is None:
                    return
                node = there[known]
                if rest:
                    return self._remove_key(node.data, rest, said, n)
                if node.siblings is None or not (node.is_behaviour or node.among == "laws"):
                    message = f"{entry!r} is neither an option nor a reflex nor a law"
                    raise self._origins.error(said, n, message)
                self._origins.removed(node.siblings, known, said, n)
                drop(node.siblings, node.data)
                if node.is_behaviour:
                    self._removed[known] = None
                return
        if parts[0] not in self.data:
            names = [*there, *(key for key in self.data if key != "root")]
            raise self._origins.error(said, n, f"no {entry!r} here{nearest(entry, names)}")
        self._remove_key(self.data, parts, said, n)

    def _remove_key(self, data: Any, steps: list[str], said: list[Any], n: int) -> None:
        """Take out what stands at a place below a node: a key, or a named item of a list."""
        items = by_name(data)
        here: Mapping[str, Any] = items if items else data if isinstance(data, dict) else {}
        for cut in range(len(steps), 0, -1):
            name, rest = ".".join(steps[:cut]), steps[cut:]
            if name not in here:
                continue
            if rest:
                return self._remove_key(here[name], rest, said, n)
            self._origins.removed(data, name, said, n)
            if items:
                return drop(data, here[name])
            del data[name]
            return
        name = ".".join(steps)
        raise self._origins.error(said, n, f"{said[n]}: no {name!r} here{nearest(name, here)}")

    def _add_laws(self, own: Change) -> None:
        """Add the laws of a file to those below it; without any below they stay where they are."""
        below, laws = self.data.get("laws"), own.get("laws")
        if not isinstance(below, list) or not isinstance(laws, list):
            return
        there = nodes(self.data)
        for n, law in enumerate(own.pop("laws")):
            if isinstance(law, dict) and law.get("id") in there:
                message = f"there is a {law['id']!r} already: change it under `change`"
                raise self._origins.error(laws, n, message)
            below.append(law)

    def _add(self, item: Change, among: Literal["options", "lane"], kind: str) -> None:
        """Put an option or a reflex into the list `among` of a node of this kind."""
        there = nodes(self.data)
        id = item.get("id")
        if not isinstance(id, str):
            raise self._origins.error(item, "id", "an option or a reflex needs an `id`")
        for twice in nodes({"root": item}).keys() & there.keys():
            message = f"there is a {twice!r} already: change it under `change`"
            raise self._origins.error(item, "id", message)
        lists = {
            name: node.data.setdefault(among, [])
            for name, node in there.items()
            if node.data.get("kind") == kind
        }
        for side in ("before", "after"):
            if side in item:
                known = self._known(str(item[side]), there, item, side)
                neighbour = None if known is None else there[known]
                if neighbour is not None and neighbour.among != among:
                    raise self._origins.error(item, side, f"{known!r} does not stand in this list")
                del item[side]
                if neighbour is not None and neighbour.siblings is not None:
                    at = index_of(neighbour.siblings, neighbour.data) + (side == "after")
                    neighbour.siblings.insert(at, item)
                    return
        into = item.pop("into", None)
        if into is None and len(lists) == 1:
            into = next(iter(lists))
        if into not in lists:
            there_is = f"there is {', '.join(lists) or 'none'}"
            message = f"{id}: say with `into` where it belongs; {there_is}"
            if into is not None:
                message = f"into: no {into!r} to put it in{nearest(str(into), lists)}"
            raise self._origins.error(item, "id", message)
        lists[into].append(item)

    def _rename(self, renamed: Mapping[str, str], said: Mapping[str, Any]) -> None:
        there = nodes(self.data)
        for old, new in renamed.items():
            if new not in there:
                raise self._origins.error(
                    said["renamed"], old, f"no {new!r} here{nearest(new, there)}"
                )
            self._renamed[old] = new

    def _rename_words(self, *parts: Any) -> None:
        """Write `ran.NEW` for `ran.OLD` in all expressions of a file, with a note."""
        if not self._renamed:
            return
        old = re.compile(
            rf"\b(ran|running)\.({'|'.join(map(re.escape, self._renamed))})(?![a-z0-9_.])"
        )

        def inside(value: Any) -> None:
            steps = (
                list(value.items())
                if isinstance(value, dict)
                else list(enumerate(value))
                if isinstance(value, list)
                else []
            )
            for step, text in steps:
                if isinstance(text, str) and (found := old.search(text)):
                    now = self._renamed[found[2]]
                    value[step] = old.sub(lambda m: f"{m[1]}.{self._renamed[m[2]]}", text)
                    if self._origins.has(value):
                        self._note(
                            value, step, f"{found[2]!r} is called {now!r} now: write {now!r}"
                        )
                else:
                    inside(text)

        for part in parts:
            inside(part)
