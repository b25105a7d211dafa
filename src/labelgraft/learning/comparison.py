"""Which backbone suits these labels: leave-one-out neighbours and a cross-validated linear probe."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from labelgraft.domain.arrays import AnyArray, Bools, Doubles, Floats, Ints
from labelgraft.domain.comparison import BackboneScore, Recommendation
from labelgraft.domain.model import Interval
from labelgraft.errors import BadInput, NotEnoughLabels, NothingLabelled, ShapeMismatch
from labelgraft.learning.directions import unit_rows
from labelgraft.learning.intervals import wilson

MOST_LABELS = 1000
"""More labels are sampled down to this many: the intervals are narrow enough, and it takes about a second."""

PENALTIES: Doubles = np.logspace(-4, 2, 13)
FOLDS = 5
BLOCK = 512


def score(
    backbone: str, embeddings: Floats, targets: Ints | Bools, *, voters: int | None = None, seed: int = 0
) -> BackboneScore:
    """How well embeddings separate labels, on images that had no say in their own answer.

    N labelled images, D numbers per embedding, C classes.

    Args:
        embeddings: (N, D); brought to unit length here.
        targets: (N,) int64 class indices; or (N, C) bool for several classes per image, where an image with m
            classes scores the share of them among its m best guesses, averaged over classes.
        voters: neighbours per image; None takes the root of N, at most 15.
        seed: of the folds, and of the sample where there are over MOST_LABELS.
    Raises: NothingLabelled; NotEnoughLabels if no class has two labels; ShapeMismatch; BadInput (NaN).
    """
    embeddings, truth = _checked(embeddings, targets)
    rng = np.random.default_rng(seed)
    if len(truth) > MOST_LABELS:
        chosen = np.sort(rng.choice(len(truth), MOST_LABELS, replace=False))
        embeddings, truth = embeddings[chosen], truth[chosen]
    truth = truth[:, truth.any(axis=0)]
    counts = truth.sum(axis=0)
    testable = counts >= 2
    if not testable.any():
        raise NotEnoughLabels(
            f"found {len(truth)} labels, no class has two; nothing can be compared. Label at least two "
            "images of two classes."
        )
    k = min(voters or max(1, min(15, math.isqrt(len(truth)))), len(truth) - 1)
    unit = unit_rows(embeddings)
    # threads of a matrix library that share busy cores wait for each other; small matrices need one only
    with threadpool_limits(1, "blas"):
        by_vote = neighbour_scores(unit, truth, k)
        by_probe = probe_scores(unit, truth, folds_of(truth, rng))
    return BackboneScore(
        backbone=backbone,
        neighbours=_right(by_vote, truth, testable),
        probe=_right(by_probe, truth, testable),
        chance=float(counts.max() / counts.sum()),
        labels=len(truth),
        voters=k,
        single_classes=int((counts == 1).sum()),
    )


def recommend(scores: Sequence[BackboneScore]) -> Recommendation:
    """The backbone with the best linear probe, neighbours deciding between equals, with the reason in words.

    Raises: BadInput if there are no scores.
    """
    if not scores:
        raise BadInput("No backbone has embeddings of the labelled images yet; embed with one first.")
    ranked = sorted(scores, key=lambda s: (s.probe.value, s.neighbours.value), reverse=True)
    best = ranked[0]
    share = _words(best.probe)
    reason = f"{best.backbone}: a linear classifier gets {share} of {best.probe.count} labels right"
    if best.probe.low <= best.chance:
        reason += f", not clearly more than always naming the largest class ({100 * best.chance:.0f} %): label more first"
        return Recommendation(best.backbone, reason + ".", clear=False)
    if len(ranked) == 1:
        return Recommendation(best.backbone, reason + "; no other backbone is embedded.", clear=False)
    second = ranked[1]
    clear = best.probe.low > second.probe.high
    verdict = "a clear difference" if clear else "the intervals overlap, so more labels may change the order"
    reason += f", the next best, {second.backbone}, {_words(second.probe)}: {verdict}."
    return Recommendation(best.backbone, reason, clear)


def _words(interval: Interval) -> str:
    return f"{100 * interval.value:.1f} % ({100 * interval.low:.0f} % to {100 * interval.high:.0f} %)"


def _checked(embeddings: Floats, targets: AnyArray) -> tuple[Floats, Bools]:
    if len(targets) == 0:
        raise NothingLabelled("Label at least two images of two classes before comparing backbones.")
    if len(embeddings) != len(targets):
        raise ShapeMismatch(
            f"found {len(embeddings)} embeddings and {len(targets)} labels; expected one for one."
        )
    if not np.isfinite(embeddings).all():
        raise BadInput("The embeddings hold NaN or infinity; embed the images again.")
    if targets.ndim == 2:
        truth: Bools = targets.astype(bool)
        labelled = truth.any(axis=1)
        if not labelled.any():
            raise NothingLabelled("No image has a class; label at least two images of two classes.")
        return embeddings[labelled], truth[labelled]
    one_hot: Bools = targets[:, None] == np.unique(targets)[None, :]
    return embeddings, one_hot


def neighbour_scores(unit: Floats, truth: Bools, k: int) -> Floats:
    """Votes of the k nearest other images, weighted by cosine; (N, C).

    Args:
        unit: (N, D), rows of unit length. truth: (N, C).
    """
    scores = np.zeros(truth.shape, np.float32)
    for start in range(0, len(unit), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(unit)))
        cosine = unit[rows] @ unit.T
        cosine[np.arange(len(rows)), rows] = -np.inf
        near = np.argpartition(-cosine, k - 1, axis=1)[:, :k]
        weight = np.take_along_axis(cosine, near, axis=1) + 1.001  # above 0 even for the opposite direction
        scores[rows] = (truth[near] * weight[:, :, None]).sum(axis=1)
    return scores


def folds_of(truth: Bools, rng: np.random.Generator) -> Ints:
    """The fold of each image, dealt out class by class so that each class is spread as evenly as it goes.

    A class with two labels or more is always in two folds or more, so it can be learnt for every test.
    """
    first = truth.argmax(axis=1)
    shuffled = rng.permutation(len(first))
    order = shuffled[np.argsort(first[shuffled], kind="stable")]
    fold = np.empty(len(first), np.int64)
    fold[order] = np.arange(len(first)) % min(FOLDS, len(first))
    return fold


def probe_scores(unit: Floats, truth: Bools, fold: Ints) -> Doubles:
    """Scores (N, C) of a linear classifier for images of the fold it was not fitted on.

    Ridge regression on the classes, its penalty chosen inside the fitted folds by their leave-one-out error,
    which has a closed form: nothing to iterate and nothing that fails to converge.
    Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, sections 4.2 and 7.10.
    """
    scores = np.zeros(truth.shape)
    for number in np.unique(fold):
        test = fold == number
        scores[test] = ridge_scores(
            unit[~test].astype(float), truth[~test].astype(float), unit[test].astype(float)
        )
    return scores


def ridge_scores(train: Doubles, target: Doubles, test: Doubles) -> Doubles:
    """Scores (T, C) of test rows by ridge regression on (M, D) rows and their (M, C) targets; see probe_scores."""
    mean, level = train.mean(axis=0), target.mean(axis=0)
    centred = train - mean
    # The products of the shorter side have all there is: M x M below D images, D x D above.
    wide = centred.shape[0] <= centred.shape[1]
    value, axes = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
    value = value.clip(min=0.0)
    length = np.sqrt(np.maximum(value, 1e-12 * max(float(value.max()), 1e-12)))
    vector = axes if wide else (centred @ axes) / length
    rotated = vector.T @ (target - level)
    penalties = PENALTIES * max(float(value.sum() / len(train)), 1e-12)
    errors = []
    for penalty in penalties:
        shrink = value / (value + penalty)
        residual = target - level - vector @ (shrink[:, None] * rotated)
        leverage = (vector**2) @ shrink + 1 / len(train)
        errors.append(float(((residual / np.maximum(1 - leverage, 1e-6)[:, None]) ** 2).mean()))
    penalty = penalties[int(np.argmin(errors))]
    slopes = rotated / (value + penalty)[:, None]
    if wide:
        answer: Doubles = ((test - mean) @ centred.T) @ (vector @ slopes) + level
        return answer
    narrow: Doubles = (test - mean) @ (axes @ (length[:, None] * slopes)) + level
    return narrow


def _right(scores: AnyArray, truth: Bools, testable: Bools) -> Interval:
    """The share of right answers on classes with two labels; a mean over classes if images have several."""
    rows = truth[:, testable].any(axis=1)
    scores, truth = scores[rows], truth[rows]
    several = bool((truth.sum(axis=1) > 1).any())
    if not several:
        hits = truth[np.arange(len(truth)), scores.argmax(axis=1)]
        return wilson(float(hits.sum()), len(hits))
    rank = (-scores).argsort(axis=1).argsort(axis=1)
    found = truth & (rank < truth.sum(axis=1, keepdims=True))
    per_class = found[:, testable].sum(axis=0) / truth[:, testable].sum(axis=0)
    return wilson(float(per_class.mean()) * len(truth), len(truth))
