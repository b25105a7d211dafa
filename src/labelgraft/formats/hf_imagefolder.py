"""Hugging Face imagefolder: images beside a metadata.jsonl, splits as folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile, Split
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.csv_text import read_table
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, no_image_file, own_extras
from labelgraft.formats.json_text import NOTHING, read_lines, render_line
from labelgraft.formats.losses import AS_WRITTEN, Fitted
from labelgraft.formats.paths import (
    Names,
    find_file,
    is_absolute,
    normal_path,
    portable_image_path,
    portable_part,
    split_of,
)
from labelgraft.formats.records import BadRecordError, classes_of, pixels_of, text_of

FILE = "metadata.jsonl"
FILES = (FILE, "metadata.csv")
LABEL_KEYS = ("labels", "label", "classes", "class", "category", "tags", "tag")


class HfImageFolder(FolderFormat):
    """What `datasets.load_dataset("imagefolder")` reads: a row per image, splits as folders."""

    name: ClassVar[str] = "hf-imagefolder"
    title: ClassVar[str] = "Hugging Face image folder"
    describe: ClassVar[str] = (
        "images with metadata.jsonl, perhaps under train/ and test/; Hugging Face datasets"
    )
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")

    def read(self, path: Path) -> Dataset:
        """The rows of the metadata files here and one folder below; folder names are no labels."""
        root = path if path.is_dir() else path.parent
        tables = metadata_files(path)
        if not tables:
            raise BadFormat(f"{path}: found no metadata.jsonl or metadata.csv, expected one. {NOTHING}")
        known = sidecar.read(root, self.name)
        refused: list[RefusedFile] = []
        found = dict[str, DatasetImage]()
        for table in tables:
            top = table.parent.relative_to(root).as_posix()
            for line, row in _rows(table, refused):
                _add(found, table, line, row, "" if top == "." else top, refused)
        if refused and not found:
            raise BadFormat(
                f"{path}: no row could be read. {refused[0].path}: {refused[0].reason}. {NOTHING}"
            )
        images = [replace(image, source=find_file(image.path, [root])) for image in found.values()]
        return _finished(images, known, refused)

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Everything whose file is there; train/ for images without a split if others have one."""
        left_out = {i: reason for i, image in enumerate(dataset.images) if (reason := no_image_file(image))}
        kept = [(i, image) for i, image in enumerate(dataset.images) if i not in left_out]
        splits = any(image.split for _, image in kept)
        multi = dataset.multi_label or any(len(image.class_names) > 1 for _, image in kept)
        tops = {_split_folder(image, (image.split or Split.TRAIN) if splits else None) for _, image in kept}
        names = Names([MARKER, *(f"{top}/{file}".lstrip("/") for top in sorted(tops) for file in FILES)])
        rows = list[tuple[str, int, DatasetImage]]()
        for index, image in kept:
            split = (image.split or Split.TRAIN) if splits else None
            top = _split_folder(image, split)
            path = names.give(_path_under(top, portable_image_path(image.path, image.source)))
            moved = replace(image, path=path, split=split)
            row = _row(moved, top, multi)
            rows.append((top, index, replace(_parse(row, top), source=image.source)))
        rows.sort(key=lambda row: row[0])
        after = _finished([image for _, _, image in rows], None, [], multi, dataset.class_names)
        return Fitted(after, tuple(i for _, i, _ in rows), tuple(i.path for _, _, i in rows), left_out)

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """A metadata.jsonl for the set, or for each split."""
        lines = dict[str, list[bytes]]()
        for image in fitted.dataset.images:
            top = _split_folder(image, image.split)
            row = _row(image, top, fitted.dataset.multi_label)
            lines.setdefault(top, []).append(render_line(row))
        for top, content in (lines or {"": []}).items():
            yield f"{top}/{FILE}".lstrip("/"), content

    def recognise(self, path: Path) -> str | None:
        """A metadata file, or a folder with one, or with splits that have one."""
        if path.is_file():
            return f"it is a {path.name}" if path.name in FILES else None
        found = metadata_files(path)
        return f"it holds {found[0].relative_to(path).as_posix()}" if found else None


def metadata_files(path: Path) -> list[Path]:
    """The metadata files of a folder: its own and those one level below."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        return []
    folders = [path, *sorted(child for child in path.iterdir() if child.is_dir() and child.name[0] != ".")]
    return [
        next(f for n in FILES if (f := folder / n).is_file()) for folder in folders if _has_metadata(folder)
    ]


def _has_metadata(folder: Path) -> bool:
    return any((folder / name).is_file() for name in FILES)


def _rows(table: Path, refused: list[RefusedFile]) -> Iterator[tuple[int, dict[str, Any]]]:
    if table.suffix == ".jsonl":
        yield from read_lines(table, refused)
        return
    rows = read_table(table).rows
    for line, cells in rows[1:]:
        if len(cells) != len(rows[0][1]):
            reason = f"found {len(cells)} cells, expected {len(rows[0][1])}"
            refused.append(RefusedFile(f"{table.name}, line {line}", reason))
        else:
            row = dict(zip(rows[0][1], cells, strict=True))
            yield line, {k: -1 if k == _label_key(row) and v == "-1" else v for k, v in row.items()}


def _add(
    found: dict[str, DatasetImage],
    table: Path,
    line: int,
    row: dict[str, Any],
    top: str,
    refused: list[RefusedFile],
) -> None:
    where = f"{top}/{table.name}".lstrip("/") + f", line {line}"
    try:
        image = _parse(row, top)
    except BadRecordError as error:
        refused.append(RefusedFile(where, str(error)))
        return
    if image.path in found:
        refused.append(RefusedFile(where, f"names the file {image.path} again"))
    else:
        found[image.path] = image


def _parse(row: Mapping[str, Any], top: str) -> DatasetImage:
    """The image of a row, with the whole row as its spelling. Raises: BadRecordError."""
    name = normal_path(text_of(row, "file_name"))
    if is_absolute(name) or ".." in PurePosixPath(name).parts or not name:
        raise BadRecordError(f"file_name is {name!r}, which is no path inside the folder")
    first = PurePosixPath(name).parts[0] if "/" in name else ""
    word = top or first
    split = split_of(word)
    answer = Answer(row["answer"]) if row.get("answer") in list(Answer) else Answer.ACCEPT
    key = _label_key(row) if answer is Answer.ACCEPT or "asked" not in row else "asked"
    classes = classes_of(row[key], key) if key else ()
    extras: dict[str, Any] = {"split": word} if split and word != split.value else {}
    width, height = pixels_of(row.get("width")), pixels_of(row.get("height"))
    path = f"{top}/{name}" if top else name
    extras |= {AS_WRITTEN: dict(row)}
    return DatasetImage(path, classes, split, "", width, height, answer, {HfImageFolder.name: extras})


def _finished(
    images: Iterable[DatasetImage],
    known: sidecar.Sidecar | None,
    refused: list[RefusedFile],
    multi: bool = False,
    class_names: tuple[str, ...] | None = None,
) -> Dataset:
    """The data set, with the rows kept as extras only where we would write them otherwise."""
    images = list(images)
    multi = multi or bool(known and known.multi_label) or any(len(image.class_names) > 1 for image in images)
    images = [replace(image, extras=_needed_extras(image, multi)) for image in images]
    found = {name for image in images for name in image.class_names}
    names = sidecar.class_order(known, found) if class_names is None else class_names
    return Dataset(names, tuple(images), multi, tuple(refused))


def _needed_extras(image: DatasetImage, multi: bool) -> dict[str, Any]:
    own: dict[str, Any] = dict(own_extras(image, HfImageFolder.name))
    row = own.pop(AS_WRITTEN)
    canonical = _canonical(image, _split_folder(image, image.split), multi)
    fields = {key: value for key, value in row.items() if key not in canonical and key != _label_key(row)}
    if fields:
        own["fields"] = fields
    if row != {**canonical, **fields}:
        own[AS_WRITTEN] = row
    return {HfImageFolder.name: own} if own else {}


def _row(image: DatasetImage, top: str, multi: bool) -> dict[str, Any]:
    """The row as it was written, if it still says the same; else ours with the foreign fields."""
    own = own_extras(image, HfImageFolder.name)
    fields = own.get("fields", {})
    ours = _canonical(image, top, multi)
    written = own.get(AS_WRITTEN)
    if isinstance(written, Mapping):
        try:
            said = _parse(written, top)
        except BadRecordError:
            said = None
        if said is not None and replace(said, source=image.source, extras=image.extras) == image:
            return dict(written)
    return (
        {**ours, **{k: v for k, v in fields.items() if k not in ours}}
        if isinstance(fields, Mapping)
        else ours
    )


def _canonical(image: DatasetImage, top: str, multi: bool) -> dict[str, Any]:
    holds = image.answer is Answer.ACCEPT
    name = image.path.removeprefix(f"{top}/") if top else image.path
    row: dict[str, Any] = {"file_name": name}
    shown = list(image.class_names) if holds else []
    row |= {"labels": shown} if multi else {"label": shown[0] if shown else None}
    row |= {"width": image.width_px, "height": image.height_px} if image.width_px or image.height_px else {}
    return row if holds else {**row, "answer": image.answer.value, "asked": list(image.class_names)}


def _label_key(row: Mapping[str, Any]) -> str:
    return next((key for key in LABEL_KEYS if key in row), "")


def _split_folder(image: DatasetImage, split: Split | None) -> str:
    if split is None:
        return ""
    word = own_extras(image, HfImageFolder.name).get("split")
    known = isinstance(word, str) and split_of(word) is split and portable_part(word) == word
    return str(word) if known else split.value


def _path_under(top: str, path: str) -> str:
    """The path inside its split's folder; without splits no folder may be called like one."""
    if top:
        return path if path.startswith(f"{top}/") else f"{top}/{path}"
    first, slash, rest = path.partition("/")
    return f"{first}_/{rest}" if slash and split_of(first) else path
