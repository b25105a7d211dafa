"""Train a head and score images: the entry that a worker process calls, arrays in, arrays out.

N images, M labelled, D numbers per embedding, C classes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints
from labelgraft.domain.model import Quality
from labelgraft.domain.split import folds_by_group
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.errors import BadInput, BadSetting, ShapeMismatch, UnknownName
from labelgraft.learning.calibration import fit_temperature, probabilities
from labelgraft.learning.heads.frame import Frame
from labelgraft.learning.heads.linear import LinearHead, fit_linear
from labelgraft.learning.heads.mlp import MlpHead, fit_mlp
from labelgraft.learning.heads.mlp_settings import MlpSettings, Watcher
from labelgraft.learning.heads.targets import Targets
from labelgraft.learning.quality import measure

_FOLDS, _FOLDS_OF_MANY, _MANY = 5, 3, 1500
_BACKGROUND = 2048
"""So many images of the project give the centre of its embeddings; more move it by nothing that counts."""


class Head(Protocol):
    """A classifier on embeddings of a backbone. Logits are not calibrated: divide by the temperature."""

    name: ClassVar[str]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes in the order of the logits."""

    @property
    def multi_label(self) -> bool:
        """True if each logit is a yes or no of its own."""

    def logits(self, embeddings: Floats) -> Floats:
        """(N, C) float32 of (N, D) embeddings as the backbone gave them. Raises ShapeMismatch."""

    def hidden(self, embeddings: Floats) -> Floats | None:
        """(N, H) float32, rows of unit length: the model's own embedding; None if it has none."""

    def to_tensors(self) -> dict[str, AnyArray]:
        """The arrays to keep, by name."""

    def metadata(self) -> dict[str, str]:
        """What to keep beside them, as text."""

    @classmethod
    def from_tensors(
        cls,
        tensors: Mapping[str, AnyArray],
        metadata: Mapping[str, str],
        class_names: tuple[str, ...],
        *,
        multi_label: bool,
    ) -> Self:
        """The head that the tensors and metadata came from."""


HEADS: tuple[type[LinearHead] | type[MlpHead], ...] = (LinearHead, MlpHead)
"""Every head that is trained on cached embeddings."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A head as arrays and texts: goes through a pipe or into a safetensors file.

    kind: name of one of HEADS. temperature: divides logits before they are shown as probabilities.
    """

    kind: str
    class_names: tuple[str, ...]
    multi_label: bool
    tensors: Mapping[str, AnyArray]
    metadata: Mapping[str, str]
    temperature: float

    def restore(self) -> Head:
        """The head. Raises UnknownName."""
        for kind in HEADS:
            if kind.name == self.kind:
                return kind.from_tensors(
                    self.tensors, self.metadata, self.class_names, multi_label=self.multi_label
                )
        raise UnknownName("head", self.kind, [kind.name for kind in HEADS])


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A head with what it answered on labelled images that it had not seen.

    out_of_fold_logits: (M, C) float32, NaN rows for labels that were never held out.
    quality: None if nothing was held out. labels_used: M.
    """

    stored: StoredHead
    out_of_fold_logits: Floats
    folds: Ints
    quality: Quality | None
    labels_used: int
    seconds: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The test split: embeddings (T, D) and labels (T,) or (T, C), never trained on."""

    embeddings: Floats
    labels: Ints | Bools


def train_head(
    embeddings: Floats,
    labels: Ints | Bools,
    class_names: tuple[str, ...],
    settings: TrainingSettings | None = None,
    *,
    multi_label: bool = False,
    groups: Ints | None = None,
    background: Floats | None = None,
    test: HeldOut | None = None,
    sample_weights: Floats | None = None,
    watcher: Watcher | None = None,
) -> TrainedHead:
    """Train a linear or mlp head on cached embeddings, with temperature and honest quality.

    The temperature comes from out-of-fold logits; so does the quality where there is no test split.

    Args:
        embeddings: (M, D) float32 of labelled images outside the test split, as the backbone gave them.
        labels: (M,) int64 in [0, C); multi_label: (M, C) bool.
        settings: head must be linear or mlp; seed, epochs, learning rate, ... apply to mlp.
        groups: (M,) int64, near-duplicates share one (learning.duplicates): never on both sides of a fold.
        background: (B, D) of all images of the project; only a sample is looked at. None: the labelled ones.
        sample_weights: (M,) >= 0.
        watcher: told every epoch of mlp; linear has none.
    Raises: NothingLabelled, BadInput, BadSetting, ShapeMismatch, TrainingDiverged.
    """
    began = time.perf_counter()
    settings = settings or TrainingSettings()
    targets = Targets.of(labels, len(class_names), multi_label=multi_label)
    _check(embeddings, targets, settings)
    groups = np.arange(len(embeddings), dtype=np.int64) if groups is None else groups
    fold_count = _FOLDS if len(embeddings) <= _MANY else _FOLDS_OF_MANY
    folds = folds_by_group(targets.strata, groups, fold_count=fold_count, seed=settings.seed)
    sample = _sample(embeddings if background is None else background)
    head, logits = _fit(embeddings, targets, class_names, folds, sample, sample_weights, settings, watcher)
    held = ~np.isnan(logits).any(axis=1)
    temperature = fit_temperature(logits[held], targets.labels[held], multi_label=multi_label)
    stored = StoredHead(head.name, class_names, multi_label, head.to_tensors(), head.metadata(), temperature)
    quality = _quality(stored, logits[held], targets.labels[held], test, fold_count)
    return TrainedHead(stored, logits, folds, quality, len(embeddings), time.perf_counter() - began)


def score(stored: StoredHead, embeddings: Floats) -> Floats:
    """(N, C) float32 calibrated probabilities of (N, D) embeddings; rows sum to 1 unless multi_label."""
    logits = stored.restore().logits(embeddings)
    return probabilities(logits, stored.temperature, multi_label=stored.multi_label)


def hidden(stored: StoredHead, embeddings: Floats) -> Floats | None:
    """(N, H) float32, the model's own embedding; None for a linear head."""
    return stored.restore().hidden(embeddings)


def train_and_score(
    embeddings: Floats,
    positions: Ints,
    labels: Ints | Bools,
    class_names: tuple[str, ...],
    settings: TrainingSettings | None = None,
    *,
    multi_label: bool = False,
    groups: Ints | None = None,
) -> tuple[TrainedHead, Floats]:
    """A head from some rows of a project's embeddings, and the probabilities (N, C) of all of them.

    Args:
        embeddings: (N, D) of all images. positions: (M,) int64, the rows that are trained on.
        labels: of those rows; groups: (M,) of those rows.
    Raises: as train_head.
    """
    trained = train_head(
        embeddings[positions], labels, class_names, settings,
        multi_label=multi_label, groups=groups, background=embeddings,
    )  # fmt: skip
    return trained, score(trained.stored, embeddings)


def _fit(
    embeddings: Floats,
    targets: Targets,
    class_names: tuple[str, ...],
    folds: Ints,
    sample: Floats,
    sample_weights: Floats | None,
    settings: TrainingSettings,
    watcher: Watcher | None,
) -> tuple[Head, Floats]:
    """The head and its out-of-fold logits (M, C)."""
    if settings.head is HeadKind.LINEAR:
        frame = Frame.of(sample)
        linear = fit_linear(
            embeddings, targets, class_names, folds=folds, frame=frame, sample_weights=sample_weights
        )
        return linear.head, linear.out_of_fold
    mlp = fit_mlp(
        embeddings, targets, class_names, folds=folds, background=sample, sample_weights=sample_weights,
        settings=MlpSettings.of(settings), seed=settings.seed, watcher=watcher,
    )  # fmt: skip
    return mlp.head, mlp.out_of_fold


def _check(embeddings: Floats, targets: Targets, settings: TrainingSettings) -> None:
    if settings.head not in (HeadKind.LINEAR, HeadKind.MLP):
        raise BadSetting(
            f"head: found {settings.head}, expected linear or mlp; {settings.head} changes the network "
            "itself and is trained on images, not on embeddings. Nothing was trained."
        )
    if embeddings.ndim != 2 or len(embeddings) != len(targets.shares):
        raise ShapeMismatch(
            f"embeddings have the shape {embeddings.shape}, expected ({len(targets.shares)}, D): one row per "
            "label. Nothing was trained."
        )
    if not np.isfinite(embeddings).all():
        raise BadInput("The embeddings hold NaN or infinity; nothing was trained. Embed the images again.")


def _sample(background: Floats) -> Floats:
    step = max(1, len(background) // _BACKGROUND)
    return np.ascontiguousarray(background[::step], np.float32)


def _quality(
    stored: StoredHead, logits: Floats, labels: Ints | Bools, test: HeldOut | None, fold_count: int
) -> Quality | None:
    names, multi_label = stored.class_names, stored.multi_label
    if test is not None and len(test.labels):
        shares = score(stored, test.embeddings)
        return measure(shares, test.labels, names, measured_on="test split", multi_label=multi_label)
    if len(logits) == 0:
        return None
    shares = probabilities(logits, stored.temperature, multi_label=multi_label)
    described = f"{fold_count}-fold cross-validation of the labels"
    return measure(shares, labels, names, measured_on=described, multi_label=multi_label)
