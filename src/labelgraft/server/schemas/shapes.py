"""Schemas of shapes, as they go over the wire: pixels of the upright image from its top-left corner."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from labelgraft.domain.shapes import shape_json
from labelgraft.domain.shapes.shape import Shape
from labelgraft.server.schemas.base import Id, Schema

MOST_VERTICES = 100_000
MOST_KEYPOINTS = 1_000
LONGEST_MASK = 12_000_000

Point = tuple[float, float]
Ring = Annotated[list[Point], Field(min_length=3, max_length=MOST_VERTICES)]


class BoxShape(Schema):
    """A box with sides along the image."""

    kind: Literal["box"] = Field(description="A box.")
    box: tuple[float, float, float, float] = Field(
        description="Left, top, right, bottom.", examples=[[10.5, 20, 110, 90.25]]
    )


class RotatedBoxShape(Schema):
    """A box turned about its centre."""

    kind: Literal["rotated-box"] = Field(description="A rotated box.")
    centre: Point = Field(description="x, y.", examples=[[60, 55]])
    size: tuple[float, float] = Field(
        description="Width and height; width lies along x at 0 degrees.", examples=[[100, 70]]
    )
    degrees: float = Field(description="Clockwise on the screen, 0 to below 360.", examples=[30])


class PolygonPart(Schema):
    """One connected piece of a polygon."""

    outline: Ring = Field(
        description="Vertices; the last is joined to the first.", examples=[[[0, 0], [9, 0], [9, 9]]]
    )
    holes: list[Ring] = Field(
        default_factory=list, max_length=MOST_VERTICES, description="Rings that are cut out."
    )


class PolygonShape(Schema):
    """One object of one or several parts."""

    kind: Literal["polygon"] = Field(description="A polygon.")
    parts: list[PolygonPart] = Field(min_length=1, max_length=MOST_VERTICES, description="The pieces.")


class MaskShape(Schema):
    """The pixels of one object."""

    kind: Literal["mask"] = Field(description="A mask.")
    size: tuple[Id, Id] = Field(description="Width and height of the upright image.", examples=[[640, 480]])
    counts: str = Field(
        max_length=LONGEST_MASK, description="Run lengths as COCO compresses them.", examples=["PPYo1"]
    )


class KeypointsShape(Schema):
    """The points of one object, in the order of the class's skeleton."""

    kind: Literal["keypoints"] = Field(description="Keypoints.")
    points: list[tuple[float, float, Literal[0, 1, 2]]] = Field(
        min_length=1, max_length=MOST_KEYPOINTS, description="x, y, and 0 absent, 1 hidden or 2 visible.",
        examples=[[[12.5, 30, 2], [0, 0, 0]]],
    )  # fmt: skip
    box: tuple[float, float, float, float] | None = Field(
        None, description="Around the whole object, where one is drawn."
    )


AnyShape = Annotated[
    BoxShape | RotatedBoxShape | PolygonShape | MaskShape | KeypointsShape, Field(discriminator="kind")
]


def shape_of(given: AnyShape, where: str) -> Shape:
    """The shape as a value. Raises BadShape, with where it stands."""
    return shape_json.from_json(given.model_dump(exclude_none=True), where)


def wire_of(shape: Shape) -> dict[str, Any]:
    """A shape as it goes over the wire."""
    return shape_json.to_json(shape)
