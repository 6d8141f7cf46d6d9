"""Edited files as patches: what an edited text changes of a shipped file, and a shipped file shown
as a whole with an owner's patch in it. Both keep comments where they can.

The studio shows a whole file and saves a patch: see `moggy.config.Files`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from moggy.layer import Change, FileLayer, layer_of
from moggy.overlay import Composer
from moggy.remarks import with_remarks
from moggy.tree_data import by_name, nodes, shape
from moggy.yaml_file import with_comments, written

HISTORY = frozenset(("renamed", "removed"))
"""Keys that tell of earlier ids. A whole text does not show those of the shipped file."""
LISTS = {"options": "options", "lane": "reflexes"}
"""List of behaviours in a tree's node → the key under which a layer adds to it."""


def difference(base: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """The layer that makes `new` of `base`, both data of whole files.

    Where the frame of a tree has changed (its selectors, not their options), all of the new root
    is in it.
    """
    remove: list[str] = []
    layer = _changes(base, new, "", remove, skip=("root", *HISTORY))
    if "root" in new:
        _tree_changes(base, new, layer, remove)
    if remove:
        layer["remove"] = remove
    layer.update({key: new[key] for key in sorted(HISTORY) if key in new})
    return layer


def patch_text(name: str, layer: Change, before: str | None) -> str:
    """The text of an owner's patch of the shipped file of the same name. `before` is the patch
    that stood there; its comments stay with the keys that stay."""
    if before is not None:
        document = with_comments(name, before)
        wanted = deepcopy(layer)
        wanted["extends"] = document["extends"]
        for key in FileLayer.model_fields.keys() & wanted:
            _put_comment_beside(wanted, key, _comment_beside(document, key))
        _update(document, wanted)
        return written(document)
    kind, _, file = name.partition("/")
    document = CommentedMap({"extends": file.removesuffix(".yaml")})
    document.yaml_set_start_comment(f"What is yours of {kind}/{file}; all else is as shipped.")
    document.update(layer)
    return written(document)


def whole_text(top: str, texts: Mapping[str, str]) -> str:
    """The text of a file with all that it extends and includes in it."""
    if len(texts) == 1:
        return texts[top]
    composer = _CommentedComposer(top, texts, with_comments)
    composer.lay(top)
    _head_parts(composer.data, texts)
    _spread(composer.data)
    return with_remarks(written(composer.data), layer_of(top, texts[top]).remarks)


class _CommentedComposer(Composer):
    """Lays texts with their comments over one another."""

    def _replace(self, target: Change, key: str, patch: Change) -> None:
        super()._replace(target, key, patch)
        if comment := _comment_beside(patch, key):
            _put_comment_beside(target, key, comment)


def _changes(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    at: str,
    remove: list[str],
    skip: Collection[str] = (),
) -> Change:
    """The keys of `new` that differ; places of those that are gone go to `remove`."""
    found = CommentedMap()
    for key, value in new.items():
        if key in skip or (key in old and old[key] == value):
            continue
        inside = _inside(old.get(key), value, f"{at}{key}.", remove)
        if inside is None:
            found[key] = _whole(value, old.get(key))
            _put_comment_beside(found, key, _comment_beside(new, key))
        elif inside:
            found[key] = inside
    remove += [f"{at}{key}" for key in old if key not in new and key not in skip]
    return found


def _inside(old: Any, new: Any, at: str, remove: list[str]) -> Change | None:
    """What differs within a mapping, or within a list whose items have names; None where the value
    can only be given as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        return _changes(old, new, at, remove) if shape(old) == shape(new) else None
    was, now = by_name(old), by_name(new)
    if not was or list(was) != list(now) or len(was) != len(old) or len(now) != len(new):
        return None
    if any(shape(was[name]) != shape(now[name]) for name in was):
        return None
    return _changes(was, now, at, remove)


def _whole(value: Any, old: Any) -> Any:
    """A copy of a value that replaces the old one whatever it is."""
    value = _cut(deepcopy(value))
    if isinstance(value, dict) and isinstance(old, dict):
        for key, now, was in zip(("kind", "curve"), shape(value), shape(old), strict=True):
            if now != was:
                value[key] = now
    return value


def _tree_changes(
    base: Mapping[str, Any], new: Mapping[str, Any], layer: Change, remove: list[str]
) -> None:
    """Write into a layer what differs between two trees, by id."""
    was, now = _frame(base), _frame(new)
    if [(id, shape(node)) for id, node in was.items()] != [
        (id, shape(node)) for id, node in now.items()
    ]:
        layer["root"] = deepcopy(new["root"])
        return
    change: Change = CommentedMap()
    several = any(sum(key in node for node in now.values()) > 1 for key in LISTS)
    for id, node in now.items():
        own = _changes(was[id], node, f"{id}.", remove, skip=("below", "children", *LISTS))
        if own:
            change[id] = own
        for key, adds in LISTS.items():
            for item in _list_changes(was[id].get(key, []), node.get(key, []), change, remove):
                if several and "before" not in item:
                    item["into"] = id
                layer.setdefault(adds, []).append(item)
    if change:
        layer["change"] = change


def _list_changes(
    old: list[Change], new: list[Change], change: Change, remove: list[str]
) -> list[Change]:
    """The behaviours to add to a list; changed ones go to `change`, those that are gone to
    `remove`. One that was moved is removed and added."""
    was = {item["id"]: item for item in old}
    ids = [item["id"] for item in new]
    blocks = SequenceMatcher(None, list(was), ids, autojunk=False).get_matching_blocks()
    stays = {id for block in blocks for id in ids[block.b : block.b + block.size]}
    remove += [id for id in was if id not in stays]
    added = []
    for n, item in enumerate(new):
        if item["id"] not in stays:
            placed = _cut(deepcopy(item))
            following = next((id for id in ids[n:] if id in stays), None)
            if following is not None:
                placed["before"] = following
            added.append(placed)
        elif changed := _changes(was[item["id"]], item, f"{item['id']}.", remove):
            change[item["id"]] = changed
    return added


def _frame(data: Mapping[str, Any]) -> dict[str, Change]:
    """Id → node of a tree, without its options and reflexes and what is in them."""
    found: dict[str, Change] = {}

    def walk(node: Change, name: str) -> None:
        name = str(node.get("id") or name)
        found[name] = node
        for n, child in enumerate(node.get("children", ()), 1):
            walk(child, f"{name}.{n}")
        if "below" in node:
            walk(node["below"], f"{name}.below")

    walk(data["root"], "root")
    return found


def _update(document: Any, new: Mapping[str, Any]) -> None:
    """Make a mapping equal to `new`, and the comments beside its values. Touches no other comment,
    and nothing that is equal already."""
    for key in [key for key in document if key not in new]:
        del document[key]
    for key, value in new.items():
        old = document.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _update(old, value)
            continue
        if isinstance(new, CommentedMap):
            _put_comment_beside(document, key, _comment_beside(new, key))
        if old == value:
            continue
        if ids := _ids(old):
            if ids == _ids(value):
                for item, now in zip(old, value, strict=True):
                    _update(item, now)
            else:
                document[key] = value
        else:
            document[key] = value


def _ids(items: Any) -> list[str]:
    """The ids of a list of behaviours; empty for all else."""
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return []
    return [item["id"] for item in items if "id" in item]


def _comment_beside(source: Any, key: Any) -> str:
    """The comment at the end of a key's line, with its `#`; empty where there is none."""
    tokens = source.ca.items.get(key) if isinstance(source, CommentedMap) else None
    line = tokens[2].value.partition("\n")[0].strip() if tokens and tokens[2] is not None else ""
    return line if line.startswith("#") else ""


def _put_comment_beside(target: Any, key: Any, comment: str) -> None:
    """Make the comment at the end of a key's line this one; empty: take it away. Comments on the
    lines that follow stay."""
    if comment == _comment_beside(target, key):
        return
    tokens = target.ca.items.get(key)
    below = tokens[2].value.partition("\n")[2] if tokens and tokens[2] is not None else ""
    target.yaml_add_eol_comment(comment or "#", key)
    token = target.ca.items[key][2]
    token.value = f"{token.value.rstrip() if comment else ''}\n{below}"


def _spread(value: Any) -> bool:
    """Give mappings and lists with comments beside values a line for each value: a comment ends its
    line. Returns whether there are such comments."""
    if isinstance(value, CommentedMap):
        found = [_spread(each) for each in value.values()]
        found += [bool(_comment_beside(value, key)) for key in value]
    elif isinstance(value, CommentedSeq):
        found = [_spread(each) for each in value]
    else:
        return False
    if any(found):
        value.fa.set_block_style()
    return any(found)


def _cut(value: Any) -> Any:
    """Take away the comment that follows a value in its file: it belongs to what comes next."""
    inside = value
    while isinstance(inside, CommentedMap | CommentedSeq) and inside:
        last = next(reversed(inside)) if isinstance(inside, CommentedMap) else len(inside) - 1
        for token in inside.ca.items.get(last) or ():
            if hasattr(token, "value"):
                token.value = token.value.partition("\n")[0] + "\n"
        inside = inside[last]
    return value


def _head_parts(data: Any, texts: Mapping[str, str]) -> None:
    """Put the comment at the head of each included file before its first behaviour."""
    for name, text in texts.items():
        head = list(takewhile(lambda line: line.startswith("#"), text.splitlines()))
        layer = layer_of(name, text)
        added = (*layer.reflexes, *layer.options)
        if layer.extends is not None or not head or not added:
            continue
        node = nodes(data).get(str(added[0].get("id")))
        if node is not None and isinstance(node.siblings, CommentedSeq):
            at = next(n for n, item in enumerate(node.siblings) if item is node.data)
            words = "\n".join(line.removeprefix("#").strip() for line in head)
            indent = 4 if node.among == "lane" else 6
            node.siblings.yaml_set_comment_before_after_key(at, before=words, indent=indent)
