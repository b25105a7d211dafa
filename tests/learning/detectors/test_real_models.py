"""Real networks on real photos: what the adapter gives is what the file gives without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.learning.detectors import direct_runs

from labelgraft.domain.arrays import AnyArray, Doubles, Pixels
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.class_lists import COCO, COCO_PERSON
from labelgraft.learning.detectors.described import DetectorDescription, Fit
from labelgraft.learning.detectors.onnx_detector import OnnxDetector
from labelgraft.learning.detectors.registry import preset

YOLOX, FASTEST = "yolox_nano.onnx", "FastestDet.onnx"
DEEPLAB, MOVENET = "deeplabv3_mnv2_voc21_dequant.onnx", "movenet_lightning_dequant.onnx"
PHOTOS = 10
SURE = 0.2


@pytest.fixture(scope="module")
def photos(shared_data: Callable[[str], Path]) -> list[Pixels]:
    files = sorted((shared_data("coco-mini") / "images").rglob("*.jpg"))[:PHOTOS]
    return [np.asarray(Image.open(file).convert("RGB")) for file in files]


def rows(found: Found) -> Doubles:
    """(N, 6) as direct_runs gives them."""
    return np.concatenate(
        [found.boxes, found.confidences[:, None].astype(np.float64), found.class_indexes[:, None]], axis=1
    )


def agree(found: list[Found], direct: list[Doubles], *, within_px: float, share: float) -> bool:
    """That share of the boxes lie within so many pixels, with confidences within 0.03, and as many were found.

    Not all: grey values that are rounded otherwise by 1 move boxes a little and decide about those at the threshold.
    """
    expected = sum(len(each) for each in direct)
    same = 0
    for ours, theirs in zip(map(rows, found), direct, strict=True):
        for box in theirs:
            near = (np.abs(ours[:, :4] - box[:4]).max(axis=1) < within_px) & (ours[:, 5] == box[5])
            same += bool((near & (np.abs(ours[:, 4] - box[4]) < 0.03)).any())
    count = sum(map(len, found))
    return expected > 20 and same >= share * expected and abs(count - expected) <= (1 - share) * expected


@pytest.mark.parametrize(
    ("name", "file", "direct", "within_px", "share"),
    [
        ("yolox_nano", YOLOX, direct_runs.yolox, 1.5, 0.95),
        ("fastestdet", FASTEST, direct_runs.fastestdet, 4.0, 0.85),  # a restless network
    ],
)
def test_boxes_are_those_of_a_direct_run_and_of_no_other_description(
    name: str,
    file: str,
    direct: Callable[..., Doubles],
    within_px: float,
    share: float,
    photos: list[Pixels],
    shared_weights: Path,
) -> None:
    description = preset(name)
    run = direct_runs.session(shared_weights / file)
    iou = description.output.nms_iou
    expected = [direct(run, photo, threshold=SURE, iou=iou) for photo in photos]
    detector = OnnxDetector(description, shared_weights / file)
    found = detector.find(photos, threshold=SURE)
    assert agree(found, expected, within_px=within_px, share=share)
    assert not detector.notices
    for photo, one in zip(photos, found, strict=True):
        height, width = photo.shape[:2]
        assert (np.diff(one.confidences) <= 0).all()
        assert one.boxes.min(initial=0) >= 0
        assert (one.boxes[:, 2:] <= [width, height]).all()
        assert (one.boxes[:, 2:] > one.boxes[:, :2]).all()
    for wrong in wrongly_described(description):
        other = OnnxDetector(wrong, shared_weights / file).find(photos, threshold=SURE)
        assert not agree(other, expected, within_px=within_px, share=share), wrong


def wrongly_described(description: DetectorDescription) -> list[DetectorDescription]:
    """RGB for BGR, a stretched or centred image, another scale, another rule for duplicates."""
    layout, output = description.input, description.output
    fit = Fit.LETTERBOX_CORNER if layout.fit is Fit.STRETCH else Fit.STRETCH
    return [
        replace(description, input=replace(layout, bgr=not layout.bgr)),
        replace(description, input=replace(layout, fit=fit)),
        replace(description, input=replace(layout, fit=Fit.LETTERBOX_CENTRE)),
        replace(description, input=replace(layout, scale=layout.scale / 2)),
        replace(description, output=replace(output, nms_iou=None)),
    ]


def test_a_layout_that_the_file_does_not_take_is_refused(shared_weights: Path) -> None:
    description = preset("yolox_nano")
    for layout in (
        replace(description.input, channels_first=False),
        replace(description.input, width_px=640),
    ):
        with pytest.raises(BadInput, match=r"takes images as \(3, 416, 416\), but 'yolox_nano' describes"):
            OnnxDetector(replace(description, input=layout), shared_weights / YOLOX)
    output = replace(description.output, names=(("rows", "boxes"),))
    with pytest.raises(BadInput, match="has no output 'boxes'"):
        OnnxDetector(replace(description, output=output), shared_weights / YOLOX)
    whole = preset("movenet_lightning")
    scaled = replace(whole, input=replace(whole.input, scale=1 / 255))
    with pytest.raises(BadInput, match="takes whole numbers 0 to 255"):
        OnnxDetector(scaled, shared_weights / MOVENET)
    few = replace(description, class_names=COCO[:20])
    with pytest.raises(BadInput, match=r"has the shape \(3549, 85\) per image, expected .* 20 classes"):
        OnnxDetector(few, shared_weights / YOLOX).find([np.zeros((9, 9, 3), np.uint8)])


def test_another_file_of_the_same_form_is_used_with_a_notice(shared_weights: Path) -> None:
    detector = OnnxDetector(replace(preset("yolox_nano"), digest="0" * 64), shared_weights / YOLOX)
    assert "not the very file" in detector.notices[0]


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (3, 2000)])
def test_odd_sizes_give_shapes_inside_the_image(size: tuple[int, int], shared_weights: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    for name, file in (("yolox_nano", YOLOX), ("movenet_lightning", MOVENET)):
        (found,) = OnnxDetector(preset(name), shared_weights / file).find([noise], threshold=0.0)
        assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
        assert (found.boxes[:, 2:] <= size).all()
        assert len(list(found.shapes())) == len(found)


def pixels_of(mask: Mask) -> AnyArray:
    values = np.repeat(np.arange(len(mask.counts)) % 2 == 1, mask.counts)
    return values.reshape(mask.width_px, mask.height_px).T


@pytest.fixture(scope="module")
def pets(shared_data: Callable[[str], Path]) -> list[tuple[Pixels, AnyArray]]:
    """Photos and where the animal is: 1 yes, 2 no, 3 not said."""
    folder = shared_data("pets")
    trimaps = sorted(folder.rglob("trimaps/*.png"))[::21]
    images = {path.stem: path for path in folder.rglob("*.jpg")}
    return [
        (np.asarray(Image.open(images[path.stem]).convert("RGB")), np.asarray(Image.open(path)))
        for path in trimaps
    ]


def test_class_maps_are_those_of_a_direct_run_and_cover_the_animals(
    pets: list[tuple[Pixels, AnyArray]], shared_weights: Path
) -> None:
    run = direct_runs.session(shared_weights / DEEPLAB)
    detector = OnnxDetector(preset("deeplabv3_mnv2_voc21"), shared_weights / DEEPLAB)
    found = detector.find([photo for photo, _ in pets], threshold=0.0)
    overlaps = []
    for (photo, trimap), one in zip(pets, found, strict=True):
        direct = direct_runs.class_map(run, photo)
        assert set(one.class_indexes.tolist()) == set(np.unique(direct).tolist()) - {0}
        whole = np.zeros(photo.shape[:2], np.int64)
        for index, mask in zip(one.class_indexes, one.masks, strict=True):
            whole[pixels_of(mask)] = index
        assert (whole == direct).mean() > 0.995
        animal = whole > 0
        known = trimap != 3
        both, either = (animal & (trimap == 1))[known].sum(), (animal | (trimap == 1))[known].sum()
        overlaps.append(both / either)
        assert one.confidences[0] > 0.5
    assert np.mean(overlaps) > 0.9


@pytest.fixture(scope="module")
def people(shared_data: Callable[[str], Path]) -> list[tuple[Pixels, list[dict[str, Any]]]]:
    folder = shared_data("keypoints-coco-mini")
    path = next(p for p in sorted(folder.rglob("*.json")) if "coco" in p.name and p.parent.name == "coco")
    content = json.loads(path.read_text())
    pictures = {each["id"]: each["file_name"] for each in content["images"]}
    result = []
    for number, name in pictures.items():
        file = next(folder.rglob(name))
        objects = [
            o for o in content["annotations"] if o["image_id"] == number and o.get("num_keypoints", 0) >= 8
        ]
        if objects:
            result.append((np.asarray(Image.open(file).convert("RGB")), objects))
    return result


def test_points_are_those_of_a_direct_run(photos: list[Pixels], shared_weights: Path) -> None:
    run = direct_runs.session(shared_weights / MOVENET)
    description = preset("movenet_lightning")
    detector = OnnxDetector(description, shared_weights / MOVENET)
    wrong = [replace(description.input, bgr=True), replace(description.input, fit=Fit.STRETCH)]
    others = [OnnxDetector(replace(description, input=layout), shared_weights / MOVENET) for layout in wrong]
    off = np.zeros(len(others))
    for photo, found in zip(photos, detector.find(photos, threshold=0.0), strict=True):
        expected = direct_runs.pose(run, photo)
        side = max(photo.shape)
        assert np.median(np.abs(found.keypoints[0] - expected)[:, :2]) < 0.005 * side
        off += [
            np.median(np.abs(each.find([photo], threshold=0.0)[0].keypoints[0] - expected)[:, :2]) / side
            for each in others
        ]
    assert (off / len(photos) > 0.02).all(), off / len(photos)


def test_points_in_the_boxes_of_people_lie_on_them(
    people: list[tuple[Pixels, list[dict[str, Any]]]], shared_weights: Path
) -> None:
    detector = OnnxDetector(preset("movenet_lightning"), shared_weights / MOVENET)
    distances = []
    for photo, objects in people:
        boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in (each["bbox"] for each in objects)])
        found, at = detector.find_points(photo, boxes)
        assert at.tolist() == list(range(len(objects)))
        for each, points, box in zip(objects, found.keypoints, found.boxes, strict=True):
            truth = np.array(each["keypoints"], float).reshape(-1, 3)
            seen = truth[:, 2] > 0
            size = max(box[2] - box[0], box[3] - box[1])
            distances += (np.linalg.norm(points[seen, :2] - truth[seen, :2], axis=1) / size).tolist()
        assert all(isinstance(shape, Keypoints) for shape in found.shapes())
    assert len(distances) > 50
    assert np.median(distances) < 0.05


def test_no_box_gives_no_points(shared_weights: Path) -> None:
    detector = OnnxDetector(preset("movenet_lightning"), shared_weights / MOVENET)
    found, at = detector.find_points(np.zeros((9, 9, 3), np.uint8), np.zeros((0, 4)))
    assert (len(found), len(at)) == (0, 0)
    assert found.keypoints.shape == (0, len(COCO_PERSON.names), 3)
