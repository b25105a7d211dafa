"""LabelMe files as LabelMe writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.annotation import Traits
from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.errors import BadFormat
from labelgraft.formats.detect import detect
from labelgraft.formats.labelme import LabelMe


def shape(kind: str, points: list[Any], **more: Any) -> dict[str, Any]:
    return {"label": "cat", "shape_type": kind, "points": points, "group_id": None, "flags": {}, **more}


def make(folder: Path, *shapes: Any, path: str = "a.jpg") -> Path:
    """A folder with one image of 20 x 10 px and its file."""
    folder.mkdir(parents=True)
    Image.new("RGB", (20, 10)).save(folder / "a.jpg")
    document = {
        "version": "5.5.0",
        "shapes": list(shapes),
        "imagePath": path,
        "imageHeight": 10,
        "imageWidth": 20,
    }
    (folder / "a.json").write_text(json.dumps(document))
    return folder


def test_rectangles_and_polygons_are_read_and_groups_are_one_object(tmp_path: Path) -> None:
    first, second, third = ([[x, 0], [x + 2, 0], [x + 2, 5]] for x in (0, 5, 10))
    folder = make(
        tmp_path / "set",
        shape("rectangle", [[5, 8], [1, 2]], flags={"occluded": True}),
        shape("rectangle", [[1, 2], [5, 2], [5, 8], [1, 8]]),
        shape("polygon", first, group_id=4),
        shape("polygon", second),
        shape("polygon", third, group_id=4),
    )
    (image,) = LabelMe().read(folder).images
    assert [one.shape for one in image.instances] == [
        Box(1, 2, 5, 8), Box(1, 2, 5, 8), Polygon([Part(first), Part(third)]), Polygon([Part(second)]),
    ]  # fmt: skip
    assert image.instances[0].traits == Traits(occluded=True)
    assert (image.path, image.source, image.finished) == ("a.jpg", str(folder / "a.jpg"), True)
    assert detect(folder).format.name == "labelme"


def test_shapes_that_cannot_be_taken_are_refused_by_their_number(tmp_path: Path) -> None:
    bad = [
        shape("circle", [[5, 5], [6, 6]]),
        shape("point", [[5, 5]]),
        shape("rectangle", [[5, 5]]),
        {"label": 3},
        7,
    ]
    bad += [shape("mask", [[0, 0], [3, 3]], mask="nonsense"), shape("polygon", [[1, 1], [2, 2]])]
    bad += [shape("rectangle", [[30, 30], [40, 40]]), shape("polygon", [[1, "x"], [2, 2], [3, 3]])]
    found = LabelMe().read(make(tmp_path / "set", *bad, shape("rectangle", [[0, 0], [4, 4]])))
    assert [one.shape for one in found.images[0].instances] == [Box(0, 0, 4, 4)]
    assert [one.path for one in found.refused] == [f"a.json, shapes[{number}]" for number in range(9)]
    assert found.refused[0].reason.startswith("a circle is not taken")


def test_a_mask_larger_than_its_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    whole = encode(np.ones((4000, 4000), np.bool_))
    image = DatasetImage("b.png", source=str(make(tmp_path / "big") / "a.jpg"), width_px=4000, height_px=4000)
    LabelMe().write(
        Dataset(("cat",), (image.with_instances([DatasetInstance("cat", whole)]),)), tmp_path / "out"
    )
    (file,) = (file for file in (tmp_path / "out").glob("*.json") if file.name != "labelgraft.json")
    row = json.loads(file.read_text())["shapes"][0]
    found = LabelMe().read(make(tmp_path / "small", {**row, "points": [[0, 0], [3, 3]]}))
    assert found.refused[0].reason == "its mask does not lie in the image"


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/passwd", "..\\secret.jpg"])
def test_a_file_names_no_image_outside_of_the_folder(tmp_path: Path, path: str) -> None:
    Image.new("L", (3, 3)).save(tmp_path / "secret.jpg")
    found = LabelMe().read(make(tmp_path / "set", path=path))
    assert not any("secret" in image.source or "passwd" in image.source for image in found.images)


def test_a_folder_without_labelme_files_is_none(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"shapes": 3}')
    with pytest.raises(BadFormat, match="has no shapes and imagePath"):
        LabelMe().read(tmp_path)
