"""A user's file becomes a model of a project: recognised, mapped to the project's classes, copied into the workspace."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from labelgraft.domain.finding import (
    THRESHOLD,
    ClassUse,
    DetectorFile,
    DetectorOffer,
    WantedClass,
    fits,
)
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.model import Model
from labelgraft.domain.project import LabelClass, Project
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import AlreadyExists, BadInput, BadSetting, LabelgraftError, UnknownName
from labelgraft.learning.detectors.described import description_from_json
from labelgraft.learning.detectors.look import Look
from labelgraft.learning.resident import Resident
from labelgraft.storage import classes, model_files, models, projects
from labelgraft.storage.files import write_atomically
from labelgraft.storage.workspace import Workspace

HEAD = "detector"
FILES = "files"
UNUSED_SECONDS = 86_400.0
"""How long a file that was looked at and not added is kept."""


def look_at_detector(
    workspace: Workspace, project_id: ProjectId, file: DetectorFile, resident: Resident
) -> DetectorOffer:
    """What a file is and which of its classes the project has by name; the project is not changed.

    Raises: BadInput, BadSetting where the file or what is said of it cannot be used; MissingExtra, JobFailed.
    """
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        ours = classes.of_project(connection, project_id)
    _demand_drawing(project)
    kept = keep_file(workspace, file)
    look = _look(file, kept, resident)
    size = kept.stat().st_size
    if look.description is None:
        return DetectorOffer(file.name, kept.stem, size, look.sentence)
    description = description_from_json(look.description)
    uses = tuple(
        ClassUse(index, theirs, mine.id, mine.name)
        for index, theirs in enumerate(description.class_names)
        for mine in ours
        if theirs and index != description.background and theirs.casefold() == mine.name.casefold()
    )
    names = tuple(
        "" if at == description.background else each for at, each in enumerate(description.class_names)
    )
    return DetectorOffer(
        name=file.name, digest=kept.stem, bytes=size, sentence=look.sentence, assumed=look.assumed,
        description=look.description, kind=description.shape_kind, class_names=names, uses=uses,
        licence=description.licence, problem=_problem(description.shape_kind, project),
    )  # fmt: skip


def add_detector(
    workspace: Workspace, project_id: ProjectId, file: DetectorFile, resident: Resident, *,
    wanted: Sequence[WantedClass] | None = None, threshold: float = THRESHOLD, name: str | None = None,
) -> Model:  # fmt: skip
    """Add a file as a model that proposes shapes; it becomes the active one where there is none.

    wanted: its classes as the project's; None: those that are called alike. threshold: for those without their own.

    Raises: BadInput, BadSetting, UnknownName, AlreadyExists: nothing is added then. MissingExtra, JobFailed.
    """
    offer = look_at_detector(workspace, project_id, file, resident)
    if offer.description is None:
        raise BadInput(f"{offer.sentence} Nothing was added.")
    if offer.problem:
        raise BadInput(f"{file.name}: {offer.problem} Nothing was added.")
    with workspace.database.reading() as connection:
        ours = classes.of_project(connection, project_id)
    uses = chosen_uses(offer, ours, wanted, threshold)
    folder = workspace.models_folder / f"{HEAD}-{uuid.uuid4().hex}"
    model_files.write(folder, {}, card_of(offer, uses))
    try:
        with workspace.database.writing() as connection:
            taken = [each.name for each in models.list_all(connection, project_id)]
            model = models.insert(
                connection, project_id, name=name or free_name(Path(file.name).stem, taken), head=HEAD,
                backbone=Path(file.name).name, class_names=list(dict.fromkeys(use.ours for use in uses)), labels_used=0,
                folder=str(folder),
            )  # fmt: skip
            if projects.get(connection, project_id).active_model_id is None:
                projects.set_active_model(connection, project_id, model.id)
    except AlreadyExists:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return model


def chosen_uses(
    offer: DetectorOffer, ours: Sequence[LabelClass], wanted: Sequence[WantedClass] | None, threshold: float
) -> tuple[ClassUse, ...]:
    """The mapping that a user chose, checked. Raises: BadInput, BadSetting, UnknownName."""
    if wanted is None:
        uses = tuple(ClassUse(u.index, u.theirs, u.class_id, u.ours, threshold) for u in offer.uses)
    else:
        uses = tuple(_use(offer, ours, one, threshold) for one in wanted)
    if not uses:
        theirs = ", ".join([each for each in offer.class_names if each][:8])
        raise BadInput(
            f"None of the classes of {offer.name} ({theirs}, ...) is a class of the project ("
            f"{', '.join(each.name for each in ours) or 'which has none'}). Nothing was added. Say which is which, for "
            "example person=pedestrian."
        )
    if len({use.index for use in uses}) < len(uses):
        raise BadInput(f"A class of {offer.name} is mapped twice. Nothing was added. Name each once.")
    _check_skeletons(offer, uses, {each.id: each for each in ours})
    return uses


def _use(offer: DetectorOffer, ours: Sequence[LabelClass], one: WantedClass, threshold: float) -> ClassUse:
    least = threshold if one.threshold is None else one.threshold
    if not 0 <= least <= 1:
        raise BadSetting(f"threshold of {one.theirs}: found {least}, expected 0 to 1. Nothing was added.")
    if one.theirs not in offer.class_names or not one.theirs:
        raise UnknownName("class of the model", one.theirs, [each for each in offer.class_names if each])
    mine = next((each for each in ours if each.name == one.ours), None)
    if mine is None:
        raise UnknownName("class", one.ours, [each.name for each in ours])
    return ClassUse(offer.class_names.index(one.theirs), one.theirs, mine.id, mine.name, least)


def _check_skeletons(offer: DetectorOffer, uses: Sequence[ClassUse], ours: Mapping[int, LabelClass]) -> None:
    """Raises: BadInput where points would not fit the skeleton of a class."""
    if offer.kind is not ShapeKind.KEYPOINTS or offer.description is None:
        return
    skeleton = description_from_json(offer.description).skeleton
    found = 0 if skeleton is None else len(skeleton.names)
    for use in uses:
        mine = ours[use.class_id].skeleton
        expected = 0 if mine is None else len(mine.names)
        if found != expected:
            raise BadInput(
                f"{offer.name} finds {found} points, but the skeleton of class {use.ours!r} has {expected}. Nothing was "
                "added. Give the class the same points in the same order, or take another model."
            )


def card_of(offer: DetectorOffer, uses: Sequence[ClassUse]) -> dict[str, Any]:
    """What is kept of a model that was added, beside its file."""
    return {
        "finder": {
            "kind": "onnx", "file": f"../{FILES}/{offer.digest}.onnx", "description": offer.description,
        },
        "finds": [
            {"index": u.index, "theirs": u.theirs, "class_id": u.class_id, "threshold": u.threshold} for u in uses
        ],
        "source": {
            "name": offer.name, "digest": offer.digest, "bytes": offer.bytes, "licence": offer.licence,
            "sentence": offer.sentence, "assumed": list(offer.assumed),
        },
        "head": {"kind": HEAD, "metadata": {}, "temperature": 1.0},
        "classes": list(dict.fromkeys(use.ours for use in uses)),
        "multi_label": False, "embedding": {}, "settings": {}, "labels": {}, "quality": None,
        "versions": {name: importlib.metadata.version(name) for name in ("labelgraft", "numpy")},
    }  # fmt: skip


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def keep_file(workspace: Workspace, file: DetectorFile) -> Path:
    """A copy of the file in the workspace, called by its bytes; what was only looked at long ago is deleted.

    Raises: BadInput if it cannot be read; WorkspaceUnwritable.
    """
    folder = workspace.models_folder / FILES
    folder.mkdir(exist_ok=True)
    sweep_files(workspace)
    try:
        with file.path.open("rb") as opened:
            place = folder / f"{hashlib.file_digest(opened, 'sha256').hexdigest()}.onnx"
            if place.exists():
                place.touch()
                return place
            opened.seek(0)
            write_atomically(place, lambda copy: shutil.copyfileobj(opened, copy, 1 << 20))
    except OSError as error:
        raise BadInput(
            f"{file.name}: cannot be read ({error.strerror or error}). Nothing was added."
        ) from error
    return place


def sweep_files(workspace: Workspace, *, older_seconds: float = UNUSED_SECONDS) -> None:
    """Delete files that no model of the workspace needs."""
    needed = set()
    for card in workspace.models_folder.glob(f"{HEAD}-*/{model_files.CARD}"):
        needed.add(json.loads(card.read_text(encoding="utf-8"))["source"]["digest"])
    for file in (workspace.models_folder / FILES).glob("*.onnx"):
        if file.stem not in needed and time.time() - file.stat().st_mtime > older_seconds:
            file.unlink(missing_ok=True)


def _look(file: DetectorFile, kept: Path, resident: Resident) -> Look:
    """Raises as `look_at`, in words that name the file as its user does."""
    try:
        look: Look = resident.call(
            "labelgraft.learning.detectors.look.look_at", kept, input_px=file.input_px,
            class_names=file.class_names, changes=dict(file.changes),
        )  # fmt: skip
    except LabelgraftError as error:
        text = str(error).replace(str(kept), file.name).replace(kept.name, file.name)
        if "keeps its weights in" in text:
            text = (
                f"{file.name}: keeps its weights in a second file, and one file is taken. Nothing was added. Save it as one "
                "file, with save_as_external_data=False."
            )
        raise type(error)(text) if isinstance(error, (BadInput, BadSetting)) else error from error
    sentence = look.sentence.replace(kept.name, Path(file.name).name)
    description = look.description
    if description is not None and description["name"] == kept.stem:
        description = {**description, "name": Path(file.name).stem}
    return Look(description, sentence, look.assumed)


def _demand_drawing(project: Project) -> None:
    if not project.task.draws_shapes:
        raise BadInput(
            f"{project.name!r} gives classes to whole images, and a detector finds shapes in them. Nothing was added. "
            "Make a project that draws shapes."
        )


def _problem(kind: ShapeKind, project: Project) -> str:
    if fits(kind, project.task):
        return ""
    return f"It finds shapes of the kind {kind.value}, which are not drawn in {project.name!r} ({project.task.value})."
