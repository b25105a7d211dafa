"""COCO-style JSON read and written as classes of whole images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.coco_ids import Ids, category_map, is_id, lists_of
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, own_extras, placed
from labelgraft.formats.json_text import NOTHING, read_document, render_document
from labelgraft.formats.losses import AS_WRITTEN, Fitted
from labelgraft.formats.paths import find_file, normal_path, split_of
from labelgraft.formats.records import BadRecordError, pixels_of, text_of

FILE = "annotations.json"
IMAGES = "images/"
_SEMANTIC = ("id", "file_name", "width", "height", "split", "labelgraft")
_SAID = (Answer.REJECT, Answer.IGNORE, Answer.UNCLEAR)


class CocoClasses(FolderFormat):
    """images, categories, and one annotation per image and class whose box is the whole image.

    Boxes and masks of a foreign file are kept and written back, but only their classes are used.
    """

    name: ClassVar[str] = "coco"
    describe: ClassVar[str] = (
        "COCO-style JSON: images, categories, annotations; pycocotools, CVAT, detectron2"
    )

    def read(self, path: Path) -> Dataset:
        """The data set of a JSON file, or of the only one in a folder. Raises: BadFormat."""
        path = _file_in(path)
        refused: list[RefusedFile] = []
        dataset = _parse(read_document(path), path.name, refused)
        folder = path.parent
        known = sidecar.read(folder, self.name)
        bases = [folder, folder / IMAGES, folder.parent, folder.parent / IMAGES]
        bases += [folder.parent / path.stem.split("_")[-1], folder.parent / IMAGES / path.stem.split("_")[-1]]
        images = [replace(i, source=find_file(i.path, [folder / IMAGES, *bases])) for i in dataset.images]
        multi = dataset.multi_label or bool(known and known.multi_label)
        return replace(dataset, images=tuple(images), multi_label=multi, refused=tuple(refused))

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """Everything but the details of other formats."""
        images, origins, places, left_out = placed(dataset, transfer, root=IMAGES)
        read = _parse(_render(replace(dataset, images=tuple(images))), FILE, [])
        found = tuple(replace(r, source=i.source) for r, i in zip(read.images, images, strict=True))
        after = replace(read, images=found, multi_label=read.multi_label or dataset.multi_label)
        return Fitted(after, tuple(origins), tuple(places), left_out)

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """annotations.json."""
        yield FILE, [render_document(_render(fitted.dataset))]

    def recognise(self, path: Path) -> str | None:
        """A .json file, or a folder with just one, perhaps in annotations/."""
        if path.is_dir():
            found = _json_files(path)
            return f"it holds {found[0].relative_to(path).as_posix()}" if len(found) == 1 else None
        return "it is a JSON file" if path.suffix.lower() == ".json" else None


def _file_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = _json_files(path)
    if len(found) != 1:
        names = ", ".join(f.relative_to(path).as_posix() for f in found[:8]) or "none"
        raise BadFormat(f"{path}: found {names}, expected one COCO .json file. {NOTHING} Name the file.")
    return found[0]


def _json_files(folder: Path) -> list[Path]:
    ours = folder / FILE
    if ours.is_file():
        return [ours]
    found = [*sorted(folder.glob("*.json")), *sorted((folder / "annotations").glob("*.json"))]
    return [f for f in found if f.name != MARKER and f.name[0] != "."]


@dataclass(slots=True)
class _Found:
    """One image while its annotations are gathered."""

    image: DatasetImage
    record: Mapping[str, Any]
    classes: list[str] = field(default_factory=list)
    annotations: list[Mapping[str, Any]] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)


def _parse(document: Mapping[str, Any], name: str, refused: list[RefusedFile]) -> Dataset:
    """The data set of a document; bad records are added to `refused`. Raises: BadFormat."""
    images, annotations, categories = lists_of(document, name)
    name_of = category_map(categories, name)
    found = _images_by_id(images, name_of, name, refused)
    for position, annotation in enumerate(annotations):
        try:
            of = _checked(annotation, found, name_of)
        except BadRecordError as error:
            refused.append(RefusedFile(f"{name}, annotations[{position}]", str(error)))
            continue
        of.classes.append(name_of[annotation["category_id"]])
        of.annotations.append(annotation)
        of.positions.append(position)
    if refused and images and not found:
        raise BadFormat(f"{name}: no image could be read. {refused[0].path}: {refused[0].reason}. {NOTHING}")
    return _without_needless_extras(document, found.values(), name_of, categories)


def _without_needless_extras(
    document: Mapping[str, Any],
    found: Iterable[_Found],
    name_of: Mapping[int | str, str],
    categories: Sequence[Mapping[str, Any]],
) -> Dataset:
    found = list(found)
    class_names = tuple(dict.fromkeys(name_of.values()))
    multi = any(len(set(f.classes)) > 1 or len(f.image.class_names) > 1 for f in found)
    bare = [
        f.image
        if f.image.answer is not Answer.ACCEPT
        else replace(f.image, class_names=tuple(dict.fromkeys(f.classes)))
        for f in found
    ]
    plain = Dataset(class_names, tuple(bare), multi)
    if _render(plain) == document:
        return plain
    rest = {
        key: value for key, value in document.items() if key not in ("images", "annotations", "categories")
    }
    images = tuple(
        replace(image, extras={CocoClasses.name: _extras_of(f)}) for image, f in zip(bare, found, strict=True)
    )
    own = {"document": rest, "categories": list(categories)}
    return Dataset(class_names, images, multi, extras={CocoClasses.name: own})


def _extras_of(found: _Found) -> dict[str, Any]:
    fields = {key: value for key, value in found.record.items() if key not in _SEMANTIC}
    written = {"image": dict(found.record), "positions": found.positions}
    kept = {"id": found.record["id"], "fields": fields, "annotations": list(found.annotations)}
    return {**kept, AS_WRITTEN: written}


def _images_by_id(
    records: Sequence[Any], name_of: Mapping[int | str, str], name: str, refused: list[RefusedFile]
) -> dict[int | str, _Found]:
    found = dict[int | str, _Found]()
    paths = set[str]()
    for at, record in enumerate(records):
        try:
            image = _image(record, name_of)
        except BadRecordError as error:
            refused.append(RefusedFile(f"{name}, images[{at}]", str(error)))
            continue
        if record["id"] in found:
            raise BadFormat(
                f"{name}, images[{at}]: id {record['id']!r} stands twice, expected it once. {NOTHING}"
            )
        if image.path in paths:
            refused.append(RefusedFile(f"{name}, images[{at}]", f"names the file {image.path} again"))
            continue
        paths.add(image.path)
        found[record["id"]] = _Found(image, record)
    return found


def _image(record: Any, name_of: Mapping[int | str, str]) -> DatasetImage:
    if not isinstance(record, dict):
        raise BadRecordError("is no object")
    if not is_id(record.get("id")):
        raise BadRecordError("has no id that is a whole number or a text")
    path = normal_path(text_of(record, "file_name"))
    if not path:
        raise BadRecordError("file_name is empty")
    for key in ("width", "height"):
        if isinstance(record.get(key), (int, float)) and record[key] < 0:
            raise BadRecordError(f"{key} is {record[key]}, expected a positive number of pixels")
    word = record.get("split")
    image = DatasetImage(
        path,
        split=split_of(word) if isinstance(word, str) else None,
        width_px=pixels_of(record.get("width")),
        height_px=pixels_of(record.get("height")),
    )
    said = record.get("labelgraft")
    if not isinstance(said, dict) or said.get("answer") not in _SAID:
        return image
    asked = said.get("asked")
    if not isinstance(asked, list) or any(not is_id(i) or i not in name_of for i in asked):
        raise BadRecordError("labelgraft.asked holds unknown categories")
    classes = tuple(dict.fromkeys(name_of[i] for i in asked))
    return replace(image, class_names=classes, answer=Answer(said["answer"]))


def _checked(annotation: Any, found: Mapping[int | str, _Found], name_of: Mapping[int | str, str]) -> _Found:
    if not isinstance(annotation, dict):
        raise BadRecordError("is no object")
    image_id, category_id = annotation.get("image_id"), annotation.get("category_id")
    if not (isinstance(image_id, (int, str)) and image_id in found):
        raise BadRecordError(f"image_id is {str(image_id)[:40]}, and no image has this id")
    if not (isinstance(category_id, (int, str)) and category_id in name_of):
        raise BadRecordError(f"category_id is {str(category_id)[:40]}, and no category has this id")
    return found[image_id]


def _render(dataset: Dataset) -> dict[str, Any]:
    """The document: foreign records as they were while they still say the same, ours for the rest."""
    own = dataset.extras.get(CocoClasses.name)
    own = own if isinstance(own, Mapping) else {}
    categories = _categories(dataset.class_names, own.get("categories", []))
    name_of = {category["id"]: category["name"] for category in categories}
    first_id = dict[str, int | str]()
    for category in categories:
        first_id.setdefault(category["name"], category["id"])
    image_ids = Ids(own_extras(image, CocoClasses.name).get("id") for image in dataset.images)
    kept = [_kept_annotations(image, name_of) for image in dataset.images]
    annotation_ids = Ids(annotation.get("id") for rows in kept for _, annotation in rows)
    images, annotations = list[dict[str, Any]](), list[tuple[float, dict[str, Any]]]()
    for image, rows in zip(dataset.images, kept, strict=True):
        image_id = image_ids.give(own_extras(image, CocoClasses.name).get("id"))
        images.append(_record(image, image_id, first_id))
        covered = {name_of[annotation["category_id"]] for _, annotation in rows}
        annotations += [(at, {**annotation, "image_id": image_id}) for at, annotation in rows]
        for name in image.class_names if image.answer is Answer.ACCEPT else ():
            if name not in covered:
                new = _annotation(image, annotation_ids.give(None), image_id, first_id[name])
                annotations.append((float("inf"), new))
    annotations.sort(key=lambda row: row[0])
    head = own.get("document", {"info": {}, "licenses": []})
    lists = {"images": images, "annotations": [a for _, a in annotations], "categories": categories}
    return {**head, **lists}


def _categories(class_names: Sequence[str], foreign: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_name = dict[str, list[Mapping[str, Any]]]()
    for category in foreign:
        by_name.setdefault(category["name"], []).append(category)
    ids = Ids(category["id"] for category in foreign)
    made = list[dict[str, Any]]()
    for name in class_names:
        rows = by_name.get(name) or [{"id": ids.give(None), "name": name, "supercategory": ""}]
        made += [dict(row) for row in rows]
    return made


def _kept_annotations(
    image: DatasetImage, name_of: Mapping[int | str, str]
) -> list[tuple[float, dict[str, Any]]]:
    """Foreign annotations of classes that the image still has, with their places in the foreign list."""
    own = own_extras(image, CocoClasses.name)
    rows = own.get("annotations", [])
    places = own.get(AS_WRITTEN, {}).get("positions", [])
    if image.answer is not Answer.ACCEPT:
        return []
    return [
        (float(place), dict(row))
        for row, place in zip(rows, places, strict=False)
        if name_of.get(row["category_id"]) in image.class_names
    ]


def _record(image: DatasetImage, image_id: int | str, first_id: Mapping[str, int | str]) -> dict[str, Any]:
    own = own_extras(image, CocoClasses.name)
    written = own.get(AS_WRITTEN, {}).get("image")
    if isinstance(written, Mapping) and written.get("id") == image_id:
        name_of = {first_id[name]: name for name in first_id}
        said = replace(_image(written, name_of), source=image.source, extras=image.extras)
        accepted = image.answer is Answer.ACCEPT
        if (replace(said, class_names=image.class_names) if accepted else said) == image:
            return dict(written)
    record: dict[str, Any] = {"id": image_id, "file_name": image.path}
    record |= (
        {"width": image.width_px, "height": image.height_px} if image.width_px or image.height_px else {}
    )
    record |= {"split": image.split.value} if image.split else {}
    if image.answer is not Answer.ACCEPT:
        asked = [first_id[name] for name in image.class_names]
        record["labelgraft"] = {"answer": image.answer.value, "asked": asked}
    return {**record, **own.get("fields", {})}


def _annotation(
    image: DatasetImage, annotation_id: int | str, image_id: int | str, category_id: int | str
) -> dict[str, Any]:
    """A class of the whole image; the box only where the size is known, as an empty box is no box."""
    made: dict[str, Any] = {"id": annotation_id, "image_id": image_id, "category_id": category_id}
    if image.width_px and image.height_px:
        box = [0, 0, image.width_px, image.height_px]
        made |= {"bbox": box, "area": image.width_px * image.height_px}
    return {**made, "segmentation": [], "iscrowd": 0}
