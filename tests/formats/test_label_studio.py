"""Label Studio JSON as the tool writes it, and its packed brushes bit by bit."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from labelgraft.domain.dataset import Answer
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import corners
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import decode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.formats.detect import detect
from labelgraft.formats.label_studio import LabelStudio
from labelgraft.formats.label_studio_brush import packed, unpacked
from labelgraft.formats.records import BadRecordError

HEAD = f"{4:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
"""Four words of 8 bits; run lengths of 3, 4, 8 and 16 bits."""


def as_bytes(bits: str) -> list[int]:
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def test_one_painted_pixel_is_packed_as_label_studio_packs_it() -> None:
    assert packed(np.ones((1, 1), bool)) == as_bytes(HEAD + "1" + "00" + "011" + "11111111")


def test_words_that_are_written_as_they_are_are_read_too() -> None:
    literal = HEAD + "0" + "00" + "011" + "".join(f"{word:08b}" for word in (0, 0, 0, 129))
    assert unpacked(as_bytes(literal), 1, 1).tolist() == [[True]]
    clear = HEAD + "0" + "00" + "011" + "".join(f"{word:08b}" for word in (255, 255, 255, 0))
    assert unpacked(as_bytes(clear), 1, 1).tolist() == [[False]], "opacity alone decides"


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 300),
    st.integers(1, 300),
    st.sampled_from([0.0, 0.001, 0.5, 1.0]),
)
def test_any_mask_comes_back_from_its_packing(seed: int, width: int, height: int, density: float) -> None:
    pixels = np.random.default_rng(seed).random((height, width)) < density
    assert (unpacked(packed(pixels), width, height) == pixels).all()


@pytest.mark.parametrize(
    "data", [[], [256], as_bytes(HEAD), as_bytes(HEAD + "1" + "11" + "1" * 16 + "0" * 8), as_bytes("1" * 80)]
)
def test_damaged_brushes_are_refused(data: list[int]) -> None:
    with pytest.raises(BadRecordError):
        unpacked(data, 1, 1)


def result(kind: str, value: dict[str, object], **more: object) -> dict[str, object]:
    return {"type": kind, "original_width": 200, "original_height": 100, "value": value, **more}


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    for name in ("cat.jpg", "dog.jpg", "skipped.jpg", "new.jpg", "whole.jpg"):
        Image.new("RGB", (200, 100)).save(tmp_path / name)
    brush = np.zeros((100, 200), bool)
    brush[10:20, 30:60] = True
    drawn = [
        result(
            "rectanglelabels",
            {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["cat"]},
        ),
        result(
            "rectanglelabels",
            {"x": 50, "y": 10, "width": 20, "height": 10, "rotation": 90, "rectanglelabels": ["cat"]},
        ),
        result(
            "polygonlabels", {"points": [[0, 0], [10, 0], [10, 50]], "closed": True, "polygonlabels": ["dog"]}
        ),
        result("brushlabels", {"format": "rle", "rle": packed(brush), "brushlabels": ["dog"]}),
        result("keypointlabels", {"x": 5, "y": 5, "width": 1, "keypointlabels": ["nose"]}),
        result("rectanglelabels", {"x": 1, "y": 1, "width": 3, "height": 4, "rectanglelabels": ["a", "b"]}),
    ]
    earlier = {"id": 1, "was_cancelled": False, "result": []}
    tasks = [
        {"id": 1, "data": {"image": "/data/upload/3/0a1b2c3d-cat.jpg"}, "predictions": [],
         "annotations": [earlier, {"id": 2, "was_cancelled": False, "result": drawn}]},
        {"id": 2, "data": {"image": "/data/local-files/?d=dog.jpg"}, "annotations": [earlier]},
        {"id": 3, "data": {"image": "skipped.jpg"}, "annotations": [{"was_cancelled": True, "result": []}]},
        {"id": 4, "data": {"text": "hello", "photo": "new.jpg"}, "annotations": [], "predictions": [{"result": drawn}]},
        {"id": 5, "data": {"image": "whole.jpg"},
         "annotations": [{"result": [result("choices", {"choices": ["cat", "dog"]})]}]},
        {"id": 6, "data": {"image": "/data/local-files/?d=dog.jpg"}, "annotations": []},
        {"id": 7, "data": {"text": "no image"}, "annotations": []},
    ]  # fmt: skip
    (tmp_path / "project-1.json").write_text(json.dumps(tasks))
    return tmp_path


def test_what_people_said_is_taken_and_the_rest_is_named(exported: Path) -> None:
    assert detect(exported).format.name == "label-studio"
    found = LabelStudio().read(exported)
    cat, dog, skipped, new, whole = found.images
    assert cat.path == "cat.jpg", "the file that was uploaded under another name"
    box, turned, polygon, brush = (one.shape for one in cat.instances)
    assert box == Box(20, 20, 80, 60)
    assert isinstance(turned, RotatedBox)
    assert np.allclose(corners(turned)[0], (100, 10)), "the corner that Label Studio turns about"
    assert (math.isclose(turned.width, 40), math.isclose(turned.height, 10)) == (True, True)
    assert polygon == Polygon([Part([(0, 0), (20, 0), (20, 50)])])
    assert isinstance(brush, Mask)
    assert np.argwhere(decode(brush)).min(axis=0).tolist() == [10, 30]
    assert (dog.finished, dog.instances, skipped.answer, new.finished) == (True, (), Answer.IGNORE, False)
    assert whole.class_names == ("cat", "dog")
    assert [one.reason.split(",")[0] for one in found.refused] == [
        "1 earlier annotations of it: the last one counts", "points of no object is not taken",
        "it has 2 labels", "it has only predictions", "the same image came before", "it has no image",
    ]  # fmt: skip
