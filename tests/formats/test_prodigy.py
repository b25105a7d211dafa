"""JSON lines as Prodigy's db-out really writes them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.errors import BadFormat, UnreadableImage
from labelgraft.formats.prodigy import Prodigy, embedded_bytes, unpack_embedded
from labelgraft.formats.statements import merge_repeated

PIXEL = base64.b64encode(b"\x89PNG not really").decode()
OPTIONS = [{"id": "CAT", "text": "🐱 cat"}, {"id": "DOG", "text": "🐶 dog"}]
# mark with a label (classification interface), choice with one and several answers, an embedded image, a URL.
BINARY = {
    "image": "images/1.jpg",
    "label": "CAT",
    "_input_hash": -1692352134,
    "_task_hash": 1837129741,
    "_session_id": "news-ann",
    "_view_id": "classification",
    "answer": "reject",
    "_timestamp": 1688035642,
}
CHOICE = {
    "image": "images/2.jpg",
    "meta": {"source": "camera 3"},
    "_input_hash": 5,
    "_task_hash": 6,
    "options": OPTIONS,
    "_session_id": None,
    "_view_id": "choice",
    "config": {"choice_style": "single"},
    "accept": ["DOG"],
    "answer": "accept",
}
EMBEDDED = {
    "image": f"data:image/png;base64,{PIXEL}",
    "text": "3",
    "meta": {"file": "3.png"},
    "path": "/home/ann/images/3.png",
    "_input_hash": 7,
    "_task_hash": 8,
    "width": 800,
    "height": 600,
    "options": OPTIONS,
    "accept": [],
    "answer": "ignore",
}
MANUAL = {
    "image": "https://example.org/4.jpg",
    "width": 800,
    "height": 600,
    "spans": [{"label": "CAT", "type": "rect", "points": [[1, 2], [1, 4], [3, 4], [3, 2]], "x": 1, "y": 2}],
    "answer": "accept",
}
REAL = [BINARY, CHOICE, EMBEDDED, MANUAL]


def read(folder: Path, *tasks: object) -> Dataset:
    (folder / "tasks.jsonl").write_text("".join(json.dumps(task) + "\n" for task in tasks))
    return Prodigy().read(folder / "tasks.jsonl")


def test_what_db_out_writes_is_understood(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "1.jpg").write_bytes(b"1")
    found = read(tmp_path, *REAL)
    assert [(i.path, i.class_names, i.answer) for i in found.images] == [
        ("images/1.jpg", ("CAT",), Answer.REJECT),
        ("images/2.jpg", ("DOG",), Answer.ACCEPT),
        ("/home/ann/images/3.png", (), Answer.IGNORE),
        ("https://example.org/4.jpg", (), Answer.ACCEPT),
    ]
    assert found.class_names == ("CAT", "DOG")
    assert not found.multi_label
    assert (found.images[2].width_px, found.images[2].height_px) == (800, 600)
    assert found.images[0].extras["prodigy"]["fields"]["_session_id"] == "news-ann"
    assert found.images[0].source == str(tmp_path / "images" / "1.jpg")
    assert [r.path for r in found.refused] == ["tasks.jsonl, line 4"]
    assert "1 regions (spans) were not imported" in found.refused[0].reason


def test_foreign_tasks_are_written_again_as_they_were(tmp_path: Path) -> None:
    found = read(tmp_path, *REAL)
    Prodigy().write(found, tmp_path / "out", transfer="none")
    written = (tmp_path / "out" / "annotations.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == REAL


def test_a_changed_answer_keeps_hashes_and_session(tmp_path: Path) -> None:
    found = read(tmp_path, BINARY, CHOICE)
    changed = tuple(replace(image, class_names=("DOG",), answer=Answer.ACCEPT) for image in found.images)
    Prodigy().write(replace(found, images=changed), tmp_path / "out", transfer="none")
    first, second = map(json.loads, (tmp_path / "out" / "annotations.jsonl").read_text().splitlines())
    assert first == {
        **{k: v for k, v in BINARY.items() if k not in ("label", "answer")},
        "label": "DOG",
        "answer": "accept",
    }
    assert second == CHOICE  # DOG was its answer before


def test_a_reject_is_a_negative_and_not_an_unlabelled_image(tmp_path: Path) -> None:
    image = DatasetImage("a.jpg", ("cat",), answer=Answer.REJECT)
    Prodigy().write(Dataset(("cat",), (image, DatasetImage("b.jpg"))), tmp_path / "out", transfer="none")
    first, second = map(json.loads, (tmp_path / "out" / "annotations.jsonl").read_text().splitlines())
    assert first == {"image": "a.jpg", "label": "cat", "answer": "reject"}
    assert second == {"image": "b.jpg"}  # a fresh task


def test_choices_with_several_answers_and_numbers_as_ids(tmp_path: Path) -> None:
    options = [{"id": 0, "text": "cat"}, {"id": 1, "text": "dog"}]
    task = {"image": "a.jpg", "options": options, "accept": [1, 0], "answer": "accept"}
    found = read(tmp_path, task)
    assert found.images[0].class_names == ("dog", "cat")
    assert found.class_names == ("cat", "dog")
    assert found.multi_label


def test_embedded_images_are_decoded_only_when_asked(tmp_path: Path) -> None:
    broken = {"image": "data:image/png;base64,@@@", "label": "CAT"}
    found = read(tmp_path, EMBEDDED, broken, BINARY)
    assert embedded_bytes(found.images[0]) == b"\x89PNG not really"
    assert embedded_bytes(found.images[2]) is None
    with pytest.raises(UnreadableImage, match="not base64"):
        embedded_bytes(found.images[1])
    unpacked = unpack_embedded(found, tmp_path / "unpacked")
    assert Path(unpacked.images[0].source).read_bytes() == b"\x89PNG not really"
    assert [r.reason[:23] for r in unpacked.refused] == ["the data URI is not bas"]
    assert unpack_embedded(found, tmp_path / "unpacked") == unpacked


def test_embedded_images_of_equal_content_have_equal_names_without_a_path(tmp_path: Path) -> None:
    task = {"image": f"data:image/jpeg;base64,{PIXEL}", "label": "CAT"}
    (image, again) = read(tmp_path, task, {**task, "label": "DOG"}).images
    assert image.path == again.path
    assert image.path.endswith(".jpg")


def test_statements_of_several_people_join_into_one(tmp_path: Path) -> None:
    tasks = [
        {"image": "a.jpg", "label": c, "answer": a}
        for c, a in (("x", "reject"), ("y", "accept"), ("z", "ignore"))
    ]
    tasks += [{"image": "b.jpg", "label": c, "answer": "reject"} for c in ("x", "y")]
    tasks += [{"image": "c.jpg", "label": c, "answer": "accept"} for c in ("x", "y", "x")]
    merged = merge_repeated(read(tmp_path, *tasks))
    assert [(i.path, i.class_names, i.answer) for i in merged.images] == [
        ("a.jpg", ("y",), Answer.ACCEPT),
        ("b.jpg", ("x", "y"), Answer.REJECT),
        ("c.jpg", ("x", "y"), Answer.ACCEPT),
    ]
    assert merged.multi_label


def test_repeated_images_keep_one_file_when_exported(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    tasks = [{"image": "a.jpg", "label": c, "answer": "accept"} for c in ("x", "y")]
    report = Prodigy().write(read(tmp_path, *tasks), tmp_path / "out")
    assert report.losses == ()
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == [
        "a.jpg",
        "annotations.jsonl",
        "labelgraft.json",
    ]


def test_bad_lines_are_listed_and_the_others_kept(tmp_path: Path) -> None:
    lines = [
        '{"image": "a.jpg"}',
        "",
        '{"text": "no image"}',
        '{"image": 5}',
        '{"image": "b.jpg", "answer": "y"}',
    ]
    lines += ["not json", '{"image": "c.jpg", "accept": "cat"}', '{"image": "d.jpg", "image": "e.jpg"}']
    lines += [
        '{"image": "f.jpg", "x": 1e999}',
        '{"image": "g.jpg", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ]
    lines += ['{"image": "h.jpg", "x": 1' + "0" * 5000 + "}"]
    text = "\n".join(lines)
    (tmp_path / "tasks.jsonl").write_text(text)
    found = Prodigy().read(tmp_path / "tasks.jsonl")
    assert [i.path for i in found.images] == ["a.jpg"]
    numbers = {int(r.path.split()[-1]): r.reason for r in found.refused}
    assert sorted(numbers) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert numbers[8] == "the line holds the key 'image' twice in one object"
    assert "nested deeper" in numbers[10]
    assert "too many digits" in numbers[11]


def test_nothing_readable_is_an_error_that_names_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_text("image,label\na.jpg,cat\n")
    with pytest.raises(BadFormat, match=r"tasks.jsonl, line 1: .*Nothing was imported"):
        Prodigy().read(tmp_path)


def test_many_classes_do_not_stand_on_every_line(tmp_path: Path) -> None:
    names = tuple(f"c{n}" for n in range(150))
    dataset = Dataset(names, (DatasetImage("a.jpg", ("c1", "c2")),), multi_label=True)
    Prodigy().write(dataset, tmp_path / "out", transfer="none")
    assert "options" not in json.loads((tmp_path / "out" / "annotations.jsonl").read_text())
    assert Prodigy().read(tmp_path / "out") == dataset
