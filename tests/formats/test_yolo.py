"""YOLO folders as ultralytics writes and reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from PIL import Image

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import Split
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, kind_of
from labelgraft.errors import BadFormat
from labelgraft.formats.detect import detect
from labelgraft.formats.yolo import Yolo


def make(folder: Path, rows: str | None, *, about: str = "names: [cat, dog]\n") -> Path:
    """A set with one image of 20 x 10 px; rows: its text file."""
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True)
    Image.new("RGB", (20, 10)).save(folder / "images" / "a.jpg")
    (folder / "data.yaml").write_text("train: images\nval: images\n" + about)
    if rows is not None:
        (folder / "labels" / "a.txt").write_text(rows)
    return folder


def shapes(dataset: Dataset) -> list[Shape]:
    return [one.shape for image in dataset.images for one in image.instances]


@pytest.mark.parametrize(
    ("about", "rows", "expected"),
    [
        ("names: [cat, dog]\n", "1 0.5 0.5 0.2 0.4\n", Box(8, 3, 12, 7)),
        ("names: {0: cat, 1: dog}\n", "1 0.5 0.5 0.2 0.4 0.75\r\n", Box(8, 3, 12, 7)),
        ("names: [cat, dog]\n", "1 0 0 0.5 0 0.5 1\n", Polygon([Part([(0, 0), (10, 0), (10, 10)])])),
        ("names: [cat, dog]\n", "1 0.5 0 1 0.5 0.75 1 0.25 0.5\n", Polygon([Part([(10, 0), (20, 5), (15, 10), (5, 5)])])),
        ("names: [cat, dog]\n", "1 0.25 0.2 0.75 0.2 0.75 0.8 0.25 0.8\n", RotatedBox(10, 5, 10, 6)),
        (
            "names: [cat, dog]\nkpt_shape: [2, 3]\n",
            "1 0.5 0.5 0.2 0.4 0.5 0.5 2 0 0 0\n",
            Keypoints([(10, 5), (0, 0)], [2, 0], Box(8, 3, 12, 7)),
        ),
        (
            "names: [cat, dog]\nkpt_shape: [2, 2]\n",
            "1 0.5 0.5 0.2 0.4 0.5 0.5 0 0\n",
            Keypoints([(10, 5), (0, 0)], [2, 0], Box(8, 3, 12, 7)),
        ),
    ],
)  # fmt: skip
def test_every_kind_of_row_is_understood(tmp_path: Path, about: str, rows: str, expected: Shape) -> None:
    found = Yolo().read(make(tmp_path / "set", rows, about=about))
    assert shapes(found) == [expected]
    assert found.images[0].class_names == ("dog",)
    assert found.images[0].finished
    assert found.refused == ()


def test_a_bad_row_is_refused_with_its_number_and_the_others_stay(tmp_path: Path) -> None:
    rows = "0 0.5 0.5 0.2 0.4\n1 0.5 0.5\n0.5 0.5 0.5 0.2 0.4\n7 0.5 0.5 0.2 0.4\n0 20 0.5 0.2 0.4\n0 x 0 0 0\n\n"
    found = Yolo().read(make(tmp_path / "set", rows + "1 0.5 0.5 0 0.4\n"))
    assert shapes(found) == [Box(8, 3, 12, 7)]
    assert [one.path for one in found.refused] == [f"a.txt, line {number}" for number in (2, 3, 4, 5, 6, 8)]
    reasons = [one.reason for one in found.refused]
    assert reasons[0].startswith(
        "found 2 numbers after the class, expected 4: box centre x, y, width, height"
    )
    assert reasons[2] == "class 7 is not among the names"
    assert "are these pixels?" in reasons[3]
    assert reasons[5] == "encloses nothing"


def test_an_empty_text_file_is_an_answer_and_a_missing_one_is_none(tmp_path: Path) -> None:
    assert Yolo().read(make(tmp_path / "empty", "")).images[0].finished
    assert not Yolo().read(make(tmp_path / "missing", None)).images[0].finished


def test_nothing_in_the_yaml_is_run_or_fetched(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    about = f"names: [cat]\ndownload: \"import pathlib; pathlib.Path('{mark}').touch()\"\n"
    assert Yolo().read(make(tmp_path / "set", "0 0.5 0.5 0.2 0.4\n", about=about)).class_names == ("cat",)
    assert not mark.exists()
    evil = f'names: !!python/object/apply:os.system ["touch {mark}"]\n'
    with pytest.raises(BadFormat, match="not YAML"):
        Yolo().read(make(tmp_path / "evil", "", about=evil))
    assert not mark.exists()


@pytest.mark.parametrize("place", ["../../etc", "/etc", "images/../../.."])
def test_a_yaml_leads_nowhere_outside(tmp_path: Path, place: str) -> None:
    folder = make(tmp_path / "deep" / "set", "")
    (folder / "data.yaml").write_text(f"train: {place}\nval: {place}\npath: ../..\nnames: [cat]\n")
    outside = tmp_path / "etc"
    outside.mkdir()
    Image.new("L", (9, 9)).save(outside / "secret.png")
    try:
        found = Yolo().read(folder)
    except BadFormat:
        return
    assert not any("secret" in image.source for image in found.images)


@pytest.mark.parametrize(
    ("task", "count", "kind"), [("object_detection", 741, "box"), ("instance_segmentation", 746, "polygon")]
)
def test_real_labels_are_all_read_and_written_again_the_same(
    shared_data: Callable[[str], Path], tmp_path: Path, task: str, count: int, kind: str
) -> None:
    found = Yolo().read(shared_data("coco-mini") / task)
    assert len(found.images) == 100
    assert Counter(kind_of(shape).value for shape in shapes(found)) == {kind: count}
    assert found.refused == ()
    assert sum(image.finished for image in found.images) == (98 if kind == "box" else 100)
    report = Yolo().write(found, tmp_path / "out", transfer="link")
    back = Yolo().read(tmp_path / "out")
    assert len(shapes(back)) == count
    assert Counter(one for i in back.images for one in i.class_names) == Counter(
        one for i in found.images for one in i.class_names
    )
    lost = {loss.what: loss.count for loss in report.losses}
    unlabelled = "images left out: nobody has finished them, and without shapes they would count as empty"
    assert lost.get(unlabelled, 0) == (2 if kind == "box" else 0)
    check_as_ultralytics(tmp_path / "out")


def test_what_we_write_keeps_the_rules_of_ultralytics(tmp_path: Path) -> None:
    Image.new("L", (40, 30)).save(tmp_path / "a.png")
    ring, hole = [(-5, 0), (30, 0), (30, 30)], [(20, 5), (25, 5), (25, 9)]
    drawn: dict[str, list[Shape]] = {
        "boxes": [Box(-3, -3, 50, 20), Box(1, 1, 2, 2)],
        "outlines": [Polygon([Part(ring, [hole]), Part([(32, 2), (39, 2), (39, 9)])]), Box(0, 0, 40, 30)],
        "rotated": [RotatedBox(20, 15, 10, 6, 30), Box(2, 2, 9, 9)],
        "points": [Keypoints([(3, 4), (0, 0), (39, 29)], [2, 0, 1])],
    }
    skeleton = Skeleton(("nose", "left", "right"), ((0, 1),), (0, 2, 1))
    for name, listed in drawn.items():
        image = DatasetImage("images/x/images/a.png", source=str(tmp_path / "a.png"), split=Split.TEST)
        image = image.with_instances(DatasetInstance("dog", shape) for shape in listed)
        empty = DatasetImage("a.jpeg", source=str(tmp_path / "a.png"), split=Split.TRAIN, finished=True)
        twin = DatasetImage("a.bmp", source=str(tmp_path / "a.png"), split=Split.TRAIN, finished=True)
        dataset = Dataset(("cat", "dog"), (image, empty, twin), skeletons={"dog": skeleton})
        Yolo().write(dataset, tmp_path / name)
        assert check_as_ultralytics(tmp_path / name) == len(listed)
        back = Yolo().read(tmp_path / name)
        assert len(shapes(back)) == len(listed)
        assert back.skeletons == {"dog": skeleton}
        assert detect(tmp_path / name).format.name == "yolo"
    about = yaml.safe_load((tmp_path / "points" / "data.yaml").read_text())
    assert (about["kpt_shape"], about["flip_idx"]) == ([3, 3], [0, 2, 1])


def check_as_ultralytics(folder: Path) -> int:
    """What verify_image_label of ultralytics 8.4 asks of every file; gives the count of rows."""
    about = yaml.safe_load((folder / "data.yaml").read_text())
    names, points = about["names"], about.get("kpt_shape", [0, 0])
    assert sorted(names) == list(range(len(names)))
    count = 0
    for image in sorted(folder.glob("images/**/*.*")):
        if not image.is_file():
            continue
        before, _, after = str(image).rpartition("/images/")
        label = Path(f"{before}/labels/{after}").with_suffix(".txt")
        assert label.is_file(), label
        rows = [[float(word) for word in line.split()] for line in label.read_text().splitlines()]
        count += len(rows)
        for row in rows:
            assert 0 <= row[0] < len(names)
            if points[0]:
                assert len(row) == 5 + points[0] * points[1]
                numbers = row[1:5] + [n for at in range(5, len(row), 3) for n in row[at : at + 2]]
            else:
                numbers = row[1:]
            assert all(0 <= number <= 1 for number in numbers)
        assert len({len(row) == 5 for row in rows}) <= 1
    return count
