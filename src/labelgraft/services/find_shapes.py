"""Have a model propose shapes: for many images shard by shard, for one at once, or on trial with nothing written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.arrays import Ints
from labelgraft.domain.finding import (
    SAME_IOU,
    FindReport,
    FoundInImage,
    FoundShape,
    ProposedHere,
    fitted,
)
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import STATE_CODES, Image, ImageState, RefusedFile
from labelgraft.domain.model import Model
from labelgraft.domain.operation import Cause, Operation
from labelgraft.domain.project import Project
from labelgraft.domain.proposal import NewProposedShape, ProposalState
from labelgraft.domain.shapes.alike import overlaps_any
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadInput
from labelgraft.formats.pixels import Limits
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import FinderChoice, Output, Shard, ShardResult
from labelgraft.services.scan_files import split_into_shards
from labelgraft.storage import annotations as truth
from labelgraft.storage import (
    classes,
    images,
    journal,
    marks,
    model_files,
    models,
    operations,
    projects,
    proposed_shapes,
)
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

Json = dict[str, Any]

SHARD_IMAGES = 64
"""Few enough that somebody who looks sees proposals come, and that one image asked for meanwhile waits a second or two."""

OPEN = tuple(STATE_CODES.index(state) for state in (ImageState.NEW, ImageState.PROPOSED, ImageState.DRAFT))


@dataclass(frozen=True, slots=True)
class FindingModel:
    """A model with how its classes are used: the project's class, its name, and the least confidence, by its own index."""

    model: Model
    project: Project
    finder: FinderChoice
    class_of: Mapping[int, ClassId]
    name_of: Mapping[ClassId, str]
    least: Mapping[int, float]

    def shard(self, paths: Sequence[str], limits: Limits) -> Shard:
        """What a worker is asked."""
        return Shard(
            tuple(paths), frozenset({Output.SHAPES}), limits=limits, finder=self.finder,
            least=tuple(self.least.items()),
        )  # fmt: skip


def finding_model(workspace: Workspace, project_id: ProjectId, model_id: ModelId) -> FindingModel:
    """A model that finds shapes; classes that were deleted since are not proposed.

    Raises: UnknownName; BadInput for a model that finds none, or whose classes are all gone; WorkspaceDamaged.
    """
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        model = models.get(connection, project_id, model_id)
        names = {each.id: each.name for each in classes.of_project(connection, project_id)}
    _, card = model_files.read(Path(model.folder))
    if "finder" not in card:
        raise BadInput(
            f"{model.name} gives classes to whole images and finds no shapes. Nothing was proposed."
        )
    uses = [one for one in card["finds"] if one["class_id"] in names]
    if not uses:
        raise BadInput(
            f"The classes that {model.name} was added for are no more. Nothing was proposed. Add it again with others."
        )
    return FindingModel(
        model, project, FinderChoice(model.folder, json.dumps(card["finder"], sort_keys=True)),
        {one["index"]: ClassId(one["class_id"]) for one in uses}, names,
        {one["index"]: float(one["threshold"]) for one in uses},
    )  # fmt: skip


def unfinished(workspace: Workspace, project_id: ProjectId) -> Ints:
    """The images that nobody has finished or set aside."""
    with workspace.database.reading() as connection:
        known = marks.every(connection, project_id)
    some: Ints = known.image_ids[np.isin(known.states, OPEN)]
    return some


def plan(image_ids: Sequence[int], workers: int) -> list[Json]:
    """The shards of a job."""
    shards = split_into_shards(image_ids, workers=workers, shard_files=SHARD_IMAGES)
    return [{"images": [int(each) for each in shard]} for shard in shards]


def find_shard(
    workspace: Workspace,
    finding: FindingModel,
    image_ids: Sequence[int],
    pool: IngestPool,
    limits: Limits,
    key: str,
) -> Json:
    """Find shapes in some images and propose them in place of the model's earlier open ones; doing it again changes nothing.

    key: of the job; all its shards are one operation of the history. Where no image can be read nothing is written.

    Raises: what a worker raises, JobCancelled, JobFailed.
    """
    seen = look(workspace, image_ids, pool, finding, limits)
    project_id, model = finding.project.id, finding.model
    asked = [image.id for image, _ in seen.found]
    proposals, known = list[NewProposedShape](), 0
    if asked:
        with workspace.database.writing() as c:
            proposals, known = propose(c, finding, seen.found)
            operation = _operation(c, finding, key)
            replaced = trained_before(c, project_id, model)
            number = proposed_shapes.put(c, project_id, model.id, asked, proposals, replaced=replaced)
            journal.write_asked(c, operation.id, np.array(sorted(asked), np.int64))
        workspace.states.note_put(project_id, number, np.array(asked, np.int64))
    return {
        "images": len(asked),
        "with_shapes": len({one.image_id for one in proposals}),
        "shapes": len(proposals),
        "known": known,
        "per_class": dict(Counter(finding.name_of[one.class_id] for one in proposals)),
        "refused": [[each.path, each.reason] for each in seen.refused],
    }


def trained_before(c: Connection, project_id: ProjectId, model: Model) -> list[ModelId]:
    """Models that were trained here before a model that was: it knows more, and its proposals take the place of theirs."""
    if model.run_id is None:
        return []
    listed = models.list_all(c, project_id)
    return [each.id for each in listed if each.run_id is not None and each.id < model.id]


def finish(workspace: Workspace, finding: FindingModel, results: Sequence[Json], key: str) -> FindReport:
    """Sum up, and say in the history what it came to."""
    per_class: Counter[str] = Counter()
    for each in results:
        per_class.update(each["per_class"])
    total = {
        name: sum(each[name] for each in results) for name in ("images", "with_shapes", "shapes", "known")
    }
    refused = tuple(RefusedFile(*row) for each in results for row in each["refused"])
    report = FindReport(finding.model.name, **total, per_class=dict(per_class), refused=refused)
    with workspace.database.writing() as c:
        operation = _operation(c, finding, key)
        detail = {
            "model": finding.model.id, "asked": report.images, "images": report.with_shapes, "proposals": report.shapes,
            "known": report.known,
        }  # fmt: skip
        operations.retell(c, operation.id, words_of(report), detail)
    return report


def words_of(report: FindReport) -> str:
    """What a run came to, for the history."""
    shapes = f"{report.shapes:,} {'shape' if report.shapes == 1 else 'shapes'}"
    return f"{report.model} proposed {shapes} in {report.with_shapes:,} of {report.images:,} images"


def try_finding(
    workspace: Workspace, finding: FindingModel, image_ids: Ints, pool: IngestPool, limits: Limits, *, count: int,
    seed: int,
) -> tuple[FoundInImage, ...]:  # fmt: skip
    """What a model would propose for `count` of these images drawn at random, the surest first; nothing is written."""
    chosen = np.sort(np.random.default_rng(seed).permutation(image_ids)[:count]).tolist()
    step = -(-len(chosen) // pool.workers)
    parts = [chosen[start : start + step] for start in range(0, len(chosen), step)]
    seen = look_in_parts(workspace, parts, pool, finding, limits)
    if not seen.found and seen.refused:
        raise BadInput(
            f"None of these images could be read: {seen.refused[0].path}: {seen.refused[0].reason}"
        )
    with workspace.database.reading() as c:
        proposals, known = propose_by_image(c, finding, seen.found)
    answers = [
        FoundInImage(
            image.id, image.width_px, image.height_px,
            tuple(
                ProposedHere(p.class_id, finding.name_of[p.class_id], p.confidence, p.shape) for p in proposals[image.id]
            ),
            known[image.id],
        )
        for image, _ in seen.found
    ]  # fmt: skip
    return tuple(sorted(answers, key=lambda one: -max((s.confidence for s in one.shapes), default=0.0)))


@dataclass(frozen=True, slots=True)
class Seen:
    """What workers saw. found: each image that could be read with its objects."""

    found: tuple[tuple[Image, tuple[FoundShape, ...]], ...]
    refused: tuple[RefusedFile, ...]


def look(
    workspace: Workspace, image_ids: Sequence[int], pool: IngestPool, finding: FindingModel, limits: Limits
) -> Seen:
    """Have one worker look at these images."""
    return look_in_parts(workspace, [image_ids], pool, finding, limits)


def look_in_parts(
    workspace: Workspace,
    parts: Sequence[Sequence[int]],
    pool: IngestPool,
    finding: FindingModel,
    limits: Limits,
) -> Seen:
    """The same by several workers at a time."""
    with workspace.database.reading() as connection:
        listed = [images.of_ids(connection, [ImageId(number) for number in part]) for part in parts]
    asked = [pool.submit(finding.shard([image.path for image in some], limits)) for some in listed]
    found: list[tuple[Image, tuple[FoundShape, ...]]] = []
    refused: list[RefusedFile] = []
    for some, answer in zip(listed, asked, strict=True):
        mine, given_up = _aligned(some, answer.result())
        found += mine
        refused += given_up
    return Seen(tuple(found), tuple(refused))


def _aligned(
    some: Sequence[Image], result: ShardResult
) -> tuple[list[tuple[Image, tuple[FoundShape, ...]]], list[RefusedFile]]:
    by_path = {image.path: image for image in some}
    found, refused = [], list(result.refused)
    for record in result.records:
        image = by_path[record.path]
        if image.content_hash == record.content_hash:
            found.append((image, result.shapes[record.row]))
        else:
            refused.append(
                RefusedFile(record.path, "its bytes changed since it was imported; put the old file back")
            )
    return found, refused


def propose(
    c: Connection, finding: FindingModel, found: Sequence[tuple[Image, Sequence[FoundShape]]]
) -> tuple[list[NewProposedShape], int]:
    """What is new of what was found, and how much was not."""
    proposals, known = propose_by_image(c, finding, found)
    return [one for some in proposals.values() for one in some], sum(known.values())


def propose_by_image(
    c: Connection, finding: FindingModel, found: Sequence[tuple[Image, Sequence[FoundShape]]]
) -> tuple[dict[ImageId, list[NewProposedShape]], dict[ImageId, int]]:
    """For each image what is new, and how much is drawn there in its class already or was rejected of this model."""
    asked = [image.id for image, _ in found]
    drawn = truth.of_images(c, asked)
    rejected = proposed_shapes.of_images(c, asked, (ProposalState.REJECTED,))
    proposals: dict[ImageId, list[NewProposedShape]] = {}
    known: dict[ImageId, int] = {}
    for image, objects in found:
        there: dict[ClassId, list[Shape]] = {}
        for one in drawn[image.id]:
            if one.shape is not None:
                there.setdefault(one.class_id, []).append(one.shape)
        for turned_down in rejected[image.id]:
            if turned_down.model_id == finding.model.id:
                there.setdefault(turned_down.class_id, []).append(turned_down.shape)
        proposals[image.id], known[image.id] = _new(image, objects, there, finding)
    return proposals, known


def _new(
    image: Image,
    objects: Sequence[FoundShape],
    there: Mapping[ClassId, Sequence[Shape]],
    finding: FindingModel,
) -> tuple[list[NewProposedShape], int]:
    listed, known = [], 0
    for one in objects:
        class_id = finding.class_of[one.class_index]
        drawn = fitted(one.shape, finding.project.task)
        shape = None if drawn is None else clipped(drawn, image.width_px, image.height_px)
        if shape is None:
            continue
        if overlaps_any(shape, there.get(class_id, ()), SAME_IOU, image.width_px, image.height_px):
            known += 1
            continue
        listed.append(NewProposedShape(image.id, class_id, min(1.0, max(0.0, one.confidence)), shape))
    return listed, known


def _operation(c: Connection, finding: FindingModel, key: str) -> Operation:
    """The one operation of a job; it stays as it was begun where the job is not finished."""
    model = finding.model
    return operations.record(
        c, finding.project.id, author=Author(AuthorKind.MODEL, model.name, model.id), cause=Cause.MODEL_RUN,
        summary=f"{model.name} looked for shapes, and was not finished", detail={"model": model.id}, idempotency_key=key,
    )  # fmt: skip
