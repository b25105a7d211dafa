"""Give imported images the labels and splits that they came with, as one operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from labelgraft.domain.annotation import Author, AuthorKind, LabelColumns
from labelgraft.domain.dataset import Answer, Dataset, DatasetImage
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, ImageColumns, RefusedFile, Split
from labelgraft.domain.operation import Cause, Operation
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, operations, projects
from labelgraft.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Given:
    """What an import gave. kept: images whose own label differs and stayed. refused: labels not taken."""

    operation: Operation | None = None
    labelled: int = 0
    kept: int = 0
    refused: tuple[RefusedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source says of images: classes by name and splits; and labels that contradict each other."""

    classes: dict[ImageId, tuple[str, ...]]
    splits: dict[ImageId, Split]
    refused: tuple[RefusedFile, ...]


def import_labels(
    workspace: Workspace, project_id: ProjectId, dataset: Dataset, *, name: str, detail: dict[str, object], key: str
) -> Given:  # fmt: skip
    """Give the labels and splits of a data set whose images are in the project.

    A file that has the bytes of another image gives its label to that image. What a person said is never
    overwritten: images that have a label keep it. name: of the source, in the history. key: makes it happen once.
    """
    with workspace.database.writing() as connection:
        by_path = {path: row[2] for path, row in images.known_files(connection, project_id).items()}
        multi_label = projects.get(connection, project_id).multi_label
        wanted = read_wanted(dataset.images, by_path, multi_label)
        done = operations.by_idempotency_key(connection, project_id, key)
        if done is not None:
            return Given(done, len(wanted.classes), 0, wanted.refused)
        ids = classes.ensure(connection, project_id, dataset.class_names)
        known = classes_so_far(truth.columns(connection, project_id))
        give = {i: tuple(ids[n] for n in names) for i, names in wanted.classes.items() if i not in known}
        kept = sum({ids[n] for n in names} != known[i] for i, names in wanted.classes.items() if i in known)
        splits = changed_splits(images.columns(connection, project_id), wanted.splits)
        if not give and not splits:
            return Given(None, 0, kept, wanted.refused)
        operation = labelling.set_classes(
            connection, project_id, give, author=Author(AuthorKind.IMPORT, name), cause=Cause.IMPORT,
            summary=words_of(len(give), len(splits), name), detail=detail, splits=splits, idempotency_key=key,
        )  # fmt: skip
    return Given(operation, len(give), kept, wanted.refused)


def words_of(labels: int, splits: int, name: str) -> str:
    """The operation in words."""
    parts = [f"{labels:,} labels"] if labels else []
    parts += [f"splits of {splits:,} images"] if splits else []
    return f"Imported {' and '.join(parts)} from {name}"


def read_wanted(listed: Iterable[DatasetImage], by_path: dict[str, ImageId], multi_label: bool) -> Wanted:
    """What the listed files say of images. Of files with the same bytes that disagree, the first counts.

    A single-label project takes the first of several classes.
    """
    wanted: dict[ImageId, tuple[str, ...]] = {}
    first: dict[ImageId, str] = {}
    splits: dict[ImageId, Split] = {}
    refused = []
    for image in listed:
        image_id = by_path.get(image.source)
        if image_id is None:
            continue
        if image.split is not None:
            splits.setdefault(image_id, image.split)
        if not image.class_names or image.answer is not Answer.ACCEPT:
            continue
        names = image.class_names if multi_label else image.class_names[:1]
        if image_id not in wanted:
            wanted[image_id], first[image_id] = names, image.path
        elif set(names) != set(wanted[image_id]):
            said, before = ", ".join(names), ", ".join(wanted[image_id])
            refused.append(
                RefusedFile(
                    image.path,
                    f"its label {said} was not taken: {first[image_id]} has the same bytes and is {before}",
                )
            )
    return Wanted(wanted, splits, tuple(refused))


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
