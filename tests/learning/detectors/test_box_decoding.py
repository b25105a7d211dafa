"""Numbers of each kind of box output, written out by hand, as boxes."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.domain.arrays import AnyArray
from labelgraft.errors import BadInput, BadSetting
from labelgraft.learning.detectors.box_decoding import Candidates, decode_boxes
from labelgraft.learning.detectors.described import (
    BoxForm,
    DetectorDescription,
    InputLayout,
    OutputKind,
    OutputLayout,
    ScoreRule,
)

NAMES = ("cat", "dog", "cow")
INPUT = InputLayout(64, 32)


def decoded(
    layout: OutputLayout, *, threshold: float = 0.3, names: tuple[str, ...] = NAMES, **answers: AnyArray
) -> Candidates:
    return decode_boxes(answers, DetectorDescription("m", INPUT, layout, names), threshold)


def yolox_rows(cell: int, *numbers: float) -> AnyArray:
    """42 cells of strides 8, 16 and 32 in 64 x 32 px: 8 x 4, 4 x 2, 2 x 1."""
    rows = np.zeros((42, 8), np.float32)
    rows[cell] = numbers
    return rows


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (10, [(2.5 * 8) - 4, 1.25 * 8 - 8, 2.5 * 8 + 4, 1.25 * 8 + 8]),  # column 2, row 1 of stride 8
        (38, [2.5 * 16 - 8, 1.25 * 16 - 16, 2.5 * 16 + 8, 1.25 * 16 + 16]),  # column 2, row 1 of stride 16
        (41, [1.5 * 32 - 16, 0.25 * 32 - 32, 1.5 * 32 + 16, 0.25 * 32 + 32]),  # column 1, row 0 of stride 32
    ],
)
def test_yolox_counts_cells_stride_by_stride_and_row_by_row(cell: int, expected: list[float]) -> None:
    layout = OutputLayout(OutputKind.YOLOX, (("rows", "r"),))
    found = decoded(layout, rows=yolox_rows(cell, 0.5, 0.25, 0.0, np.log(2), 0.8, 0.1, 0.9, 0.2))
    np.testing.assert_allclose(found.boxes, [expected], rtol=1e-6)
    assert found.class_indexes.tolist() == [1]
    np.testing.assert_allclose(found.confidences, [0.72], rtol=1e-6)


def test_decoded_rows_may_come_numbers_first_without_objectness() -> None:
    rows = np.zeros((9, 7), np.float32)
    rows[4] = [20, 10, 8, 4, 0.1, 0.2, 0.9]
    layout = OutputLayout(
        OutputKind.YOLOX,
        (("rows", "r"),),
        decoded=True,
        objectness=False,
        numbers_first=True,
        box_form=BoxForm.CENTRE,
    )
    found = decoded(layout, rows=rows.T)
    np.testing.assert_allclose(found.boxes, [[16, 8, 24, 12]])
    assert (found.class_indexes.tolist(), found.confidences.tolist()) == ([2], [pytest.approx(0.9)])


def test_fastestdet_boxes_are_shares_of_the_image() -> None:
    maps = np.zeros((8, 4, 8), np.float32)
    maps[:, 3, 5] = [0.81, np.arctanh(0.5), np.arctanh(-0.25), 0.0, np.log(3), 0.2, 0.7, 0.1]
    found = decoded(OutputLayout(OutputKind.FASTESTDET, (("rows", "r"),)), rows=maps)
    x, y, width, height = 5.5 / 8 * 64, 2.75 / 4 * 32, 0.5 * 64, 0.75 * 32
    expected = [[x - width / 2, y - height / 2, x + width / 2, y + height / 2]]
    np.testing.assert_allclose(found.boxes, expected, rtol=1e-5)
    np.testing.assert_allclose(found.confidences, [0.81**0.6 * 0.7**0.4], rtol=1e-6)


def test_detr_scores_are_sigmoids_or_a_softmax_with_no_object_last() -> None:
    boxes = np.array([[0.5, 0.5, 0.25, 0.5], [0.5, 0.5, 0.1, 0.1]], np.float32)
    logits = np.array([[-9, 2, 0], [-9, -9, -9]], np.float32)
    names = (("boxes", "b"), ("scores", "s"))
    layout = OutputLayout(
        OutputKind.DETR, names, box_form=BoxForm.CENTRE, relative=True, scores=ScoreRule.SIGMOID
    )
    found = decoded(layout, boxes=boxes, scores=logits)
    np.testing.assert_allclose(found.boxes, [[24, 8, 40, 24]])
    np.testing.assert_allclose(found.confidences, [1 / (1 + np.exp(-2))], rtol=1e-6)
    layout = OutputLayout(
        OutputKind.DETR, names, box_form=BoxForm.CENTRE, relative=True, scores=ScoreRule.SOFTMAX
    )
    logits = np.array([[0, 2, 0, 1], [0, 0, 0, 9]], np.float32)
    found = decoded(layout, boxes=boxes, scores=logits)
    assert found.class_indexes.tolist() == [1]
    np.testing.assert_allclose(found.confidences, [np.e**2 / (2 + np.e**2 + np.e)], rtol=1e-6)


def test_listed_boxes_come_as_three_outputs_or_as_rows_of_six() -> None:
    boxes = np.array([[0.25, 0.5, 0.5, 1.0], [0, 0, 1, 1]], np.float32)
    layout = OutputLayout(
        OutputKind.LISTED,
        (("boxes", "b"), ("scores", "s"), ("classes", "c")),
        box_form=BoxForm.EDGES_Y_FIRST,
        relative=True,
    )
    found = decoded(layout, boxes=boxes, scores=np.array([0.9, 0.1]), classes=np.array([2, 0]))
    np.testing.assert_allclose(found.boxes, [[32, 8, 64, 16]])
    rows = np.array([[1, 2, 3, 4, 0.8, 1], [0, 0, 0, 0, 0, 0]], np.float32)
    found = decoded(OutputLayout(OutputKind.LISTED, (("rows", "r"),)), rows=rows)
    assert (found.boxes.tolist(), found.class_indexes.tolist()) == ([[1, 2, 3, 4]], [1])


def test_a_class_number_beyond_the_names_is_refused() -> None:
    rows = np.array([[1, 2, 3, 4, 0.8, 90]], np.float32)
    with pytest.raises(BadInput, match=r"class number 90, but 3 class names"):
        decoded(OutputLayout(OutputKind.LISTED, (("rows", "r"),)), rows=rows)


def test_a_class_without_name_is_never_found() -> None:
    layout = OutputLayout(OutputKind.YOLOX, (("rows", "r"),))
    rows = yolox_rows(0, 0, 0, 0, 0, 1.0, 0.4, 0.9, 0.2)
    found = decoded(layout, names=("cat", "", "cow"), rows=rows)
    assert found.class_indexes.tolist() == [0]
    rows = np.array([[1, 2, 3, 4, 0.8, 1]], np.float32)
    assert not len(
        decoded(OutputLayout(OutputKind.LISTED, (("rows", "r"),)), names=("cat", "", "cow"), rows=rows).boxes
    )


def test_numbers_that_are_not_finite_give_no_box() -> None:
    layout = OutputLayout(OutputKind.YOLOX, (("rows", "r"),))
    assert not len(decoded(layout, rows=yolox_rows(0, 0, 0, 5000, 0, 1, 1, 0, 0)).boxes)
    assert not len(decoded(layout, rows=yolox_rows(0, np.nan, 0, 0, 0, 1, 1, 0, 0)).boxes)


@pytest.mark.parametrize("shape", [(42, 9), (41, 8), (8, 42), (42,)])
def test_an_output_of_another_shape_is_refused_with_both_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match=r"has the shape .* expected \("):
        decoded(OutputLayout(OutputKind.YOLOX, (("rows", "r"),)), rows=np.ones(shape, np.float32))


def test_a_layout_names_the_outputs_that_its_kind_needs() -> None:
    with pytest.raises(BadSetting, match=r"found \['rows'\] named, expected boxes \+ scores"):
        OutputLayout(OutputKind.DETR, (("rows", "r"),))
