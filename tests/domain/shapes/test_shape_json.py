"""The one form of shapes in JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.shapes.drawn import few, shapes

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.points import FARTHEST_PX
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape
from labelgraft.domain.shapes.shape_json import from_json, from_text, to_text
from labelgraft.errors import BadShape

TRIANGLE = [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]


@few
@given(shapes)
def test_every_shape_is_read_back_exactly(shape: Shape) -> None:
    text = to_text(shape)
    back = from_text(text, "here")
    assert back == shape
    assert to_text(back) == text


@few
@given(st.floats(-1e9, 8e8), st.floats(1e-3, 1e8))
def test_no_bit_of_a_number_is_lost(left: float, width: float) -> None:
    box = Box(left, -1e-300, left + width, 0.1)
    assert from_text(to_text(box), "here") == box


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (Box(1, 2, 3.5, 4), '{"kind":"box","box":[1.0,2.0,3.5,4.0]}'),
        (Box(np.float64(-0.0), 0, 1, 1), '{"kind":"box","box":[0.0,0.0,1.0,1.0]}'),
        (
            RotatedBox(1, 2, 3, 4, -90),
            '{"kind":"rotated-box","centre":[1.0,2.0],"size":[3.0,4.0],"degrees":270.0}',
        ),
        (
            Polygon([Part(TRIANGLE), Part(TRIANGLE, [TRIANGLE])]),
            '{"kind":"polygon","parts":[{"outline":[[0.0,0.0],[4.0,0.0],[0.0,4.0]]},{"outline":[[0.0,0.0],[4.0,0.0],'
            '[0.0,4.0]],"holes":[[[0.0,0.0],[4.0,0.0],[0.0,4.0]]]}]}',
        ),
        (Mask(3, 2, [1, 2, 3]), '{"kind":"mask","size":[3,2],"counts":"123"}'),
        (
            Keypoints([[1, 2], [3, 4]], [2, 0], Box(0, 0, 5, 5)),
            '{"kind":"keypoints","points":[[1.0,2.0,2],[0.0,0.0,0]],"box":[0.0,0.0,5.0,5.0]}',
        ),
    ],
)
def test_the_form_is_as_written_down(shape: Shape, text: str) -> None:
    assert to_text(shape) == text


def test_whole_numbers_are_read_as_pixels() -> None:
    assert from_json({"kind": "box", "box": [1, 2, 3, 4]}, "here") == Box(1.0, 2.0, 3.0, 4.0)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"kind": "circle"},
        {"kind": ["box"]},
        {"kind": "box"},
        {"kind": "box", "box": [1, 2, 3]},
        {"kind": "box", "box": [3, 2, 1, 4]},
        {"kind": "box", "box": [True, False, True, True]},
        {"kind": "box", "box": ["1", "2", "3", "4"]},
        {"kind": "box", "box": [0, 0, math.nan, 1]},
        {"kind": "box", "box": [0, 0, 10**400, 1]},
        {"kind": "box", "box": [0, 0, 1e300, 1]},
        {"kind": "box", "box": [0, 0, 1, 1], "colour": "red"},
        {"kind": "rotated-box", "centre": [1, 2], "size": [3, 0], "degrees": 0},
        {"kind": "rotated-box", "centre": [1, 2], "size": [3, 4], "degrees": "0"},
        {"kind": "rotated-box", "centre": [1, 2], "size": [3, 4], "degrees": math.inf},
        {"kind": "polygon", "parts": []},
        {"kind": "polygon", "parts": [TRIANGLE]},
        {"kind": "polygon", "parts": [{"outline": TRIANGLE[:2]}]},
        {"kind": "polygon", "parts": [{"outline": [*TRIANGLE, [1, 2, 3]]}]},
        {"kind": "polygon", "parts": [{"outline": TRIANGLE, "holes": None}]},
        {"kind": "polygon", "parts": {"outline": TRIANGLE}},
        {"kind": "mask", "size": [3, 2], "counts": [1, 2, 3]},
        {"kind": "mask", "size": [3.0, 2], "counts": "123"},
        {"kind": "mask", "size": [True, 6], "counts": "123"},
        {"kind": "mask", "size": [3, 3], "counts": "123"},
        {"kind": "mask", "size": [1 << 50, 1 << 50], "counts": "0"},
        {"kind": "keypoints", "points": []},
        {"kind": "keypoints", "points": [[1, 2]]},
        {"kind": "keypoints", "points": [[1, 2, 3]]},
        {"kind": "keypoints", "points": [[1, 2, 0.5]]},
        {"kind": "keypoints", "points": [[1, 2, 2]], "box": None},
    ],
)
def test_anything_else_is_refused_and_the_place_is_named(value: Any) -> None:
    with pytest.raises(BadShape, match=r"^images/7, annotation 3: "):
        from_json(value, "images/7, annotation 3")


@pytest.mark.parametrize("text", ["", "{", "nul", "[" * 100_000])
def test_text_that_is_no_json_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadShape, match=r"^row 1"):
        from_text(text, "row 1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "box", "parts", "outline", "holes", "size", "counts", "points", "degrees"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@few
@given(st.sampled_from(["box", "rotated-box", "polygon", "mask", "keypoints"]), json_values)
def test_no_json_does_worse_than_be_refused(kind: str, value: Any) -> None:
    whole = {**value, "kind": kind} if isinstance(value, dict) else value
    try:
        shape = from_json(whole, "here")
    except BadShape:
        return
    assert json.loads(to_text(shape))["kind"] == kind


def test_what_lies_too_far_away_is_no_shape() -> None:
    far = 2 * FARTHEST_PX
    for make in (
        lambda: Box(0, 0, far, 1),
        lambda: RotatedBox(far, 0, 1, 1),
        lambda: Part([[0, 0], [1, 0], [0, far]]),
        lambda: Keypoints([[-far, 0]], [2]),
    ):
        with pytest.raises(BadShape, match="1e\\+09"):
            make()


def test_degrees_stay_below_360_also_for_the_smallest_turn_back() -> None:
    assert RotatedBox(0, 0, 1, 1, -1e-20).degrees == 0.0
