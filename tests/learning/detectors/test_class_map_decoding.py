"""Class maps as masks of the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labelgraft.domain.arrays import AnyArray, Bools
from labelgraft.domain.shapes.mask import Mask
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.class_map_decoding import decode_class_map
from labelgraft.learning.detectors.described import (
    DetectorDescription,
    Fit,
    InputLayout,
    OutputKind,
    OutputLayout,
    ScoreRule,
)
from labelgraft.learning.detectors.preparation import prepared

NAMES = ("background", "cat", "dog")


def pixels_of(mask: Mask) -> Bools:
    values = np.repeat(np.arange(len(mask.counts)) % 2 == 1, mask.counts)
    return values.reshape(mask.width_px, mask.height_px).T


def found_in(
    values: AnyArray,
    *,
    size: tuple[int, int],
    layout: InputLayout,
    scores: AnyArray | None = None,
    rule: ScoreRule = ScoreRule.AS_IS,
    names: tuple[str, ...] = NAMES,
    background: int | None = 0,
    threshold: float = 0.0,
) -> Found:
    roles = (("map", "m"),) + ((("scores", "s"),) if scores is not None else ())
    description = DetectorDescription(
        "m", layout, OutputLayout(OutputKind.CLASS_MAP, roles, scores=rule), names, background=background
    )
    place = prepared(np.zeros((size[1], size[0], 3), np.uint8), layout)[1]
    answers = {"map": values} | ({"scores": scores} if scores is not None else {})
    return decode_class_map(answers, description, place, threshold)


@settings(deadline=None)
@given(arrays(np.int64, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2)))
def test_masks_of_a_map_at_the_images_size_are_its_classes(classes: AnyArray) -> None:
    height, width = classes.shape
    found = found_in(classes, size=(width, height), layout=InputLayout(width, height))
    assert sorted(found.class_indexes) == sorted(set(classes.ravel().tolist()) - {0})
    for index, mask, box in zip(found.class_indexes, found.masks, found.boxes, strict=True):
        np.testing.assert_array_equal(pixels_of(mask), classes == index)
        left, top, right, bottom = box.astype(int)
        assert (classes == index).sum() == (classes[top:bottom, left:right] == index).sum()


def test_padding_is_no_part_of_the_image() -> None:
    classes = np.full((8, 8), 2)
    classes[2:6, :4] = 1  # the image of 16 x 8 lies in rows 2 to 5
    found = found_in(classes, size=(16, 8), layout=InputLayout(8, 8, fit=Fit.LETTERBOX_CENTRE))
    by_class = dict(zip(found.class_indexes.tolist(), found.masks, strict=True))
    expected = np.zeros((8, 16), bool)
    expected[:, :8] = True
    np.testing.assert_array_equal(pixels_of(by_class[1]), expected)
    np.testing.assert_array_equal(pixels_of(by_class[2]), ~expected)


def test_confidence_is_the_mean_share_of_the_class_inside_the_image() -> None:
    classes = np.ones((8, 8), np.int64)
    shares = np.zeros((3, 2, 2), np.float32)
    shares[1], shares[2] = [[0.8, 0.6], [0.0, 0.0]], [[0.2, 0.4], [1.0, 1.0]]
    layout = InputLayout(8, 8, fit=Fit.LETTERBOX_CORNER)
    found = found_in(classes, scores=shares, size=(16, 8), layout=layout)
    np.testing.assert_allclose(found.confidences, [0.7], rtol=1e-6)
    assert not len(found_in(classes, scores=shares, size=(16, 8), layout=layout, threshold=0.75))


def test_logits_are_raised_to_the_input_before_the_class_is_chosen() -> None:
    logits = np.full((3, 2, 2), -9.0, np.float32)
    logits[1, :, 0], logits[2, :, 1] = 9, 9
    found = found_in(logits, size=(8, 8), layout=InputLayout(8, 8), rule=ScoreRule.SOFTMAX)
    assert sorted(found.class_indexes.tolist()) == [1, 2]
    by_class = dict(zip(found.class_indexes.tolist(), found.masks, strict=True))
    assert pixels_of(by_class[1])[:, :4].all()
    assert pixels_of(by_class[2])[:, 4:].all()


def test_one_class_alone_is_where_its_share_is_above_a_half() -> None:
    shares = np.zeros((1, 4, 4), np.float32)
    shares[0, :2] = 0.9
    found = found_in(shares, size=(4, 4), layout=InputLayout(4, 4), names=("road",), background=None)
    assert pixels_of(found.masks[0]).tolist() == [[True] * 4] * 2 + [[False] * 4] * 2
    np.testing.assert_allclose(found.confidences, [0.9], rtol=1e-6)


def test_a_class_that_nobody_named_is_refused() -> None:
    with pytest.raises(BadInput, match="classes up to 7, expected"):
        found_in(np.full((4, 4), 7), size=(4, 4), layout=InputLayout(4, 4))
