"""Prodigy JSONL: one task per line, an image with a label or choices and an answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat, UnreadableImage
from labelgraft.formats import sidecar
from labelgraft.formats.folder_write import Transfer, write_whole_file
from labelgraft.formats.format import FolderFormat, own_extras, placed
from labelgraft.formats.json_text import NOTHING, read_lines, render_line
from labelgraft.formats.losses import AS_WRITTEN, Fitted
from labelgraft.formats.paths import find_file, normal_path, split_of
from labelgraft.formats.records import BadRecordError, classes_of, pixels_of, text_of

FILE = "annotations.jsonl"
# Prodigy wants the choices on every line: with more classes than this they would be most of the file.
MAX_OPTIONS = 100
_SEMANTIC = ("image", "label", "accept", "options", "config", "answer", "unclear", "width", "height", "split")
_THEIRS = (Answer.ACCEPT, Answer.REJECT, Answer.IGNORE)
_DATA_URI = re.compile(r"data:image/([a-z0-9.+-]+)((?:;[a-z0-9=._-]+)*),", re.IGNORECASE)


class Prodigy(FolderFormat):
    """`label` + answer for one class per image, `accept` + options (the choice interface) for several.

    An image that stands on several lines is read as often: each line is a statement of its own
    (`statements.merge_repeated` joins them).
    """

    name: ClassVar[str] = "prodigy"
    title: ClassVar[str] = "Prodigy JSON lines"
    describe: ClassVar[str] = "JSON lines as Prodigy's db-out writes them: label or choices, answer, hashes"

    def read(self, path: Path) -> Dataset:
        """The tasks of a file, or of the only .jsonl in a folder. Raises: BadFormat."""
        path = _file_in(path)
        known = sidecar.read(path.parent, self.name)
        refused: list[RefusedFile] = []
        tasks = list[DatasetImage]()
        for line, record in read_lines(path, refused):
            try:
                image = _parse(record)
            except BadRecordError as error:
                refused.append(RefusedFile(f"{path.name}, line {line}", str(error)))
                continue
            source = find_file(image.path, [path.parent, path.parent.parent])
            tasks.append(replace(image, source=source))
            if spans := record.get("spans"):
                count = len(spans) if isinstance(spans, list) else 1
                reason = (
                    f"its {count} regions (spans) were not imported, only what is said of the whole image"
                )
                refused.append(RefusedFile(f"{path.name}, line {line}", reason))
        if refused and not tasks:
            raise BadFormat(
                f"{path}: no line could be read. {refused[0].path}: {refused[0].reason}. {NOTHING}"
            )
        multi = bool(known and known.multi_label) or _says_multiple(tasks)
        return _finished(tasks, _class_names(tasks, known), multi, refused)

    def fit(self, dataset: Dataset, transfer: Transfer) -> Fitted:
        """Everything but the details of other formats. Embedded images stay embedded."""
        plain = replace(dataset, images=tuple(i for i in dataset.images if not _is_embedded(i)))
        inside = [(n, i) for n, i in enumerate(dataset.images) if _is_embedded(i)]
        outside = [n for n, i in enumerate(dataset.images) if not _is_embedded(i)]
        images, origins, places, left_out = placed(plain, transfer, reserved=[FILE], repeats=True)
        rows = [(outside[o], image, place) for o, image, place in zip(origins, images, places, strict=True)]
        rows = sorted([*rows, *((n, i, "") for n, i in inside)], key=lambda row: row[0])
        multi = dataset.multi_label or any(len(image.class_names) > 1 for image in dataset.images)
        read = [replace(_parse(_task(i, dataset.class_names, multi)), source=i.source) for _, i, _ in rows]
        after = _finished(read, dataset.class_names, multi, [])
        return Fitted(
            after,
            tuple(n for n, _, _ in rows),
            tuple(p for _, _, p in rows),
            {outside[o]: r for o, r in left_out.items()},
        )

    def documents(self, fitted: Fitted) -> Iterator[tuple[str, Iterable[bytes]]]:
        """annotations.jsonl."""
        whole = fitted.dataset
        tasks = (_task(image, whole.class_names, whole.multi_label) for image in whole.images)
        yield FILE, (render_line(task) for task in tasks)

    def recognise(self, path: Path) -> str | None:
        """A .jsonl file, or a folder with just one."""
        if path.is_dir():
            found = _lines_files(path)
            return f"it holds {found[0].name}" if len(found) == 1 else None
        return "it is a file of JSON lines" if path.suffix.lower() in (".jsonl", ".ndjson") else None


def embedded_bytes(image: DatasetImage) -> bytes | None:
    """The image file inside a task (a data URI), None if it has none.

    Raises: UnreadableImage if the text is no image in base64 or percent encoding.
    """
    uri = _uri_of(image)
    if not uri:
        return None
    found = _DATA_URI.match(uri)
    if found is None:
        raise UnreadableImage(image.path, "the data URI is not of an image")
    try:
        body = uri[found.end() :]
        if found[2].lower().endswith(";base64"):
            return base64.b64decode(body, validate=True)
        return unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise UnreadableImage(image.path, f"the data URI is not base64 ({error})") from None


def unpack_embedded(dataset: Dataset, folder: Path) -> Dataset:
    """The same data set with every embedded image written into `folder` once, named by its content.

    Those that cannot be decoded from their text are in `refused`.
    """
    images, refused = list[DatasetImage](), list(dataset.refused)
    for image in dataset.images:
        try:
            data = None if image.source else embedded_bytes(image)
        except UnreadableImage as error:
            refused.append(RefusedFile(error.path, error.reason))
            continue
        if data is not None:
            place = folder.absolute() / f"{hashlib.sha256(data).hexdigest()}.{_ending(_uri_of(image))}"
            if not place.exists():
                write_whole_file(place, data)
            image = replace(image, source=str(place))
        images.append(image)
    return replace(dataset, images=tuple(images), refused=tuple(refused))


def _file_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = _lines_files(path)
    if len(found) != 1:
        names = ", ".join(f.name for f in found[:8]) or "none"
        raise BadFormat(f"{path}: found {names}, expected one .jsonl file. {NOTHING} Name the file.")
    return found[0]


def _lines_files(folder: Path) -> list[Path]:
    if (folder / FILE).is_file():
        return [folder / FILE]
    return sorted(
        f for f in folder.iterdir() if f.suffix.lower() in (".jsonl", ".ndjson") and f.name[0] != "."
    )


def _parse(task: Mapping[str, Any]) -> DatasetImage:
    """The image of a task, with the whole task as its spelling. Raises: BadRecordError."""
    if "image" not in task and not isinstance(task.get("path"), str):
        raise BadRecordError("has no image, so it is no image task")
    uri = text_of(task, "image") if "image" in task else text_of(task, "path")
    path = _embedded_path(task, uri) if uri.startswith("data:") else normal_path(uri)
    if not path:
        raise BadRecordError("image is empty")
    answer = _answer(task)
    word = task.get("split")
    split = split_of(word) if isinstance(word, str) else None
    classes = _accepted(task) if "accept" in task else classes_of(task.get("label"), "label")
    width, height = pixels_of(task.get("width")), pixels_of(task.get("height"))
    extras = {Prodigy.name: {AS_WRITTEN: dict(task)}}
    return DatasetImage(path, classes, split, "", width, height, answer, extras)


def _answer(task: Mapping[str, Any]) -> Answer:
    """What was pressed. Prodigy has no unclear: it is an `ignore` with a key of ours."""
    word = task.get("answer", "accept")
    if word not in _THEIRS:
        raise BadRecordError(f"answer is {str(word)[:40]!r}, expected accept, reject or ignore")
    return Answer.UNCLEAR if word == Answer.IGNORE and task.get("unclear") is True else Answer(word)


def _accepted(task: Mapping[str, Any]) -> tuple[str, ...]:
    """The accepted choices by name: a text id is the name; a number stands for the text of its option."""
    accepted = task["accept"]
    if not isinstance(accepted, list):
        raise BadRecordError("accept is no list of choices")
    text_of_id = {option["id"]: option["text"] for option in _options(task) if "text" in option}
    named = [text_of_id.get(choice, choice) if isinstance(choice, int) else choice for choice in accepted]
    return classes_of(named, "accept")


def _options(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    options = task.get("options")
    listed = options if isinstance(options, list) else []
    return [o for o in listed if isinstance(o, dict) and isinstance(o.get("id"), (str, int))]


def _finished(
    tasks: Iterable[DatasetImage], class_names: tuple[str, ...], multi: bool, refused: list[RefusedFile]
) -> Dataset:
    """The data set, with tasks kept as extras only where we would write them otherwise."""
    images = tuple(replace(task, extras=_needed_extras(task, class_names, multi)) for task in tasks)
    return Dataset(class_names, images, multi, tuple(refused))


def _needed_extras(image: DatasetImage, class_names: tuple[str, ...], multi: bool) -> dict[str, Any]:
    task = own_extras(image, Prodigy.name)[AS_WRITTEN]
    ours = _canonical(image, class_names, multi)
    own: dict[str, Any] = {}
    fields = {key: value for key, value in task.items() if key not in _SEMANTIC}
    if fields:
        own["fields"] = fields
    if task != {**ours, **fields}:
        own[AS_WRITTEN] = task
    return {Prodigy.name: own} if own else {}


def _task(image: DatasetImage, class_names: tuple[str, ...], multi: bool) -> dict[str, Any]:
    """The task as it was written, if it still says the same; else ours with the foreign fields."""
    own = own_extras(image, Prodigy.name)
    written = _still_said(image, own.get(AS_WRITTEN))
    if written is not None:
        return written
    fields = own.get("fields")
    foreign = {k: v for k, v in fields.items() if k not in _SEMANTIC} if isinstance(fields, Mapping) else {}
    return {**_canonical(image, class_names, multi), **foreign}


def _still_said(image: DatasetImage, written: Any) -> dict[str, Any] | None:
    if not isinstance(written, Mapping):
        return None
    try:
        said = _parse(written)
    except BadRecordError:
        return None
    return dict(written) if replace(said, source=image.source, extras=image.extras) == image else None


def _canonical(image: DatasetImage, class_names: tuple[str, ...], multi: bool) -> dict[str, Any]:
    """Our task. One without class and answer is a fresh one, to be asked."""
    task: dict[str, Any] = {"image": image.path}
    task |= {"width": image.width_px, "height": image.height_px} if image.width_px or image.height_px else {}
    task |= {"split": image.split.value} if image.split else {}
    if multi:
        few = len(class_names) <= MAX_OPTIONS
        task |= {"options": [{"id": name, "text": name} for name in class_names]} if few else {}
        task |= {"config": {"choice_style": "multiple"}}
        task |= {"accept": list(image.class_names)} if image.class_names else {}
    elif image.class_names:
        task |= {"label": image.class_names[0]}
    if image.answer is Answer.UNCLEAR:
        return {**task, "answer": Answer.IGNORE.value, "unclear": True}
    fresh = not image.class_names and image.answer is Answer.ACCEPT
    return task if fresh else {**task, "answer": image.answer.value}


def _class_names(tasks: Iterable[DatasetImage], known: sidecar.Sidecar | None) -> tuple[str, ...]:
    """Of the sidecar, else in the order of the choices, then what labels say."""
    offered = dict[str, None]()
    found = set[str]()
    for task in tasks:
        found.update(task.class_names)
        for option in _options(own_extras(task, Prodigy.name)[AS_WRITTEN]):
            name = option["id"] if isinstance(option["id"], str) else option.get("text")
            if isinstance(name, str) and name:
                offered[name] = None
    listed = known.class_names if known else ()
    first = (*listed, *(name for name in offered if name not in set(listed)))
    return (*first, *sorted(found.difference(first)))


def _says_multiple(tasks: Iterable[DatasetImage]) -> bool:
    for task in tasks:
        config = own_extras(task, Prodigy.name)[AS_WRITTEN].get("config")
        if len(task.class_names) > 1 or (
            isinstance(config, dict) and config.get("choice_style") == "multiple"
        ):
            return True
    return False


def _is_embedded(image: DatasetImage) -> bool:
    written = own_extras(image, Prodigy.name).get(AS_WRITTEN)
    return bool(_uri_of(image)) and _still_said(image, written) is not None


def _uri_of(image: DatasetImage) -> str:
    written = own_extras(image, Prodigy.name).get(AS_WRITTEN)
    uri = written.get("image") if isinstance(written, Mapping) else None
    return uri if isinstance(uri, str) and uri.startswith("data:") else ""


def _embedded_path(task: Mapping[str, Any], uri: str) -> str:
    """What Prodigy remembers as the path of an embedded image, else a name from its content."""
    path = task.get("path")
    if isinstance(path, str) and path and normal_path(path) and not path.startswith("data:"):
        return normal_path(path)
    return f"embedded-{hashlib.sha256(uri.encode()).hexdigest()[:16]}.{_ending(uri)}"


def _ending(uri: str) -> str:
    found = _DATA_URI.match(uri)
    kind = found[1].lower() if found else "bin"
    return {"jpeg": "jpg", "svg+xml": "svg"}.get(kind, re.sub(r"[^a-z0-9]", "", kind))
