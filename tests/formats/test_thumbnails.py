"""Thumbnails keep the picture's shape and look; cells stand where their number says."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from labelgraft.formats import thumbnails


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=["WEBP"])


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1000, 500), (256, 128)), ((300, 301), (255, 256)), ((200, 100), (200, 100)), ((20000, 3), (256, 1))],
)
def test_the_long_side_is_256_at_most(size: tuple[int, int], expected: tuple[int, int]) -> None:
    webp, cell = thumbnails.thumbnail_and_cell(Image.new("RGB", size, "teal"))
    assert opened(webp).size == expected
    assert cell.size == (64, 64)


def test_the_cell_is_the_central_square() -> None:
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    cell = np.asarray(thumbnails.thumbnail_and_cell(image)[1])
    assert (cell[..., 2] > 250).mean() > 0.9
    long_image = Image.new("RGB", (3000, 30), "red")
    long_image.paste("blue", (1480, 0, 1520, 30))
    assert (np.asarray(thumbnails.thumbnail_and_cell(long_image)[1])[..., 2] > 250).all()


def test_a_sheet_holds_cells_row_by_row() -> None:
    cells = [Image.new("RGB", (64, 64), (number, 255 - number, 128)) for number in range(20)]
    sheet = np.asarray(opened(thumbnails.sheet(cells)).convert("RGB"), np.int64)
    assert sheet.shape == (1024, 1024, 3)
    for number in (0, 15, 16, 19):
        row, column = divmod(number, 16)
        middle = sheet[row * 64 + 32, column * 64 + 32]
        assert np.abs(middle - (number, 255 - number, 128)).max() <= 6
    assert sheet[100:, 300:].max() <= 6


def test_a_sheet_refuses_a_257th_cell() -> None:
    with pytest.raises(ValueError, match="holds 256 cells, got 257"):
        thumbnails.sheet([Image.new("RGB", (64, 64))] * 257)


def test_a_thumbnail_carries_no_metadata_and_looks_like_its_picture() -> None:
    rows, columns = np.mgrid[0:200, 0:250]
    picture = np.stack([columns, rows, (columns + rows) // 2], axis=2).astype(np.uint8)
    image = Image.fromarray(picture)
    image.info["icc_profile"] = b"profile"
    shown = opened(thumbnails.webp(image))
    assert "icc_profile" not in shown.info
    assert "exif" not in shown.info
    assert np.abs(np.asarray(shown.convert("RGB"), np.int64) - picture).mean() < 3
