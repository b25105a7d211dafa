"""A selector: which images a gesture means, said in a way that can be sent, kept in the history, and read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labelgraft.domain.image import ImageFilter

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Selector:
    """One way of choosing images, refined.

    Exactly one of these says which: images (their numbers), lasso (three corners or more, in map units), rectangle
    (x0, y0, x1, y1 in map units, any two opposite corners), island (its number), filter, or add (every image that one
    of these selectors means, without those that one of subtract means).
    round_number: the round that lasso, rectangle and island are on; the last for None.
    leave_out: numbers of odd ones. unlabelled_only: without images that have a label or were set aside.
    """

    images: Sequence[int] | None = None
    lasso: Sequence[Corner] | None = None
    rectangle: tuple[float, float, float, float] | None = None
    island: int | None = None
    filter: ImageFilter | None = None
    add: Sequence[Selector] | None = None
    subtract: Sequence[Selector] = ()
    round_number: int | None = None
    leave_out: Sequence[int] = ()
    unlabelled_only: bool = False

    def ways(self) -> dict[str, object]:
        """The ways of choosing that are given."""
        named = {
            "images": self.images,
            "lasso": self.lasso,
            "rectangle": self.rectangle,
            "island": self.island,
            "filter": self.filter,
            "add": self.add,
        }
        return {name: value for name, value in named.items() if value is not None}
