"""Shapes as hypothesis draws them."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.domain.shapes.rotated_box import RotatedBox

WIDTH, HEIGHT = 23, 17

few = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""These drawings are large and there are many tests; a hundred of each would be minutes."""


def pixel(low: float = -30.0, high: float = 60.0) -> st.SearchStrategy[float]:
    """Coordinates, often on pixel edges or centres, where rules about edges show."""
    return st.one_of(
        st.integers(int(2 * low), int(2 * high)).map(lambda half: half / 2), st.floats(low, high, width=32)
    )


@st.composite
def boxes(draw: st.DrawFn, low: float = -30.0, high: float = 60.0) -> Box:
    left, top = draw(pixel(low, high)), draw(pixel(low, high))
    return Box(left, top, left + draw(st.floats(0.01, 40)), top + draw(st.floats(0.01, 40)))


@st.composite
def rotated_boxes(draw: st.DrawFn) -> RotatedBox:
    sides = draw(st.floats(0.1, 40)), draw(st.floats(0.1, 40))
    return RotatedBox(draw(pixel()), draw(pixel()), *sides, draw(st.floats(-720, 720)))


def rings(low: float = -30.0, high: float = 60.0, most: int = 9) -> st.SearchStrategy[Doubles]:
    """Any vertices in any order: most of these rings cross themselves."""
    point = st.tuples(pixel(low, high), pixel(low, high))
    return st.lists(point, min_size=3, max_size=most).map(np.array)


@st.composite
def polygons(draw: st.DrawFn, low: float = -30.0, high: float = 60.0) -> Polygon:
    """Several parts, holes anywhere, everything crossing everything."""
    count = draw(st.integers(1, 3))
    return Polygon(
        Part(draw(rings(low, high)), draw(st.lists(rings(low, high, 5), max_size=2))) for _ in range(count)
    )


@st.composite
def stars(draw: st.DrawFn, *, holes: bool = False, low: float = 2.0, high: float = 20.0) -> Polygon:
    """Simple polygons: vertices around a centre, each at its own distance; the hole is the same at 40 %."""
    count = draw(st.integers(3, 12))
    reach = np.array(draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))
    angle = 2 * np.pi * np.arange(count) / count + draw(st.floats(0, 1))
    spokes = np.stack((reach * np.cos(angle), reach * np.sin(angle)), axis=1)
    centre = np.array([draw(pixel(0, 40)), draw(pixel(0, 40))])
    return Polygon([Part(centre + spokes, [centre + 0.4 * spokes] if holes and draw(st.booleans()) else [])])


def pixels(width: int = WIDTH, height: int = HEIGHT) -> st.SearchStrategy[Bools]:
    return hnp.arrays(np.bool_, (height, width))


def any_pixels() -> st.SearchStrategy[Bools]:
    return hnp.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


masks = pixels().map(encode)


@st.composite
def keypoints(draw: st.DrawFn, count: int | None = None) -> Keypoints:
    size = count or draw(st.integers(1, 6))
    points = [(draw(pixel()), draw(pixel())) for _ in range(size)]
    seen = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    return Keypoints(points, seen, draw(st.none() | boxes()))


shapes = st.one_of(boxes(), rotated_boxes(), polygons(), masks, keypoints())


def rings_of(polygon: Polygon) -> list[Doubles]:
    return [ring for part in polygon.parts for ring in (part.outline, *part.holes)]


def distances(points: Doubles, rings: list[Doubles]) -> Doubles:
    """How far points (N, 2) are from the nearest of the rings' edges: (N,) pixels."""
    start = np.concatenate(rings)
    way = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]) - start
    away = points[:, None] - start
    square = (way**2).sum(axis=1)
    share = np.clip((away * way).sum(axis=2) / np.where(square > 0, square, 1), 0, 1)
    nearest: Doubles = np.linalg.norm(away - share[..., None] * way, axis=2).min(axis=1)
    return nearest
