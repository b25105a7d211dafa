"""Is it worth more labels? Accuracy against the number of labels, fitted and carried on.

M labelled images, D numbers per embedding, C classes, K numbers of labels tried. The classifier is the linear probe of
comparison.py on the 256 main directions of the embedding: close to the linear head, and quick enough to be fitted for every
subset. Source of the form: Cortes et al. 1993, Learning curves: asymptotic values and rate of convergence, error(n) =
a + b n^-c.
"""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Floats, Ints
from labelgraft.domain.overview import CurvePoint, Gain, LearningCurve
from labelgraft.errors import NotEnoughLabels
from labelgraft.learning.comparison import folds_of, ridge_scores
from labelgraft.learning.directions import main_directions, unit_rows
from labelgraft.learning.intervals import wilson
from labelgraft.learning.one_core import one_core

FEWEST = 20
"""Below so many labels, subsets of them say nothing."""
MOST = 1_200
"""Of more labels a sample is looked at: the curve is flat by then."""
WIDTH = 256
SIZES = 7
REPEATS = 3
NEXT_LABELS = 50
LATER = (50, 100, 200, 500)
WORTH = 0.005
"""Half a point: less is not seen in daily work, and hard to tell from chance."""
RATES: Doubles = np.linspace(0.1, 2.0, 39)
RESAMPLES = 200


@one_core()
def measure_curve(embeddings: Floats, targets: Ints | Bools, *, seed: int = 0) -> LearningCurve:
    """The learning curve of the labels so far.

    Each point trains on subsets drawn so that the classes come in turn, and is measured on the fifth that was held out, all
    images once in each of three draws.

    Args:
        embeddings: (M, D) float32 of the labelled images. targets: (M,) int64 classes, or (M, C) bool, where an image with
            m classes scores the share of them among its m best guesses.
    Raises: NotEnoughLabels below 20 labels, or where no two classes have two.
    """
    rng = np.random.default_rng(seed)
    total = len(targets)
    chosen = np.sort(rng.permutation(total)[:MOST])
    truth = truth_of(targets)[chosen]
    demand(truth, total)
    rows = reduced(embeddings[chosen])
    sizes = sizes_for(len(rows), int(truth.any(axis=0).sum()))
    right = np.stack(
        [outcomes(rows, truth, sizes, np.random.default_rng((seed, repeat))) for repeat in range(REPEATS)]
    )
    per_image = right.mean(axis=0)
    points = tuple(
        CurvePoint(int(size), wilson(float(row.sum()), len(row)))
        for size, row in zip(sizes, per_image, strict=True)
    )
    return told(total, points, np.asarray(sizes, np.float64), per_image, rng)


def truth_of(targets: Ints | Bools) -> Bools:
    """(M, C) bool, C counting the classes that have labels."""
    if targets.ndim == 2:
        several: Bools = targets.astype(np.bool_)
        return several[:, several.any(axis=0)]
    one_hot: Bools = targets[:, None] == np.unique(targets)[None, :]
    return one_hot


def demand(truth: Bools, total: int) -> None:
    """Raises NotEnoughLabels unless a curve can be drawn."""
    if len(truth) < FEWEST or int((truth.sum(axis=0) >= 2).sum()) < 2:
        raise NotEnoughLabels(
            f"A learning curve needs {FEWEST} labels, and two classes with at least two; found {total} labels of "
            f"{int(truth.any(axis=0).sum())} classes."
        )


def reduced(embeddings: Floats) -> Doubles:
    """(M, W): unit rows, centred, in their main directions; W at most 256."""
    unit = unit_rows(embeddings)
    rows = unit - unit.mean(axis=0)
    if rows.shape[1] > WIDTH:
        rows = rows @ main_directions(rows, WIDTH, rounds=3)
    wide: Doubles = rows.astype(np.float64)
    return wide


def sizes_for(count: int, class_count: int) -> list[int]:
    """Numbers of labels to try, evenly spread on a logarithmic scale, up to what four fifths hold."""
    most = int(count * 0.8)
    least = min(max(6, 2 * class_count), most)
    return sorted({round(size) for size in np.geomspace(least, most, SIZES)})


def outcomes(rows: Doubles, truth: Bools, sizes: list[int], rng: np.random.Generator) -> Doubles:
    """(K, M) how right each image was answered (0 to 1) by classifiers of each size that had not seen it."""
    fold = folds_of(truth, rng)
    right = np.zeros((len(sizes), len(rows)))
    for number in np.unique(fold):
        test = np.flatnonzero(fold == number)
        order = in_turn(truth, np.flatnonzero(fold != number), rng)
        for at, size in enumerate(sizes):
            taught = order[:size]
            scores = ridge_scores(rows[taught], truth[taught].astype(np.float64), rows[test])
            right[at, test] = hits(scores, truth[test])
    return right


def in_turn(truth: Bools, rows: Ints, rng: np.random.Generator) -> Ints:
    """The rows shuffled, then dealt so that the classes come in turn for as long as they last, as a queue labels them."""
    shuffled = rng.permutation(rows)
    first = truth[shuffled].argmax(axis=1)
    rank = np.zeros(len(shuffled), np.int64)
    for number in np.unique(first):
        member = np.flatnonzero(first == number)
        rank[member] = np.arange(len(member))
    return shuffled[np.argsort(rank, kind="stable")]


def hits(scores: Doubles, truth: Bools) -> Doubles:
    """(N,) the share of each image's m classes among its m best guesses."""
    rank = (-scores).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    wanted = truth.sum(axis=1, keepdims=True)
    found: Doubles = (truth & (rank < wanted)).sum(axis=1) / wanted[:, 0]
    return found


def fit(sizes: Doubles, errors: Doubles, counts: Doubles) -> tuple[float, float, float]:
    """(a, b, c) of error(n) = a + b n^-c, a and b >= 0, c among RATES: least squares, each point weighted by its images.

    sizes, errors: (K,), errors 0 to 1. counts: (K,) > 0, weights.
    """
    best, chosen = np.inf, (0.0, 0.0, 1.0)
    weight = counts / counts.sum()
    for rate in RATES:
        falling = sizes**-rate
        a, b = _two_sided(falling, errors, weight)
        loss = float(weight @ (a + b * falling - errors) ** 2)
        if loss < best - 1e-15:
            best, chosen = loss, (a, b, float(rate))
    return chosen


def _two_sided(falling: Doubles, errors: Doubles, weight: Doubles) -> tuple[float, float]:
    """The best a, b >= 0 of a + b * falling; at the edge where the best lies outside."""
    middle, level = float(weight @ falling), float(weight @ errors)
    spread = float(weight @ (falling - middle) ** 2)
    b = float(weight @ ((falling - middle) * (errors - level))) / spread if spread > 0 else 0.0
    a = level - b * middle
    if b < 0:
        return level, 0.0
    if a < 0:
        return 0.0, max(0.0, float(weight @ (falling * errors)) / float(weight @ falling**2))
    return a, b


def error_at(curve: tuple[float, float, float], labels: float) -> float:
    """The error that a fitted curve tells of so many labels, 0 to 1."""
    a, b, c = curve
    return float(min(1.0, a + b * max(labels, 1.0) ** -c))


def told(
    total: int, points: tuple[CurvePoint, ...], sizes: Doubles, per_image: Doubles, rng: np.random.Generator
) -> LearningCurve:
    """The curve with its fit, the gain of the next labels, and whether they are worth it."""
    weights = np.full(len(sizes), float(per_image.shape[1]))
    fitted = fit(sizes, 1 - per_image.mean(axis=1), weights)
    drawn = []
    for _ in range(RESAMPLES):
        some = per_image[:, rng.integers(0, per_image.shape[1], per_image.shape[1])]
        again = fit(sizes, 1 - some.mean(axis=1), weights)
        drawn.append(error_at(again, total) - error_at(again, total + NEXT_LABELS))
    value = error_at(fitted, total) - error_at(fitted, total + NEXT_LABELS)
    low, high = (float(each) for each in np.percentile(drawn, (2.5, 97.5)))
    high = max(high, value, unseen_gain(per_image[-1], total))
    gain = Gain(NEXT_LABELS, value, min(low, value), high)
    now = 1 - error_at(fitted, total)
    worth = False if gain.high < WORTH else True if gain.value >= WORTH else None
    return LearningCurve(
        labels=total, points=points, now=now,
        later=tuple((total + more, 1 - error_at(fitted, total + more)) for more in LATER), floor=fitted[0], gain=gain,
        worth=worth, words=in_words(now, gain, worth),
    )  # fmt: skip


def unseen_gain(right: Doubles, total: int) -> float:
    """What the next labels may bring where no error was seen: few images cannot tell 99 % from 100 %.

    The error that so many images leave possible, falling as 1 / n.
    """
    if right.min() < 1:
        return 0.0
    possible = 1 - wilson(len(right), len(right)).low
    return possible * NEXT_LABELS / (total + NEXT_LABELS)


def in_words(now: float, gain: Gain, worth: bool | None) -> str:
    """Whether more labels are worth it, in sentences."""
    points = f"{100 * gain.value:.1f} points ({100 * gain.low:.1f} to {100 * gain.high:.1f})"
    start = f"With the labels of now a model is right on about {100 * now:.1f} %. "
    more = f"{gain.labels} more labels are expected to bring {points}"
    if worth is None:
        return f"{start}{more}: probably not worth it, but the measure is coarse; some more labels will tell."
    if worth:
        return f"{start}{more}: worth it."
    return f"{start}{more}: more labels of this kind hardly help. Correct doubtful images, or export."
