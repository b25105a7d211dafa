"""YOLO: images/, labels/ with a text file per image, and a data.yaml, as ultralytics reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import yaml

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile, Split
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.errors import BadFormat, BadShape
from labelgraft.formats import sidecar
from labelgraft.formats.fitting import (
    OUTSIDE,
    Converted,
    Gathered,
    inside,
    order_of_classes,
    own_place,
    size_of,
    why_unsaid,
)
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, is_text, no_image_file
from labelgraft.formats.image_folder import files_below
from labelgraft.formats.json_text import MAX_DOCUMENT_BYTES, MEND, NOTHING, read_bytes
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, is_image_name, normal_path, split_of
from labelgraft.formats.picture_size import picture_size
from labelgraft.formats.records import BadRecordError
from labelgraft.formats.skeleton_notes import skeleton_notes, skeletons_from
from labelgraft.formats.yolo_rows import RowKind, Rows, looks_rotated, numbers_of, read_row, write_row

FILE = "data.yaml"
IMAGES, LABELS = "images", "labels"
MOST_YAML_BYTES = 4 << 20
_LISTS = ("train", "val", "test")


class Yolo(FolderFormat):
    """Boxes, outlines, rotated boxes or keypoints: one kind for all files, as the tools want it.

    With keypoints only they are written; else outlines if there is one, else rotated boxes if there is one, else boxes.
    """

    name: ClassVar[str] = "yolo"
    title: ClassVar[str] = "YOLO text files"
    describe: ClassVar[str] = "YOLO text files with data.yaml: detect, segment, obb, pose; ultralytics"
    lossless: ClassVar[bool] = False
    transfers: ClassVar[tuple[Transfer, ...]] = ("copy", "link")
    tasks: ClassVar[frozenset[Task]] = frozenset(task for task in Task if task.draws_shapes)

    def read(self, path: Path) -> Dataset:
        """The images that data.yaml names, or those below images/; one without a text file is not finished."""
        root = path.parent if path.is_file() else path
        about = _read_about(path)
        known = sidecar.read(root, self.name)
        files = _listed_images(root, about)
        if not files and known is None:
            raise BadFormat(
                f"{path}: found no images with YOLO labels. {NOTHING} Give the folder that holds both."
            )
        reading = _Reading(about.class_names, _rows_of_set(about, files))
        images = [reading.image(file) for file in files]
        if reading.refused and not any(image.finished for image in images):
            first = reading.refused[0]
            raise BadFormat(f"{path}: no row could be read. {first.path}: {first.reason}. {NOTHING}")
        multi = any(len(image.class_names) > 1 for image in images) or bool(known and known.multi_label)
        skeletons = skeletons_from(known) if known else about.skeletons
        names = tuple(dict.fromkeys([*about.class_names.values(), *sorted(reading.unnamed)]))
        return Dataset(
            names,
            tuple(images),
            multi,
            tuple(reading.refused),
            skeletons=skeletons,
            mended=dict(reading.mended),
        )

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:  # noqa: ARG002
        """Shapes of one kind, with six decimals of the image's sides."""
        gathered, names = Gathered(), Names()
        written = [(i, image) for i, image in enumerate(dataset.images)]
        splits = any(image.split for _, image in written if not _why_not(image))
        rows = rows_for(dataset)
        index = order_of_classes(dataset.class_names)
        for at, image in written:
            if reason := _why_not(image):
                gathered.left_out[at] = reason
                continue
            split = (image.split or Split.TRAIN) if splits else None
            path = _place(image, split, names)
            wide, high = size_of(image)
            after = replace(
                image, path=path, split=split, width_px=wide, height_px=high, extras={}, finished=True
            )
            gathered.add(at, after, path, partial(_convert, rows=rows, index=index, width=wide, height=high))
        return gathered.in_order(_order).fitted(replace(dataset, extras={}, refused=()))

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """data.yaml, and a text file for every image."""
        dataset = fitted.dataset
        rows, index = rows_for(dataset), order_of_classes(dataset.class_names)
        yield FILE, [_about_text(dataset, rows)]
        for image in dataset.images:
            lines = [
                write_row(one.shape, index[one.class_name], rows, image.width_px, image.height_px) + "\n"
                for one in image.instances
            ]
            yield _label_path(image.path), [line.encode() for line in lines]

    def notes(self, fitted: Fitted) -> dict[str, object]:
        """The kind of rows, where four corners could be either, and skeletons."""
        rows = rows_for(fitted.dataset)
        return {"rows": rows.kind.value, **skeleton_notes(fitted.dataset.skeletons)}

    def recognise(self, path: Path) -> str | None:
        """A data.yaml with names, or a folder with one and text files, or with images/ and labels/."""
        if path.is_file():
            sound = path.suffix.lower() in (".yaml", ".yml") and _names_in(path)
            return "it is a YAML file with the names of classes" if sound else None
        found = _yaml_in(path)
        if found is not None:
            return f"it holds {found.name} with the names of classes"
        labels = path / LABELS
        has_text = labels.is_dir() and next(labels.rglob("*.txt"), None) is not None
        return f"it holds text files in {LABELS}/" if has_text else None


def rows_for(dataset: Dataset) -> Rows:
    """The one kind of rows for a set, by the richest shape in it; keypoints as many as most instances have."""
    shapes = [one.shape for image in dataset.images for one in image.instances]
    counts = Counter(len(shape.points) for shape in shapes if isinstance(shape, Keypoints))
    if counts:
        return Rows(RowKind.POINTS, (max(counts, key=lambda count: (counts[count], count)), 3))
    if any(isinstance(shape, Polygon | Mask) for shape in shapes):
        return Rows(RowKind.OUTLINE)
    return Rows(RowKind.ROTATED if any(isinstance(shape, RotatedBox) for shape in shapes) else RowKind.BOX)


def _convert(
    one: DatasetInstance, rows: Rows, index: Mapping[str, int], width: int, height: int
) -> Converted:
    if not width:
        return "the size of their image is not known"
    shape = inside(one.shape, width, height)
    if shape is None:
        return OUTSIDE
    try:
        line = write_row(shape, index[one.class_name], rows, width, height)
        return DatasetInstance(one.class_name, read_row(line, rows, width, height).shape)
    except (BadShape, BadRecordError) as error:
        return f"this format, with the others of the set, does not hold them ({error})"


def _why_not(image: DatasetImage) -> str:
    return why_unsaid(image) or no_image_file(image)


def _place(image: DatasetImage, split: Split | None, names: Names) -> str:
    """A path below images/ whose text file no other image has; `images` in it would be replaced by the tools."""
    return own_place(image, [IMAGES, *([split.value] if split else [])], names, (IMAGES, LABELS))


def _order(image: DatasetImage) -> tuple[int, str]:
    return (0 if image.split in (None, Split.TRAIN) else 1, image.path)


def _label_path(image_path: str) -> str:
    """As ultralytics finds it: the last `images` of the path becomes `labels`, the ending .txt."""
    parts = list(PurePosixPath(image_path).parts)
    at = max((at for at, part in enumerate(parts[:-1]) if part == IMAGES), default=None)
    if at is not None:
        parts[at] = LABELS
    return PurePosixPath(*parts).with_suffix(".txt").as_posix()


def _about_text(dataset: Dataset, rows: Rows) -> bytes:
    tops = {image.split for image in dataset.images}
    train = f"{IMAGES}/train" if tops - {None} else IMAGES
    test = f"{IMAGES}/test" if Split.TEST in tops else train
    about: dict[str, Any] = {"path": ".", "train": train, "val": test, "nc": len(dataset.class_names)}
    about["names"] = dict(enumerate(dataset.class_names))
    if rows.kind is RowKind.POINTS:
        about["kpt_shape"] = list(rows.points)
        named = [s for s in dataset.skeletons.values() if len(s.names) == rows.points[0] and s.mirrored]
        about |= {"flip_idx": list(named[0].mirrored)} if named else {}
    plain = all(name.isprintable() for name in dataset.class_names)  # YAML knows more ends of lines than one
    text: str = yaml.safe_dump(about, allow_unicode=plain, sort_keys=False, width=10_000)
    return text.encode()


@dataclass(frozen=True, slots=True)
class _About:
    """What data.yaml tells. places: split (None: not told) and folder or list of images."""

    class_names: Mapping[int, str]
    places: tuple[tuple[Split | None, str], ...] = ()
    base: str = ""
    points: tuple[int, int] = (0, 0)
    kind: RowKind | None = None
    skeletons: Mapping[str, Skeleton] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    """An image, its path in the set, its split, and its text file (which may not be there)."""

    path: str
    source: Path
    split: Split | None
    label: Path | None


def _read_about(path: Path) -> _About:
    found = path if path.is_file() else _yaml_in(path)
    known = sidecar.read(path.parent if path.is_file() else path, Yolo.name)
    kind = known.notes.get("rows") if known else None
    told = RowKind(kind) if kind in list(RowKind) else None
    if found is None:
        plain = path / "classes.txt"
        listed = plain.read_text(errors="replace").splitlines() if plain.is_file() else []
        return _About({n: line.strip() for n, line in enumerate(listed) if line.strip()}, kind=told)
    values = _yaml(found)
    names = _class_names(values.get("names"), found)
    places, base = _places(values), values.get("path")
    shape = values.get("kpt_shape")
    points = (0, 0)
    if isinstance(shape, list) and len(shape) == 2 and all(type(n) is int for n in shape):
        points = (shape[0], shape[1]) if 0 < shape[0] < 10_000 and shape[1] in (2, 3) else (0, 0)
    return _About(names, places, base if isinstance(base, str) else "", points, told)


def _places(values: Mapping[str, Any]) -> tuple[tuple[Split | None, str], ...]:
    found: list[tuple[Split | None, str]] = []
    for key in _LISTS:
        listed = values.get(key)
        entries = listed if isinstance(listed, list) else [listed]
        split = Split.TRAIN if key == "train" else Split.TEST
        found += [(split, entry) for entry in entries if isinstance(entry, str) and entry]
    if len({place for _, place in found}) == 1:
        place = found[0][1]
        return ((split_of(PurePosixPath(normal_path(place)).name), place),)
    return tuple(found)


def _yaml(path: Path) -> dict[str, Any]:
    """Only plain values; nothing of it is run or fetched. Raises: BadFormat."""
    try:
        value = yaml.safe_load(read_bytes(path, MOST_YAML_BYTES))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        where = f"{path}, line {line}" if line else str(path)
        raise BadFormat(f"{where}: found text that is not YAML. {NOTHING} {MEND}") from None
    if not isinstance(value, dict):
        raise BadFormat(f"{path}: found no keys and values, expected names, train and val. {NOTHING} {MEND}")
    return value


def _class_names(names: Any, path: Path) -> dict[int, str]:
    pairs = (
        list(enumerate(names))
        if isinstance(names, list)
        else list(names.items())
        if isinstance(names, dict)
        else None
    )
    plain = pairs is not None and all(
        type(n) is int and n >= 0 and isinstance(name, str | int | float) for n, name in pairs
    )
    if pairs is None or not plain:
        raise BadFormat(f"{path}: names is no list of classes and no number: class. {NOTHING} {MEND}")
    told = {number: str(name) for number, name in pairs}
    if not all(map(is_text, told.values())):
        raise BadFormat(f"{path}: a class has an empty name, or one that is no text. {NOTHING} {MEND}")
    return told


def _names_in(path: Path) -> bool:
    try:
        return "names" in _yaml(path)
    except BadFormat:
        return False


def _yaml_in(folder: Path) -> Path | None:
    if (folder / FILE).is_file():
        return folder / FILE
    found = [
        f for f in sorted(folder.glob("*.y*ml")) if f.suffix.lower() in (".yaml", ".yml") and _names_in(f)
    ]
    has_rows = (folder / LABELS).is_dir() or any(
        (folder / top / LABELS).is_dir() for top in (*_LISTS, "valid")
    )
    return found[0] if len(found) == 1 and has_rows else None


def _listed_images(root: Path, about: _About) -> list[_File]:
    """The images that data.yaml names, each once, or all below the folder that have a place for a text file."""
    found: dict[str, _File] = {}
    for split, place in about.places:
        for base in _bases(root, about.base):
            listed = list(_below(base, root, place))
            for path, source in listed:
                found.setdefault(path, _File(path, source, split, _label_of(source, path, root)))
            if listed:
                break
    if not found and (not about.places or about.base in ("", ".")):
        for file in sorted(files_below(root, [])):
            found[file] = _File(file, root / file, None, _label_of(root / file, file, root))
    return list(found.values())


def _bases(root: Path, told: str) -> list[Path]:
    """Beside data.yaml, or where its `path` leads; or one above, where sets share their images."""
    inner = normal_path(told).strip("/")
    parts = PurePosixPath(inner).parts
    named = [root / inner] if inner and ".." not in parts else []
    return list(dict.fromkeys([root, *named, root.parent]))


def _below(base: Path, root: Path, place: str) -> Iterator[tuple[str, Path]]:
    """(path in the set, file) of the images of a folder or list; absolute places are looked for by their end."""
    normal = normal_path(place)
    parts = [part for part in PurePosixPath(normal).parts if part not in ("/", "..")]
    for start in range(len(parts)) if normal.startswith(("/", "..")) else [0]:
        there = base / PurePosixPath(*parts[start:]) if parts else base
        if there.is_dir():
            for file in sorted(files_below(there, [])):
                yield _inside(there / file, base, root), there / file
            return
        if there.is_file() and there.suffix == ".txt":
            text = read_bytes(there, MAX_DOCUMENT_BYTES).decode(errors="replace")
            for line in text.splitlines():
                inner = normal_path(line.strip())
                if inner and is_image_name(inner) and ".." not in PurePosixPath(inner).parts:
                    yield inner.lstrip("/"), base / inner.lstrip("/")
            return


def _inside(file: Path, base: Path, root: Path) -> str:
    top = root if file.is_relative_to(root) else base
    return file.relative_to(top).as_posix()


def _label_of(source: Path, path: str, root: Path) -> Path | None:
    """The text file of an image: `images` of its path as `labels`, beneath the set's folder, or beside it."""
    label = _label_path(path)
    tops = [root, root.parent] if not source.is_relative_to(root) else [root]
    candidates = [top / label for top in tops] + [
        root / LABELS / PurePosixPath(label).name,
        source.with_suffix(".txt"),
    ]
    return next((file for file in candidates if file.is_file()), None)


def _rows_of_set(about: _About, files: Iterable[_File]) -> Rows:
    """What the rows of a set are: as told, else by how many numbers they have."""
    if about.points[0]:
        return Rows(RowKind.POINTS, about.points)
    if about.kind is not None and about.kind is not RowKind.POINTS:
        return Rows(about.kind)
    counts, rotated = Counter[bool](), True
    for file in files:
        for line in _lines(file.label):
            try:
                _, numbers = numbers_of(line)
            except BadRecordError:
                continue
            counts[len(numbers) > 5] += 1
            if rotated and len(numbers) > 5:
                size = picture_size(str(file.source)) if len(numbers) == 8 else None
                rotated = size is not None and looks_rotated(numbers, size.width_px, size.height_px)
    if not counts[True]:
        return Rows(RowKind.BOX)
    return Rows(RowKind.ROTATED if rotated and not counts[False] else RowKind.OUTLINE)


def _lines(label: Path | None) -> list[str]:
    if label is None:
        return []
    text = read_bytes(label, MAX_DOCUMENT_BYTES).decode(errors="replace")
    return [line for line in text.split("\n") if line.strip()]


@dataclass(slots=True)
class _Reading:
    """Images read one by one. unnamed: classes that data.yaml does not name."""

    class_names: Mapping[int, str]
    rows: Rows
    refused: list[RefusedFile] = field(default_factory=list)
    mended: Counter[str] = field(default_factory=Counter)
    unnamed: set[str] = field(default_factory=set)

    def image(self, file: _File) -> DatasetImage:
        """Its rows; those that cannot be read are refused with their line."""
        size = picture_size(str(file.source)) if file.source.is_file() else None
        wide, high = (size.width_px, size.height_px) if size else (0, 0)
        source = str(file.source.absolute()) if file.source.is_file() else ""
        image = DatasetImage(file.path, (), file.split, source, wide, high, finished=file.label is not None)
        if file.label is None:
            return image
        instances = list[DatasetInstance]()
        text = read_bytes(file.label, MAX_DOCUMENT_BYTES).decode(errors="replace")
        for number, line in enumerate(text.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                instances.append(self._instance(line, wide, high))
            except BadRecordError as error:
                self.refused.append(RefusedFile(f"{file.label.name}, line {number}", str(error)))
        return image.with_instances(instances)

    def _instance(self, line: str, width: int, height: int) -> DatasetInstance:
        if not width:
            raise BadRecordError("the image cannot be read, so its size in pixels is not known")
        row = read_row(line, self.rows, width, height)
        self.mended.update(map(str, row.mended))
        if row.class_index not in self.class_names:
            if self.class_names:
                raise BadRecordError(f"class {row.class_index} is not among the names")
            self.unnamed.add(str(row.class_index))
        name = self.class_names.get(row.class_index, str(row.class_index))
        return DatasetInstance(name, row.shape, confidence=row.confidence)


__all__ = ["MARKER", "Yolo", "rows_for"]
