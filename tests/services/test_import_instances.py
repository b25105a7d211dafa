"""Shapes that come with images into projects where shapes are drawn, and go out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import labelgraft
from labelgraft.domain.image import ImageState
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.errors import BadFormat
from labelgraft.workbench.intake_verbs import source_at
from labelgraft.workbench.project import ProjectBench


def make_source(folder: Path, **changes: Any) -> Path:
    """Three images of 20 x 16 px: two boxes, none, one that is not listed."""
    folder.mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (20, 16), (number * 60, 0, 0)).save(folder / f"{number}.png")
    document = {
        "images": [
            {"id": n, "file_name": f"{n}.png", "width": 20, "height": 16} for n in range(2)
        ],
        "annotations": [
            {"id": 1, "image_id": 0, "category_id": 7, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0},
            {"id": 2, "image_id": 0, "category_id": 9, "bbox": [15, 10, 9, 3], "area": 27, "iscrowd": 1},
        ],
        "categories": [{"id": 7, "name": "cat"}, {"id": 9, "name": "dog"}],
    } | changes  # fmt: skip
    (folder / "instances.json").write_text(json.dumps(document))
    return folder / "instances.json"


def drawn(project: ProjectBench) -> dict[str, list[tuple[str, object]]]:
    names = {each.id: each.name for each in project.classes()}
    paths = {number: Path(path).name for number, path in project.paths().items()}
    return {
        paths[each.image.id]: [(names[one.class_id], one.shape) for one in each.instances]
        for each in project.instances_of(list(paths))
        if each.instances
    }


def states(project: ProjectBench) -> dict[str, ImageState]:
    return {Path(row.image.path).name: row.image.state for row in project.images().rows}


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with labelgraft.open(tmp_path / "workspace", create=True) as opened:
        yield opened


def test_images_boxes_and_states_come_in_as_one_operation(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("boxes", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set")
    preview = project.check_import(source_at(source))
    assert (preview.images, preview.labelled, dict(preview.shapes)) == (2, 2, {"cat": 1, "dog": 1})
    assert [row.shapes for row in preview.rows] == [2, 0]
    report = project.add_images(source, embed=False)
    assert (report.added, report.labelled, report.instances, report.refused) == (2, 2, 2, ())
    assert report.mended == {"reached outside of the image: cut at its edge": 1}
    assert drawn(project) == {"0.png": [("cat", Box(1, 2, 4, 6)), ("dog", Box(15, 10, 20, 13))]}
    assert states(project) == {"0.png": ImageState.LABELLED, "1.png": ImageState.LABELLED}
    project.revert(report.operation_id)
    assert drawn(project) == {}
    assert set(states(project).values()) == {ImageState.NEW}


def test_an_import_done_twice_doubles_nothing(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("boxes", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set")
    project.add_images(source, embed=False)
    before = drawn(project)
    again = project.add_images(source, embed=False)
    assert (again.added, again.instances, again.operation_id, again.kept) == (0, 0, None, 0)
    assert drawn(project) == before


def test_what_was_said_before_stays_and_is_told(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("boxes", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set")
    project.add_images(source, embed=False)
    other = json.loads(source.read_text())
    other["annotations"][0]["bbox"] = [2, 2, 3, 4]
    source.write_text(json.dumps(other))
    again = project.add_images(source, embed=False)
    assert (again.instances, again.kept) == (0, 1)
    assert drawn(project)["0.png"][0] == ("cat", Box(1, 2, 4, 6))


def test_a_file_that_cannot_be_read_leaves_nothing(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("boxes", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set", categories=[{"id": 7}])
    with pytest.raises(BadFormat, match="Nothing was imported"):
        project.check_import(source_at(source))
    with pytest.raises(labelgraft.errors.LabelgraftError):
        project.add_images(source, embed=False)
    assert project.images().rows == ()
    assert project.classes() == ()


def test_shapes_that_a_task_cannot_take_are_listed_and_their_image_is_not_finished(
    bench: Any, tmp_path: Path
) -> None:
    project = bench.new_project("outlines", task="instance-segmentation", backbone="color-histogram")
    report = project.add_images(make_source(tmp_path / "set"), embed=False)
    (refused,) = report.refused
    assert "2 of kind box not taken" in refused.reason
    assert drawn(project) == {}
    assert states(project) == {"0.png": ImageState.NEW, "1.png": ImageState.LABELLED}


def test_a_class_gets_the_skeleton_of_its_keypoints(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("points", task="keypoints", backbone="color-histogram")
    points = [1, 2, 2, 3, 4, 1, 0, 0, 0]
    rows = [
        {"id": 1, "image_id": 0, "category_id": 7, "bbox": [1, 1, 5, 5], "keypoints": points},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [1, 1, 5, 5], "keypoints": points[:6]},
    ]
    category = {"id": 7, "name": "cat", "keypoints": ["nose", "left_eye", "right_eye"], "skeleton": [[1, 2]]}
    source = make_source(tmp_path / "set", annotations=rows, categories=[category])
    report = project.add_images(source, embed=False)
    (cat,) = project.classes()
    assert (cat.skeleton.names, cat.skeleton.limbs) == (("nose", "left_eye", "right_eye"), ((0, 1),))
    assert cat.skeleton.mirrored == (0, 2, 1)
    assert "2 keypoints, and class 'cat' has 3" in report.refused[0].reason
    expected = Keypoints([(1, 2), (3, 4), (0, 0)], [2, 1, 0], Box(1, 1, 6, 6))
    assert drawn(project) == {"0.png": [("cat", expected)]}
    assert states(project)["1.png"] is ImageState.NEW


def test_boxes_drawn_without_regard_to_the_exif_orientation_are_turned_upright(
    bench: Any, tmp_path: Path
) -> None:
    project = bench.new_project("turned", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set")
    exif = Image.Exif()
    exif[0x0112] = 6  # stored 20 x 16, shown 16 x 20: a quarter turn clockwise
    Image.new("RGB", (20, 16), "red").save(source.parent / "0.png", exif=exif)
    report = project.add_images(source, embed=False)
    assert report.mended["drawn without regard to the EXIF orientation: turned upright"] == 2
    assert drawn(project)["0.png"][0] == ("cat", Box(10, 1, 14, 4))


def test_labels_for_a_picture_of_another_shape_are_not_taken(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("other", task="detection", backbone="color-histogram")
    listed = [{"id": 0, "file_name": "0.png", "width": 100, "height": 16}]
    listed += [{"id": 1, "file_name": "1.png", "width": 40, "height": 32}]
    rows = [{"id": n, "image_id": n, "category_id": 7, "bbox": [2, 2, 4, 4]} for n in range(2)]
    report = project.add_images(make_source(tmp_path / "set", images=listed, annotations=rows), embed=False)
    assert "they are for 100 x 16 px, and the image has 20 x 16" in report.refused[0].reason
    assert drawn(project) == {"1.png": [("cat", Box(1, 1, 3, 3))]}  # drawn on a copy of twice the size


def test_an_export_holds_what_is_finished_and_says_what_is_not(bench: Any, tmp_path: Path) -> None:
    project = bench.new_project("boxes", task="detection", backbone="color-histogram")
    source = make_source(tmp_path / "set")
    project.add_images(source, embed=False)
    project.add_images(source.parent, format_name="folder", embed=False)
    report = project.export("coco", tmp_path / "out", transfer="none")
    assert [(loss.what, loss.count) for loss in report.losses] == [
        ("images not written: nobody has finished them", 1)
    ]
    other = bench.new_project("back", task="detection", backbone="color-histogram")
    other.add_images(tmp_path / "out", embed=False)
    assert drawn(other) == drawn(project)
    assert states(other) == {"0.png": ImageState.LABELLED, "1.png": ImageState.LABELLED}
