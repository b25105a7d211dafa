"""Fields of foreign JSON records, checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labelgraft.formats.format import is_text
from labelgraft.formats.json_text import kind_of

MAX_PIXELS = 1_000_000


class BadRecordError(ValueError):
    """One record cannot be used; the text says why, as the reason of a refused row."""


def text_of(record: Mapping[str, Any], key: str) -> str:
    """The text in a field. Raises: BadRecordError if it is missing, empty or something else."""
    if key not in record:
        raise BadRecordError(f"has no {key}")
    value = record[key]
    if not isinstance(value, str):
        raise BadRecordError(f"{key} is {kind_of(value)}, expected a text")
    if not is_text(value):
        raise BadRecordError(f"{key} is empty or not valid text")
    return value


def classes_of(value: Any, key: str) -> tuple[str, ...]:
    """The classes in a label field: a text, a whole number, or a list of them.

    null, "" and the number -1 are unlabelled. Raises: BadRecordError on anything else.
    """
    values = value if isinstance(value, list) else [value]
    names = [_class_of(item, key) for item in values]
    return tuple(dict.fromkeys(name for name in names if name))


def pixels_of(value: Any) -> int:
    """A width or height; 0 for whatever is none."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 < value < MAX_PIXELS
    return int(value) if known else 0


def _class_of(value: Any, key: str) -> str:
    if value is None or value in ("", -1):
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadRecordError(f"{key} holds {kind_of(value)}, expected the name of a class")
    if not is_text(value):
        raise BadRecordError(f"{key} is not valid text")
    return value
