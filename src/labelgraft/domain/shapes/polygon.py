"""A polygon: one object of one or several parts, each a ring that may have holes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.points import read_only_points
from labelgraft.errors import BadShape


class Part:
    """One connected piece: an outline and the holes in it.

    outline: (N, 2), N >= 3, as drawn, in either direction; the last vertex is joined to the first and does not repeat
    it. holes: of the same form. Raises: BadShape.
    """

    __slots__ = ("holes", "outline")

    def __init__(self, outline: Any, holes: Iterable[Any] = ()) -> None:
        self.outline: Doubles = read_only_points(outline, "polygon", at_least=3)
        self.holes: tuple[Doubles, ...] = tuple(
            read_only_points(h, "hole of a polygon", at_least=3) for h in holes
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Part({self.outline.tolist()}, holes={[hole.tolist() for hole in self.holes]})"

    def _key(self) -> tuple[bytes, ...]:
        return tuple((ring + 0.0).tobytes() for ring in (self.outline, *self.holes))  # -0.0 is 0.0


class Polygon:
    """One object: what its parts cover, even-odd within a part, all parts together. Raises: BadShape without a part."""

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Part]) -> None:
        self.parts: tuple[Part, ...] = tuple(parts)
        if not self.parts:
            raise BadShape("polygon: found no part, expected one or more.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polygon) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return f"Polygon({list(self.parts)})"
