"""The guess of a format, and the sentence that says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelgraft.errors import BadFormat
from labelgraft.formats.detect import detect


def make(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("{}")
    return root


@pytest.mark.parametrize(
    ("files", "expected", "because"),
    [
        (["metadata.jsonl", "cat/1.jpg", "dog/2.jpg"], "hf-imagefolder", "it holds metadata.jsonl"),
        (["train/metadata.csv", "train/1.jpg"], "hf-imagefolder", "train/metadata.csv"),
        (["labels.csv", "cat/1.jpg", "dog/2.jpg"], "csv", "it holds labels.csv"),
        (["tasks.jsonl", "1.jpg"], "prodigy", "it holds tasks.jsonl"),
        (["annotations/instances.json", "images/1.jpg"], "coco", "annotations/instances.json"),
        (["cat/1.jpg", "dog/2.jpg"], "image-folder", "(cat, dog, ...)"),
        (["train/cat/1.jpg", "test/dog/2.jpg"], "image-folder", "a folder under test/, train/"),
        (["1.jpg", "2.jpg"], "folder", "it is a folder of images"),
        (["images/1.jpg", "images/2.jpg"], "folder", "folder of images"),
        (["cat/1.jpg", "dog/2.jpg", "3.jpg"], "folder", "folder of images"),
        (["2021/may/1.jpg", "2021/june/2.jpg"], "folder", "folder of images"),
        (["cat/1.jpg", "dog/deep/2.jpg"], "folder", "folder of images"),
        (["train/1.jpg", "test/2.jpg"], "folder", "folder of images"),
        ([], "folder", "folder of images"),
    ],
)
def test_a_folder_is_known_by_what_lies_in_it(
    tmp_path: Path, files: list[str], expected: str, because: str
) -> None:
    found = detect(make(tmp_path, *files))
    assert found.format.name == expected
    assert because in found.reason
    assert found.reason.startswith(f"Read as {expected}, because ")
    assert "name the format '" in found.reason


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.jsonl", "prodigy"),
        ("metadata.jsonl", "hf-imagefolder"),
        ("a.json", "coco"),
    ],
)
def test_a_file_is_known_by_its_name(tmp_path: Path, file: str, expected: str) -> None:
    assert detect(make(tmp_path, file) / file).format.name == expected


def test_what_nobody_knows_is_an_error_that_lists_the_formats(tmp_path: Path) -> None:
    with pytest.raises(BadFormat, match="image-folder"):
        detect(make(tmp_path, "a.xml") / "a.xml")
    with pytest.raises(BadFormat, match="there is nothing"):
        detect(tmp_path / "missing")
