"""Give imported images the labels, states and splits that they came with, as one operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from labelgraft.domain.annotation import Author, AuthorKind, LabelColumns
from labelgraft.domain.dataset import SET_ASIDE, Answer, Dataset, DatasetImage
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageColumns, ImageState, RefusedFile, Split
from labelgraft.domain.operation import Cause, Operation
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, operations, projects
from labelgraft.storage.workspace import Workspace

Said: TypeAlias = set[ClassId] | ImageState
"""What is said of an image: its classes, or that it was set aside."""


@dataclass(frozen=True, slots=True)
class Given:
    """What an import gave.

    kept: images of which something else was said before, which stayed. set_aside: skipped or unclear. rejected: images
    of which the source only says what they are not. refused: labels not taken. instances: shapes given. mended: what was
    repaired of shapes, in words, and how often.
    """

    operation: Operation | None = None
    labelled: int = 0
    kept: int = 0
    set_aside: int = 0
    rejected: int = 0
    refused: tuple[RefusedFile, ...] = ()
    instances: int = 0
    mended: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Wanted:
    """What a source says of images: classes by name, states, splits; and labels that contradict each other."""

    classes: dict[ImageId, tuple[str, ...]] = field(default_factory=dict)
    states: dict[ImageId, ImageState] = field(default_factory=dict)
    splits: dict[ImageId, Split] = field(default_factory=dict)
    rejected: set[ImageId] = field(default_factory=set)
    refused: list[RefusedFile] = field(default_factory=list)


def import_labels(
    workspace: Workspace, project_id: ProjectId, dataset: Dataset, *, name: str, detail: dict[str, object], key: str
) -> Given:  # fmt: skip
    """Give the labels, states and splits of a data set whose images are in the project.

    A file that has the bytes of another image gives its label to that image. What was said before is never
    overwritten: images that have a label keep it, and so do those that were skipped or called unclear. name: of the
    source, in the history. key: makes it happen once.
    """
    with workspace.database.writing() as connection:
        by_path = {path: row[2] for path, row in images.known_files(connection, project_id).items()}
        multi_label = projects.get(connection, project_id).multi_label
        wanted = read_wanted(dataset.images, by_path, multi_label)
        refused, rejected = tuple(wanted.refused), len(wanted.rejected)
        done = operations.by_idempotency_key(connection, project_id, key)
        if done is not None:
            return Given(done, len(wanted.classes), 0, len(wanted.states), rejected, refused)
        ids = classes.ensure(connection, project_id, dataset.class_names)
        now = images.columns(connection, project_id)
        said = said_so_far(now, truth.columns(connection, project_id))
        asked: dict[ImageId, Said] = {i: {ids[n] for n in names} for i, names in wanted.classes.items()}
        kept = sum(i in said and answer != said[i] for i, answer in {**asked, **wanted.states}.items())
        give = {i: tuple(ids[n] for n in names) for i, names in wanted.classes.items() if i not in said}
        states = {i: state for i, state in wanted.states.items() if i not in said}
        splits = changed_splits(now, wanted.splits)
        if not give and not splits and not states:
            return Given(None, 0, kept, 0, rejected, refused)
        operation = labelling.set_classes(
            connection, project_id, give, author=Author(AuthorKind.IMPORT, name), cause=Cause.IMPORT,
            summary=words_of(len(give), len(states), len(splits), name), detail=detail, states=states, splits=splits,
            idempotency_key=key,
        )  # fmt: skip
    return Given(operation, len(give), kept, len(states), rejected, refused)


def words_of(labels: int, set_aside: int, splits: int, name: str) -> str:
    """The operation in words."""
    parts = [f"{labels:,} labels"] if labels else []
    parts += [f"{set_aside:,} images set aside"] if set_aside else []
    parts += [f"splits of {splits:,} images"] if splits else []
    return f"Imported {', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]} from {name}"


def read_wanted(listed: Iterable[DatasetImage], by_path: dict[str, ImageId], multi_label: bool) -> Wanted:
    """What the listed files say of images. Of files with the same bytes that disagree, the first counts.

    A class counts before a skip, and both before a rejection. A single-label project takes the first of several
    classes.
    """
    wanted = Wanted()
    first: dict[ImageId, str] = {}
    for image in listed:
        image_id = by_path.get(image.source)
        if image_id is None:
            continue
        if image.split is not None:
            wanted.splits.setdefault(image_id, image.split)
        if image.answer in SET_ASIDE:
            wanted.states.setdefault(image_id, SET_ASIDE[image.answer])
        elif image.answer is Answer.REJECT:
            wanted.rejected.add(image_id)
        elif image.class_names:
            _want_classes(wanted, first, image_id, image, multi_label)
    wanted.states = {i: state for i, state in wanted.states.items() if i not in wanted.classes}
    wanted.rejected -= wanted.classes.keys() | wanted.states.keys()
    return wanted


def _want_classes(
    wanted: Wanted, first: dict[ImageId, str], image_id: ImageId, image: DatasetImage, multi_label: bool
) -> None:
    names = image.class_names if multi_label else image.class_names[:1]
    if image_id not in wanted.classes:
        wanted.classes[image_id], first[image_id] = names, image.path
    elif set(names) != set(wanted.classes[image_id]):
        said, before = ", ".join(names), ", ".join(wanted.classes[image_id])
        reason = f"its label {said} was not taken: {first[image_id]} has the same bytes and is {before}"
        wanted.refused.append(RefusedFile(image.path, reason))


def said_so_far(columns: ImageColumns, labels: LabelColumns) -> dict[ImageId, Said]:
    """The classes of every image that has one, and the state of those that were set aside."""
    found: dict[ImageId, Said] = dict(classes_so_far(labels))
    for state in SET_ASIDE.values():
        aside = columns.image_ids[columns.states == STATE_CODES.index(state)]
        found.update(dict.fromkeys(map(ImageId, aside.tolist()), state))
    return found


def classes_so_far(columns: LabelColumns) -> dict[ImageId, set[ClassId]]:
    """The classes of every image that has one."""
    found: dict[ImageId, set[ClassId]] = {}
    for image_id, class_id in zip(columns.image_ids.tolist(), columns.class_ids.tolist(), strict=True):
        found.setdefault(ImageId(image_id), set()).add(ClassId(class_id))
    return found


def changed_splits(columns: ImageColumns, wanted: dict[ImageId, Split]) -> dict[ImageId, Split | None]:
    """Only the splits that are not so already."""
    now = dict(zip(columns.image_ids.tolist(), columns.splits.tolist(), strict=True))
    return {image_id: split for image_id, split in wanted.items() if SPLIT_CODES[now[image_id]] is not split}
