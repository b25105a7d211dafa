"""Polygons as masks, by our rule and by COCO's."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.runs import from_pieces, from_spans
from labelgraft.domain.shapes.scanlines import edges_of, line_spans

_MEETINGS = 1 << 21
_FINER = 5


def polygon_mask(polygon: Polygon, width_px: int, height_px: int) -> Mask:
    """The pixels whose centre lies in the polygon: even-odd within a part, all parts together; what is outside is cut off.

    Centres on an upper or left edge belong, on a lower or right one not, so parts that share an edge share no pixel.
    The areas differ by at most one square pixel for each pixel that an outline passes: 1 + ceil|dx| + ceil|dy| per edge;
    usually far less. May be empty. O(M log M) for M meetings of edges with columns; no pixel inside is touched.
    """
    pieces = [_part_pieces(part, width_px, height_px) for part in polygon.parts]
    column, top, bottom = (np.concatenate(each) for each in zip(*pieces, strict=True))
    return from_pieces(width_px, height_px, column, top, bottom)


def coco_polygon_mask(polygon: Polygon, width_px: int, height_px: int) -> Mask:
    """The mask that pycocotools makes of the polygon, bit by bit: frPyObjects of its outlines, merged.

    For areas and masks that must equal those of other COCO tools; else use polygon_mask. COCO rounds vertices to a fifth of
    a pixel: the two differ only in pixels whose centre is within half a pixel of an outline. COCO has no holes; ours are
    cut out by the same rule. Equality holds for vertices at most an image's size away from the image. O(5 x length of the
    outlines) in time and memory. Source: cocoapi, common/maskApi.c, rleFrPoly; cocoapi#659 on the difference.
    """
    near = np.array([[-width_px, -height_px], [2 * width_px, 2 * height_px]], np.float64)
    whole = width_px * height_px
    starts, ends = [], []
    for part in polygon.parts:
        toggles = [
            _toggles(np.clip(ring, *near), width_px, height_px) for ring in (part.outline, *part.holes)
        ]
        numbers, times = np.unique(np.concatenate(toggles), return_counts=True)
        odd = numbers[times % 2 == 1]
        odd = np.append(odd, whole) if len(odd) % 2 else odd
        starts.append(odd[0::2])
        ends.append(odd[1::2])
    return from_spans(width_px, height_px, np.concatenate(starts), np.concatenate(ends))


def _part_pieces(part: Part, width_px: int, height_px: int) -> tuple[Ints, Ints, Ints]:
    """Column, first row and the row after the last of all pieces of columns in a part."""
    edges = edges_of(part)
    first = int(np.clip(np.floor(edges[:, 0].min() - 0.5), 0, width_px))
    last = int(np.clip(np.ceil(edges[:, 2].max() + 0.5), 0, width_px))
    step = max(1, _MEETINGS // len(edges))
    pieces = []
    for begin in range(first, max(last, first + 1), step):
        line, top, bottom = line_spans(
            edges, np.arange(begin, min(begin + step, last), dtype=np.float64) + 0.5
        )
        pieces.append((line + begin, _rows(top, height_px), _rows(bottom, height_px)))
    column, tops, bottoms = (np.concatenate(each) for each in zip(*pieces, strict=True))
    return column, tops, bottoms


def _rows(y: Doubles, height_px: int) -> Ints:
    """The first row whose centre is at or below y."""
    return np.ceil(np.clip(y - 0.5, 0, height_px)).astype(np.int64)


def _toggles(ring: Doubles, width_px: int, height_px: int) -> Ints:
    """Pixel numbers, down the columns, from which on COCO changes between outside and inside of a ring."""
    u, v = _walk((_FINER * ring + 0.5).astype(np.int64))
    steps = np.flatnonzero(u[1:] != u[:-1])
    before, after = steps, steps + 1
    x = (np.minimum(u[after], u[before]) + 0.5) / _FINER - 0.5
    on_column = (np.floor(x) == x) & (x >= 0) & (x <= width_px - 1)
    y = (np.minimum(v[after], v[before]) + 0.5) / _FINER - 0.5
    row = np.ceil(np.clip(y, 0, height_px))
    numbers = (x * height_px + row)[on_column].astype(np.int64)
    inside: Ints = numbers[numbers < width_px * height_px]
    return inside


def _walk(fine: Ints) -> tuple[Ints, Ints]:
    """Every point of the grid along a ring's edges, both ends of each edge included."""
    start, end = fine, np.roll(fine, -1, axis=0)
    way = np.abs(end - start)
    along = (way[:, 0] < way[:, 1]).astype(np.int64)  # the axis that is walked in single steps
    edge = np.arange(len(fine))
    length = way[edge, along]
    backwards = start[edge, along] > end[edge, along]
    low, high = np.where(backwards[:, None], end, start), np.where(backwards[:, None], start, end)
    rise = (high - low)[edge, 1 - along] / np.maximum(length, 1)
    each = np.repeat(edge, length + 1)
    offset = np.arange(len(each)) - np.repeat(np.cumsum(length + 1) - length - 1, length + 1)
    offset = np.where(backwards[each], length[each] - offset, offset)
    stepped = low[edge, along][each] + offset
    rounded = (low[edge, 1 - along][each] + rise[each] * offset + 0.5).astype(np.int64)
    upright = along[each] == 1
    return np.where(upright, rounded, stepped), np.where(upright, stepped, rounded)
