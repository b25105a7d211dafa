"""A folder of images without labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import FolderFormat, placed
from labelgraft.formats.image_folder import files_below
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.losses import Fitted


class PlainFolder(FolderFormat):
    """Images only; the names of the folders mean nothing."""

    name: ClassVar[str] = "folder"
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

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """Images whose file is there, without any label."""
        images, origins, places, left_out = placed(dataset, transfer)
        rows = sorted(
            zip([image.path for image in images], images, origins, places, strict=True), key=lambda r: r[0]
        )
        left_out |= {origin: "their file is not there" for _, image, origin, _ in rows if not image.source}
        rows = [row for row in rows if row[1].source]
        bare = tuple(
            replace(i, class_names=(), split=None, answer=Answer.ACCEPT, width_px=0, height_px=0, extras={})
            for _, i, _, _ in rows
        )
        after = Dataset(dataset.class_names, bare, dataset.multi_label)
        return Fitted(after, tuple(row[2] for row in rows), tuple(row[3] for row in rows), left_out)

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:  # noqa: ARG002
        """None."""
        yield from ()

    def recognise(self, path: Path) -> str | None:
        """Any folder."""
        return "it is a folder of images" if path.is_dir() else None
