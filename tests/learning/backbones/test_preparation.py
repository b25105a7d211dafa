"""From an image to the square of bytes, against the plain way to do it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.backbone import Interpolation, Preprocessing
from labelgraft.learning.backbones.preparation import square_of

LITE0 = Preprocessing(224, 0.875, Interpolation.BICUBIC, (0.5,) * 3, (0.5,) * 3)


def photo(width: int, height: int) -> Image.Image:
    """A smooth picture: waves of about a tenth of its size."""
    y, x = np.mgrid[0:height, 0:width] * 60 / min(width, height)
    waves = [np.sin(x + c) + np.cos(y * 0.7 - c) + np.sin((x + y) / 4) for c in range(3)]
    return Image.fromarray((np.stack(waves, axis=2) * 40 + 127).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(("width", "height"), [(300, 225), (225, 300), (256, 256), (640, 480), (90, 1000)])
def test_it_equals_resizing_and_then_cutting_out_the_centre(width: int, height: int) -> None:
    image = photo(width, height)
    scale = 256 / min(width, height)
    resized = image.resize((round(width * scale), round(height * scale)), Image.Resampling.BICUBIC)
    left, top = (resized.width - 224) // 2, (resized.height - 224) // 2
    plain = np.asarray(resized.crop((left, top, left + 224, top + 224))).astype(int)
    ours = square_of(image, LITE0)
    assert ours.shape == (224, 224, 3)
    assert ours.dtype == np.uint8
    assert np.abs(ours - plain).mean() < 4  # the plain way rounds its edges, by up to a pixel


def test_a_large_image_loses_less_than_one_grey_level_by_shrinking_first() -> None:
    image = photo(2400, 1800)
    side = 1800 * 0.875
    box = ((2400 - side) / 2, (1800 - side) / 2, (2400 + side) / 2, (1800 + side) / 2)
    exact = np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC, box=box)).astype(int)
    assert np.abs(square_of(image, LITE0) - exact).mean() < 1.0


@pytest.mark.parametrize(("width", "height"), [(1, 1), (20000, 3), (3, 2000)])
def test_extreme_shapes_still_give_a_square(width: int, height: int) -> None:
    assert square_of(Image.new("RGB", (width, height), (9, 8, 7)), LITE0).tolist()[0][0] == [9, 8, 7]


def test_other_modes_are_converted() -> None:
    assert square_of(Image.new("L", (30, 20), 77), LITE0)[0, 0].tolist() == [77, 77, 77]
