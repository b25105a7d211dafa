"""Any image file becomes an upright RGB picture, or is refused with a reason before it can do harm."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.ids import ContentHash
from labelgraft.errors import UnreadableImage
from labelgraft.formats import pixels
from labelgraft.formats.pixels import FileBytes, Limits, Picture, decode, read_file

STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that writes this orientation turns the upright picture before it stores it."""


def colourful(width: int, height: int) -> Pixels:
    """A picture without any symmetry."""
    rows, columns = np.mgrid[0:height, 0:width]
    channels = (columns * 255 // width, rows * 255 // height, (columns + 2 * rows) % 256)
    return np.stack(channels, axis=2).astype(np.uint8)


def saved(image: Image.Image, kind: str, **how: object) -> FileBytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    data = buffer.getvalue()
    return FileBytes("a picture", data, ContentHash(hashlib.sha256(data).hexdigest()), 0)


def decoded(file: FileBytes, limits: Limits | None = None, detail_px: int = 256) -> Picture:
    return decode(file, limits or Limits(), detail_px=detail_px)


def rgb_of(file: FileBytes) -> Pixels:
    return np.asarray(decoded(file).image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    upright = colourful(60, 40)
    turn = STORED_AS[orientation]
    stored = Image.fromarray(upright) if turn is None else Image.fromarray(upright).transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"lossless": True} if kind == "WEBP" else {}
    picture = decoded(saved(stored, kind, exif=exif, **how))
    assert (picture.width_px, picture.height_px) == (60, 40)
    np.testing.assert_array_equal(np.asarray(picture.image), upright)


def test_an_orientation_outside_one_to_eight_leaves_the_picture_as_it_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 42
    np.testing.assert_array_equal(
        rgb_of(saved(Image.fromarray(colourful(9, 5)), "PNG", exif=exif)), colourful(9, 5)
    )


def test_transparent_parts_lie_on_white() -> None:
    rgba = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    rgba.putpixel((1, 0), (0, 0, 0, 0))
    np.testing.assert_array_equal(rgb_of(saved(rgba, "PNG")), [[[255, 0, 0], [255, 255, 255]]])


def test_grey_with_alpha_and_palette_with_a_transparent_entry_lie_on_white_too() -> None:
    grey = Image.new("LA", (1, 1), (0, 0))
    palette = Image.new("P", (1, 1), 0)
    assert rgb_of(saved(grey, "PNG")).tolist() == [[[255, 255, 255]]]
    assert rgb_of(saved(palette, "PNG", transparency=0)).tolist() == [[[255, 255, 255]]]


def test_sixteen_bit_grey_keeps_its_high_byte() -> None:
    values = np.array([[0, 255, 256, 65535]], np.uint16)
    assert rgb_of(saved(Image.fromarray(values), "PNG"))[0, :, 0].tolist() == [0, 0, 1, 255]


@pytest.mark.parametrize(
    ("values", "grey"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 100.0, 200.0], [0, 100, 200]),
        ([-1000.0, 0.0, 1000.0], [0, 128, 255]),
        ([0.0, float("nan"), 200.0], [0, 0, 200]),
    ],
)
def test_floats_are_fitted_into_a_byte(values: list[float], grey: list[int]) -> None:
    image = Image.fromarray(np.array([values], np.float32))
    assert rgb_of(saved(image, "TIFF"))[0, :, 0].tolist() == grey


def test_cmyk_one_bit_and_animations_decode_to_their_first_frame() -> None:
    assert rgb_of(saved(Image.new("CMYK", (1, 1), (0, 255, 255, 0)), "TIFF")).tolist() == [[[255, 0, 0]]]
    assert rgb_of(saved(Image.new("1", (1, 1), 1), "PNG")).tolist() == [[[255, 255, 255]]]
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    animated = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert rgb_of(animated)[0, 0].tolist() == [255, 0, 0]


def test_a_picture_over_the_pixel_limit_is_refused_with_its_size() -> None:
    file = saved(Image.new("1", (300, 200)), "PNG")
    with pytest.raises(UnreadableImage, match=r"300 x 200 .* limit of 0 megapixels") as caught:
        decoded(file, Limits(pixels=59_999))
    assert caught.value.path == "a picture"
    assert decoded(file, Limits(pixels=60_000)).width_px == 300


def test_the_header_alone_decides_on_size(monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved(Image.new("L", (3000, 3000)), "JPEG")
    cut = FileBytes("cut", file.data[:700], file.content_hash, 0)  # no pixel data at all
    with pytest.raises(UnreadableImage, match="9 megapixels, more than the limit of 8"):
        decoded(cut, Limits(pixels=8_000_000))


def test_a_file_over_the_byte_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # sparse: reading it would take 8 GB
    with pytest.raises(UnreadableImage, match="8,589,934,592 bytes, more than the limit of 1,000"):
        read_file(path, Limits(file_bytes=1000))


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableImage, match="not a regular file"):
        read_file(pipe, Limits())


def test_absent_empty_and_foreign_files_are_refused_each_with_its_reason(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with pytest.raises(UnreadableImage, match="No such file"):
        read_file(tmp_path / "absent.jpg", Limits())
    with pytest.raises(UnreadableImage, match="the file is empty"):
        read_file(empty, Limits())
    with pytest.raises(UnreadableImage, match="not an image in a format that is read here"):
        decoded(FileBytes("text.png", b"only text in here", ContentHash("0" * 64), 0))


def test_postscript_is_not_opened_because_its_reader_starts_a_program() -> None:
    file = saved(Image.new("RGB", (4, 4)), "EPS")
    with pytest.raises(UnreadableImage, match="not an image in a format that is read here"):
        decoded(file)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_cut_anywhere_is_refused_or_decoded_but_raises_nothing_else(kind: str) -> None:
    whole = saved(Image.fromarray(colourful(120, 90)), kind)
    refused = 0
    for length in range(1, len(whole.data), max(1, len(whole.data) // 60)):
        try:
            decoded(FileBytes("cut", whole.data[:length], whole.content_hash, 0))
        except UnreadableImage:
            refused += 1
    assert refused >= 50


def test_bytes_changed_at_random_raise_nothing_else() -> None:
    random = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "TIFF", "BMP", "PPM", "AVIF", "JPEG2000"):
        whole = saved(Image.fromarray(colourful(64, 48)), kind)
        for _ in range(40):
            data = np.frombuffer(whole.data, np.uint8).copy()
            spots = random.integers(0, min(len(data), 400), 8)
            data[spots] = random.integers(0, 256, 8)
            try:
                decoded(FileBytes("changed", data.tobytes(), whole.content_hash, 0), Limits(pixels=4_000_000))
            except UnreadableImage:
                continue


def test_the_hash_is_of_the_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(saved(Image.new("RGB", (3, 2)), "PNG").data)
    file = read_file(path, Limits())
    assert file.content_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.modified_ns == path.stat().st_mtime_ns


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_decoded_smaller_and_tells_its_true_size(kind: str) -> None:
    picture = decoded(saved(Image.fromarray(colourful(3001, 2003)), kind), detail_px=256)
    assert (picture.width_px, picture.height_px) == (3001, 2003)
    assert 512 <= min(picture.image.size) <= 1024
    assert picture.image.width / picture.image.height == pytest.approx(3001 / 2003, rel=0.01)


def test_a_picture_is_never_decoded_under_twice_the_detail_asked_for() -> None:
    file = saved(Image.fromarray(colourful(1500, 1023)), "JPEG")
    assert min(decoded(file, detail_px=512).image.size) == 1023
    assert min(decoded(file, detail_px=511).image.size) == 1023
    assert min(decoded(file, detail_px=255).image.size) == 512


@pytest.mark.parametrize("mode", ["RGBA", "L", "P", "I;16", "F", "CMYK"])
def test_averaging_in_bands_gives_what_one_piece_gives(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "_BAND_PIXELS", 10_000)
    grey = np.tile(np.linspace(0, 250, 401), (303, 1))
    if mode in ("I;16", "F"):
        image = Image.fromarray((grey * 256).astype(np.uint16) if mode == "I;16" else grey.astype(np.float32))
    else:
        image = Image.fromarray(grey.astype(np.uint8)).convert(mode)
    result = pixels._shrunk_rgb(image, wanted=100)
    whole = pixels._to_rgb(image, pixels._tones(image)).reduce(3)
    assert result.size == whole.size == (134, 101)
    np.testing.assert_array_equal(np.asarray(result), np.asarray(whole))


def test_a_draft_of_real_photos_stays_within_the_documented_tolerance(
    shared_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared_data("nasty-images") / "images"
    photos = [*sorted(folder.glob("Landscape_*.jpg")), *sorted(folder.glob("Portrait_*.jpg"))]
    for path in photos:
        file = read_file(path, Limits())
        quick = decoded(file).image
        monkeypatch.setattr(pixels, "MARGIN", 1e9)
        full = decoded(file).image
        monkeypatch.undo()
        assert min(quick.size) == 600
        assert min(full.size) == 1200
        small = [
            np.asarray(one.resize((256, 256), Image.Resampling.BICUBIC), np.int64) for one in (quick, full)
        ]
        assert np.abs(small[0] - small[1]).mean() < 1.5


def test_pillow_warns_nobody(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("nasty-images") / "images" / "hopper_bad_exif.jpg"
    decoded(read_file(path, Limits()))  # warnings are errors in this suite
