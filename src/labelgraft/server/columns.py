"""Columns of numbers on the wire: a header in JSON, then the arrays as they lie in memory.

    uint32 little-endian      length of the header in bytes
    header                    UTF-8 JSON, padded with spaces so that the data begin at a multiple of 8
    data                      each array little-endian, beginning at a multiple of 8 from the start of the data

The header is {"columns": [{"name", "dtype", "shape", "offset"}], "facts": {...}}; offsets count from the start of the data.
A browser makes typed arrays of it without copying.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from fastapi import Response

from labelgraft.domain.arrays import AnyArray
from labelgraft.errors import BadFormat

MEDIA_TYPE = "application/vnd.labelgraft.columns"
ALIGNMENT = 8
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")
"""What JavaScript has typed arrays for."""


def encode(columns: Mapping[str, AnyArray], facts: Mapping[str, Any] | None = None) -> bytes:
    """Arrays by name, and facts as JSON values, as one block of bytes.

    64-bit whole numbers become uint32 or int32 where they fit, else float64, exact up to 2**53. Raises ValueError for a type
    that browsers have no array for.
    """
    described, pieces, offset = [], [], 0
    for name, values in columns.items():
        array = wire(values)
        described.append(
            {"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "offset": offset}
        )
        data = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        padding = -len(data) % ALIGNMENT
        pieces += [data, b"\0" * padding]
        offset += len(data) + padding
    header = json.dumps({"columns": described, "facts": dict(facts or {})}, allow_nan=False).encode()
    header += b" " * (-(4 + len(header)) % ALIGNMENT)
    return b"".join((struct.pack("<I", len(header)), header, *pieces))


def decode(block: bytes) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """The arrays by name, and the facts. Raises BadFormat."""
    try:
        (length,) = struct.unpack_from("<I", block)
        header = json.loads(block[4 : 4 + length])
        arrays = {
            each["name"]: _array(block, 4 + length + each["offset"], each["dtype"], each["shape"])
            for each in header["columns"]
        }
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise BadFormat(f"These bytes are no columns of numbers ({error}). Nothing was read.") from error
    return arrays, header["facts"]


def answer(columns: Mapping[str, AnyArray], facts: Mapping[str, Any] | None = None) -> Response:
    """Columns as an answer that is never kept by the browser: labels change."""
    return Response(encode(columns, facts), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def wire(values: AnyArray) -> AnyArray:
    """The array with a type that goes over the wire. Raises ValueError."""
    if values.dtype == np.bool_:
        return values.astype(np.uint8)
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
        fits = next(
            (
                kind
                for kind in (np.uint32, np.int32)
                if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max
            ),
            None,
        )
        return values.astype(fits or np.float64)
    if values.dtype.name not in DTYPES:
        raise ValueError(f"no browser has an array of {values.dtype}; expected one of {', '.join(DTYPES)}")
    return values


def _array(block: bytes, start: int, dtype: str, shape: list[int]) -> AnyArray:
    if dtype not in DTYPES:
        raise ValueError(f"unknown type {dtype!r}")
    count = int(np.prod(shape, dtype=np.int64))
    kind = np.dtype(dtype).newbyteorder("<")
    return np.frombuffer(block, kind, count, start).reshape(shape)
