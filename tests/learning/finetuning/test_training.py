from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from labelgraft.errors import BadInput, NothingLabelled, OutOfMemory, ShapeMismatch, TrainingDiverged
from labelgraft.learning.finetuning.recipe import Optimiser, Recipe, Schedule, TrainingData, one_hot
from labelgraft.learning.finetuning.training import PhaseState, Watcher, train

RECIPE = Recipe(phase="last blocks", epochs=8, batch_size=8, learning_rate=5e-3, upper_factor=1.0)


def same_bits(one: Any, other: Any) -> bool:
    left, right = one.trained_tensors(), other.trained_tensors()
    return all(torch.equal(left[name], right[name]) for name in left)


def test_training_from_the_cache_learns_what_the_head_alone_cannot_yet(build: SimpleNamespace) -> None:
    network = build.network(6)
    outcome = train(network, build.data(network), replace(RECIPE, epochs=20))
    assert outcome.score is not None
    assert outcome.score.accuracy >= 0.9
    assert outcome.history[0].loss_train > 3 * outcome.history[-1].loss_train
    assert [row.support for row in outcome.history[0].per_class] == [8, 8, 8]


@pytest.mark.parametrize("optimiser", Optimiser)
def test_a_run_resumed_from_any_epoch_ends_with_the_same_bits(
    build: SimpleNamespace, optimiser: Optimiser
) -> None:
    recipe = replace(RECIPE, epochs=5, optimiser=optimiser, learning_rate=1e-3)
    network = build.network(6)
    data = build.data(network)
    states: list[PhaseState] = []
    bests: list[dict[str, torch.Tensor]] = []

    def keep(_: object, state: PhaseState, best: bool) -> None:
        states.append(state)
        bests.append(network_tensors(state) if best else bests[-1])

    def network_tensors(state: PhaseState) -> dict[str, torch.Tensor]:
        return {n.removeprefix("network."): t for n, t in state.tensors.items() if n.startswith("network.")}

    whole = train(network, data, recipe, watcher=Watcher(evaluated=keep))
    for number in (0, 2, 3):
        again = build.network(6)
        outcome = train(again, data, recipe, resume=states[number], best=bests[number])
        assert outcome.history == whole.history[number + 1 :]
        assert same_bits(network, again)


def test_pixels_with_batch_statistics_also_resume_bit_for_bit(build: SimpleNamespace) -> None:
    recipe = replace(RECIPE, epochs=3, batch_size=16, learns_statistics=True)
    pixels, classes = build.coloured(32)
    data = TrainingData(pixels, one_hot(classes, 3), np.arange(32) >= 24, ("r", "g", "b"))
    states: list[PhaseState] = []
    network, again = build.network(0), build.network(0)
    train(network, data, recipe, watcher=Watcher(evaluated=lambda _, state, __: states.append(state)))
    train(again, data, recipe, resume=states[0])
    assert same_bits(network, again)


def test_a_stop_in_the_middle_of_an_epoch_leaves_the_last_whole_one(build: SimpleNamespace) -> None:
    network = build.network(6)
    data = build.data(network, held_out=6)
    two_epochs = build.network(6)
    train(two_epochs, data, replace(RECIPE, schedule=Schedule.STEP, epochs=2))
    steps = 0

    def stop_in_the_third_epoch() -> bool:
        nonlocal steps
        steps += 1
        return steps > 2 * 3 + 1  # asked after each of the 3 steps of an epoch

    outcome = train(
        network, data, replace(RECIPE, schedule=Schedule.STEP), watcher=Watcher(stop_in_the_third_epoch)
    )
    assert (outcome.stopped, outcome.epoch) == (True, 2)
    assert same_bits(network, two_epochs)


def test_a_learning_rate_that_explodes_is_told_in_words(build: SimpleNamespace) -> None:
    network = build.network(6)
    with pytest.raises(
        TrainingDiverged, match=r"epoch \d+, step \d+: the loss became (nan|inf).*--learning-rate"
    ):
        train(network, build.data(network), replace(RECIPE, learning_rate=1e30, clip=1e30))


def test_lack_of_memory_halves_the_batch_once_and_says_so(build: SimpleNamespace) -> None:
    network = build.network(6)
    data = build.data(network)
    notes: list[str] = []
    forward = network.upper.forward

    def only_small_batches(inputs: torch.Tensor) -> Any:
        if network.training and len(inputs) > 4:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried ...")
        return forward(inputs)

    network.upper.forward = only_small_batches
    outcome = train(network, data, replace(RECIPE, epochs=2), watcher=Watcher(noted=notes.append))
    assert outcome.state.batch_size == 4
    assert notes == ["Memory ran out; going on with 4 images per batch."]
    with pytest.raises(OutOfMemory, match="Try a smaller batch size"):
        train(network, data, replace(RECIPE, batch_size=16))


def test_other_errors_are_not_taken_for_lack_of_memory(build: SimpleNamespace) -> None:
    network = build.network(6)
    data = build.data(network)
    network.upper.forward = lambda _: torch.zeros(1).view(5)
    with pytest.raises(RuntimeError, match="invalid for input"):
        train(network, data, RECIPE)


def test_training_ends_early_only_with_twenty_held_out_images(build: SimpleNamespace) -> None:
    network = build.network(8)
    still = replace(RECIPE, epochs=12, learning_rate=1e-9, patience=3)
    assert len(train(network, build.data(network, held_out=24), still).history) == 4
    assert len(train(network, build.data(network, held_out=15), still).history) == 12


def test_without_held_out_images_the_last_epoch_is_taken(build: SimpleNamespace) -> None:
    network = build.network(6)
    outcome = train(network, build.data(network, held_out=0), replace(RECIPE, epochs=2))
    assert outcome.score is None
    assert outcome.epoch == 2
    assert outcome.history[-1].accuracy_held_out is None


def test_several_classes_per_image_are_learnt_each_by_itself(build: SimpleNamespace) -> None:
    network = build.network(6)
    single = build.data(network, train=48, held_out=24)
    several = single.targets + np.roll(single.targets, 1, axis=1)
    several[::6] = 0.0
    data = TrainingData(single.inputs, several * 1.0, single.held_out, single.class_names, multi_label=True)
    outcome = train(network, data, replace(RECIPE, epochs=15, label_smoothing=0.05))
    assert outcome.score is not None
    assert outcome.score.accuracy >= 0.75
    assert outcome.score.loss < math.log(2)


def test_the_learning_rate_falls_by_gamma_after_each_step_of_epochs() -> None:
    recipe = replace(RECIPE, schedule=Schedule.STEP, gamma=0.5, epochs_per_gamma_step=3, epochs=9)
    assert [recipe.rate_factor(epoch / 9) for epoch in range(9)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_one_cycle_rises_then_falls_to_nothing() -> None:
    factors = [RECIPE.rate_factor(done / 100) for done in range(101)]
    assert factors.index(max(factors)) == 25
    assert factors[25] == 1.0
    assert factors[-1] == pytest.approx(0.0, abs=1e-12)


def test_mixed_activations_still_teach(build: SimpleNamespace) -> None:
    network = build.network(6)
    outcome = train(network, build.data(network), replace(RECIPE, epochs=15, mixup=0.2))
    assert outcome.score is not None
    assert outcome.score.accuracy >= 0.8


def test_data_that_do_not_fit_each_other_are_refused() -> None:
    inputs = np.zeros((4, 1, 2), np.float32)
    with pytest.raises(ShapeMismatch):
        TrainingData(inputs, one_hot(np.zeros(3, np.int64), 2), np.zeros(4, np.bool_), ("a", "b"))
    with pytest.raises(NothingLabelled):
        TrainingData(inputs, one_hot(np.zeros(4, np.int64), 2), np.ones(4, np.bool_), ("a", "b"))
    with pytest.raises(BadInput, match="single-label"):
        TrainingData(inputs, np.ones((4, 2), np.float32), np.zeros(4, np.bool_), ("a", "b"))
