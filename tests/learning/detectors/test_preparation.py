"""Images at the size of a network's input, and places back in the image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.arrays import Pixels
from labelgraft.learning.detectors.described import Fit, InputLayout, Sampling
from labelgraft.learning.detectors.preparation import interpolated, prepared, resized, tensor


def noise(width: int, height: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("fit", "left", "top"), [(Fit.LETTERBOX_CORNER, 0, 0), (Fit.LETTERBOX_CENTRE, 0, 16), (Fit.STRETCH, 0, 0)]
)
def test_the_image_lies_where_the_fit_says_and_the_rest_is_padding(fit: Fit, left: int, top: int) -> None:
    pixels, place = prepared(np.full((20, 40, 3), 200, np.uint8), InputLayout(64, 64, fit=fit, pad_value=7))
    assert pixels.shape == (64, 64, 3)
    height = 64 if fit is Fit.STRETCH else 32
    assert (pixels[top : top + height] == 200).all()
    assert int((pixels == 7).all(axis=2).sum()) == 64 * (64 - height)
    corner = place.to_image(np.array([[left, top, left + 64.0, top + height]]))
    np.testing.assert_allclose(corner, [[0, 0, 40, 20]])


def test_a_small_image_is_enlarged_only_if_described_so() -> None:
    layout = InputLayout(64, 64, fit=Fit.LETTERBOX_CORNER, enlarge=False)
    pixels, _ = prepared(noise(40, 20), layout)
    np.testing.assert_array_equal(pixels[:20, :40], noise(40, 20))
    assert prepared(noise(40, 20), replace(layout, enlarge=True))[1].scale_x == 1.6


@settings(deadline=None)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.integers(1, 200),
    st.integers(1, 200),
    st.sampled_from(list(Fit)),
)
def test_every_size_fits_and_corners_come_back(
    width: int, height: int, to_width: int, to_height: int, fit: Fit
) -> None:
    pixels, place = prepared(
        np.zeros((height, width, 3), np.uint8), InputLayout(to_width, to_height, fit=fit)
    )
    assert pixels.shape == (to_height, to_width, 3)
    corners = np.array([[0.0, 0.0, width, height]])
    there = corners.copy()
    there[:, 0::2] = corners[:, 0::2] * place.scale_x + place.offset_x
    there[:, 1::2] = corners[:, 1::2] * place.scale_y + place.offset_y
    assert there.min() >= 0
    assert there[0, 2] <= to_width + 1e-6
    assert there[0, 3] <= to_height + 1e-6
    np.testing.assert_allclose(place.to_image(there), corners, atol=1e-6)


def test_plain_sampling_is_that_of_opencv() -> None:
    """cv2.resize(numpy.array([[0, 90]], "f4"), (4, 1)) and the same for three rows to two, by hand."""
    line = interpolated(np.array([[[0.0], [90.0]]]), 4, 1)
    np.testing.assert_allclose(line[0, :, 0], [0, 22.5, 67.5, 90])
    column = interpolated(np.array([[[0.0]], [[30.0]], [[90.0]]]), 1, 2)
    np.testing.assert_allclose(column[:, 0, 0], [7.5, 75.0])


@pytest.mark.parametrize("size", [(50, 30), (200, 120), (1, 1), (7, 300), (64, 48)])
def test_plain_sampling_is_rounded_not_cut_off(size: tuple[int, int]) -> None:
    image = noise(101, 67)
    image.setflags(write=False)
    exact = interpolated(image, *size)
    values = resized(image, *size, Sampling.PLAIN)
    assert values.shape == exact.shape
    assert np.abs(values - exact).max() < 1.01
    if len(values.ravel()) > 1000:
        assert abs(float((values - exact).mean())) < 0.05


def test_plain_and_smooth_sampling_differ_where_an_image_shrinks() -> None:
    layout = InputLayout(16, 16)
    plain, _ = prepared(noise(160, 160), layout)
    smooth, _ = prepared(noise(160, 160), replace(layout, sampling=Sampling.SMOOTH))
    assert plain.std() > 2 * smooth.std()


def test_channels_order_and_scale_reach_the_network() -> None:
    image = np.zeros((2, 2, 3), np.uint8)
    image[..., 0], image[..., 2] = 255, 51
    layout = InputLayout(2, 2, bgr=True, scale=1 / 255, mean=(0.1, 0.2, 0.3), std=(1, 2, 4))
    values = tensor([image], layout, np.float32)
    assert values.shape == (1, 3, 2, 2)
    np.testing.assert_allclose(values[0, :, 0, 0], [(0.2 - 0.1) / 1, -0.2 / 2, (1 - 0.3) / 4], rtol=1e-6)
    whole = tensor([image], InputLayout(2, 2, channels_first=False), np.uint8)
    np.testing.assert_array_equal(whole[0], image)
