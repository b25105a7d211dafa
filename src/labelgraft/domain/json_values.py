"""Our values as JSON and back, by their type hints: dataclasses, enumerations, ids, moments, paths, arrays, shapes.

Nothing is run that the hints do not name, so the JSON may come from anybody. Arrays travel as their bytes.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

import numpy as np

from labelgraft.domain.shapes import shape_json
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadInput

LARGEST = 2**63 - 1
"""Whole numbers beyond it fit into no table."""
ARRAY = "array"
DTYPES = frozenset(
    {"bool", "int8", "uint8", "int16", "int32", "uint32", "int64", "float16", "float32", "float64"}
)
_MANY = (list, tuple, set, frozenset, Sequence, Collection, Iterable)
_SHAPES: tuple[type[Shape], ...] = get_args(Shape)
_MISSING = object()


def to_json(value: Any) -> Any:
    """A value as JSON values. Raises TypeError for what is none of ours."""
    if value is None or (isinstance(value, (bool, str)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return to_json(value.value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, _SHAPES):
        return shape_json.to_json(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_json(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.ndarray):
        return _array_to_json(value)
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(each) for key, each in value.items()}
    if isinstance(value, _MANY):
        return [to_json(each) for each in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def from_json(hint: Any, value: Any) -> Any:
    """The value that `to_json` was given, of the type that the hint names. Raises BadInput where it does not fit."""
    try:
        found = _read(hint, value)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(f"found {_short(value)}, expected {_name(hint)}: {error}") from error
    if found is _MISSING:
        raise BadInput(f"found {_short(value)}, expected {_name(hint)}")
    return found


def _read(hint: Any, value: Any) -> Any:
    """The value, or _MISSING where it is not of that type."""
    if isinstance(hint, NewType):
        return _read(hint.__supertype__, value)
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any or hint is object:
        return value
    if origin in (Union, types.UnionType):
        return _one_of(arguments, value)
    if origin is Literal:
        return value if value in arguments else _MISSING
    if origin is np.ndarray or hint is np.ndarray:
        return _array_from_json(value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _read_mapping(arguments, value)
    if origin in _MANY:
        return _read_many(origin, arguments, value)
    return _read_plain(hint, value)


def _read_plain(hint: Any, value: Any) -> Any:
    if hint is None or hint is type(None):
        return None if value is None else _MISSING
    if hint is float:
        return _read_float(value)
    if hint is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST
        return value if fits else _MISSING
    if hint in (str, bool):
        return value if type(value) is hint else _MISSING
    if hint is datetime:
        return datetime.fromisoformat(value)
    if hint is Path:
        return Path(value) if isinstance(value, str) else _MISSING
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value) if value in {each.value for each in hint} else _MISSING
    if hint in _SHAPES:
        return _read_shape(hint, value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _read_dataclass(hint, value)
    raise TypeError(f"{hint} cannot be read from JSON")


def _read_shape(kind: type[Shape], value: Any) -> Any:
    found = shape_json.from_json(value, "shape")
    return found if isinstance(found, kind) else _MISSING


def _read_float(value: Any) -> Any:
    if value in ("nan", "inf", "-inf"):
        return float(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else _MISSING


def _one_of(hints: Sequence[Any], value: Any) -> Any:
    """The first that fits; text last, as it would swallow the names of enumerations."""
    for hint in sorted(hints, key=lambda each: each is str):
        try:
            found = _read(hint, value)
        except (ValueError, TypeError, KeyError, BadInput):
            continue
        if found is not _MISSING:
            return found
    return _MISSING


def _read_mapping(hints: Sequence[Any], value: Any) -> Any:
    if not isinstance(value, dict):
        return _MISSING
    key_hint, value_hint = hints
    return {_key(key_hint, key): from_json(value_hint, each) for key, each in value.items()}


def _key(hint: Any, key: str) -> Any:
    """JSON has only texts for keys."""
    plain = hint.__supertype__ if isinstance(hint, NewType) else hint
    return from_json(hint, int(key) if plain is int else key)


def _read_many(origin: Any, hints: Sequence[Any], value: Any) -> Any:
    if not isinstance(value, list):
        return _MISSING
    if origin is tuple and not (len(hints) == 2 and hints[1] is ...):
        if len(value) != len(hints):
            return _MISSING
        return tuple(from_json(hint, each) for hint, each in zip(hints, value, strict=True))
    found = [from_json(hints[0], each) for each in value]
    return origin(found) if origin in (tuple, set, frozenset) else found


def _read_dataclass(kind: type, value: Any) -> Any:
    if not isinstance(value, dict):
        return _MISSING
    hints = _hints(kind)
    unknown = value.keys() - hints.keys()
    if unknown:
        raise BadInput(f"{kind.__name__} has no {sorted(unknown)[0][:80]!r}")
    return kind(**{name: _field(name, hints[name], each) for name, each in value.items()})


def _field(name: str, hint: Any, value: Any) -> Any:
    try:
        return from_json(hint, value)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in dataclasses.fields(kind) if each.init}


def _array_to_json(array: Any) -> Any:
    if array.dtype.kind in "OSU":
        return {
            ARRAY: "text",
            "shape": list(array.shape),
            "values": [_text(each) for each in array.reshape(-1).tolist()],
        }
    if array.dtype.name not in DTYPES:
        raise TypeError(f"an array of {array.dtype} has no form in JSON")
    data = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return {
        ARRAY: array.dtype.name,
        "shape": list(array.shape),
        "bytes": base64.b64encode(data).decode("ascii"),
    }


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _array_from_json(value: Any) -> Any:
    if not isinstance(value, dict) or ARRAY not in value:
        return _MISSING
    shape = tuple(int(each) for each in value["shape"])
    if value[ARRAY] == "text":
        listed = np.empty(len(value["values"]), object)
        listed[:] = value["values"]
        return listed.reshape(shape)
    if value[ARRAY] not in DTYPES:
        return _MISSING
    kind = np.dtype(value[ARRAY])
    try:
        data = base64.b64decode(value["bytes"], validate=True)
    except binascii.Error as error:
        raise ValueError(f"its bytes are no base64 ({error})") from error
    return np.frombuffer(data, kind.newbyteorder("<")).astype(kind, copy=False).reshape(shape)


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
