"""Masks as polygons: the outlines of their pixels."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints
from labelgraft.domain.shapes.crossings import do_cross
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.runs import column_pieces
from labelgraft.domain.shapes.scanlines import edges_of
from labelgraft.domain.shapes.simplify import simplified
from labelgraft.domain.shapes.untangle import untangled
from labelgraft.errors import BadShape


def mask_polygon(mask: Mask, tolerance_px: float = 0.0) -> Polygon:
    """The outlines along the edges of the pixels: a part for each group of pixels that touch by their sides, with its holes.

    tolerance_px 0: corners only, and polygon_mask gives back the very same mask. Above 0: fewer vertices (Douglas-Peucker);
    no pixel whose centre is farther than 2 * tolerance_px from the mask's edge changes, so the IoU is at least
    1 - (pixels so near to the edge) / (pixels of the mask). Holes thinner than that may close; parts never vanish.
    Outlines run clockwise on the screen, holes the other way, at tolerance 0. O(R log R) for R runs, cut at the columns,
    and one step of plain Python for each. Raises: BadShape for an empty mask, or a tolerance that is not >= 0.
    """
    if not tolerance_px >= 0:
        raise BadShape(f"mask: found the tolerance {tolerance_px} px, expected 0 or more.")
    column, top, bottom = column_pieces(mask)
    if not len(column):
        raise BadShape("mask: it is empty and has no outline.")
    columns, y = np.repeat(column, 2), np.stack((top, bottom), axis=1).reshape(-1)
    following = _following(columns, y, mask.height_px)
    order, begins = _loops(following)
    rings = _corners(columns, y, following, order, begins)
    owners = _owners(y, order, begins)
    return _in_parts(rings, owners, tolerance_px)


def _following(columns: Ints, y: Ints, height: int) -> Ints:
    """Which edge comes after each edge of an outline, the object to its right hand.

    Each piece of a column has two level edges: 2 p above it, running to the right, and 2 p + 1 below it, running to the
    left. Where two columns meet, the ends of their edges, sorted downwards, are joined two by two by upright edges, of no
    length where the outline goes straight on. Where pixels touch by a corner only, the end of one piece comes before the
    begin of the other, which keeps the two apart.
    """
    edge = np.arange(len(y))
    ends_x = np.stack((columns, columns + 1), axis=1).reshape(-1)
    ends_y, is_top = np.repeat(y, 2), np.repeat(1 - edge % 2, 2)
    order = np.argsort((ends_x * (height + 1) + ends_y) * 2 + is_top, kind="stable")
    partner = np.empty_like(order)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    head = 2 * edge + (edge % 2 == 0)
    following: Ints = partner[head] // 2
    return following


def _loops(following: Ints) -> tuple[Ints, Ints]:
    """The edges in the order of their outlines, and where each outline begins among them."""
    after = following.tolist()
    seen = bytearray(len(after))
    order: list[int] = []
    begins: list[int] = []
    for first in range(len(after)):
        if not seen[first]:
            begins.append(len(order))
        edge = first
        while not seen[edge]:
            seen[edge] = 1
            order.append(edge)
            edge = after[edge]
    return np.array(order), np.array(begins)


def _corners(columns: Ints, y: Ints, following: Ints, order: Ints, begins: Ints) -> list[Doubles]:
    """The corners of each outline: the ends of level edges at which it does not go straight on."""
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    turns = np.stack((y[before] != y, y[following] != y), axis=1)[order]
    is_bottom = np.arange(len(y)) % 2
    xs = np.stack((columns + is_bottom, columns + 1 - is_bottom), axis=1)[order]
    points = np.stack((xs, np.stack((y, y), axis=1)[order]), axis=2).reshape(-1, 2).astype(np.float64)
    counts = np.add.reduceat(turns.sum(axis=1), begins)
    return np.split(points[turns.reshape(-1)], np.cumsum(counts)[:-1])


def _owners(y: Ints, order: Ints, begins: Ints) -> Ints:
    """For each outline the outer outline of its part: itself, or for a hole the one around the pixels around the hole.

    The highest edge of a hole is the lower edge of a piece; the upper edge of that piece belongs to an outline of the same
    part that reaches higher up. Followed upwards, that ends at the outer one.
    """
    sizes = np.diff(np.append(begins, len(order)))
    outline = np.empty(len(order), np.int64)
    outline[order] = np.repeat(np.arange(len(begins)), sizes)
    highest = np.minimum.reduceat(y[order] * len(y) + order, begins) % len(y)
    owner = np.where(highest % 2 == 1, outline[highest - highest % 2], np.arange(len(begins)))
    while not (owner[owner] == owner).all():
        owner = owner[owner]
    return owner


def _in_parts(rings: list[Doubles], owners: Ints, tolerance_px: float) -> Polygon:
    grouped: dict[int, list[int]] = {}
    for ring, owner in enumerate(owners.tolist()):
        grouped.setdefault(owner, []).append(ring)
    groups = [[outer, *(ring for ring in members if ring != outer)] for outer, members in grouped.items()]
    if tolerance_px == 0:
        return Polygon(Part(rings[outer], [rings[hole] for hole in holes]) for outer, *holes in groups)
    coarse = simplified(rings, tolerance_px)
    parts: list[Part] = []
    for outer, *holes in groups:
        outline = coarse[outer] if len(coarse[outer]) > 2 else rings[outer]
        parts.extend(_apart(Part(outline, [coarse[hole] for hole in holes if len(coarse[hole]) > 2])))
    return Polygon(parts)


def _apart(part: Part) -> list[Part]:
    """Without outlines that cross, which leaving out vertices may bring about."""
    if not do_cross(edges_of(part)):
        return [part]
    return untangled([part.outline, *part.holes]) or [part]
