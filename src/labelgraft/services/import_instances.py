"""Give imported images the instances, states and splits that they came with, as one operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from labelgraft.domain.annotation import Annotation, Author, AuthorKind
from labelgraft.domain.dataset import SET_ASIDE, Answer, Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.dataset_fit import fit_to_task, inferred_skeletons
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState, RefusedFile, Split
from labelgraft.domain.operation import AnnotationChange, Cause, ClassChange, ImageFields
from labelgraft.domain.project import LabelClass
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.services.fit_instances import Fitter
from labelgraft.services.import_labels import Given, changed_splits
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, counters, images, operations, projects, settling
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection


def import_instances(
    workspace: Workspace, project_id: ProjectId, dataset: Dataset, *, name: str, detail: dict[str, object], key: str
) -> Given:  # fmt: skip
    """Give the shapes, states and splits of a data set whose images are in the project where shapes are drawn.

    Images of which something was said before keep it, be it shapes, a state or that there is nothing. Classes that have
    no skeleton get that of the source. name: of the source, in the history. key: makes it happen once.
    """
    with workspace.database.writing() as connection:
        project = projects.lock(connection, project_id)
        by_path = {path: row[2] for path, row in images.known_files(connection, project_id).items()}
        fit = fit_to_task(dataset, project.task)
        refused = [*fit.refused]
        listed = _by_image(fit.dataset.images, by_path, refused)
        done = operations.by_idempotency_key(connection, project_id, key)
        if done is not None:
            count = sum(len(one.instances) for one in listed.values())
            return Given(done, sum(map(_is_said, listed.values())), refused=tuple(refused), instances=count)
        ids = classes.ensure(connection, project_id, dataset.class_names)
        known = {each.name: each for each in classes.of_project(connection, project_id)}
        skeletons, changes = _skeletons(known, inferred_skeletons(fit.dataset), dataset.class_names)
        fitter = Fitter(skeletons, mended=Counter({**dataset.mended, **fit.changed}))
        rows = {image.id: image for image in images.of_ids(connection, list(listed))}
        wanted = {i: fitter.fit(one, rows[i]) for i, one in listed.items()}
        listed = {i: _with_fitted(one, wanted[i]) for i, one in listed.items()}
        now = images.columns(connection, project_id)
        states = dict(zip(now.image_ids.tolist(), now.states.tolist(), strict=True))
        here = truth.of_images(connection, listed)
        free = {i for i in listed if not here[i] and STATE_CODES[states[i]] in settling.UNANSWERED}
        kept = sum(
            _differs(here[i], STATE_CODES[states[i]], wanted[i], one, ids)
            for i, one in listed.items()
            if i not in free and _is_said(one)
        )
        said = {i: _state(one) for i, one in listed.items() if i in free and _is_said(one)}
        splits = {i: one.split for i, one in listed.items() if one.split is not None}
        moved = changed_splits(now, splits)
        told = Given(None, 0, kept, 0, 0, (*refused, *fitter.refused), 0, dict(fitter.mended))
        if not said and not moved and not changes:
            return told
        author = Author(AuthorKind.IMPORT, name)
        come = _new(connection, {i: wanted[i] for i in said}, ids, author)
        operation = settling.settle(
            connection, project_id, come, author=author, cause=Cause.IMPORT,
            summary=words_of(len(come), said, len(moved), name), detail=detail,
            fallback={i: state for i, state in said.items() if state is not None},
            fields=_fields(connection, project_id, moved), class_changes=changes, idempotency_key=key,
        )  # fmt: skip
    aside = sum(state in settling.ASIDE for state in said.values())
    return replace(
        told, operation=operation, labelled=len(said) - aside, set_aside=aside, instances=len(come)
    )


def words_of(shapes: int, said: Mapping[ImageId, ImageState | None], splits: int, name: str) -> str:
    """The operation in words."""
    aside = sum(state in settling.ASIDE for state in said.values())
    parts = [f"{shapes:,} shapes"] if shapes else []
    parts += [f"{len(said) - aside:,} images"] if len(said) > aside and not shapes else []
    parts += [f"{aside:,} images set aside"] if aside else []
    parts += [f"splits of {splits:,} images"] if splits else []
    parts = parts or ["classes"]
    return f"Imported {', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]} from {name}"


def _by_image(
    images_: Iterable[DatasetImage], by_path: Mapping[str, ImageId], refused: list[RefusedFile]
) -> dict[ImageId, DatasetImage]:
    """What is said of each image; of files with the same bytes that disagree, the first that says something counts."""
    found: dict[ImageId, DatasetImage] = {}
    for image in images_:
        image_id = by_path.get(image.source)
        if image_id is None:
            continue
        first = found.get(image_id)
        if first is None or (_is_said(image) and not _is_said(first)):
            found[image_id] = replace(image, split=image.split or (first.split if first else None))
        elif _is_said(image) and (image.instances, image.answer) != (first.instances, first.answer):
            reason = f"its {len(image.instances)} shapes were not taken: {first.path} has the same bytes and other shapes"
            refused.append(RefusedFile(image.path, reason))
    return found


def _with_fitted(image: DatasetImage, wanted: tuple[DatasetInstance, ...]) -> DatasetImage:
    """An image that lost a shape is not finished: somebody has to look."""
    finished = image.finished and len(wanted) == len(image.instances)
    return replace(image, instances=wanted, finished=finished)


def _is_said(image: DatasetImage) -> bool:
    """Whether the source says anything that is kept: shapes, that there are none, or that the image is set aside."""
    return image.answer in SET_ASIDE or (
        image.answer is Answer.ACCEPT and (bool(image.instances) or image.finished)
    )


def _state(image: DatasetImage) -> ImageState | None:
    """The state that an image gets; None: what follows from its shapes, a draft."""
    if image.answer in SET_ASIDE:
        return SET_ASIDE[image.answer]
    return ImageState.LABELLED if image.finished else None


def _skeletons(
    known: Mapping[str, LabelClass], told: Mapping[str, Skeleton], class_names: Iterable[str]
) -> tuple[dict[str, Skeleton], list[ClassChange]]:
    """The skeletons that classes have afterwards, and the classes that get theirs now."""
    now: dict[str, Skeleton] = {}
    changes = []
    for name in class_names:
        old = known[name]
        if old.skeleton is None and name in told:
            changes.append(ClassChange(old.id, old, replace(old, skeleton=told[name])))
        skeleton = old.skeleton or told.get(name)
        if skeleton is not None:
            now[name] = skeleton
    return now, changes


def _differs(
    here: tuple[Annotation, ...],
    state: ImageState,
    wanted: tuple[DatasetInstance, ...],
    image: DatasetImage,
    ids: Mapping[str, ClassId],
) -> bool:
    """Whether the source says another thing than what was said before."""
    before = Counter((one.class_id, one.shape) for one in here)
    after = Counter((ids[one.class_name], one.shape) for one in wanted)
    wants = _state(image) or ImageState.DRAFT
    return state in settling.UNANSWERED or before != after or wants is not state


def _new(
    c: Connection,
    wanted: Mapping[ImageId, tuple[DatasetInstance, ...]],
    ids: Mapping[str, ClassId],
    author: Author,
) -> list[AnnotationChange]:
    number = counters.take(c, "annotation", sum(map(len, wanted.values())))
    changes = []
    for image_id, instances in wanted.items():
        for one in instances:
            new = Annotation(
                AnnotationId(number), image_id, ids[one.class_name], author, None, one.shape, one.traits
            )
            changes.append(AnnotationChange(image_id, new.id, None, new))
            number += 1
    return changes


def _fields(
    c: Connection, project_id: ProjectId, splits: Mapping[ImageId, Split | None]
) -> dict[ImageId, ImageFields]:
    now = settling.current_fields(c, project_id, splits)
    return {i: ImageFields(old.state, splits[i], old.folder) for i, old in now.items()}
