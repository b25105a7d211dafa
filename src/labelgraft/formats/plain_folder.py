"""A folder of images without labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from labelgraft.domain.dataset import Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, no_image_file
from labelgraft.formats.image_folder import files_below
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, portable_image_path


class PlainFolder(FolderFormat):
    """Images only; the names of the folders mean nothing."""

    name: ClassVar[str] = "folder"
    title: ClassVar[str] = "Images only"
    describe: ClassVar[str] = "images without labels, in folders of any depth"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")

    def read(self, path: Path) -> Dataset:
        """Every image by its name, unlabelled. Raises: BadFormat."""
        if not path.is_dir():
            raise BadFormat(f"{path}: found no folder, expected one with images. {NOTHING}")
        refused: list[RefusedFile] = []
        files = sorted(files_below(path, refused))
        images = [DatasetImage(file, source=str((path / file).absolute())) for file in files]
        known = sidecar.read(path, self.name)
        multi = bool(known and known.multi_label)
        return Dataset(sidecar.class_order(known, set()), tuple(images), multi, refused=tuple(refused))

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Images whose file is there, without any label."""
        kept, left_out = list[tuple[str, int, DatasetImage]](), dict[int, str]()
        names = Names([MARKER])
        for index, image in enumerate(dataset.images):
            reason = no_image_file(image)
            if reason:
                left_out[index] = reason
                continue
            path = names.give(portable_image_path(image.path, image.source))
            kept.append((path, index, DatasetImage(path, source=image.source)))
        kept.sort(key=lambda row: row[0])
        after = Dataset(dataset.class_names, tuple(image for _, _, image in kept), dataset.multi_label)
        return Fitted(after, tuple(i for _, i, _ in kept), tuple(path for path, _, _ in kept), left_out)

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:  # noqa: ARG002
        """None."""
        yield from ()

    def recognise(self, path: Path) -> str | None:
        """Any folder."""
        return "it is a folder of images" if path.is_dir() else None
