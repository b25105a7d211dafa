from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.training import AdaptationCase, HeadKind
from labelgraft.errors import NothingLabelled
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.finetuning.advice import SIMILAR_DISTANCE, advise, probe_accuracy
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.similarity import distance_from_pretraining

IMAGES = 12


def prepared(files: list[Path]) -> Pixels:
    look = registry.get("efficientnet-lite0").preprocessing
    step = max(1, len(files) // IMAGES)
    return np.stack([square_of(Image.open(f).convert("RGB"), look) for f in files[::step][:IMAGES]])


@pytest.mark.slow
def test_photos_are_similar_to_the_pretraining_and_drawings_and_microscopy_are_not(
    shared_data: Callable[[str], Path],
) -> None:
    base = base_source("efficientnet-lite0")()
    look = registry.get("efficientnet-lite0").preprocessing

    def of(name: str, pattern: str) -> float:
        distance = distance_from_pretraining(base, prepared(sorted(shared_data(name).rglob(pattern))))
        assert distance is not None
        return distance

    digits = np.stack(
        [square_of(Image.fromarray((d * 15).astype(np.uint8)).convert("RGB"), look)
         for d in load_digits().images[:IMAGES]]
    )  # fmt: skip
    farthest = distance_from_pretraining(base, digits)
    assert farthest is not None
    assert max(of("catsdogs", "*.jpg"), of("pets", "*.jpg")) < SIMILAR_DISTANCE - 0.05
    assert farthest > of("bccd", "*.jpg") > SIMILAR_DISTANCE + 0.05
    assert of("emoji", "*.png") > SIMILAR_DISTANCE + 0.05


def test_a_network_without_batch_norm_gives_no_distance() -> None:
    base = base_source("random:timm:convnext_atto#0")()
    assert distance_from_pretraining(base, np.zeros((1, 32, 32, 3), np.uint8)) is None


@pytest.mark.parametrize(
    ("per_class", "distance", "probe", "case", "head", "frozen"),
    [
        (40, 0.3, 0.9, AdaptationCase.SMALL_SIMILAR, HeadKind.LINEAR, 8),
        (40, 0.6, 0.7, AdaptationCase.SMALL_DISSIMILAR, HeadKind.FINETUNE, 4),
        (500, 0.3, 0.9, AdaptationCase.LARGE_SIMILAR, HeadKind.FINETUNE, 7),
        (500, 0.6, 0.7, AdaptationCase.LARGE_DISSIMILAR, HeadKind.FINETUNE, 0),
        (40, 0.6, 0.99, AdaptationCase.SMALL_SIMILAR, HeadKind.LINEAR, 8),  # the probe overrules
        (40, 0.3, 0.6, AdaptationCase.SMALL_DISSIMILAR, HeadKind.FINETUNE, 4),
        (40, None, 0.9, AdaptationCase.SMALL_SIMILAR, HeadKind.LINEAR, 8),
        (5, 0.6, 0.7, AdaptationCase.SMALL_DISSIMILAR, HeadKind.LINEAR, 8),  # too few for anything else
    ],
)
def test_each_case_gets_its_way(
    per_class: int, distance: float | None, probe: float, case: AdaptationCase, head: HeadKind, frozen: int
) -> None:
    advice = advise(np.array([per_class, per_class, 0]), distance=distance, probe=probe, block_count=8)
    assert (advice.case, advice.head, advice.frozen_blocks) == (case, head, frozen)
    assert f"{2 * per_class} labels, {per_class} per class" in advice.reason
    assert advice.reason.endswith(".")
    if distance is not None:
        assert f"{distance:.2f}" in advice.reason


def test_no_labels_give_no_advice() -> None:
    with pytest.raises(NothingLabelled):
        advise(np.zeros(3, np.int64), distance=0.3, probe=None, block_count=8)


def test_the_probe_is_measured_on_images_it_was_not_trained_on() -> None:
    draw = np.random.default_rng(0)
    classes = np.arange(60) % 3
    clear = (np.eye(3)[classes] * 4 + draw.normal(size=(60, 3))).astype(np.float32)
    noise = draw.normal(size=(60, 40)).astype(np.float32)
    assert (probe_accuracy(clear, classes, 3) or 0) > 0.9
    assert (probe_accuracy(noise, classes, 3) or 1) < 0.6
    assert probe_accuracy(clear[:2], classes[:2], 3) is None
