"""Overlap, against pycocotools and by the laws that it must keep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pycocotools import mask as coco
from pycocotools.cocoeval import COCOeval
from tests.domain.shapes.drawn import (
    HEIGHT,
    WIDTH,
    boxes,
    few,
    keypoints,
    masks,
    pixels,
    polygons,
    rotated_boxes,
    stars,
)

from labelgraft.domain.arrays import Bools
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds, corners
from labelgraft.domain.shapes.overlap import (
    boundary_iou,
    box_ious,
    iou,
    mask_ious,
    oks,
    rotated_iou,
    rotated_ious,
)
from labelgraft.domain.shapes.placing import moved
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadShape, ShapeMismatch

pairs = st.one_of(
    st.tuples(boxes(), boxes()),
    st.tuples(rotated_boxes(), rotated_boxes()),
    st.tuples(polygons(), polygons()),
    st.tuples(masks, masks),
)


def edges(drawn: list[Box]) -> Any:
    return np.array([(box.left, box.top, box.right, box.bottom) for box in drawn], float).reshape(-1, 4)


@few
@given(pairs)
def test_iou_is_symmetric_within_bounds_and_one_with_itself(pair: tuple[Shape, Shape]) -> None:
    one, other = pair
    assert 0 <= iou(one, other) <= 1
    assert iou(one, other) == pytest.approx(iou(other, one), abs=1e-9)
    assume(area(one) > 1e-3)
    assert iou(one, one) == pytest.approx(1)


@few
@given(pairs.filter(lambda pair: not isinstance(pair[0], Mask)), st.floats(-500, 500), st.floats(-500, 500))
def test_iou_does_not_change_where_both_are_moved(pair: tuple[Shape, Shape], dx: float, dy: float) -> None:
    assume(min(area(pair[0]), area(pair[1])) > 1e-3)
    there = iou(moved(pair[0], dx, dy), moved(pair[1], dx, dy))
    assert there == pytest.approx(iou(*pair), abs=1e-6)


@few
@given(st.lists(boxes(), max_size=4), st.lists(boxes(), max_size=4), st.data())
def test_boxes_overlap_as_pycocotools_says_crowds_too(
    found: list[Box], truth: list[Box], data: st.DataObject
) -> None:
    crowd = np.array(data.draw(st.lists(st.booleans(), min_size=len(truth), max_size=len(truth))), np.bool_)
    ours = box_ious(edges(found), edges(truth), crowd)
    assert ours.shape == (len(found), len(truth))
    if found and truth:
        corner_and_size = [
            np.concatenate((each[:, :2], each[:, 2:] - each[:, :2]), 1) for each in map(edges, (found, truth))
        ]
        assert ours == pytest.approx(coco.iou(*corner_and_size, crowd.astype(np.uint8)), abs=1e-9)


@few
@given(st.lists(pixels(), min_size=1, max_size=3), st.lists(pixels(), min_size=1, max_size=3), st.data())
def test_masks_overlap_as_pycocotools_says_crowds_too(
    found: list[Bools], truth: list[Bools], data: st.DataObject
) -> None:
    crowd = np.array(data.draw(st.lists(st.booleans(), min_size=len(truth), max_size=len(truth))), np.bool_)
    assume(all(each.any() for each in (*found, *truth)))  # pycocotools gives NaN for two empty ones
    ours = mask_ious([encode(each) for each in found], [encode(each) for each in truth], crowd)
    runs = [
        [coco.encode(np.asfortranarray(each.astype(np.uint8))) for each in drawn] for drawn in (found, truth)
    ]
    assert (ours == coco.iou(*runs, crowd.astype(np.uint8))).all()


def test_small_masks_far_apart_and_empty_ones_share_nothing() -> None:
    drawn = np.zeros((3, HEIGHT, WIDTH), np.bool_)
    drawn[0, 2:4, 2:4] = drawn[1, 9:12, 15:20] = True
    found = [encode(each) for each in drawn]
    assert mask_ious(found, found).tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert mask_ious(found, []).shape == (3, 0)
    assert mask_ious([], found).shape == (0, 3)


def test_many_boxes_in_blocks_are_what_single_ones_are() -> None:
    rng = np.random.default_rng(1)
    low = rng.uniform(0, 50, (700, 2))
    drawn = np.concatenate((low, low + rng.uniform(1, 30, (700, 2))), axis=1)
    whole = box_ious(drawn, drawn)
    for row in (0, 93, 94, 699):
        assert (whole[row] == box_ious(drawn[row : row + 1], drawn)[0]).all()
    assert whole.diagonal() == pytest.approx(1)


@few
@given(rotated_boxes(), rotated_boxes())
def test_rotated_boxes_overlap_as_the_polygons_of_their_corners(one: RotatedBox, other: RotatedBox) -> None:
    as_polygons = iou(Polygon([Part(corners(one))]), Polygon([Part(corners(other))]))
    assert rotated_iou(one, other) == pytest.approx(as_polygons, abs=1e-7)


@few
@given(boxes(), boxes(), st.sampled_from([0, 90, 180, 270]))
def test_rotated_boxes_along_the_image_are_boxes(one: Box, other: Box, degrees: int) -> None:
    def upright(box: Box) -> RotatedBox:
        sides = (box.height, box.width) if degrees % 180 else (box.width, box.height)
        return RotatedBox((box.left + box.right) / 2, (box.top + box.bottom) / 2, *sides, degrees)

    assert rotated_iou(upright(one), upright(other)) == pytest.approx(iou(one, other), abs=1e-9)


@few
@given(st.lists(rotated_boxes(), max_size=3), st.lists(rotated_boxes(), min_size=1, max_size=3))
def test_rotated_boxes_pair_by_pair(found: list[RotatedBox], truth: list[RotatedBox]) -> None:
    crowd = np.arange(len(truth)) % 2 == 0
    whole = rotated_ious(found, truth, crowd)
    for row, one in enumerate(found):
        for column, other in enumerate(truth):
            assert whole[row, column] == pytest.approx(
                rotated_iou(one, other, bool(crowd[column])), abs=1e-12
            )


def test_overlaps_known_by_hand() -> None:
    square = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    ring, half = Polygon([Part(square, [square / 2 + 2.5])]), Polygon([Part(square * [0.5, 1])])
    assert iou(ring, half) == pytest.approx(37.5 / 87.5)
    assert iou(ring, half, crowd=True) == pytest.approx(0.5)
    assert rotated_iou(RotatedBox(0, 0, 2, 2), RotatedBox(0, 0, 2, 2, 45)) == pytest.approx(2**-0.5)
    assert rotated_iou(RotatedBox(0, 0, 1, 1), RotatedBox(0, 0, 9, 9, 30), crowd=True) == pytest.approx(1)
    assert iou(Box(0, 0, 2, 2), Box(1, 1, 3, 3)) == pytest.approx(1 / 7)


@few
@given(stars(holes=True), stars(holes=True))
def test_polygons_in_parts_share_what_their_parts_share(one: Polygon, other: Polygon) -> None:
    apart = moved(one, 500, 0)
    assert isinstance(apart, Polygon)
    both = Polygon([*one.parts, *apart.parts])
    shared = iou(one, other) * (area(one) + area(other)) / (1 + iou(one, other))
    assert iou(both, other) == pytest.approx(shared / (2 * area(one) + area(other) - shared), abs=1e-9)


def border_pixel_by_pixel(drawn: Bools, depth: int) -> Bools:
    padded = np.pad(drawn, depth)
    size = 2 * depth + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    border: Bools = drawn & ~windows.all(axis=(2, 3))
    return border


@few
@given(pixels(), pixels(), st.integers(1, 4))
def test_boundary_iou_is_that_of_the_borders(one: Bools, other: Bools, depth: int) -> None:
    found = boundary_iou(encode(one), encode(other), depth / np.hypot(WIDTH, HEIGHT))
    ours, theirs = border_pixel_by_pixel(one, depth), border_pixel_by_pixel(other, depth)
    assert found == pytest.approx((ours & theirs).sum() / max(1, (ours | theirs).sum()))


def test_boundary_iou_of_thick_masks_sees_their_edges_only() -> None:
    drawn = np.zeros((200, 300), np.bool_)
    drawn[20:180, 20:280] = True
    one, other = encode(drawn), encode(np.roll(drawn, 2, axis=1))
    assert mask_ious([one], [other])[0, 0] > 0.98
    assert boundary_iou(one, other) < boundary_iou(one, one) == 1
    assert boundary_iou(one, other) == pytest.approx(border_iou(drawn, 2, round(0.02 * np.hypot(200, 300))))


def border_iou(drawn: Bools, shift: int, depth: int) -> float:
    ours, theirs = (border_pixel_by_pixel(each, depth) for each in (drawn, np.roll(drawn, shift, axis=1)))
    return float((ours & theirs).sum() / (ours | theirs).sum())


def cocos_oks(found: Keypoints, truth: Keypoints, sigmas: list[float], true_area: float) -> float:
    def numbers(shape: Keypoints) -> list[float]:
        return np.concatenate((shape.points, shape.visibility[:, None]), axis=1).ravel().tolist()

    box = truth.box or bounds(truth)
    corner_and_size = [box.left, box.top, box.width, box.height]
    evaluation = COCOeval(iouType="keypoints")
    evaluation.params.kpt_oks_sigmas = np.array(sigmas)
    evaluation.params.useCats = 1
    evaluation._gts[1, 1] = [{"keypoints": numbers(truth), "bbox": corner_and_size, "area": true_area}]
    evaluation._dts[1, 1] = [{"keypoints": numbers(found), "score": 1.0}]
    return float(evaluation.computeOks(1, 1)[0, 0])


@few
@given(keypoints(5), keypoints(5), st.floats(1, 5000), st.lists(st.floats(0.01, 0.3), min_size=5, max_size=5))
def test_keypoints_are_alike_as_pycocotools_says(
    found: Keypoints, truth: Keypoints, true_area: float, sigmas: list[float]
) -> None:
    assume(truth.visibility.any() or truth.box is not None)
    assert oks(found, truth, sigmas, true_area) == pytest.approx(
        cocos_oks(found, truth, sigmas, true_area), abs=1e-9
    )


@few
@given(keypoints())
def test_keypoints_are_wholly_like_themselves(shape: Keypoints) -> None:
    assume(shape.visibility.any())
    assert iou(shape, shape) == 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ShapeMismatch, match="box and a mask"):
        iou(Box(0, 0, 1, 1), Mask(1, 1, [1]))
    with pytest.raises(ShapeMismatch, match="one size"):
        mask_ious([Mask(2, 1, [2])], [Mask(1, 2, [2])])
    with pytest.raises(ShapeMismatch, match="expected 2"):
        oks(Keypoints([[1, 1]], [2]), Keypoints([[1, 1], [2, 2]], [2, 2]), [0.1], 1)
    with pytest.raises(BadShape, match="neither"):
        oks(Keypoints([[1, 1]], [2]), Keypoints([[1, 1]], [0]), [0.1], 1)
