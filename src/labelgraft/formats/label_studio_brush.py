"""Masks as Label Studio keeps brushes: run lengths packed into bits, of the four colours of every pixel, row by row.

The packing is that of thi.ng/rle-pack: 32 bits count of words, 5 bits size of a word less one, four times 4 bits size of a
run length less one; then for each run one bit (1: a word repeated, 0: words as they are), two bits that choose the size of
its length, the length less one, and the word or words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Bools
from labelgraft.formats.records import BadRecordError

COLOURS = 4
LENGTH_BITS = (3, 4, 8, 16)
WORD_BITS = 8
MOST_WORDS = 1 << 30


def packed(pixels: Bools) -> list[int]:
    """(height, width) as bytes; painted pixels have all colours 255."""
    flat = pixels.reshape(-1)
    changes = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    begins = np.concatenate(([0], changes))
    lengths = np.diff(np.concatenate((begins, [len(flat)]))) * COLOURS
    bits = [
        _bits(len(flat) * COLOURS, 32),
        _bits(WORD_BITS - 1, 5),
        *(_bits(size - 1, 4) for size in LENGTH_BITS),
    ]
    for begin, length in zip(begins.tolist(), lengths.tolist(), strict=True):
        word = _bits(255 if flat[begin] else 0, WORD_BITS)
        left = length
        while left:
            run = min(left, 1 << LENGTH_BITS[-1])
            choice = next(at for at, size in enumerate(LENGTH_BITS) if run <= 1 << size)
            bits.append("1" + _bits(choice, 2) + _bits(run - 1, LENGTH_BITS[choice]) + word)
            left -= run
    joined = "".join(bits)
    joined += "0" * (-len(joined) % 8)
    found: list[int] = np.packbits(np.frombuffer(joined.encode(), np.uint8) - ord("0")).tolist()
    return found


def unpacked(data: Sequence[int], width_px: int, height_px: int) -> Bools:
    """(height, width) where the last colour, the opacity, is not 0. Raises: BadRecordError."""
    words = width_px * height_px * COLOURS
    if not data or words > MOST_WORDS or not all(isinstance(each, int) and 0 <= each < 256 for each in data):
        raise BadRecordError("its brush is no list of bytes, or its image is too large")
    reader = _Bits(data)
    count, word_bits = reader.take(32), reader.take(5) + 1
    if count != words:
        raise BadRecordError(f"its brush has {count} words, expected {width_px} x {height_px} x {COLOURS}")
    sizes = [reader.take(4) + 1 for _ in range(4)]
    flat = np.zeros(count, np.int64)
    at = 0
    while at < count:
        repeated = reader.take(1)
        end = at + 1 + reader.take(sizes[reader.take(2)])
        if end > count:
            raise BadRecordError("its brush is longer than its image")
        if repeated:
            flat[at:end] = reader.take(word_bits)
        else:
            flat[at:end] = [reader.take(word_bits) for _ in range(end - at)]
        at = end
    found: Bools = flat.reshape(height_px, width_px, COLOURS)[:, :, -1] > 0
    return found


def _bits(number: int, size: int) -> str:
    return f"{number:0{size}b}"


class _Bits:
    """Bits of bytes, from the first on."""

    def __init__(self, data: Sequence[int]) -> None:
        self._number = int.from_bytes(bytes(data), "big")
        self._text = f"{self._number:0{8 * len(data)}b}"
        self._at = 0

    def take(self, size: int) -> int:
        """The next bits as a number. Raises: BadRecordError at the end."""
        end = self._at + size
        if end > len(self._text):
            raise BadRecordError("its brush ends too early")
        found = int(self._text[self._at : end], 2)
        self._at = end
        return found
