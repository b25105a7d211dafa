"""What every head keeps to, and the call that trains one."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.training import EpochMetrics, HeadKind, TrainingSettings
from labelgraft.errors import BadInput, BadSetting, NothingLabelled, ShapeMismatch, UnknownName
from labelgraft.learning.heads.head import (
    HEADS,
    HeldOut,
    StoredHead,
    TrainedHead,
    hidden,
    score,
    train_and_score,
    train_head,
)
from labelgraft.learning.heads.mlp_settings import Watcher

EVERY_HEAD = pytest.mark.parametrize("kind", [head.name for head in HEADS])
NAMES = ("cat", "dog", "fish")


def three_clouds(count: int = 60, width: int = 40, seed: int = 0) -> tuple[Floats, Ints]:
    """Three separable classes, far from the origin as embeddings are."""
    rng = np.random.default_rng(seed)
    classes = np.arange(count) % 3
    centres = np.random.default_rng(99).normal(0, 2.0, (3, width))
    rows = 5 + centres[classes] + rng.normal(0, 1.0, (count, width))
    return rows.astype(np.float32), classes


def trained_on(kind: str, seed: int = 0, epochs: int | None = None) -> TrainedHead:
    rows, classes = three_clouds()
    settings = TrainingSettings(head=HeadKind(kind), seed=seed, epochs=epochs)
    return train_head(rows, classes, NAMES, settings)


@EVERY_HEAD
def test_a_head_learns_and_says_honestly_how_well(kind: str) -> None:
    trained = trained_on(kind)
    others, true = three_clouds(300, seed=1)
    shares = score(trained.stored, others)
    assert (shares.argmax(axis=1) == true).mean() > 0.97
    assert trained.quality is not None
    assert trained.quality.accuracy.value > 0.95
    assert trained.quality.accuracy.count == 60
    assert trained.quality.measured_on == "5-fold cross-validation of the labels"
    assert trained.labels_used == 60


@EVERY_HEAD
def test_a_head_restored_from_its_tensors_answers_the_same(kind: str) -> None:
    stored = trained_on(kind, epochs=5).stored
    back: StoredHead = pickle.loads(pickle.dumps(stored))
    rows, _ = three_clouds(20, seed=2)
    assert_array_equal(back.restore().logits(rows), stored.restore().logits(rows))
    assert back.restore().class_names == NAMES
    assert all(value.dtype == np.float32 for value in stored.tensors.values())


@EVERY_HEAD
def test_the_same_seed_gives_the_same_head_bit_for_bit(kind: str) -> None:
    one, same = trained_on(kind, seed=3, epochs=5), trained_on(kind, seed=3, epochs=5)
    for name, value in one.stored.tensors.items():
        assert_array_equal(value, same.stored.tensors[name])
    assert_array_equal(one.out_of_fold_logits, same.out_of_fold_logits)


@EVERY_HEAD
def test_a_class_without_labels_gets_a_small_column_and_is_never_proposed(kind: str) -> None:
    rows, classes = three_clouds()
    two = classes != 1
    settings = TrainingSettings(head=HeadKind(kind), epochs=5)
    trained = train_head(rows[two], classes[two], NAMES, settings)
    logits = trained.stored.restore().logits(np.concatenate([rows, -50 * rows]))
    assert_allclose(logits[:, 1], -np.log(two.sum() + 1), rtol=1e-6)
    assert (logits.argmax(axis=1) != 1).all()
    assert_allclose(logits[:, 0] + logits[:, 2], 0, atol=1e-2)


@EVERY_HEAD
def test_one_label_is_enough_to_train_but_not_to_measure(kind: str) -> None:
    rows, _ = three_clouds()
    trained = train_head(rows[:1], np.array([2]), NAMES, TrainingSettings(head=HeadKind(kind), epochs=2))
    assert trained.quality is None
    assert trained.stored.temperature == 1
    assert np.isnan(trained.out_of_fold_logits).all()
    assert (score(trained.stored, rows).argmax(axis=1) == 2).all()


@EVERY_HEAD
def test_several_classes_per_image_are_learnt_each_for_itself(kind: str) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 20)).astype(np.float32)
    true = np.stack([rows[:, 0] > 0, rows[:, 1] > 0.5, np.ones(200, bool), np.zeros(200, bool)], axis=1)
    settings = TrainingSettings(head=HeadKind(kind))
    names = ("left", "up", "always", "never")
    trained = train_head(rows[:120], true[:120], names, settings, multi_label=True)
    shares = score(trained.stored, rows[120:])
    right = ((shares >= 0.5) == true[120:]).mean(axis=0)
    assert right[0] > 0.8
    assert right[1] > 0.75
    assert right[2:].tolist() == [1.0, 1.0]
    assert trained.quality is not None


@EVERY_HEAD
def test_copies_of_a_labelled_image_are_held_out_together(kind: str) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30, 50)).astype(np.float32)
    twice, classes = np.repeat(rows, 2, axis=0), np.repeat(rng.integers(0, 2, 30), 2)
    settings = TrainingSettings(head=HeadKind(kind))
    apart = train_head(twice, classes, ("a", "b"), settings)
    together = train_head(twice, classes, ("a", "b"), settings, groups=np.repeat(np.arange(30), 2))
    assert apart.quality is not None
    assert together.quality is not None
    assert apart.quality.accuracy.value > 0.8  # the copy gives the answer away: there is nothing to learn
    assert together.quality.accuracy.value < 0.75


@EVERY_HEAD
def test_a_test_split_measures_the_head_where_there_is_one(kind: str) -> None:
    rows, classes = three_clouds(90)
    held = HeldOut(rows[60:], classes[60:])
    settings = TrainingSettings(head=HeadKind(kind), epochs=20)
    trained = train_head(rows[:60], classes[:60], NAMES, settings, test=held)
    assert trained.quality is not None
    assert trained.quality.measured_on == "test split"
    assert trained.quality.accuracy.count == 30


@EVERY_HEAD
def test_an_image_of_weight_zero_has_no_say(kind: str) -> None:
    rows, classes = three_clouds()
    wrong = classes.copy()
    wrong[:15] = (wrong[:15] + 1) % 3
    weights = np.ones(60, np.float32)
    weights[:15] = 0
    settings = TrainingSettings(head=HeadKind(kind))
    trained = train_head(rows, wrong, NAMES, settings, sample_weights=weights)
    assert (score(trained.stored, rows).argmax(axis=1) == classes).mean() > 0.97


@EVERY_HEAD
def test_embeddings_of_another_backbone_are_refused(kind: str) -> None:
    stored = trained_on(kind, epochs=2).stored
    with pytest.raises(ShapeMismatch, match="another backbone"):
        score(stored, np.zeros((2, 41), np.float32))


def test_all_images_are_scored_in_the_same_call() -> None:
    rows, classes = three_clouds(200)
    trained, shares = train_and_score(rows, np.arange(0, 200, 4), classes[::4], NAMES)
    assert shares.shape == (200, 3)
    assert_array_equal(shares, score(trained.stored, rows))


def test_only_the_mlp_has_an_embedding_of_its_own() -> None:
    rows, _ = three_clouds(10)
    assert hidden(trained_on("linear").stored, rows) is None
    own = hidden(trained_on("mlp", epochs=2).stored, rows)
    assert own is not None
    assert own.shape == (10, 128)
    assert_allclose(np.linalg.norm(own, axis=1), 1, rtol=1e-5)


def test_stopping_an_mlp_keeps_the_last_finished_epoch() -> None:
    rows, classes = three_clouds()
    seen: list[EpochMetrics] = []
    watcher = Watcher(on_epoch=seen.append, should_stop=lambda: len(seen) == 3)
    stopped = train_head(rows, classes, NAMES, TrainingSettings(head=HeadKind.MLP), watcher=watcher)
    assert [each.epoch for each in seen] == [1, 2, 3]
    assert stopped.stored.metadata["epochs"] == "3"
    assert seen[-1].accuracy_held_out is not None
    assert [row.class_name for row in seen[-1].per_class] == list(NAMES)
    assert sum(row.support for row in seen[-1].per_class) == 60


def test_nothing_to_learn_from_is_refused_in_words() -> None:
    rows, classes = three_clouds(6)
    with pytest.raises(NothingLabelled, match="Label at least one image"):
        train_head(rows[:0], classes[:0], NAMES)
    with pytest.raises(BadInput, match="NaN"):
        train_head(np.full_like(rows, np.nan), classes, NAMES)
    with pytest.raises(BadInput, match="there are 2 classes"):
        train_head(rows, classes, NAMES[:2])
    with pytest.raises(ShapeMismatch, match="one row per label"):
        train_head(rows[:3], classes, NAMES)
    with pytest.raises(BadSetting, match="linear or mlp"):
        train_head(rows, classes, NAMES, TrainingSettings(head=HeadKind.FINETUNE))
    with pytest.raises(UnknownName, match="linear"):
        StoredHead("liner", NAMES, False, {}, {}, 1.0).restore()
