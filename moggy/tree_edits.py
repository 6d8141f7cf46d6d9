"""Changes of a tree that a program makes in its file: numbers of an option, one more behaviour. The
file's comments stay."""

from __future__ import annotations

from collections.abc import Mapping

from moggy.overlay import compose
from moggy.tree_data import by_name, index_of, nodes
from moggy.vocabulary import nearest
from moggy.yaml_file import Invalid, read_yaml, with_comments, written

LISTS = {"options": "options", "reflexes": "lane"}
"""Key of a template → the list of a tree's node in which its behaviours stand."""


def with_numbers(
    name: str, texts: Mapping[str, str], id: str, term: int | None, to: Mapping[str, float]
) -> str:
    """The text of a tree's file with some numbers of an option changed, or of one of its terms (by
    its place, from 0); comments stay. What another file says is changed under `change`.

    Raises Invalid where there is no such option or term.
    """
    document = with_comments(name, texts[name])
    whole = nodes(compose(name, texts).data)
    option = whole[id].data if id in whole else {}
    terms = option.get("terms") or []
    if not option or (term is not None and not 0 <= term < len(terms)):
        there = nearest(id, whole) if not option else f": {id} has {len(terms)}"
        raise Invalid(name, 1, f"no {id!r} here{there}" if not option else f"no such term{there}")
    numbers = {key: int(value) if value == int(value) else value for key, value in to.items()}
    added = {"options": document.get("options"), "lane": document.get("reflexes")}
    own = (nodes({"root": added}) | nodes(document)).get(id)
    if own is not None:
        (own.data if term is None else own.data["terms"][term]).update(numbers)
        return written(document)
    place = document.setdefault("change", {}).setdefault(id, {})
    if term is not None:
        of = terms[term]["of"]
        if of not in by_name(terms):
            raise Invalid(name, 1, f"{id} has two terms of {of!r}: change it in its own file")
        place = place.setdefault("terms", {}).setdefault(of, {})
    place.update(numbers)
    return written(document)


def with_behaviour(
    name: str, texts: Mapping[str, str], template: str, id: str, after: str = ""
) -> str:
    """The text of a tree's file with one more behaviour, that of the text `template`, called `id`:
    behind another of its kind, or the last.

    Raises Invalid where the id is taken, or there is no such other.
    """
    document = with_comments(name, texts[name])
    whole = nodes(compose(name, texts).data)
    layer = read_yaml("template", template)
    key = next(key for key in LISTS if key in layer)
    called: str = layer[key][0]["id"]
    item = with_comments("template", template.replace(called, id))[key][0]
    if id in whole:
        raise Invalid(name, 1, f"there is a {id!r} already: give it another name")
    if after and (after not in whole or whole[after].among != LISTS[key]):
        raise Invalid(name, 1, f"none of the {key} is called {after!r}{nearest(after, whole)}")
    there = nodes(document)
    if after in there:
        siblings = there[after].siblings
        assert siblings is not None
        siblings.insert(index_of(siblings, there[after].data) + 1, item)
        return written(document)
    own = next((node.data for node in there.values() if LISTS[key] in node.data), None)
    if own is not None and not after:
        own[LISTS[key]].append(item)
    else:
        if after:
            item.insert(1, "after", after)
        document.setdefault(key, []).append(item)
    return written(document)
