"""What a format is: a reader and a writer with an exact report of what the writing loses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from labelgraft.domain.dataset import Dataset, DatasetImage, LossReport
from labelgraft.domain.project import Task
from labelgraft.errors import AlreadyExists, BadInput, BadSetting
from labelgraft.formats import sidecar
from labelgraft.formats.folder_write import MARKER, Transfer, bring_file, new_folder, write_file
from labelgraft.formats.losses import Fitted, difference
from labelgraft.formats.paths import Names, is_address, is_image_name, normal_path, portable_path


class Format(Protocol):
    """A way to keep a labelled data set in files."""

    @property
    def name(self) -> str:
        """The word that users type."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def describe(self) -> str:
        """One sentence: what it is and who reads it."""
        ...

    @property
    def lossless(self) -> bool:
        """True if every label, split and answer comes back; files may still be named anew."""
        ...

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """What it can do with the image files."""
        ...

    @property
    def tasks(self) -> frozenset[Task]:
        """Tasks whose labels it holds; with one that draws shapes, it holds shapes."""
        ...

    def read(self, path: Path) -> Dataset:
        """The data set in a file or folder; bad rows are in `refused`. Raises: BadFormat."""
        ...

    def write(
        self, dataset: Dataset, folder: Path, *, transfer: Transfer = "copy", overwrite: bool = False
    ) -> LossReport:
        """Writes a new folder, whole or not at all; gives what it could not hold.

        transfer: "copy" the image files, "link" them (hard links, copies where the disk has none), or "none":
        label files only. Raises: AlreadyExists, BadInput.
        """
        ...

    def loss(self, dataset: Dataset, *, transfer: Transfer = "copy") -> LossReport:
        """What `write` would lose; writes nothing."""
        ...

    def recognise(self, path: Path) -> str | None:
        """Why this path looks like this format, as the end of a sentence; None if it does not."""
        ...


class FolderFormat(ABC):
    """A format that writes a folder of images and label files; the part that all of ours share.

    A subclass says in `fit` what it can hold and in `documents` how it is written; the loss report is the
    difference between a data set and its `fit`, so that preview, report and files cannot disagree.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    describe: ClassVar[str]
    lossless: ClassVar[bool] = True
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link", "none")
    tasks: ClassVar[frozenset[Task]] = frozenset({Task.CLASSIFICATION})

    @abstractmethod
    def read(self, path: Path) -> Dataset:
        """See Format.read."""

    @abstractmethod
    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """What reading the written files will give back."""

    @abstractmethod
    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """(name in the folder, content) of every label file."""

    @abstractmethod
    def recognise(self, path: Path) -> str | None:
        """See Format.recognise."""

    def loss(self, dataset: Dataset, *, transfer: Transfer = "copy") -> LossReport:
        """See Format.loss."""
        return difference(dataset, self._checked_fit(dataset, transfer))

    def write(
        self, dataset: Dataset, folder: Path, *, transfer: Transfer = "copy", overwrite: bool = False
    ) -> LossReport:
        """See Format.write."""
        fitted = self._checked_fit(dataset, transfer)
        sources = [image.source for image in fitted.dataset.images]
        _check_not_inside(sources, folder)
        with new_folder(folder, overwrite=overwrite) as fresh:
            for place, source in dict(zip(fitted.places, sources, strict=True)).items():
                if source and place:
                    bring_file(source, fresh / place, transfer)
            for name, content in self.documents(fitted):
                write_file(fresh / name, content)
            write_file(fresh / MARKER, [sidecar.render(self.name, fitted.dataset, self.notes(fitted))])
        return difference(dataset, fitted)

    def notes(self, fitted: Fitted) -> dict[str, object]:  # noqa: ARG002 (for subclasses)
        """What the format wants to find again in the sidecar."""
        return {}

    def _checked_fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        check_transfer(self, transfer)
        check_dataset(dataset)
        return self.fit(dataset if holds_shapes(self) else without_shapes(dataset), transfer)


def holds_shapes(known: Format) -> bool:
    """True for a format that can hold instances."""
    return any(task.draws_shapes for task in known.tasks)


def without_shapes(dataset: Dataset) -> Dataset:
    """Only the classes of the images."""
    if not dataset.skeletons and not any(image.instances or image.finished for image in dataset.images):
        return dataset
    images = tuple(replace(image, instances=(), finished=False) for image in dataset.images)
    return replace(dataset, images=images, skeletons={})


def check_transfer(known: Format, transfer: Transfer) -> None:
    """Raises: BadSetting if the format cannot do that with the image files."""
    if transfer not in known.transfers:
        raise BadSetting(
            f"{known.name} cannot be written with transfer {transfer!r}: its files belong beside each other. "
            f"Nothing was written. Choose {' or '.join(map(repr, known.transfers))}."
        )


def check_dataset(dataset: Dataset) -> None:
    """Raises: BadInput for names that no file can hold: empty, double, or not valid Unicode."""
    known = set(dataset.class_names)
    if len(known) != len(dataset.class_names):
        double = sorted(name for name in known if dataset.class_names.count(name) > 1)
        raise BadInput(f"The data set lists the class {double[0]!r} twice. Nothing was written.")
    for name in (*dataset.class_names, *(image.path for image in dataset.images)):
        if not is_text(name):
            raise BadInput(
                f"{name!r} is empty or not valid text. Nothing was written. Rename it and export again."
            )
    for image in dataset.images:
        if len(set(image.class_names)) != len(image.class_names) or not known.issuperset(image.class_names):
            raise BadInput(
                f"{image.path}: its classes are listed twice or unknown to the data set. Nothing was written."
            )
        if any(one.class_name not in image.class_names for one in image.instances):
            raise BadInput(
                f"{image.path}: an instance has a class that the image does not list. Nothing was written."
            )


def is_text(name: str) -> bool:
    """True for a non-empty string without zero characters that UTF-8 can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return bool(name) and "\0" not in name


def own_extras(image: DatasetImage, name: str) -> Mapping[str, Any]:
    """The details that the format `name` keeps of an image."""
    kept = image.extras.get(name)
    return kept if isinstance(kept, Mapping) else {}


def placed(
    dataset: Dataset,
    transfer: Transfer,
    *,
    reserved: Iterable[str] = (),
    root: str = "",
    repeats: bool = False,
) -> tuple[list[DatasetImage], list[int], list[str], dict[int, str]]:
    """Images with the path and file that they get, their origins, places and who is left out.

    With "none" paths stay as they are, and a second image of the same path cannot be told apart: left out,
    unless the format `repeats` images. root: the folder of the image files, with a slash.
    """
    images, origins, places = list[DatasetImage](), list[int](), list[str]()
    names, left_out, seen = Names([MARKER, *reserved]), dict[int, str](), dict[str, str]()
    for index, image in enumerate(dataset.images):
        if transfer == "none" or is_address(image.path):
            path, place = normal_path(image.path), ""
            if (path in seen and not repeats) or not path:
                left_out[index] = "another image has the same path"
                continue
        else:
            key = f"{image.path}\0{image.source}"
            path = seen[key] if repeats and key in seen else names.give(portable_path(image.path))
            seen[key] = path
            place = root + path
        seen[path] = path
        there = image.source if place and is_there(image.source) else ""
        images.append(replace(image, path=path, source=there))
        origins.append(index)
        places.append(place)
    return images, origins, places, left_out


def is_there(source: str) -> bool:
    """True if the file to copy exists now."""
    return bool(source) and Path(source).is_file()


def no_image_file(image: DatasetImage) -> str:
    """Why a format that is only files cannot hold the image; "" if it can."""
    if not is_there(image.source):
        return "their file is not there"
    named = is_image_name(image.path) or is_image_name(image.source)
    return "" if named else "their names do not end like those of images"


def _check_not_inside(sources: Iterable[str], folder: Path) -> None:
    if not folder.exists():
        return
    root = folder.resolve()
    for source in sources:
        if source and Path(source).resolve().is_relative_to(root):
            raise AlreadyExists(
                f"{folder} holds images of this data set ({Path(source).name}); overwriting would take "
                "them away. "
                "Nothing was written. Choose another folder."
            )
