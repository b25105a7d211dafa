"""COCO files as COCO, CVAT and Roboflow really write them, used for classes of whole images."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.errors import BadFormat
from labelgraft.formats.coco_classes import CocoClasses

# Ids with gaps and out of order, annotations of two images interleaved, an image without annotations, an
# unused class.
INSTANCES: dict[str, Any] = {
    "info": {"description": "COCO 2017 Dataset", "year": 2017},
    "licenses": [{"id": 1, "name": "by-nc-sa", "url": "http://creativecommons.org/"}],
    "images": [
        {
            "license": 1,
            "file_name": "000000397133.jpg",
            "height": 427,
            "width": 640,
            "id": 397133,
            "coco_url": "http://x",
        },
        {"license": 1, "file_name": "sub/000000037777.jpg", "height": 230, "width": 352, "id": 37777},
        {"license": 1, "file_name": "empty.jpg", "height": 5, "width": 6, "id": 4},
    ],
    "annotations": [
        {
            "id": 1768,
            "image_id": 37777,
            "category_id": 18,
            "bbox": [1.5, 2, 3, 4],
            "area": 9.25,
            "iscrowd": 0,
        },
        {
            "id": 82445,
            "image_id": 397133,
            "category_id": 90,
            "bbox": [0, 0, 1e-14, 4],
            "area": 1,
            "segmentation": [[1, 2]],
        },
        {"id": 119, "image_id": 37777, "category_id": 18, "bbox": [5, 5, 5, 5], "area": 25, "iscrowd": 1},
        {
            "id": 2,
            "image_id": 37777,
            "category_id": 90,
            "bbox": [5, 5, 5, 5],
            "area": 25,
            "attributes": {"occluded": True},
        },
    ],
    "categories": [
        {"supercategory": "animal", "id": 18, "name": "dog"},
        {"supercategory": "indoor", "id": 90, "name": "toothbrush"},
        {"supercategory": "animal", "id": 3, "name": "bear"},
    ],
}


def read(folder: Path, document: object) -> Dataset:
    (folder / "instances.json").write_text(json.dumps(document))
    return CocoClasses().read(folder / "instances.json")


def written(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "annotations.json").read_text())
    return document


def check_as_pycocotools(document: dict[str, Any]) -> None:
    """The lookups that pycocotools.COCO and detectron2's loader do."""
    images = {image["id"]: image for image in document["images"]}
    categories = {category["id"]: category for category in document["categories"]}
    annotations = {annotation["id"]: annotation for annotation in document["annotations"]}
    assert len(images) == len(document["images"])
    assert len(categories) == len(document["categories"])
    assert len(annotations) == len(document["annotations"])
    for annotation in annotations.values():
        image, _ = images[annotation["image_id"]], categories[annotation["category_id"]]
        assert annotation["iscrowd"] == 0
        x, y, width, height = annotation["bbox"]
        assert (x, y, width, height) == (0, 0, image["width"], image["height"])
        assert annotation["area"] == width * height > 0


def test_the_classes_of_an_image_are_those_of_its_annotations(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    assert [(i.path, i.class_names) for i in found.images] == [
        ("000000397133.jpg", ("toothbrush",)),
        ("sub/000000037777.jpg", ("dog", "toothbrush")),
        ("empty.jpg", ()),
    ]
    assert found.class_names == ("dog", "toothbrush", "bear")
    assert found.multi_label
    assert (found.images[0].width_px, found.images[0].height_px) == (640, 427)


def test_a_foreign_file_is_written_again_as_it_was(tmp_path: Path) -> None:
    CocoClasses().write(read(tmp_path, INSTANCES), tmp_path / "out", transfer="none")
    assert written(tmp_path / "out") == INSTANCES


def test_ids_may_be_texts(tmp_path: Path) -> None:
    document = {
        "images": [{"id": "img-b", "file_name": "b.jpg"}, {"id": "img-a", "file_name": "a.jpg"}],
        "annotations": [{"id": "x", "image_id": "img-a", "category_id": "c"}],
        "categories": [{"id": "c", "name": "cat"}],
    }
    found = read(tmp_path, document)
    assert [i.class_names for i in found.images] == [(), ("cat",)]
    CocoClasses().write(found, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out") == document


def test_a_corrected_class_changes_only_its_annotation(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    images = (found.images[0], replace(found.images[1], class_names=("toothbrush", "bear")), found.images[2])
    report = CocoClasses().write(replace(found, images=images), tmp_path / "out", transfer="none")
    assert not report.has_warnings
    document = written(tmp_path / "out")
    assert document["images"] == INSTANCES["images"]
    assert document["annotations"][:2] == [INSTANCES["annotations"][1], INSTANCES["annotations"][3]]
    (new,) = document["annotations"][2:]
    assert (new["image_id"], new["category_id"], new["bbox"]) == (37777, 3, [0, 0, 352, 230])
    assert new["id"] not in (82445, 2)


def test_an_added_class_gets_a_free_id(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    wider = replace(found, class_names=(*found.class_names, "fox"))
    CocoClasses().write(wider, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out")["categories"][-1] == {"id": 91, "name": "fox", "supercategory": ""}


def test_trainers_accept_what_we_write(tmp_path: Path) -> None:
    images = tuple(
        DatasetImage(f"{n}.jpg", ("cat", "dog")[: n % 3], width_px=10 + n, height_px=5) for n in range(6)
    )
    CocoClasses().write(Dataset(("cat", "dog"), images, multi_label=True), tmp_path / "out", transfer="none")
    check_as_pycocotools(written(tmp_path / "out"))
    assert len(written(tmp_path / "out")["annotations"]) == 6


def test_a_rejected_class_is_no_annotation(tmp_path: Path) -> None:
    dataset = Dataset(("cat",), (DatasetImage("a.jpg", ("cat",), answer=Answer.REJECT),))
    CocoClasses().write(dataset, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out")["annotations"] == []
    assert CocoClasses().read(tmp_path / "out") == dataset


def test_bad_records_are_listed_with_their_places(tmp_path: Path) -> None:
    images: list[Any] = [
        {"id": 1, "file_name": "a.jpg"},
        {"id": 2},
        7,
        {"id": 3, "file_name": "b.jpg", "width": -4},
    ]
    images += [{"id": 4, "file_name": "a.jpg"}, {"id": None, "file_name": "c.jpg"}]
    annotations: list[Any] = [
        {"image_id": 1, "category_id": 9},
        {"image_id": 99, "category_id": 1},
        {"category_id": 1},
    ]
    annotations += [None, {"image_id": [1], "category_id": 1}, {"image_id": 1, "category_id": 1}]
    document = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cat"}]}
    found = read(tmp_path, document)
    assert [(i.path, i.class_names) for i in found.images] == [("a.jpg", ("cat",))]
    assert [r.path.split(", ")[1] for r in found.refused] == [
        *(f"images[{n}]" for n in (1, 2, 3, 4, 5)),
        *(f"annotations[{n}]" for n in range(5)),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "found a list, expected a JSON object"),
        ("{}", "images is nothing"),
        ('{"images": [], "categories": {}}', "categories is an object, expected a list"),
        ('{"images": [], "categories": [{"id": 1}]}', "categories[0]: found"),
        (
            '{"images": [], "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}',
            "id 1 stands twice",
        ),
        (
            '{"images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}], "categories": []}',
            "images[1]: id 1",
        ),
        ('{"images": [],\n "categories": [NaN]}', "holds NaN"),
        ('{"images": [],\n "categories": [1e400]}', "too large a number"),
        ('{"images": [],\n "categories": [\n}', "line 3: found text that is not JSON"),
        ('{"images": [], "images": [], "categories": []}', "the key 'images' twice"),
        ('{"x": ' + "[" * 200 + "]" * 200 + "}", "nested deeper than 100 levels"),
        ('{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than 100 levels"),
        ('{"images": [{"id": 1}], "categories": []}', "no image could be read"),
    ],
)
def test_structural_damage_says_where_and_that_nothing_was_imported(
    tmp_path: Path, text: str, expected: str
) -> None:
    (tmp_path / "broken.json").write_text(text)
    with pytest.raises(BadFormat, match="Nothing was imported") as error:
        CocoClasses().read(tmp_path / "broken.json")
    assert expected in str(error.value)
    assert "broken.json" in str(error.value)


def test_images_are_found_where_the_tools_put_them(tmp_path: Path) -> None:
    document = {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [], "categories": []}
    for json_at, image_at in [
        ("annotations/instances_val2017.json", "val2017/a.jpg"),
        ("annotations/instances_default.json", "images/a.jpg"),
        ("_annotations.coco.json", "a.jpg"),
        ("annotations/instances_train.json", "images/train/a.jpg"),
    ]:
        root = tmp_path / json_at.replace("/", "-")
        for file, content in ((json_at, json.dumps(document)), (image_at, "a")):
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(content)
        assert CocoClasses().read(root).images[0].source == str(root / image_at)


def test_several_files_are_not_guessed_between(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    for name in ("train", "val"):
        (tmp_path / "annotations" / f"instances_{name}.json").write_text(json.dumps(INSTANCES))
    with pytest.raises(
        BadFormat, match=r"annotations/instances_train.json, annotations/instances_val.json.*Name the file"
    ):
        CocoClasses().read(tmp_path)


@pytest.mark.parametrize("name", ["keypoints-coco-mini", "coco-mini"])
def test_real_files_are_written_again_as_they_were(
    shared_data: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    tried = 0
    for file in sorted(shared_data(name).rglob("*.json")):
        document = json.loads(file.read_text())
        if (
            not isinstance(document, dict)
            or "categories" not in document
            or "segments_info" in file.read_text()
        ):
            continue
        tried += 1
        found = CocoClasses().read(file)
        CocoClasses().write(found, tmp_path / str(tried), transfer="none")
        assert written(tmp_path / str(tried)) == document
    if name == "keypoints-coco-mini":
        assert tried > 0
