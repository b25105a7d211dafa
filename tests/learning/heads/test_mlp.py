"""The mlp head: divergence, schedule, and the better map."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.split import folds_by_group
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.errors import TrainingDiverged
from labelgraft.learning.heads.mlp import fit_mlp, gelu, layer_norm
from labelgraft.learning.heads.mlp_settings import MlpSettings, Watcher
from labelgraft.learning.heads.targets import Targets


def hidden_signal(count: int, seed: int) -> tuple[Floats, Ints]:
    """Two classes along one direction of many, with larger variation that has nothing to do with them."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 2, count)
    rows = rng.normal(size=(count, 60)) * np.r_[np.full(10, 1.5), np.full(50, 0.3)]
    rows[:, 20] += 3.0 * classes
    return rows.astype(np.float32), classes


def neighbour_purity(rows: Floats, classes: Ints, k: int = 15) -> float:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -2)
    near = np.argsort(-cosine, axis=1)[:, :k]
    return float((classes[near] == classes[:, None]).mean())


def test_neighbours_of_images_without_labels_agree_more_after_training() -> None:
    rows, classes = hidden_signal(600, seed=0)
    labelled = np.arange(60)
    targets = Targets.of(classes[labelled], 2, multi_label=False)
    folds = folds_by_group(classes[labelled], labelled, fold_count=5, seed=0)
    head = fit_mlp(rows[labelled], targets, ("a", "b"), folds=folds, background=rows).head
    after = head.hidden(rows)
    assert after is not None
    rest = np.arange(60, 600)
    before = neighbour_purity(rows[rest], classes[rest])
    assert before < 0.9
    assert neighbour_purity(after[rest], classes[rest]) > before + 0.05


def test_a_learning_rate_without_measure_is_told_in_words() -> None:
    rows, classes = hidden_signal(40, seed=0)
    targets = Targets.of(classes, 2, multi_label=False)
    settings = MlpSettings(learning_rate=1e38)
    with pytest.raises(TrainingDiverged, match="a tenth of that rate"):
        fit_mlp(rows, targets, ("a", "b"), folds=np.full(40, -1), settings=settings)


def test_small_batches_and_gamma_steps_train_too() -> None:
    rows, classes = hidden_signal(300, seed=0)
    rates: list[float] = []
    settings = MlpSettings(epochs=4, batch_size=64, gamma=0.5, epochs_per_gamma_step=2, learning_rate=0.02)
    fitted = fit_mlp(
        rows, Targets.of(classes, 2, multi_label=False), ("a", "b"), folds=np.full(300, -1),
        settings=settings, watcher=Watcher(on_epoch=lambda epoch: rates.append(epoch.learning_rate)),
    )  # fmt: skip
    assert_allclose(rates, [0.02, 0.02, 0.01, 0.01])
    assert (fitted.head.logits(rows).argmax(axis=1) == classes).mean() > 0.9
    assert np.isnan(fitted.out_of_fold).all()


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_almost_nothing() -> None:
    rates = [MlpSettings(learning_rate=1.0).rate_at(step, 100, 0) for step in range(100)]
    assert int(np.argmax(rates)) == 30
    assert max(rates) == pytest.approx(1.0)
    assert rates[-1] < 0.05


def test_the_users_settings_arrive() -> None:
    settings = MlpSettings.of(
        TrainingSettings(head=HeadKind.MLP, epochs=7, learning_rate=0.5, batch_size=512)
    )
    assert (settings.epochs_for(50), settings.learning_rate, settings.batch_size) == (7, 0.5, 512)
    automatic = MlpSettings.of(TrainingSettings(head=HeadKind.MLP))
    assert [automatic.epochs_for(n) for n in (50, 500, 1000, 100_000)] == [80, 80, 40, 20]
    assert automatic.batch_size == 256


def test_layer_norm_and_gelu_are_those_of_torch() -> None:
    import torch

    rows = np.random.default_rng(0).normal(3, 2, (5, 40)).astype(np.float32)
    given = torch.from_numpy(rows)
    assert_allclose(layer_norm(rows), torch.nn.functional.layer_norm(given, (40,)).numpy(), atol=1e-4)
    assert_allclose(gelu(rows), torch.nn.functional.gelu(given).numpy(), atol=1e-5)
    assert np.isfinite(layer_norm(np.ones((2, 4), np.float32))).all()
