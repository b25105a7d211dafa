"""Shapes moved, scaled, mirrored and turned with their image."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.domain.shapes.drawn import HEIGHT, WIDTH, few, keypoints, masks, pixels, rotated_boxes, shapes

from labelgraft.domain.arrays import Bools
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds, corners
from labelgraft.domain.shapes.placing import mirrored, moved, scaled, turned
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadShape

PILLOW = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BACK = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}


def assert_close(one: Shape, other: Shape) -> None:
    """The same up to rounding."""
    assert type(one) is type(other)
    match one, other:
        case Box(), Box():
            assert (one.left, one.top, one.right, one.bottom) == pytest.approx(
                (other.left, other.top, other.right, other.bottom), abs=1e-9
            )
        case RotatedBox(), RotatedBox():
            assert corners(one) == pytest.approx(corners(other), abs=1e-9)
        case Polygon(), Polygon():
            for ours, theirs in zip(one.parts, other.parts, strict=True):
                for ring, its in zip(
                    (ours.outline, *ours.holes), (theirs.outline, *theirs.holes), strict=True
                ):
                    assert ring == pytest.approx(its, abs=1e-9)
        case Keypoints(), Keypoints():
            assert one.points == pytest.approx(other.points, abs=1e-9)
            assert (one.visibility == other.visibility).all()
            assert (one.box is None) == (other.box is None)
        case _:
            assert one == other


@pytest.mark.parametrize("orientation", range(2, 9))
@few
@given(pixels())
def test_masks_turn_as_pillow_turns_pictures(orientation: int, drawn: Bools) -> None:
    picture = Image.fromarray(drawn.astype(np.uint8)).transpose(PILLOW[orientation])
    found = turned(encode(drawn), orientation, WIDTH, HEIGHT)
    assert isinstance(found, Mask)
    assert (decode(found) == np.asarray(picture).astype(bool)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_boxes_and_polygons_turn_as_the_pixel_under_them(orientation: int) -> None:
    pixel = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixel[3, 5] = True
    there = bounds(turned(encode(pixel), orientation, WIDTH, HEIGHT))
    square = [[5, 3], [6, 3], [6, 4], [5, 4]]
    for shape in (
        Box(5, 3, 6, 4),
        Polygon([Part(square)]),
        RotatedBox(5.5, 3.5, 1, 1),
        Keypoints(square, [2] * 4),
    ):
        assert_close(bounds(turned(shape, orientation, WIDTH, HEIGHT)), there)


@pytest.mark.parametrize("orientation", range(1, 9))
@few
@given(shape=shapes)
def test_a_turn_taken_back_gives_the_same_shape(orientation: int, shape: Shape) -> None:
    upright = (HEIGHT, WIDTH) if orientation >= 5 else (WIDTH, HEIGHT)
    assert_close(turned(turned(shape, orientation, WIDTH, HEIGHT), BACK[orientation], *upright), shape)


def composed(first: int, second: int) -> int:
    """The one orientation that does both, by trying on an L-shaped picture."""
    drawn = np.arange(6).reshape(2, 3)

    def turn(picture: np.ndarray[tuple[int, ...], np.dtype[np.int64]], by: int) -> list[list[int]]:
        image = Image.fromarray(picture.astype(np.uint8))
        return np.asarray(image.transpose(PILLOW[by]) if by in PILLOW else image).tolist()  # type: ignore[no-any-return]

    both = turn(np.array(turn(drawn, first)), second)
    return next(by for by in range(1, 9) if turn(drawn, by) == both)


COMPOSED = {pair: composed(*pair) for pair in product(range(1, 9), repeat=2)}


@few
@given(shape=shapes, first=st.integers(1, 8), second=st.integers(1, 8))
def test_two_turns_are_the_one_that_does_both(shape: Shape, first: int, second: int) -> None:
    between = (HEIGHT, WIDTH) if first >= 5 else (WIDTH, HEIGHT)
    both = turned(turned(shape, first, WIDTH, HEIGHT), second, *between)
    assert_close(both, turned(shape, COMPOSED[first, second], WIDTH, HEIGHT))


@few
@given(rotated_boxes(), st.integers(1, 8))
def test_the_heading_of_a_rotated_box_turns_with_it(box: RotatedBox, orientation: int) -> None:
    tip = (corners(box)[1] + corners(box)[2]) / 2
    there = turned(Keypoints([tip], [2]), orientation, WIDTH, HEIGHT)
    found = turned(box, orientation, WIDTH, HEIGHT)
    assert isinstance(there, Keypoints)
    assert isinstance(found, RotatedBox)
    assert (corners(found)[1] + corners(found)[2]) / 2 == pytest.approx(there.points[0], abs=1e-9)


@few
@given(shapes, st.integers(-9, 9), st.integers(-9, 9))
def test_moving_by_whole_pixels_and_back_changes_nothing_that_stayed_inside(
    shape: Shape, dx: int, dy: int
) -> None:
    back = moved(moved(shape, dx, dy), -dx, -dy)
    if isinstance(shape, Mask):
        drawn = decode(shape)
        kept = np.zeros_like(drawn)
        kept[max(0, -dy) : HEIGHT - max(0, dy), max(0, -dx) : WIDTH - max(0, dx)] = True
        assert back == encode(drawn & kept)
    else:
        assert_close(back, shape)


@few
@given(masks, st.integers(1, 4), st.integers(1, 4))
def test_masks_enlarged_by_whole_factors_repeat_their_pixels(mask: Mask, sx: int, sy: int) -> None:
    larger = scaled(mask, sx, sy)
    assert isinstance(larger, Mask)
    assert (decode(larger) == decode(mask).repeat(sy, axis=0).repeat(sx, axis=1)).all()
    assert scaled(larger, 1 / sx, 1 / sy) == mask


@few
@given(
    shapes.filter(lambda shape: not isinstance(shape, Mask | Keypoints)),
    st.floats(0.1, 10),
    st.floats(0.1, 10),
)
def test_scaling_multiplies_areas(shape: Shape, sx: float, sy: float) -> None:
    assert area(scaled(shape, sx, sy)) == pytest.approx(area(shape) * sx * sy, rel=1e-9, abs=1e-6)


@few
@given(rotated_boxes(), st.floats(0.1, 10))
def test_a_rotated_box_scaled_evenly_keeps_its_angle(box: RotatedBox, factor: float) -> None:
    found = scaled(box, factor, factor)
    assert isinstance(found, RotatedBox)
    assert corners(found) == pytest.approx(corners(box) * factor)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_factors_that_leave_nothing_are_refused(factor: float) -> None:
    with pytest.raises(BadShape, match="above 0"):
        scaled(Box(0, 0, 1, 1), 1.0, factor)


@few
@given(keypoints(3))
def test_in_the_mirror_left_and_right_change_names(shape: Keypoints) -> None:
    eyes = Skeleton(("left", "nose", "right"), mirrored=(2, 1, 0))
    found = mirrored(shape, WIDTH, eyes)
    assert isinstance(found, Keypoints)
    for at, other in enumerate(eyes.mirrored):
        assert found.visibility[at] == shape.visibility[other]
        if shape.visibility[other]:
            assert found.points[at] == pytest.approx([WIDTH - shape.points[other, 0], shape.points[other, 1]])
    assert_close(mirrored(found, WIDTH, eyes), shape)


@few
@given(shapes)
def test_mirrored_is_the_second_orientation_and_its_own_inverse(shape: Shape) -> None:
    assert mirrored(shape, WIDTH) == turned(shape, 2, WIDTH, HEIGHT)
    assert_close(mirrored(mirrored(shape, WIDTH), WIDTH), shape)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(BadShape, match="orientation"):
        turned(Box(0, 0, 1, 1), 9, 10, 10)
    with pytest.raises(BadShape, match="expected 7"):
        mirrored(Mask(3, 2, [6]), 7)
    with pytest.raises(BadShape, match="expected 2"):
        mirrored(Keypoints([[1, 1]], [2]), 7, Skeleton(("a", "b"), mirrored=(1, 0)))
