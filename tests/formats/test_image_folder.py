"""Class folders as torchvision, Keras and people make them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import Split
from labelgraft.errors import BadFormat
from labelgraft.formats.image_folder import ImageFolder, class_folders
from labelgraft.formats.paths import folded

HOSTILE = [
    "a/b",
    "a\\b",
    ".hidden",
    "..",
    "CON",
    "con",
    "cat ",
    "cat.",
    "cat",
    "Cat",
    "CAT",
    "caf\u00e9",
    "cafe\u0301",
]
HOSTILE += [
    "\u202egnp.exe",
    "x" * 10_000,
    "é" * 5_000,
    "new\nline",
    "train",
    "__pycache__",
    "<img onerror>",
    "😀",
]
TORCHVISION_SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def make(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(file.encode())
    return root


def torchvision_samples(root: Path) -> list[tuple[str, str]]:
    """(file, class folder), by the rules of torchvision.datasets.folder: find_classes and make_dataset."""
    classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    if not classes:
        raise FileNotFoundError("Couldn't find any class folder")
    samples = list[tuple[str, str]]()
    for name in classes:
        here = [
            (os.path.join(folder, file), name)  # noqa: PTH118
            for folder, _, files in sorted(os.walk(root / name, followlinks=True))
            for file in sorted(files)
            if file.lower().endswith(TORCHVISION_SUFFIXES)
        ]
        if not here:
            raise FileNotFoundError(f"Found no valid file for the class {name}")
        samples += here
    return samples


def test_folders_are_classes(tmp_path: Path) -> None:
    found = ImageFolder().read(make(tmp_path, "cat/1.jpg", "cat/deep/2.PNG", "dog/1.jpg"))
    assert [(i.path, i.class_names, i.split) for i in found.images] == [
        ("cat/1.jpg", ("cat",), None),
        ("cat/deep/2.PNG", ("cat",), None),
        ("dog/1.jpg", ("dog",), None),
    ]
    assert found.class_names == ("cat", "dog")


def test_folders_called_like_splits_are_splits_if_all_are(tmp_path: Path) -> None:
    found = ImageFolder().read(make(tmp_path / "a", "train/cat/1.jpg", "val/cat/2.jpg", "test/dog/3.jpg"))
    assert [(i.split, i.class_names, i.extras) for i in found.images] == [
        (Split.TEST, ("dog",), {}),
        (Split.TRAIN, ("cat",), {}),
        (Split.TEST, ("cat",), {"image-folder": {"split": "val"}}),
    ]
    mixed = ImageFolder().read(make(tmp_path / "b", "test/1.jpg", "control/2.jpg"))
    assert mixed.class_names == ("control", "test")


def test_other_files_are_listed_and_images_without_class_are_unlabelled(tmp_path: Path) -> None:
    found = ImageFolder().read(
        make(tmp_path, "cat/1.jpg", "cat/notes.txt", ".DS_Store", "cat/.trash.jpg", "loose.jpg")
    )
    assert [(i.path, i.class_names) for i in found.images] == [("cat/1.jpg", ("cat",)), ("loose.jpg", ())]
    assert [(r.path, r.reason) for r in found.refused] == [("cat/notes.txt", "not an image by its name")]


def test_hostile_class_names_get_safe_folders_of_their_own() -> None:
    folders = class_folders(HOSTILE)
    assert len({folded(folder) for folder in folders.values()}) == len(HOSTILE)
    for folder in folders.values():
        assert folder == folder.strip().rstrip(".")
        assert len(folder.encode()) <= 200
        assert not folder.startswith((".", "__"))
        assert not set('<>:"/\\|?*\n\u202e') & set(folder)
        assert folder.casefold() not in ("con", "train")
    assert "cat" in folders.values()
    assert folders["😀"] == "😀"


def test_hostile_class_names_come_back_from_their_folders(tmp_path: Path) -> None:
    source = make(tmp_path / "src", "1.jpg") / "1.jpg"
    images = tuple(DatasetImage(f"{n}.jpg", (name,), source=str(source)) for n, name in enumerate(HOSTILE))
    report = ImageFolder().write(Dataset(tuple(HOSTILE), images), tmp_path / "out")
    assert not report.has_warnings
    back = ImageFolder().read(tmp_path / "out")
    assert back.class_names == tuple(HOSTILE)
    assert sorted(i.class_names[0] for i in back.images) == sorted(HOSTILE)
    assert len(torchvision_samples(tmp_path / "out")) == len(HOSTILE)


def test_files_of_one_name_in_one_class_do_not_meet(tmp_path: Path) -> None:
    make(tmp_path / "src", "a/1.jpg", "b/1.jpg", "c/1.JPG")
    images = tuple(
        DatasetImage(p, ("cat",), source=str(tmp_path / "src" / p)) for p in ("a/1.jpg", "b/1.jpg", "c/1.JPG")
    )
    ImageFolder().write(Dataset(("cat", "unused"), images), tmp_path / "out")
    files = {f.name: f.read_bytes() for f in (tmp_path / "out" / "cat").iterdir()}
    assert files == {"1.jpg": b"a/1.jpg", "1-2.jpg": b"b/1.jpg", "1-3.JPG": b"c/1.JPG"}
    assert (
        len(torchvision_samples(tmp_path / "out")) == 3
    )  # no empty folder for the unused class, or this would raise
    assert ImageFolder().read(tmp_path / "out").class_names == ("cat", "unused")


def test_what_one_folder_cannot_say_is_left_out_with_its_reason(tmp_path: Path) -> None:
    source = str(make(tmp_path / "src", "1.jpg") / "1.jpg")
    images = (
        DatasetImage("both.jpg", ("cat", "dog"), source=source),
        DatasetImage("none.jpg", (), source=source),
        DatasetImage("not.jpg", ("cat",), source=source, answer=Answer.REJECT),
        DatasetImage("later.jpg", ("cat",), source=source, answer=Answer.IGNORE),
        DatasetImage("gone.jpg", ("cat",), source=str(tmp_path / "gone.jpg")),
        DatasetImage("notes.txt", ("cat",), source=str(make(tmp_path, "notes.txt") / "notes.txt")),
    )
    report = ImageFolder().write(Dataset(("cat", "dog"), images, multi_label=True), tmp_path / "out")
    assert [(loss.what.split(": ", 1)[1][:22], loss.examples) for loss in report.losses[:6]] == [
        ("they have several clas", ("both.jpg",)),
        ("they have no class, an", ("none.jpg",)),
        ("their class was reject", ("not.jpg",)),
        ("they were passed over", ("later.jpg",)),
        ("their file is not ther", ("gone.jpg",)),
        ("their names do not end", ("notes.txt",)),
    ]
    assert ImageFolder().read(tmp_path / "out").images == ()


def test_a_file_is_no_class_folder(tmp_path: Path) -> None:
    with pytest.raises(BadFormat, match="found no folder"):
        ImageFolder().read(make(tmp_path, "a.jpg") / "a.jpg")


def test_images_added_by_hand_to_an_export_are_read_too(tmp_path: Path) -> None:
    source = str(make(tmp_path / "src", "1.jpg") / "1.jpg")
    ImageFolder().write(
        Dataset(("a/b",), (DatasetImage("1.jpg", ("a/b",), source=source),)), tmp_path / "out"
    )
    make(tmp_path / "out", "a_b/new.jpg", "fox/1.jpg")
    found = ImageFolder().read(tmp_path / "out")
    assert [(i.path, i.class_names) for i in found.images] == [
        ("a_b/1.jpg", ("a/b",)),
        ("a_b/new.jpg", ("a/b",)),
        ("fox/1.jpg", ("fox",)),
    ]


def test_a_file_without_an_ending_gets_that_of_its_source(tmp_path: Path) -> None:
    source = str(make(tmp_path / "src", "1.png") / "1.png")
    paths = ["photo", "\\", ".jpg", "x" * 400]
    images = tuple(DatasetImage(path, ("cat",), source=source) for path in paths)
    ImageFolder().write(Dataset(("cat",), images), tmp_path / "out")
    names = sorted(f.name for f in (tmp_path / "out" / "cat").iterdir())
    assert names[:3] == ["_jpg.png", "photo.png", "unnamed.png"]
    assert len(ImageFolder().read(tmp_path / "out").images) == 4
