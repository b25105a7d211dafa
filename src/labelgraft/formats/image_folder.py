"""ImageFolder: class/image or split/class/image, as torchvision, Keras and timm read it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile, Split
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, no_image_file
from labelgraft.formats.json_text import MEND, NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, is_image_name, portable_image_path, portable_part, split_of


class ImageFolder(FolderFormat):
    """One folder per class. Holds exactly one class per image; everything else is in the loss report."""

    name: ClassVar[str] = "image-folder"
    title: ClassVar[str] = "Folders by class"
    describe: ClassVar[str] = "one folder per class, perhaps under train/ and test/; torchvision, Keras, timm"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")

    def read(self, path: Path) -> Dataset:
        """Images by folder; images outside every class folder are unlabelled. Raises: BadFormat."""
        if not path.is_dir():
            raise BadFormat(f"{path}: found no folder, expected one with a folder per class. {NOTHING}")
        known = sidecar.read(path, self.name)
        class_of = _class_of_folder(path, known)
        refused: list[RefusedFile] = []
        files = sorted(files_below(path, refused))
        tops = {PurePosixPath(f).parts[0] for f in files if "/" in f}
        splits = bool(known.notes.get("splits")) if known else has_splits(tops)
        images = [_image(path, file, splits, class_of) for file in files]
        found = {name for image in images for name in image.class_names} | set(class_of.values())
        return Dataset(sidecar.class_order(known, found), tuple(images), refused=tuple(refused))

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Split and class as folders; train/ for images without split if others have one."""
        folder_of = class_folders(dataset.class_names)
        splits = any(image.split for image in dataset.images if not why_not(image))
        kept, left_out = list[tuple[str, int, DatasetImage]](), dict[int, str]()
        names = Names([MARKER])
        for index, image in enumerate(dataset.images):
            reason = why_not(image)
            if reason:
                left_out[index] = reason
                continue
            split = (image.split or Split.TRAIN) if splits else None
            top = (_split_folder(image, split) + "/") if split else ""
            file = PurePosixPath(portable_image_path(image.path, image.source)).name
            path = names.give(f"{top}{folder_of[image.class_names[0]]}/{file}")
            fitted = replace(
                image, path=path, split=split, width_px=0, height_px=0, extras=_spelling(path, split)
            )
            kept.append((path, index, fitted))
        kept.sort(key=lambda row: row[0])
        after = Dataset(dataset.class_names, tuple(image for _, _, image in kept))
        return Fitted(after, tuple(i for _, i, _ in kept), tuple(path for path, _, _ in kept), left_out)

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:  # noqa: ARG002
        """None: the folders are the labels."""
        yield from ()

    def notes(self, fitted: Fitted) -> dict[str, object]:
        """Which folder is which class, as not every class name can be a folder's."""
        splits = any(image.split for image in fitted.dataset.images)
        folders = class_folders(fitted.dataset.class_names)
        return {"splits": splits, "folders": {folder: name for name, folder in folders.items()}}

    def recognise(self, path: Path) -> str | None:
        """Two class folders or more, and every image exactly one level deep (or split and one)."""
        if not path.is_dir():
            return None
        known = sidecar.read(path)
        if known is not None:
            return f"{MARKER} says so" if known.format == self.name else None
        depths, tops, classes = set[int](), set[str](), set[str]()
        for file in files_below(path, []):
            parts = PurePosixPath(file).parts
            depths.add(len(parts))
            if len(parts) > 1:
                tops.add(parts[0])
                classes.add(parts[-2])
            if len(depths) > 1 or 1 in depths or len(parts) > 3:
                return None
        if len(classes) < 2 or depths != ({3} if has_splits(tops) else {2}):
            return None
        where = (
            "a folder under " + ", ".join(f"{t}/" for t in sorted(tops)) if has_splits(tops) else "a folder"
        )
        return f"every image lies in {where} that can be a class ({', '.join(sorted(classes)[:4])}, ...)"


def class_folders(class_names: Iterable[str]) -> dict[str, str]:
    """A safe folder name for every class; no two that a file system or a loader would take for one.

    A class called like a split gets a `_`, or loaders would take its folder for the split.
    """
    given = Names([MARKER])
    folders = dict[str, str]()
    for name in class_names:
        part = portable_part(name)
        folders[name] = given.give(part + "_" if split_of(part) else part)
    return folders


def has_splits(tops: set[str]) -> bool:
    """True if the folders at the top are all splits."""
    return bool(tops) and all(split_of(top) for top in tops)


def files_below(root: Path, refused: list[RefusedFile]) -> Iterator[str]:
    """Image files by name, posix and relative to root; others are added to `refused`, hidden ones not."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        base = Path(folder).relative_to(root).as_posix()
        for file in sorted(files):
            path = file if base == "." else f"{base}/{file}"
            if file.startswith(".") or path == MARKER:
                continue
            if is_image_name(file):
                yield path
            else:
                refused.append(RefusedFile(path, "not an image by its name"))


def _image(root: Path, file: str, splits: bool, class_of: Mapping[str, str]) -> DatasetImage:
    parts = PurePosixPath(file).parts
    split = split_of(parts[0]) if splits and len(parts) > 1 else None
    rest = parts[1:] if split else parts
    classes = (class_of.get(rest[0], rest[0]),) if len(rest) > 1 else ()
    source = str((root / file).absolute())
    return DatasetImage(file, classes, split, source, extras=_spelling(file, split))


def _spelling(path: str, split: Split | None) -> dict[str, dict[str, str]]:
    """`val`, where the model only knows `test`: kept, so that the same folder is written again."""
    word = path.split("/", 1)[0]
    return {ImageFolder.name: {"split": word}} if split and word != split.value else {}


def _split_folder(image: DatasetImage, split: Split) -> str:
    own = image.extras.get(ImageFolder.name)
    word = own.get("split") if isinstance(own, Mapping) else None
    return (
        word
        if isinstance(word, str) and split_of(word) is split and portable_part(word) == word
        else split.value
    )


def why_not(image: DatasetImage) -> str:
    """Why a class folder cannot hold the image; "" if it can."""
    if image.answer is Answer.REJECT:
        return "their class was rejected, and a folder can only say that it holds"
    if image.answer is Answer.IGNORE:
        return "they were passed over"
    if image.answer is Answer.UNCLEAR:
        return "they were marked as unclear"
    if not image.class_names:
        return "they have no class, and a folder for them would be taken for one"
    if len(image.class_names) > 1:
        return "they have several classes, and a file lies in one folder"
    return no_image_file(image)


def _class_of_folder(root: Path, known: sidecar.Sidecar | None) -> dict[str, str]:
    folders = known.notes.get("folders", {}) if known else {}
    if not isinstance(folders, dict) or not all(isinstance(v, str) and v for v in folders.values()):
        raise BadFormat(f"{root / MARKER}: `folders` is not an object of folder -> class. {NOTHING} {MEND}")
    return folders
