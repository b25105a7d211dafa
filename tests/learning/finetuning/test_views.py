from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.training import Augmentation
from labelgraft.learning.finetuning.views import View, view_of, views_per_image


def picture(width: int = 40, height: int = 30) -> Image.Image:
    """Every pixel tells where it is: red = x, green = y."""
    y, x = np.mgrid[0:height, 0:width].astype(np.uint8)
    return Image.fromarray(np.stack([x, y, np.zeros_like(x)], axis=2))


def test_the_first_view_is_the_image_and_the_second_its_mirror() -> None:
    image = picture()
    assert view_of("a", 0).of(image).tobytes() == image.tobytes()
    assert np.array_equal(np.asarray(view_of("a", 1).of(image)), np.asarray(image)[:, ::-1])


def test_a_view_follows_from_the_images_key_and_its_number_alone() -> None:
    assert view_of("a", 5) == view_of("a", 5)
    assert len({view_of(key, number) for key in ("a", "b") for number in range(2, 8)}) == 12


@pytest.mark.parametrize("number", range(8))
def test_the_affine_says_where_each_point_of_the_image_went(number: int) -> None:
    drawn = view_of("key", number)
    plain = View(drawn.number, drawn.left, drawn.top, drawn.right, drawn.bottom, drawn.mirrored)
    image = picture()
    seen = np.asarray(plain.of(image))
    affine = plain.affine(*image.size)
    for row, column in ((0, 0), (seen.shape[0] - 1, seen.shape[1] // 2), (3, seen.shape[1] - 1)):
        x, y = float(seen[row, column, 0]), float(seen[row, column, 1])
        there = affine @ np.array([x + 0.5, y + 0.5, 1.0])  # the middle of the pixel
        assert there == pytest.approx([column + 0.5, row + 0.5])


def test_crops_keep_most_of_the_image_and_lie_inside_it() -> None:
    for number in range(2, 60):
        view = view_of("key", number)
        assert 0 <= view.left < view.right <= 1
        assert 0 <= view.top < view.bottom <= 1
        assert view.right - view.left >= 0.5
        assert view.of(picture(3, 2)).size >= (1, 1)


@pytest.mark.parametrize(
    ("images", "augmentation", "views"),
    [(1, "standard", 8), (100, "standard", 8), (101, "standard", 4), (1001, "standard", 2), (9, "none", 1),
     (9, "mirror", 2)],
)  # fmt: skip
def test_fewer_images_get_more_views(images: int, augmentation: str, views: int) -> None:
    assert views_per_image(images, Augmentation(augmentation)) == views
