"""COCO files as COCO, CVAT and Roboflow really write them, used for classes of whole images."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image as PictureFile
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.dataset_fit import fit_to_task
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import kind_of
from labelgraft.errors import BadFormat
from labelgraft.formats.coco import Coco

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
    return Coco().read(folder / "instances.json")


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
    Coco().write(read(tmp_path, INSTANCES), tmp_path / "out", transfer="none")
    assert written(tmp_path / "out") == INSTANCES


def test_ids_may_be_texts(tmp_path: Path) -> None:
    document = {
        "images": [{"id": "img-b", "file_name": "b.jpg"}, {"id": "img-a", "file_name": "a.jpg"}],
        "annotations": [{"id": "x", "image_id": "img-a", "category_id": "c"}],
        "categories": [{"id": "c", "name": "cat"}],
    }
    found = read(tmp_path, document)
    assert [i.class_names for i in found.images] == [(), ("cat",)]
    Coco().write(found, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out") == document


def test_a_corrected_class_changes_only_its_annotation(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    first, *others = found.images[1].instances
    wrong = found.images[1].with_instances([replace(first, class_name="bear"), *others])
    report = Coco().write(
        replace(found, images=(found.images[0], wrong, found.images[2])), tmp_path / "out", transfer="none"
    )
    assert not report.has_warnings
    document = written(tmp_path / "out")
    assert document["images"] == INSTANCES["images"]
    assert document["annotations"][1:] == INSTANCES["annotations"][1:]
    (changed,) = document["annotations"][:1]
    assert (changed["id"], changed["image_id"], changed["category_id"]) == (1768, 37777, 3)
    assert changed["bbox"] == [1.5, 2, 3, 4]


def test_a_row_whose_shape_cannot_be_still_tells_the_class(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    assert [(one.path, "encloses nothing" in one.reason) for one in found.refused] == [
        ("instances.json, annotations[1]", True)
    ]
    assert found.images[0].class_names == ("toothbrush",)
    assert [len(image.instances) for image in found.images] == [0, 3, 0]
    assert all(image.finished for image in found.images)
    crowd, attributes = found.images[1].instances[1].traits, found.images[1].instances[2].traits
    assert crowd.crowd
    assert attributes.occluded


def test_an_added_class_gets_a_free_id(tmp_path: Path) -> None:
    found = read(tmp_path, INSTANCES)
    wider = replace(found, class_names=(*found.class_names, "fox"))
    Coco().write(wider, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out")["categories"][-1] == {"id": 91, "name": "fox", "supercategory": ""}


def test_trainers_accept_what_we_write(tmp_path: Path) -> None:
    images = tuple(
        DatasetImage(f"{n}.jpg", ("cat", "dog")[: n % 3], width_px=10 + n, height_px=5) for n in range(6)
    )
    Coco().write(Dataset(("cat", "dog"), images, multi_label=True), tmp_path / "out", transfer="none")
    check_as_pycocotools(written(tmp_path / "out"))
    assert len(written(tmp_path / "out")["annotations"]) == 6


def test_a_rejected_class_is_no_annotation(tmp_path: Path) -> None:
    dataset = Dataset(("cat",), (DatasetImage("a.jpg", ("cat",), answer=Answer.REJECT),))
    Coco().write(dataset, tmp_path / "out", transfer="none")
    assert written(tmp_path / "out")["annotations"] == []
    assert Coco().read(tmp_path / "out") == dataset


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
        Coco().read(tmp_path / "broken.json")
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
        assert Coco().read(root).images[0].source == str(root / image_at)


def test_several_files_are_not_guessed_between(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    for name in ("train", "val"):
        (tmp_path / "annotations" / f"instances_{name}.json").write_text(json.dumps(INSTANCES))
    with pytest.raises(
        BadFormat, match=r"annotations/instances_train.json, annotations/instances_val.json.*Name the file"
    ):
        Coco().read(tmp_path)


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
        found = Coco().read(file)
        Coco().write(found, tmp_path / str(tried), transfer="none")
        assert written(tmp_path / str(tried)) == document
    if name == "keypoints-coco-mini":
        assert tried > 0


def one_annotation(**fields: Any) -> dict[str, Any]:
    """A document with one annotation in an image of 10 x 8 px."""
    row = {"id": 1, "image_id": 1, "category_id": 1, **fields}
    return {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 10, "height": 8}],
        "annotations": [row],
        "categories": [{"id": 1, "name": "cat"}],
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"bbox": [1, 2, 3, 4]}, Box(1, 2, 4, 6)),
        ({"bbox": [1, 2, 3, 4], "segmentation": []}, Box(1, 2, 4, 6)),
        (
            {"segmentation": [[0, 0, 4, 0, 4, 4], [5, 5, 9, 5, 9, 8]]},
            Polygon([Part([(0, 0), (4, 0), (4, 4)]), Part([(5, 5), (9, 5), (9, 8)])]),
        ),
        ({"segmentation": {"size": [8, 10], "counts": [3, 2, 75]}}, Mask(10, 8, [3, 2, 75])),
        ({"segmentation": {"size": [10, 8], "counts": [3, 2, 75]}}, Mask(10, 8, [3, 2, 75])),
        (
            {"keypoints": [1, 2, 2, 0, 0, 0], "bbox": [0, 0, 5, 5]},
            Keypoints([(1, 2), (0, 0)], [2, 0], Box(0, 0, 5, 5)),
        ),
    ],
)
def test_every_way_to_draw_is_understood(tmp_path: Path, fields: dict[str, Any], expected: object) -> None:
    found = read(tmp_path, one_annotation(**fields))
    assert [one.shape for one in found.images[0].instances] == [expected]
    assert found.refused == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bbox": [1, 2, 0, 4]}, "bbox: its shape was not taken (encloses nothing)"),
        ({"bbox": [1, 2, 3]}, "bbox: its shape was not taken (not the numbers"),
        ({"bbox": ["1", 2, 3, 4]}, "bbox: its shape was not taken (not the numbers"),
        ({"bbox": [1e300, 2, 3, 4]}, "more than 1e9 pixels away"),
        ({"segmentation": {"size": [8, 10], "counts": [3, 2]}}, "not of this image's size"),
        ({"segmentation": {"size": [3, 3], "counts": [9]}}, "not of this image's size"),
        ({"segmentation": {"size": [8, 10], "counts": "zz\x01"}}, "not of this image's size"),
        ({"segmentation": [[1, 2, 3, 4]]}, "encloses nothing"),
        ({"keypoints": [1, 2], "bbox": [0, 0, 5, 5]}, "keypoints: its shape was not taken"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_with_its_place_and_the_reason(
    tmp_path: Path, fields: dict[str, Any], reason: str
) -> None:
    found = read(tmp_path, one_annotation(**fields))
    (refused,) = found.refused
    assert refused.path == "instances.json, annotations[0]"
    assert reason in refused.reason
    assert found.images[0].instances == ()


def test_a_persons_outline_is_kept_beside_the_keypoints(shared_data: Callable[[str], Path]) -> None:
    found = Coco().read(shared_data("keypoints-coco-mini") / "coco" / "test_coco.json")
    drawn = [one for image in found.images for one in image.instances]
    assert Counter(kind_of(one.shape).value for one in drawn) == {"keypoints": 14}
    assert sum(isinstance(one.also[0], Polygon | Mask) for one in drawn if one.also) == 14
    skeleton = found.skeletons["person"]
    assert (len(skeleton.names), skeleton.limbs[0]) == (17, (15, 13))  # the file counts from 1
    assert found.refused == ()
    masks = fit_to_task(found, Task.INSTANCE_SEGMENTATION)
    assert sum(len(image.instances) for image in masks.dataset.images) == 14


def test_the_shape_we_kept_does_not_outlive_a_change_by_another_tool(tmp_path: Path) -> None:
    turned = RotatedBox(5, 4, 4, 2, 30)
    image = DatasetImage("a.jpg", width_px=10, height_px=8, finished=True)
    dataset = Dataset(("cat",), (image.with_instances([DatasetInstance("cat", turned)]),))
    Coco().write(dataset, tmp_path / "out", transfer="none")
    assert Coco().read(tmp_path / "out").images[0].instances[0].shape == turned
    document = written(tmp_path / "out")
    document["annotations"][0]["segmentation"] = [[1, 1, 3, 1, 3, 3]]
    (tmp_path / "out" / "annotations.json").write_text(json.dumps(document))
    changed = Coco().read(tmp_path / "out").images[0].instances[0]
    assert changed.shape == Polygon([Part([(1, 1), (3, 1), (3, 3)])])


def coco_mini(root: Path) -> Dataset:
    """The 100 images with their outlines, which come as YOLO text with COCO's category ids."""
    names = yaml.safe_load((root / "instance_segmentation" / "config.yaml").read_text())["names"]
    images = []
    for file in sorted((root / "images" / "train2017").glob("*.jpg")):
        with PictureFile.open(file) as opened:
            width, height = opened.size
        rows = (root / "instance_segmentation" / "labels" / "train2017" / f"{file.stem}.txt").read_text()
        instances = []
        for line in rows.splitlines():
            category, *numbers = line.split()
            ring = np.array(numbers, float).reshape(-1, 2) * (width, height)
            instances.append(DatasetInstance(names[int(category)], Polygon([Part(ring)])))
        image = DatasetImage(file.name, source=str(file), width_px=width, height_px=height, finished=True)
        images.append(image.with_instances(instances))
    return Dataset(tuple(names.values()), tuple(images), multi_label=True)


def test_real_outlines_come_back_exactly_and_the_bytes_stay_the_same(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    dataset = coco_mini(shared_data("coco-mini"))
    assert sum(len(image.instances) for image in dataset.images) == 746
    assert Coco().write(dataset, tmp_path / "first", transfer="none").losses == ()
    back = Coco().read(tmp_path / "first")
    assert [image.instances for image in back.images] == [image.instances for image in dataset.images]
    Coco().write(back, tmp_path / "second", transfer="none")
    first, second = ((tmp_path / name / "annotations.json").read_bytes() for name in ("first", "second"))
    assert first == second


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_pycocotools_scores_our_labels_against_themselves_with_one(
    shared_data: Callable[[str], Path], tmp_path: Path, kind: str
) -> None:
    Coco().write(coco_mini(shared_data("coco-mini")), tmp_path / "out", transfer="none")
    assert own_score(tmp_path / "out" / "annotations.json", kind) == pytest.approx(1.0, abs=1e-9)


def test_pycocotools_scores_our_keypoints_against_themselves_with_one(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    found = Coco().read(shared_data("keypoints-coco-mini") / "coco" / "test_coco.json")
    bare = [replace(one, extras={}) for one in found.images]
    bare = [one.with_instances(replace(each, extras={}) for each in one.instances) for one in bare]
    Coco().write(replace(found, images=tuple(bare), extras={}), tmp_path / "out", transfer="none")
    assert own_score(tmp_path / "out" / "annotations.json", "keypoints") == pytest.approx(1.0, abs=1e-9)


def own_score(file: Path, kind: str) -> float:
    """AP of the annotations of a file taken as detections, by pycocotools."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(file))
        rows = [
            row for row in truth.dataset["annotations"] if not row["iscrowd"] and row.get("num_keypoints", 1)
        ]
        found = truth.loadRes([{**row, "score": 1.0} for row in rows])
        scored = COCOeval(truth, found, kind)
        # Objects that overlap more than 0.95 may be matched crosswise; as many as there are may be found.
        scored.params.maxDets = [1, 10, 1000] if kind != "keypoints" else [1000]
        scored.evaluate()
        scored.accumulate()
    precision = scored.eval["precision"][:, :, :, 0, -1]
    return float(precision[precision > -1].mean())
