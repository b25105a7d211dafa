"""Which way to adapt a backbone: four cases of data size and similarity, measured, with the reason in
words.
"""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.split import folds_by_group
from labelgraft.domain.training import AdaptationCase, Augmentation, HeadKind, TrainingAdvice
from labelgraft.errors import NothingLabelled
from labelgraft.learning.finetuning.views import views_per_image
from labelgraft.learning.heads.linear import fit_linear
from labelgraft.learning.heads.targets import Targets

LARGE_LABELS_PER_CLASS = 200
SIMILAR_DISTANCE = 0.45
"""Between the farthest photos measured (road scenes, 0.38) and the nearest others (emoji, 0.54)."""
LABELS_FOR_LAST_BLOCKS = 50
_PROBE_FOLDS = 3
_PROBE_LABELS = 200
_READS_WELL, _READS_BADLY = 0.95, 0.4
"""Share of the way from guessing to perfect at which the probe overrules the distance."""


def probe_accuracy(
    embeddings: Floats, labels: Ints | Bools, class_count: int, *, seed: int = 0
) -> float | None:
    """Cross-validated accuracy of a linear head on at most 200 labelled images; None if folds cannot be made.

    embeddings: (M, D) float32. labels: (M,) classes in [0, C), or (M, C) bool: then the share of right pairs.
    """
    rows = np.random.default_rng(seed).permutation(len(labels))[:_PROBE_LABELS]
    if len(rows) == 0:
        return None
    several = labels.ndim == 2
    targets = Targets.of(labels[rows], class_count, multi_label=several)
    folds = folds_by_group(targets.strata, np.arange(len(rows)), fold_count=_PROBE_FOLDS, seed=seed)
    if not (folds >= 0).any():
        return None
    names = tuple(str(number) for number in range(class_count))
    answers = fit_linear(embeddings[rows], targets, names, folds=folds).out_of_fold[folds >= 0]
    truth = labels[rows][folds >= 0]
    said = answers > 0 if several else answers.argmax(axis=1)
    return float(np.mean(said == truth))


def advise(
    labels_of_class: Ints, *, distance: float | None, probe: float | None, block_count: int
) -> TrainingAdvice:
    """The recommended way.

    labels_of_class: (C,) labels of each class; classes without any do not count. distance: of
    similarity.distance_from_pretraining. probe: of probe_accuracy. block_count: of the backbone.
    Raises NothingLabelled.
    """
    present = labels_of_class[labels_of_class > 0]
    if len(present) == 0:
        raise NothingLabelled("Label some images of each class first: the advice depends on them.")
    labels, per_class = int(present.sum()), float(present.mean())
    large = per_class >= LARGE_LABELS_PER_CLASS
    similar, why = _similar(distance, probe, len(present))
    head, frozen, epochs, full_steps, way = _way(large, similar, labels, block_count)
    size = (
        f"{labels} labels, {per_class:.0f} per class: that is {'much' if large else 'little'} "
        f"(the line is at {LARGE_LABELS_PER_CLASS} per class)."
    )
    return TrainingAdvice(
        case=_CASES[large, similar],
        labels=labels,
        labels_per_class=per_class,
        distance=distance,
        probe_accuracy=probe,
        head=head,
        frozen_blocks=frozen,
        block_count=block_count,
        views=views_per_image(labels, Augmentation.STANDARD),
        epochs=epochs,
        full_steps=full_steps,
        reason=f"{size} {why} {way}",
    )


_CASES = {
    (False, True): AdaptationCase.SMALL_SIMILAR,
    (False, False): AdaptationCase.SMALL_DISSIMILAR,
    (True, True): AdaptationCase.LARGE_SIMILAR,
    (True, False): AdaptationCase.LARGE_DISSIMILAR,
}


def _similar(distance: float | None, probe: float | None, class_count: int) -> tuple[bool, str]:
    """Whether the backbone knows such images, and the sentence that says why. The probe overrules at its
    ends.
    """
    chance = 1 / class_count
    read = None if probe is None or class_count < 2 else (probe - chance) / (1 - chance)
    probed = "" if probe is None else f"a linear head on the frozen backbone is right on {100 * probe:.0f} %"
    if distance is None:
        similar = read is None or read >= (_READS_WELL + _READS_BADLY) / 2
        word = "similar" if similar else "not similar"
        return similar, f"Taken as {word} to its training images, as {probed or 'nothing says otherwise'}."
    similar = distance <= SIMILAR_DISTANCE
    word = "similar to" if similar else "unlike"
    said = f"The images are {word} those the backbone learnt on "
    said += f"(distance {distance:.2f}, the line is at {SIMILAR_DISTANCE})"
    if read is not None and not similar and read >= _READS_WELL:
        return True, f"{said}, but {probed}: what it knows carries over."
    if read is not None and similar and read <= _READS_BADLY:
        return False, f"{said}, but {probed}: it does not tell these classes apart."
    return similar, f"{said}{' and ' + probed if probed else ''}."


def _way(large: bool, similar: bool, labels: int, block_count: int) -> tuple[HeadKind, int, int, int, str]:
    """Head, frozen blocks, epochs, full steps, and the sentence."""
    if labels < LABELS_FOR_LAST_BLOCKS or (not large and similar):
        more = "" if labels >= LABELS_FOR_LAST_BLOCKS else " At 50 labels, ask again."
        return (
            HeadKind.LINEAR, block_count, 30, 0,
            "So train only a head: the frozen blocks serve as they are and little data cannot spoil "
            f"them.{more}",
        )  # fmt: skip
    if not large:
        frozen = block_count // 2
        way = (
            f"So keep the first {frozen} of {block_count} blocks, which see edges and textures, and train "
            "the later ones on changed copies of each image; then 100 gentle steps of everything."
        )
        return HeadKind.FINETUNE, frozen, 30, 100, way
    if similar:
        frozen = block_count - 1
        way = f"So train the last block ({frozen} of {block_count} stay frozen), "
        way += "then 200 gentle steps of everything."
        return HeadKind.FINETUNE, frozen, 20, 200, way
    way = "So train all blocks, from the pretrained weights; if that disappoints, try random ones."
    return HeadKind.FINETUNE, 0, 30, 0, way
