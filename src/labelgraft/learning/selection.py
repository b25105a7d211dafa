"""What to label next: typical images of groups without a label, images the model hesitates over, random ones.

N images, D numbers per embedding, C classes, M labelled images. Sources: TypiClust, Hacohen et al. 2022,
arXiv:2202.02794, section 3; margin with diversity as in DropQuery, Gupte et al. 2024, arXiv:2401.14555.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Floats, Ints
from labelgraft.domain.queue import QueueOrder, QueueReason
from labelgraft.errors import BadSetting, ShapeMismatch
from labelgraft.learning.directions import unit_rows
from labelgraft.learning.one_core import one_core

RANDOM_SHARE = 0.1
"""Of the cards in the orders BOTH and HARD, once there is a model: their labels measure it without bias."""
FEW_LABELS_PER_CLASS = 10
"""Below this mean, half of BOTH are typical images; above, all but the random ones are hard."""
_AXES, _AXES_FROM = 50, 1000
_MOST_GROUPS, _SMALLEST_GROUP = 500, 5
_GROUPED_FROM = 20_000
_NEIGHBOURS, _COMPARED_WITH = 20, 2000
_HARD_POOL = 10
"""So many times the wanted number of hard images is looked at for different ones among them,"""
_NEARLY_AS_HARD = 0.5
"""but none that is less than half as doubtful as plain ranking would give."""


@dataclass(frozen=True, slots=True)
class Pick:
    """An image to label next. position: its row. explanation: the reason in a sentence with its numbers."""

    position: int
    reason: QueueReason
    explanation: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of N images.

    label_counts: (C,) int64, labels given per class so far (zero for classes nobody has labelled yet).
    labelled: (N,) bool. available: (N,) bool, may be chosen (not labelled, skipped or set aside).
    probabilities: (N, C) calibrated, None before any model. multi_label: several classes per image.
    """

    class_names: Sequence[str]
    label_counts: Ints
    labelled: Bools
    available: Bools
    probabilities: Floats | None = None
    multi_label: bool = False


def choose(
    embeddings: Floats,
    known: Knowledge,
    *,
    count: int,
    order: QueueOrder = QueueOrder.BOTH,
    seed: int = 0,
) -> tuple[Pick, ...]:
    """The next images to label, best first, the kinds mixed evenly.

    BOTH: typical images before there is a model; then half typical, half hard while labels are few; then hard
    ones with the classes balanced. HARD is typical too before there is a model. Fewer picks than asked where
    fewer images are available.

    Args:
        embeddings: (N, D) float32, normalised here.
        count: >= 0.
        seed: same seed and same data give the same picks.
    Raises: ShapeMismatch; BadSetting for a negative count.
    """
    _check(embeddings, known, count)
    count = min(count, int(known.available.sum()))
    if count == 0:
        return ()
    with one_core():
        return _choose(embeddings, known, count, order, np.random.default_rng(seed))


def _choose(
    embeddings: Floats, known: Knowledge, count: int, order: QueueOrder, rng: np.random.Generator
) -> tuple[Pick, ...]:
    typical, hard, drawn = _shares(known, count, order)
    free = known.available.copy()
    places = principal_axes(embeddings, rng) if typical or hard else embeddings
    picked = [_typical(places, known, free, typical, rng)]
    picked.append(_hard(places, known, free, hard, rng))
    missing = count - len(picked[0]) - len(picked[1])
    picked.append(_random(free, max(drawn, missing), rng))
    return _interleaved(picked)


def _check(embeddings: Floats, known: Knowledge, count: int) -> None:
    if count < 0:
        raise BadSetting(f"{count} images were asked for; the number must be 0 or more.")
    total, classes = len(embeddings), len(known.class_names)
    wrong = (
        len(known.labelled) != total or len(known.available) != total or len(known.label_counts) != classes
    )
    if known.probabilities is not None:
        wrong |= known.probabilities.shape != (total, classes)
    if wrong:
        raise ShapeMismatch(
            f"{total} embeddings and {classes} classes, but labelled {known.labelled.shape}, available "
            f"{known.available.shape}, label counts {known.label_counts.shape}, probabilities "
            f"{None if known.probabilities is None else known.probabilities.shape}. Nothing was chosen."
        )


def _shares(known: Knowledge, count: int, order: QueueOrder) -> tuple[int, int, int]:
    """How many typical, hard and random images."""
    if order is QueueOrder.RANDOM:
        return 0, 0, count
    if order is QueueOrder.VARIETY or known.probabilities is None:
        return count, 0, 0
    drawn = int(RANDOM_SHARE * count + 0.5)
    rest = count - drawn
    few = known.label_counts.sum() < FEW_LABELS_PER_CLASS * max(len(known.class_names), 1)
    typical = (rest + 1) // 2 if few and order is QueueOrder.BOTH else 0
    return typical, rest - typical, drawn


def _typical(
    places: Floats, known: Knowledge, free: Bools, count: int, rng: np.random.Generator
) -> list[Pick]:
    """From the largest group with the fewest labels its most typical image, again and again."""
    if count == 0:
        return []
    groups = min(int(known.labelled.sum()) + count, _MOST_GROUPS, len(places))
    group = group_by_means(places, groups, rng)
    labels = np.bincount(group[known.labelled], minlength=groups)
    size = np.bincount(group, minlength=groups)
    ranked: dict[int, list[int]] = {}
    picks = []
    for _ in range(min(count, int(free.sum()))):
        open_groups = np.unique(group[free])
        small = size[open_groups] < _SMALLEST_GROUP
        best = int(open_groups[np.lexsort((-size[open_groups], labels[open_groups], small))[0]])
        if best not in ranked:
            ranked[best] = _by_typicality(places, np.flatnonzero(group == best), rng)
        position = next(p for p in ranked[best] if free[p])
        free[position] = False
        picks.append(Pick(position, QueueReason.TYPICAL, _about_group(group, known, best, labels[best])))
        labels[best] += 1
    return picks


def _about_group(group: Ints, known: Knowledge, number: int, covered: int) -> str:
    inside = group == number
    unlabelled = int((inside & ~known.labelled).sum())
    if covered == 0:
        if unlabelled == 1:
            return "an image that is like no other"
        return f"the most typical of a group of {unlabelled} images without a label"
    return f"typical of a group of {int(inside.sum())} images, {covered} of them labelled or asked"


def _by_typicality(places: Floats, members: Ints, rng: np.random.Generator) -> list[int]:
    """Members, the one with the smallest mean distance to its nearest 20 first."""
    compared = members
    if len(members) > _COMPARED_WITH:
        compared = rng.choice(members, _COMPARED_WITH, replace=False)
    near = max(1, round(_NEIGHBOURS * len(compared) / len(members)))
    near = min(near, len(compared) - 1)
    if near < 1:
        return [int(m) for m in members]
    squared = (
        (places[members] ** 2).sum(axis=1)[:, None]
        + (places[compared] ** 2).sum(axis=1)
        - 2 * places[members] @ places[compared].T
    )
    squared[members[:, None] == compared] = np.inf
    nearest = np.partition(squared, near - 1, axis=1)[:, :near]
    spread = np.sqrt(np.maximum(nearest, 0)).mean(axis=1)
    return [int(m) for m in members[np.argsort(spread, kind="stable")]]


def _hard(places: Floats, known: Knowledge, free: Bools, count: int, rng: np.random.Generator) -> list[Pick]:
    """The images that the model hesitates over most, different ones among them."""
    if count == 0 or known.probabilities is None:
        return []
    candidates = np.flatnonzero(free)
    worth = hesitation(known.probabilities[candidates], known.multi_label)
    if known.label_counts.sum() >= FEW_LABELS_PER_CLASS * len(known.class_names):
        worth = worth * _rarity(known)[known.probabilities[candidates].argmax(axis=1)]
    pool = np.argsort(-worth, kind="stable")[: _HARD_POOL * count]
    least = worth[pool[min(count, len(pool)) - 1]]
    pool = pool[worth[pool] >= _NEARLY_AS_HARD * least]
    chosen = pool
    if len(pool) > count:
        chosen = pool[_spread_out(places[candidates[pool]], count, rng)]
    chosen = chosen[np.argsort(-worth[chosen], kind="stable")]
    picks = []
    for position in candidates[chosen].tolist():
        free[position] = False
        picks.append(Pick(position, QueueReason.AMBIGUOUS, _about_doubt(known, position)))
    return picks


def hesitation(probabilities: Floats, multi_label: bool) -> Doubles:
    """(N,) 0 = sure, 1 = two classes are equally likely (multi_label: some class is as likely as not)."""
    if probabilities.shape[1] == 0:
        return np.zeros(len(probabilities))
    if multi_label:
        nearest: Doubles = np.abs(probabilities.astype(np.float64) - 0.5).min(axis=1)
        return 1 - 2 * nearest
    if probabilities.shape[1] == 1:
        return 1 - probabilities[:, 0].astype(np.float64)
    two: Doubles = np.partition(probabilities, -2, axis=1)[:, -2:].astype(np.float64)
    margin: Doubles = two[:, 1] - two[:, 0]
    return 1 - margin


def _rarity(known: Knowledge) -> Doubles:
    """(C,) what doubt about a class is worth: up to 2 for classes with few labels, 0.5 for many."""
    counts = known.label_counts.astype(np.float64)
    worth: Doubles = np.clip(counts.mean() / (counts + 1), 0.5, 2.0)
    return worth


def _spread_out(places: Floats, count: int, rng: np.random.Generator) -> Ints:
    """`count` rows of `places`, each the nearest to the centre of one of so many groups."""
    group = group_by_means(places, count, rng)
    taken = []
    for number in range(count):
        members = np.flatnonzero(group == number)
        if len(members):
            middle = places[members].mean(axis=0)
            taken.append(int(members[((places[members] - middle) ** 2).sum(axis=1).argmin()]))
    rest = np.setdiff1d(np.arange(len(places)), taken)
    return np.array((taken + rest.tolist())[:count], np.int64)


def _about_doubt(known: Knowledge, position: int) -> str:
    assert known.probabilities is not None  # callers have asked; mypy cannot know
    row = known.probabilities[position]
    if known.multi_label:
        doubtful = int(np.abs(row - 0.5).argmin())
        return f"{known.class_names[doubtful]} {100 * (row[doubtful]):.0f} %: as likely as not"
    best = np.argsort(-row, kind="stable")[:2]
    return " / ".join(f"{known.class_names[c]} {row[c] * 100:.0f} %" for c in best)


def _random(free: Bools, count: int, rng: np.random.Generator) -> list[Pick]:
    candidates = np.flatnonzero(free)
    drawn = rng.choice(candidates, min(count, len(candidates)), replace=False).tolist()
    free[drawn] = False
    return [Pick(p, QueueReason.RANDOM, "drawn at random, to measure the model fairly") for p in drawn]


def _interleaved(kinds: list[list[Pick]]) -> tuple[Pick, ...]:
    """Each kind spread evenly over the queue, so that whoever stops early has seen all of them."""
    placed = [((i + 0.5) / len(kind), k, pick) for k, kind in enumerate(kinds) for i, pick in enumerate(kind)]
    return tuple(pick for _, _, pick in sorted(placed, key=lambda each: each[:2]))


def principal_axes(embeddings: Floats, rng: np.random.Generator) -> Floats:
    """(N, up to 50) float32: unit rows on the directions in which a sample of them varies most."""
    length = np.linalg.norm(embeddings, axis=1, keepdims=True)
    sample = embeddings
    if len(embeddings) > _AXES_FROM:
        sample = embeddings[np.sort(rng.choice(len(embeddings), _AXES_FROM, replace=False))]
    unit = unit_rows(sample)
    unit -= unit.mean(axis=0)
    small = unit @ unit.T if len(unit) < unit.shape[1] else unit.T @ unit
    values, vectors = np.linalg.eigh(small.astype(np.float64))
    kept = np.flatnonzero(values > 1e-9 * max(float(values[-1]), 1e-30))[-_AXES:]
    axes = vectors[:, kept]
    if len(unit) < unit.shape[1]:
        axes = unit.T @ (axes / np.sqrt(values[kept]))
    places: Floats = (embeddings @ axes.astype(np.float32)) / np.maximum(length, 1e-12)
    return places if len(kept) else np.zeros((len(embeddings), 1), np.float32)


def group_by_means(places: Floats, count: int, rng: np.random.Generator) -> Ints:
    """(N,) group of each row by k-means, at most `count` groups; fitted on 20,000 rows at most."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    sample = places
    if len(places) > _GROUPED_FROM:
        sample = places[rng.choice(len(places), _GROUPED_FROM, replace=False)]
    means = KMeans(
        min(count, len(sample)), n_init=1, max_iter=30, tol=1e-3, random_state=int(rng.integers(2**31))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal images: fewer groups than asked is right
        means.fit(sample)
    found: Ints = means.predict(places).astype(np.int64)
    return found
