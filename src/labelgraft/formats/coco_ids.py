"""The ids of a COCO file: whole numbers or texts, with gaps, in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labelgraft.errors import BadFormat
from labelgraft.formats.json_text import MEND, NOTHING, kind_of


class Ids:
    """Gives back known ids, each once, and new whole numbers for the others: the smallest above all known."""

    def __init__(self, known: Iterable[Any]) -> None:
        listed = [value for value in known if is_id(value)]
        self._free = set(listed)
        self._next = 1 + max((v for v in listed if isinstance(v, int)), default=0)

    def give(self, wanted: Any) -> int | str:
        """`wanted` the first time, a new number without it or after."""
        if is_id(wanted) and wanted in self._free:
            self._free.discard(wanted)
            known: int | str = wanted
            return known
        self._next += 1
        return self._next - 1


def is_id(value: Any) -> bool:
    """True for whole numbers and texts, the ids that the tools write."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)


def lists_of(document: Mapping[str, Any], name: str) -> tuple[list[Any], list[Any], list[Any]]:
    """images, annotations (may be missing) and categories. Raises: BadFormat if they are no lists."""
    lists = {"images": document.get("images"), "categories": document.get("categories")}
    lists["annotations"] = document.get("annotations", [])
    for key, value in lists.items():
        if not isinstance(value, list):
            raise BadFormat(f"{name}: {key} is {kind_of(value)}, expected a list. {NOTHING} {MEND}")
    return lists["images"] or [], lists["annotations"] or [], lists["categories"] or []
