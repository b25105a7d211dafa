"""Regularised logistic regression on few rows: the solver below the linear head.

M labelled rows, D numbers per row, K classes that have labels. The objective is that of scikit-learn,
sum of losses + |weights|^2 / (2 C), the intercept free; C is called `looseness` here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Doubles, Floats, Ints

_ITERATIONS = 100
_TOLERANCE = 1e-4
"""Of the largest gradient entry, per row; below it predictions no longer change visibly."""


def span(rows: Floats) -> tuple[Floats, Floats | None]:
    """Rows in coordinates of the space that they span: exact, and far smaller when M < D.

    The best weights lie in that space, so nothing is lost; the penalty is the same because the axes are
    orthonormal.

    Returns: coordinates (M, R), R <= M, and axes (R, D) with coordinates @ axes == rows; or the rows
        themselves and None where that saves nothing.
    """
    count, width = rows.shape
    if count >= width:
        return rows, None
    values, vectors = np.linalg.eigh((rows @ rows.T).astype(np.float64))
    kept = values > 1e-10 * max(float(values[-1]), 1e-30)
    lengths = np.sqrt(values[kept])
    coordinates = (vectors[:, kept] * lengths).astype(np.float32)
    axes = ((vectors[:, kept] / lengths).T.astype(np.float32)) @ rows
    return coordinates, axes


def solve(
    rows: Floats,
    targets: Floats,
    looseness: float,
    *,
    importance: Floats,
    multi_label: bool,
    start: Doubles | None,
) -> Doubles:
    """Weights and intercepts that fit the targets best.

    Args:
        rows: (M, R). targets: (M, K), probabilities that sum to 1; multi_label: each 0 to 1.
        looseness: C > 0. importance: (M,) >= 0.
        start: (R + 1, K) of a neighbouring problem, to begin from.
    Returns: (R + 1, K) float64, the last row the intercepts.
    """
    from scipy.optimize import minimize

    count, width = rows.shape
    classes = targets.shape[1]
    total = float(importance.sum()) or 1.0
    penalty = 1 / (looseness * total)

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        both = flat.reshape(width + 1, classes)
        weights = both[:-1]
        logits = rows @ weights.astype(np.float32) + both[-1].astype(np.float32)
        value, error = _loss_and_error(logits, targets, multi_label)
        error *= importance[:, None] / np.float32(total)
        slope = np.empty_like(both)
        slope[:-1] = rows.T @ error
        slope[:-1] += penalty * weights
        slope[-1] = error.sum(axis=0)
        mean = float(value @ importance) / total + 0.5 * penalty * float((weights * weights).sum())
        return mean, slope.ravel()

    begin = np.zeros((width + 1, classes)) if start is None else start
    found = minimize(
        loss, begin.ravel(), jac=True, method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "gtol": _TOLERANCE / max(1.0, np.sqrt(count)), "ftol": 1e-7},
    )  # fmt: skip
    solved: Doubles = found.x.reshape(width + 1, classes)
    return solved


def held_out_logits(
    rows: Floats,
    targets: Floats,
    folds: Ints,
    loosenesses: Sequence[float],
    *,
    importance: Floats,
    multi_label: bool,
) -> Floats:
    """Logits of every held-out row, by the classifier that was not trained on it, for each looseness.

    Each fold walks from the tightest to the loosest, beginning where the last one ended.

    Returns: (len(loosenesses), M, K) float32; NaN for rows with fold -1, and for a class that no row of the
        training part has.
    """
    logits = np.full((len(loosenesses), *targets.shape), np.nan, np.float32)
    for fold in np.unique(folds[folds >= 0]).tolist():
        inside, held = folds != fold, folds == fold
        known = np.flatnonzero(targets[inside].any(axis=0))
        found = None
        for position, looseness in enumerate(loosenesses):
            found = solve(
                rows[inside], targets[inside][:, known], looseness,
                importance=importance[inside], multi_label=multi_label, start=found,
            )  # fmt: skip
            logits[position][np.ix_(held, known)] = rows[held] @ found[:-1] + found[-1]
    return logits


def _loss_and_error(logits: Floats, targets: Floats, multi_label: bool) -> tuple[Floats, Floats]:
    """(M,) losses and (M, K) probabilities minus targets."""
    if multi_label:
        error = 0.5 * (1 + np.tanh(0.5 * logits)) - targets
        return (np.logaddexp(0, logits) - targets * logits).sum(axis=1), error
    top = logits.max(axis=1, keepdims=True)
    raised = np.exp(logits - top)
    total = raised.sum(axis=1, keepdims=True)
    value = (top + np.log(total))[:, 0] - (targets * logits).sum(axis=1)
    return value, raised / total - targets
