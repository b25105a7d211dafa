"""Schemas of selections."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelgraft.domain.selector import Selector
from labelgraft.server.schemas.base import Count, Id, Schema
from labelgraft.server.schemas.images import ImageConditions

MOST_IMAGES = 100_000
MOST_CORNERS = 20_000
MOST_PARTS = 100

Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]


class ImageSelector(Schema):
    """Which images: exactly one of images, lasso, rectangle, island, filter and add says it, and the rest refines it."""

    images: list[Id] | None = Field(
        None, max_length=MOST_IMAGES, description="By number.", examples=[[3, 17]]
    )
    lasso: list[tuple[Number, Number]] | None = Field(
        None, min_length=3, max_length=MOST_CORNERS,
        description="Inside this closed polygon on a round of the map, in map units.",
    )  # fmt: skip
    rectangle: tuple[Number, Number, Number, Number] | None = Field(
        None,
        description="Inside this rectangle on a round of the map: x0, y0, x1, y1 of two opposite corners.",
    )
    island: Count | None = Field(None, description="On this island of a round of the map.")
    filter: ImageConditions | None = Field(None, description="That fit these conditions.")
    add: list[ImageSelector] | None = Field(
        None, min_length=1, max_length=MOST_PARTS, description="That one of these selectors means."
    )
    subtract: list[ImageSelector] = Field(
        default_factory=list, max_length=MOST_PARTS,
        description="With add: without those that one of these selectors means.",
    )  # fmt: skip
    round: Id | None = Field(
        None, description="The round that lasso, rectangle and island are on; the last where it is left out."
    )
    leave_out: list[Id] = Field(
        default_factory=list, max_length=MOST_IMAGES, description="Odd ones that were thrown out, by number."
    )
    unlabelled_only: bool = Field(False, description="Without images that have a label or were set aside.")

    def selector(self) -> Selector:
        """The same as the workbench takes it."""
        return Selector(
            images=self.images,
            lasso=self.lasso,
            rectangle=self.rectangle,
            island=self.island,
            filter=None if self.filter is None else self.filter.filter(),
            add=None if self.add is None else tuple(each.selector() for each in self.add),
            subtract=tuple(each.selector() for each in self.subtract),
            round_number=self.round,
            leave_out=self.leave_out,
            unlabelled_only=self.unlabelled_only,
        )


class Selected(Schema):
    """The images of a selection."""

    image_ids: list[Id] = Field(description="The odd ones first.", examples=[[17, 3]])
    oddness: list[float | None] = Field(
        description="How unlike the rest each is, in robust standard deviations: from 3 on it deserves a look. Null "
        "without an embedding.",
        examples=[[4.2, -0.3]],
    )
    count: Count = Field(description="How many.", examples=[2])
    words: str = Field(description="How they were chosen.", examples=["by lasso on round 3"])
