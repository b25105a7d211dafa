"""COCO JSON: boxes, polygons, masks and keypoints of instances, and classes of whole images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.project import Task
from labelgraft.errors import BadFormat
from labelgraft.formats import sidecar
from labelgraft.formats.coco_categories import categories_of, category_map, skeletons_of
from labelgraft.formats.coco_ids import Ids, is_id, lists_of
from labelgraft.formats.coco_rows import OURS, SEMANTIC, read_row, whole_image_row, write_row
from labelgraft.formats.folder_write import MARKER, Transfer
from labelgraft.formats.format import FolderFormat, own_extras, placed
from labelgraft.formats.json_text import NOTHING, read_document, render_document
from labelgraft.formats.losses import AS_WRITTEN, Fitted
from labelgraft.formats.paths import find_file, normal_path, split_of
from labelgraft.formats.records import BadRecordError, pixels_of, text_of

FILE = "annotations.json"
IMAGES = "images/"
END = float("inf")
"""The position of a row that the file did not have."""
_SEMANTIC = ("id", "file_name", "width", "height", "split", OURS)
_SAID = (Answer.REJECT, Answer.IGNORE, Answer.UNCLEAR)


class Coco(FolderFormat):
    """images, categories, and one annotation per instance; a class of a whole image is one too, marked as such.

    In a file with instances every image counts as finished: one without any holds none. What a row says beside what we
    know is kept and written back, and a row that still says the same is written as it was.
    """

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO JSON"
    describe: ClassVar[str] = (
        "COCO JSON: boxes, polygons, masks, keypoints, classes; pycocotools, CVAT, detectron2"
    )
    tasks: ClassVar[frozenset[Task]] = frozenset(Task)

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
        orders = tuple(tuple(_written_order(image)) for image in images)
        return Fitted(after, tuple(origins), tuple(places), left_out, orders)

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
    """One image while its annotations are gathered. rows: of the whole image, with their positions in the list."""

    image: DatasetImage
    record: Mapping[str, Any]
    instances: list[tuple[DatasetInstance, Mapping[str, Any], int]] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    rows: list[tuple[Mapping[str, Any], int]] = field(default_factory=list)

    def bare(self, finished: bool) -> DatasetImage:
        """The image without extras."""
        said = _said_finished(self.record)
        names = self.classes if self.image.answer is Answer.ACCEPT else self.image.class_names
        image = replace(
            self.image, class_names=tuple(dict.fromkeys(names)), finished=finished if said is None else said
        )
        return image.with_instances(one for one, _, _ in self.instances)


def _parse(document: Mapping[str, Any], name: str, refused: list[RefusedFile]) -> Dataset:
    """The data set of a document; bad records are added to `refused`. Raises: BadFormat."""
    images, annotations, categories = lists_of(document, name)
    name_of = category_map(categories, name)
    found = _images_by_id(images, name_of, name, refused)
    mended = Counter[str]()
    for position, annotation in enumerate(annotations):
        try:
            of = _checked(annotation, found, name_of)
            _add(of, annotation, name_of[annotation["category_id"]], position, mended)
        except BadRecordError as error:
            refused.append(RefusedFile(f"{name}, annotations[{position}]", str(error)))
    if refused and images and not found:
        raise BadFormat(f"{name}: no image could be read. {refused[0].path}: {refused[0].reason}. {NOTHING}")
    dataset = _without_needless_extras(document, found.values(), name_of, categories)
    return replace(dataset, mended=dict(mended))


def _add(of: _Found, row: Mapping[str, Any], class_name: str, position: int, mended: Counter[str]) -> None:
    """Raises: BadRecordError if the shape cannot be; the class is taken all the same."""
    try:
        drawn = read_row(row, class_name, of.image.width_px, of.image.height_px)
    except BadRecordError:
        of.classes.append(class_name)
        of.rows.append((row, position))
        raise
    mended.update(map(str, drawn.mended))
    if drawn.instance is not None:
        of.instances.append((drawn.instance, row, position))
    else:
        of.classes.append(class_name)
        of.rows.append((row, position))


def _without_needless_extras(
    document: Mapping[str, Any],
    found: Iterable[_Found],
    name_of: Mapping[int | str, str],
    categories: Sequence[Mapping[str, Any]],
) -> Dataset:
    found = list(found)
    class_names = tuple(dict.fromkeys(name_of.values()))
    finished = any(f.instances for f in found)
    bare = [f.bare(finished) for f in found]
    multi = any(len(image.class_names) > 1 for image in bare)
    plain = Dataset(class_names, tuple(bare), multi, skeletons=skeletons_of(categories))
    if _render(plain) == document:
        return plain
    rest = {
        key: value for key, value in document.items() if key not in ("images", "annotations", "categories")
    }
    images = tuple(_with_extras(image, f) for image, f in zip(bare, found, strict=True))
    own = {"document": rest, "categories": list(categories)}
    return replace(plain, images=images, extras={Coco.name: own})


def _with_extras(image: DatasetImage, found: _Found) -> DatasetImage:
    fields = {key: value for key, value in found.record.items() if key not in _SEMANTIC}
    written = {"image": dict(found.record), "positions": [position for _, position in found.rows]}
    kept = {"id": found.record["id"], "fields": fields, "annotations": [row for row, _ in found.rows]}
    instances = tuple(
        replace(one, extras={Coco.name: _instance_extras(row, position)})
        for one, row, position in found.instances
    )
    return replace(image, instances=instances, extras={Coco.name: {**kept, AS_WRITTEN: written}})


def _instance_extras(row: Mapping[str, Any], position: int) -> dict[str, Any]:
    fields = {key: value for key, value in row.items() if key not in SEMANTIC}
    return {**({"fields": fields} if fields else {}), AS_WRITTEN: {"row": dict(row), "position": position}}


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
    said = record.get(OURS)
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


def _said_finished(record: Mapping[str, Any]) -> bool | None:
    said = record.get(OURS)
    finished = said.get("finished") if isinstance(said, Mapping) else None
    return finished if isinstance(finished, bool) else None


def _render(dataset: Dataset) -> dict[str, Any]:
    """The document: foreign records as they were while they still say the same, ours for the rest."""
    own = dataset.extras.get(Coco.name)
    own = own if isinstance(own, Mapping) else {}
    categories = categories_of(dataset.class_names, own.get("categories", []), dataset.skeletons)
    name_of = {category["id"]: category["name"] for category in categories}
    first_id = dict[str, int | str]()
    for category in categories:
        first_id.setdefault(category["name"], category["id"])
    image_ids = Ids(own_extras(image, Coco.name).get("id") for image in dataset.images)
    finished = any(image.instances for image in dataset.images)
    kept = [_rows_of(image, name_of, first_id) for image in dataset.images]
    annotation_ids = Ids(row.get("id") for rows in kept for _, row in rows)
    images, annotations = list[dict[str, Any]](), list[tuple[float, dict[str, Any]]]()
    for image, rows in zip(dataset.images, kept, strict=True):
        image_id = image_ids.give(own_extras(image, Coco.name).get("id"))
        images.append(_record(image, image_id, first_id, finished))
        for at, row in rows:
            number = {"id": annotation_ids.give(row.get("id"))} if "id" in row else {}
            annotations.append((at, {**row, **number, "image_id": image_id}))
    annotations.sort(key=lambda row: row[0])
    head = own.get("document", {"info": {}, "licenses": []})
    lists = {"images": images, "annotations": [a for _, a in annotations], "categories": categories}
    return {**head, **lists}


def _rows_of(
    image: DatasetImage, name_of: Mapping[int | str, str], first_id: Mapping[str, int | str]
) -> list[tuple[float, dict[str, Any]]]:
    """The annotations of an image with their places in the list; an id of None gets a number."""
    rows = [(_position(one), _instance_row(one, image, name_of, first_id)) for one in image.instances]
    whole = _kept_annotations(image, name_of)
    covered = {one.class_name for one in image.instances} | {name_of[row["category_id"]] for _, row in whole}
    for name in image.class_names if image.answer is Answer.ACCEPT else ():
        if name not in covered:
            made = whole_image_row(image.width_px, image.height_px)
            whole.append((END, {**_numbers(first_id[name]), **made}))
    return [*rows, *whole]


def _numbers(category_id: int | str) -> dict[str, Any]:
    return {"id": None, "image_id": None, "category_id": category_id}


def _written_order(image: DatasetImage) -> list[int]:
    """The instances of an image as they follow each other in the file."""
    return sorted(range(len(image.instances)), key=lambda at: _position(image.instances[at]))


def _written_row(one: DatasetInstance) -> Mapping[str, Any]:
    own = one.extras.get(Coco.name)
    written = own.get(AS_WRITTEN) if isinstance(own, Mapping) else None
    return written if isinstance(written, Mapping) else {}


def _position(one: DatasetInstance) -> float:
    return float(_written_row(one).get("position", END))


def _instance_row(
    one: DatasetInstance,
    image: DatasetImage,
    name_of: Mapping[int | str, str],
    first_id: Mapping[str, int | str],
) -> dict[str, Any]:
    """The row as it was, if it still says the same; else ours with the foreign fields."""
    row = _written_row(one).get("row")
    category_id = first_id[one.class_name]
    known = dict(row) if isinstance(row, Mapping) else {}
    if known and name_of.get(known.get("category_id", END)) == one.class_name:
        category_id = known["category_id"]
        if _still_said(known, one, image):
            return known
    own = one.extras.get(Coco.name)
    fields = own.get("fields") if isinstance(own, Mapping) else None
    foreign = {k: v for k, v in fields.items() if k not in SEMANTIC} if isinstance(fields, Mapping) else {}
    numbers = {**_numbers(category_id), "id": known.get("id")}
    return {**numbers, **write_row(one, image.width_px, image.height_px), **foreign}


def _still_said(row: Mapping[str, Any], one: DatasetInstance, image: DatasetImage) -> bool:
    try:
        said = read_row(row, one.class_name, image.width_px, image.height_px).instance
    except BadRecordError:
        return False
    return said is not None and replace(said, extras=one.extras) == one


def _kept_annotations(
    image: DatasetImage, name_of: Mapping[int | str, str]
) -> list[tuple[float, dict[str, Any]]]:
    """Foreign annotations of classes that the image still has, with their places in the foreign list."""
    own = own_extras(image, Coco.name)
    rows = own.get("annotations", [])
    places = own.get(AS_WRITTEN, {}).get("positions", [])
    if image.answer is not Answer.ACCEPT:
        return []
    return [
        (float(place), dict(row))
        for row, place in zip(rows, places, strict=False)
        if name_of.get(row["category_id"]) in image.class_names
    ]


def _record(
    image: DatasetImage, image_id: int | str, first_id: Mapping[str, int | str], finished: bool
) -> dict[str, Any]:
    """finished: whether images count as finished in this file if nothing is said of them."""
    own = own_extras(image, Coco.name)
    written = own.get(AS_WRITTEN, {}).get("image")
    if isinstance(written, Mapping) and written.get("id") == image_id:
        name_of = {first_id[name]: name for name in first_id}
        said = replace(_image(written, name_of), source=image.source, extras=image.extras)
        told = _said_finished(written)
        said = replace(said, finished=finished if told is None else told).with_instances(image.instances)
        accepted = image.answer is Answer.ACCEPT
        if (replace(said, class_names=image.class_names) if accepted else said) == image:
            return dict(written)
    record: dict[str, Any] = {"id": image_id, "file_name": image.path}
    record |= (
        {"width": image.width_px, "height": image.height_px} if image.width_px or image.height_px else {}
    )
    record |= {"split": image.split.value} if image.split else {}
    ours: dict[str, Any] = {}
    if image.answer is not Answer.ACCEPT:
        ours = {"answer": image.answer.value, "asked": [first_id[name] for name in image.class_names]}
    ours |= {"finished": image.finished} if image.finished != finished else {}
    record |= {OURS: ours} if ours else {}
    return {**record, **own.get("fields", {})}
