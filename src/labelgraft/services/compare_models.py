"""Two models side by side, on labelled images that neither was taught while it answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, Split
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.model import Model
from labelgraft.domain.scorecard import ClassDuel, Differing, ModelDuel, PairedDifference
from labelgraft.errors import BadInput
from labelgraft.learning.intervals import wilson
from labelgraft.learning.paired import paired_difference
from labelgraft.learning.resident import Resident
from labelgraft.services.read_labels import Labels, need_labels, read_labels
from labelgraft.services.score_images import model_vectors, stored_head
from labelgraft.storage import annotations as truth
from labelgraft.storage import held_out, images, scores
from labelgraft.storage.workspace import Workspace

SHOWN = 200
"""Images named of those that two models answer differently."""
SEVERAL_FROM = 0.5
TEST = SPLIT_CODES.index(Split.TEST)


@dataclass(frozen=True, slots=True)
class Honest:
    """A model's answers on N images that it had not seen: (N,) ids, (N, C) in the order of the project's classes.

    seen: (M,) the images that it was taught; answers on those come from cross-validation.
    """

    image_ids: Ints
    shares: Floats
    seen: Ints


def compare_models(
    workspace: Workspace, project_id: ProjectId, first: Model, second: Model, resident: Resident
) -> ModelDuel:
    """Who is right more often, and where they differ. Raises NothingLabelled, BadInput for models of an older version."""
    labels = need_labels(read_labels(workspace, project_id))
    one = honest_answers(workspace, project_id, first, labels, resident)
    other = honest_answers(workspace, project_id, second, labels, resident)
    shared = np.intersect1d(one.image_ids, other.image_ids)
    own = accepted_from(workspace, shared, first, second)
    shared = shared[~np.isin(shared, own)]
    sure = labels.of(shared)
    shares = tuple(each.shares[np.searchsorted(each.image_ids, shared)] for each in (one, other))
    said = tuple(answers(each, labels.multi_label) for each in shares)
    right = tuple(hits(each, sure) for each in said)
    difference = paired_difference(*right) if len(shared) else None
    listed = differing(sure, shares, said, labels)
    unlabelled = on_unlabelled(first, second, labels)
    taught = np.union1d(one.seen, other.seen)
    return ModelDuel(
        first_id=first.id,
        second_id=second.id,
        images=len(shared),
        measured_on=measured_on(workspace, project_id, shared, taught, len(own)),
        first=wilson(int(right[0].sum()), len(shared)) if len(shared) else None,
        second=wilson(int(right[1].sum()), len(shared)) if len(shared) else None,
        difference=difference,
        verdict=verdict(first, second, difference),
        per_class=per_class(sure, right),
        differing_count=len(listed),
        differing=tuple(listed[:SHOWN]),
        unlabelled=unlabelled[0],
        unlabelled_agree=unlabelled[1],
        disputed=unlabelled[2],
    )


def honest_answers(
    workspace: Workspace, project_id: ProjectId, model: Model, labels: Labels, resident: Resident
) -> Honest:
    """What a model answered on labelled images that it had not seen: out of fold where it was taught, scored elsewhere."""
    kept = held_out.read(Path(model.folder))
    if kept is None:
        raise BadInput(
            f"{model.name} was trained by an older version, which did not note what it was taught. Train it again."
        )
    answered = np.isin(kept.image_ids, labels.image_ids)
    ids, shares = kept.image_ids[answered], kept.probabilities[answered]
    fresh = labels.image_ids[~np.isin(labels.image_ids, np.union1d(kept.trained_on, ids))]
    try:
        vectors = model_vectors(workspace, project_id, model)
        row, there = rows_of(vectors.image_ids, fresh)
    except BadInput:  # a fine-tuned network that has not been run on the project yet
        row, there = np.zeros(0, np.int64), np.zeros(len(fresh), np.bool_)
    if len(row):
        scored: Floats = resident.call(
            "labelgraft.learning.heads.head.score", stored_head(model), vectors.rows[row]
        )
        ids, shares = np.concatenate([ids, fresh[there]]), np.concatenate([shares, scored])
    order = np.argsort(ids, kind="stable")
    return Honest(ids[order], in_project_order(shares[order], model, labels), kept.trained_on)


def in_project_order(shares: Floats, model: Model, labels: Labels) -> Floats:
    """(N, C) with a column per class of the project; classes that the model does not know have 0."""
    spread: Floats = np.zeros((len(shares), len(labels.class_names)), np.float32)
    for column, name in enumerate(model.class_names):
        if name in labels.class_names:
            spread[:, labels.class_names.index(name)] = shares[:, column]
    return spread


def answers(shares: Floats, multi_label: bool) -> Bools:
    """(N, C) which classes are said."""
    if multi_label:
        return shares >= SEVERAL_FROM
    said: Bools = np.arange(shares.shape[1]) == shares.argmax(axis=1)[:, None]
    return said


def truth_of(labels: Labels) -> Bools:
    """(N, C) which classes are so."""
    if labels.multi_label:
        return labels.targets.astype(np.bool_)
    true: Bools = np.arange(len(labels.class_names)) == labels.targets[:, None]
    return true


def hits(said: Bools, labels: Labels) -> Bools:
    """(N,) whether exactly the right classes are said."""
    right: Bools = (said == truth_of(labels)).all(axis=1)
    return right


def per_class(labels: Labels, right: tuple[Bools, ...]) -> tuple[ClassDuel, ...]:
    """Of the images of each class, the share that each model gets right."""
    true = truth_of(labels)
    return tuple(
        ClassDuel(
            name,
            wilson(int(right[0][true[:, at]].sum()), int(true[:, at].sum())),
            wilson(int(right[1][true[:, at]].sum()), int(true[:, at].sum())),
        )
        for at, name in enumerate(labels.class_names)
        if true[:, at].any()
    )


def differing(
    labels: Labels, shares: tuple[Floats, ...], said: tuple[Bools, ...], every: Labels
) -> list[Differing]:
    """Labelled images answered differently, the surest mistake first."""
    at = np.flatnonzero((said[0] != said[1]).any(axis=1))
    true = truth_of(labels)[at]
    mistaken = [
        np.where((each[at] != true).any(axis=1), share[at].max(axis=1), 0)
        for each, share in zip(said, shares, strict=True)
    ]
    order = at[np.argsort(-np.maximum(*mistaken), kind="stable")] if len(at) else at
    names = [in_words(row, every) for row in truth_of(labels)[order]]
    return [
        Differing(
            ImageId(int(labels.image_ids[row])), name,
            in_words(said[0][row], every), float(shares[0][row].max()),
            in_words(said[1][row], every), float(shares[1][row].max()),
        )
        for row, name in zip(order.tolist(), names, strict=True)
    ]  # fmt: skip


def in_words(said: Bools, labels: Labels) -> str:
    """The classes of one image."""
    return ", ".join(labels.class_names[at] for at in np.flatnonzero(said)) or "none"


def on_unlabelled(
    first: Model, second: Model, labels: Labels
) -> tuple[int, float | None, tuple[Differing, ...]]:
    """How far both agree on images without a label that both have scored, and what they dispute."""
    kept = (scores.read(Path(first.folder)), scores.read(Path(second.folder)))
    if kept[0] is None or kept[1] is None:
        return 0, None, ()
    ids = np.setdiff1d(np.intersect1d(kept[0].image_ids, kept[1].image_ids), labels.image_ids)
    if not len(ids):
        return 0, None, ()
    shares = (
        in_project_order(kept[0].of(ids), first, labels),
        in_project_order(kept[1].of(ids), second, labels),
    )
    said = tuple(answers(each, labels.multi_label) for each in shares)
    apart = (said[0] != said[1]).any(axis=1)
    sure = np.minimum(shares[0].max(axis=1), shares[1].max(axis=1))
    order = np.flatnonzero(apart)
    order = order[np.argsort(-sure[order], kind="stable")][:SHOWN]
    disputed = tuple(
        Differing(
            ImageId(int(ids[row])), None, in_words(said[0][row], labels), float(shares[0][row].max()),
            in_words(said[1][row], labels), float(shares[1][row].max()),
        )
        for row in order.tolist()
    )  # fmt: skip
    return len(ids), float(1 - apart.mean()), disputed


def accepted_from(workspace: Workspace, image_ids: Ints, first: Model, second: Model) -> Ints:
    """Images whose label is an accepted proposal of one of the two: it would judge in its own cause."""
    with workspace.database.reading() as connection:
        given = truth.of_images(connection, [ImageId(i) for i in image_ids.tolist()])
    own = [
        image_id
        for image_id, listed in given.items()
        if any(each.accepted_from in (first.id, second.id) for each in listed)
    ]
    return np.array(own, np.int64)


def measured_on(
    workspace: Workspace, project_id: ProjectId, image_ids: Ints, taught: Ints, left_out: int
) -> str:
    """Which images they were compared on, in words."""
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    held = np.isin(image_ids, columns.image_ids[columns.splits == TEST])
    folded = np.isin(image_ids, taught) & ~held
    parts = {
        "of the test split": int(held.sum()),
        "answered in cross-validation or held out of a run": int(folded.sum()),
        "labelled after the trainings": int((~held & ~folded).sum()),
    }
    told = ", ".join(f"{count:,} {name}" for name, count in parts.items() if count)
    words = f"{len(image_ids):,} labelled images that neither was taught while it answered"
    words += f": {told}." if told else "."
    if left_out:
        words += f" {left_out:,} more are left out: their labels are accepted proposals of one of the two."
    return words


def verdict(first: Model, second: Model, found: PairedDifference | None) -> str:
    """Who is better, in words."""
    if found is None:
        return "There is no labelled image that neither was taught; label some more, then compare."
    better, worse = (first, second) if found.value >= 0 else (second, first)
    low, high = (
        sorted((abs(found.low), abs(found.high))) if found.low * found.high > 0 else (found.low, found.high)
    )
    points = f"{100 * abs(found.value):.1f} points"
    if found.low * found.high > 0:
        return f"{better.name} is right more often than {worse.name}: by {points} ({100 * low:.1f} to {100 * high:.1f})."
    return (
        f"No clear difference: {better.name} is ahead by {points}, but the interval holds zero "
        f"({100 * low:+.1f} to {100 * high:+.1f} for {first.name}). More held-out labels would tell."
    )
