"""Temperature scaling: makes a head's probabilities mean what they say.

N held-out images, C classes. Logits must be of images that the head was not trained on, else every head
looks sure. Source: Guo et al. 2017, arXiv:1706.04599.
"""

from __future__ import annotations

import math

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Doubles, Floats, Ints
from labelgraft.errors import ShapeMismatch

LOWEST, HIGHEST = 0.05, 20.0
"""Bounds of a temperature: past them a fit says more about too few labels than about the head."""
_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 40


def fit_temperature(logits: Floats, targets: Ints | Bools, *, multi_label: bool = False) -> float:
    """The temperature that explains held-out labels best.

    The search is on labels softened as if one more image of each answer had been seen (Platt's rule);
    without that, a head that got every held-out image right would be given the confidence 1. Where this
    makes the plain log loss worse than leaving the logits alone, they are left alone.

    Args:
        logits: (N, C) of held-out images.
        targets: (N,) int64 classes; multi_label: (N, C) bool.
    Returns: T, 0.05 <= T <= 20, to divide logits by; 1.0 without images. log loss(T) <= log loss(1).
    Raises: ShapeMismatch.
    """
    truth = _truth(logits, targets, multi_label)
    if len(logits) == 0:
        return 1.0
    soft = _soften(truth, multi_label)
    log_low, log_high = math.log(LOWEST), math.log(HIGHEST)
    for _ in range(_STEPS):  # unimodal: convex in 1 / T
        step = _GOLDEN * (log_high - log_low)
        left, right = math.exp(log_high - step), math.exp(log_low + step)
        if _mean_loss(logits, soft, left, multi_label) <= _mean_loss(logits, soft, right, multi_label):
            log_high = math.log(right)
        else:
            log_low = math.log(left)
    fitted = math.exp((log_low + log_high) / 2)
    worse = _mean_loss(logits, truth, fitted, multi_label) > _mean_loss(logits, truth, 1.0, multi_label)
    return 1.0 if worse else fitted


def probabilities(logits: Floats, temperature: float = 1.0, *, multi_label: bool = False) -> Floats:
    """Probabilities of logits / temperature.

    Returns: (N, C) float32; rows sum to 1, or with multi_label each is a probability of its own. The order of
    the classes within an image is that of the logits.
    """
    scaled = logits.astype(np.float64) / temperature
    if multi_label:
        return (0.5 * (1 + np.tanh(0.5 * scaled))).astype(np.float32)
    scaled -= scaled.max(axis=1, keepdims=True, initial=-np.inf)
    raised = np.exp(scaled)
    shares: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def log_loss(
    logits: Floats, targets: Ints | Bools, temperature: float = 1.0, *, multi_label: bool = False
) -> float:
    """Mean negative log probability of the true class (multi_label: of every image-class answer), in nats."""
    truth = _truth(logits, targets, multi_label)
    return _mean_loss(logits, truth, temperature, multi_label) if len(logits) else 0.0


def expected_calibration_error(confidence: AnyArray, correct: Bools, *, bins: int = 15) -> float:
    """Mean distance between how sure and how right, over equal bins of confidence, weighted by images.

    Args:
        confidence: (N,) in [0, 1], of the proposed class.
        correct: (N,) whether the proposal was right.
    Returns: 0 (honest) to 1; 0 without images. Biased upwards with few images per bin.
    """
    if len(confidence) == 0:
        return 0.0
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gap = np.bincount(place, weights=confidence.astype(np.float64) - correct, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def _truth(logits: Floats, targets: Ints | Bools, multi_label: bool) -> Doubles:
    """(N, C) of 0 and 1."""
    expected = logits.shape if multi_label else logits.shape[:1]
    if targets.shape != expected:
        raise ShapeMismatch(
            f"logits have the shape {logits.shape}, targets {targets.shape}: not the same images"
        )
    if multi_label:
        return targets.astype(np.float64)
    truth = np.zeros(logits.shape)
    truth[np.arange(len(targets)), targets] = 1
    return truth


def _soften(truth: Doubles, multi_label: bool) -> Doubles:
    if not multi_label:
        count, classes = truth.shape
        softened: Doubles = (truth * count + 1 / classes) / (count + 1)
        return softened
    positive = truth.sum()
    negative = truth.size - positive
    answers: Doubles = np.where(truth > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    return answers


def _mean_loss(logits: Floats, truth: Doubles, temperature: float, multi_label: bool) -> float:
    scaled = logits.astype(np.float64) / temperature
    if multi_label:
        return float((np.logaddexp(0, scaled) - truth * scaled).mean())
    top = scaled.max(axis=1, keepdims=True)
    total = top[:, 0] + np.log(np.exp(scaled - top).sum(axis=1))
    return float((total - (truth * scaled).sum(axis=1)).mean())
