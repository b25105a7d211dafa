"""The frozen part on the fast engine is the one in float32, within the stated tolerance, and fills what is missing."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Library
from labelgraft.domain.training import WeightsKind
from labelgraft.errors import BadInput, JobCancelled
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.finetuning.activation_file import ActivationFile
from labelgraft.learning.finetuning.activations import fill
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.converted import Streams
from labelgraft.learning.finetuning.frozen_facts import EXACT, FrozenFacts
from labelgraft.learning.finetuning.frozen_part import describe, in_torch, network_cut, open_part
from labelgraft.learning.finetuning.parity import LEAST_COSINE, LEAST_MEAN_COSINE, cosines, is_close
from labelgraft.learning.finetuning.request import Request
from labelgraft.learning.finetuning.views import view_of

fast = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="OpenVINO does not install here"
)


@pytest.fixture(scope="module")
def photos(shared_data: Callable[[str], Path]) -> Pixels:
    """24 views of real photos, as a run prepares them."""
    files = sorted(shared_data("catsdogs").rglob("*.jpg"))[:480:20]
    look = registry.get("efficientnet-lite0").preprocessing
    views = [view_of(file.name, number % 8).of(Image.open(file)) for number, file in enumerate(files)]
    return np.stack([square_of(view, look) for view in views])


@fast
@pytest.mark.slow
@pytest.mark.parametrize("frozen", [1, 4, None])
def test_the_engine_chosen_agrees_with_float32_on_images_it_was_not_chosen_on(
    photos: Pixels, tmp_path: Path, frozen: int | None
) -> None:
    choose, others = photos[:16], photos[16:]
    facts = describe("efficientnet-lite0", WeightsKind.PRETRAINED, 0, frozen, "cpu", choose, str(tmp_path))
    assert facts is not None
    assert facts.engine.backend == "openvino"
    network = network_cut(base_source("efficientnet-lite0")(), facts.frozen_blocks)
    exact, found = in_torch(network)(others), open_part(network, facts)(others)
    assert found.shape == (len(others), *facts.shape)
    near = cosines(found, exact)
    assert near.mean() > LEAST_MEAN_COSINE
    assert near.min() > LEAST_COSINE


def every_backbone() -> list[str]:
    """One of each architecture in the catalogue that is not large, with random weights."""
    entries = [b for b in registry.catalogue() if b.library is Library.TIMM and "base" not in b.architecture]
    return [f"random:{entry.name}" for entry in entries]


@fast
@pytest.mark.slow
@pytest.mark.parametrize("backbone", every_backbone())
def test_the_frozen_half_of_every_backbone_converts_and_agrees(backbone: str, tmp_path: Path) -> None:
    base = base_source(backbone)()
    sample = np.random.default_rng(0).integers(0, 256, (4, base.input_px, base.input_px, 3), np.uint8)
    facts = describe(backbone, WeightsKind.PRETRAINED, 0, 2, "cpu", sample, str(tmp_path))
    assert facts is not None
    assert facts.engine.backend == "openvino", "no precision of OpenVINO agreed with float32"
    network = network_cut(base, 2)
    assert is_close(open_part(network, facts)(sample[:2]), in_torch(network)(sample[:2]))


@fast
@pytest.mark.slow
def test_a_precision_that_does_not_agree_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(self: Streams, pixels: Pixels) -> Floats:
        return -compute(self, pixels)

    compute = Streams.rows
    monkeypatch.setattr(Streams, "rows", spoilt)
    sample = np.random.default_rng(0).integers(0, 256, (4, 224, 224, 3), np.uint8)
    asked = (
        "random:timm:mobilenetv3_small_050#0",
        WeightsKind.PRETRAINED,
        0,
        3,
        "cpu",
        sample,
        str(tmp_path),
    )
    facts = describe(*asked)
    assert facts is not None
    assert (facts.engine, facts.converted) == (EXACT, "")
    monkeypatch.undo()
    assert describe(*asked) == facts, "the first comparison decides for good"


def test_nothing_is_kept_of_a_network_without_frozen_blocks(tmp_path: Path) -> None:
    sample = np.zeros((1, 224, 224, 3), np.uint8)
    backbone = "random:timm:mobilenetv3_small_050#0"
    assert describe(backbone, WeightsKind.PRETRAINED, 0, 0, "cpu", sample, str(tmp_path)) is None


def test_a_converted_network_that_is_gone_is_told(tmp_path: Path, build: SimpleNamespace) -> None:
    from labelgraft.learning.finetuning.frozen_facts import Engine

    facts = FrozenFacts("tiny", "digest", 3, (4,), Engine("openvino", "f32"), str(tmp_path / "gone"))
    with pytest.raises(BadInput, match="converted network is gone"):
        open_part(build.network(3), facts)


def test_a_request_carries_the_facts(tmp_path: Path) -> None:
    from labelgraft.domain.training import TrainingSettings

    facts = FrozenFacts("tiny", "digest", 3, (4, 7, 7))
    Request(settings=TrainingSettings(), backbone="tiny", class_names=("a",), frozen=facts).write(tmp_path)
    assert Request.read(tmp_path).frozen == facts


def test_rows_that_are_known_are_not_computed_again(tmp_path: Path, build: SimpleNamespace) -> None:
    network = build.network(3)
    pixels, _ = build.coloured(6)
    exact = build.activations(network, pixels)
    asked: list[int] = []

    def part(some: Pixels) -> Floats:
        asked.append(len(some))
        return in_torch(network)(some)

    file = ActivationFile(tmp_path, 3, exact.shape)
    file.put(np.array([0, 1, 5]), np.array([0, 0, 1]), exact[[0, 1, 5], [0, 0, 1]])
    file.flush()
    assert fill(ActivationFile(tmp_path, 3, exact.shape), pixels, part) == sum(asked) == 9
    again = ActivationFile(tmp_path, 3, exact.shape)
    assert again.known.all()
    np.testing.assert_allclose(again.values, exact, rtol=1e-3, atol=1e-3)
    assert fill(again, pixels, part) == 0


def test_a_stop_keeps_what_was_computed(tmp_path: Path, build: SimpleNamespace) -> None:
    network = build.network(3)
    pixels, _ = build.coloured(90, views=1)
    file = ActivationFile(tmp_path, 3, (90, 1, *build.activations(network, pixels[:1]).shape[2:]))

    def stop(done: int, total: int) -> None:
        raise JobCancelled(f"{done} of {total}")

    with pytest.raises(JobCancelled, match="64 of 90"):
        fill(file, pixels, in_torch(network), stepped=stop)
    left = ActivationFile(tmp_path, 3, file.values.shape)
    assert left.known.sum() == 64
    assert fill(left, pixels, in_torch(network)) == 26


def test_numbers_too_large_for_float16_widen_the_file_and_spoil_nothing(tmp_path: Path) -> None:
    file = ActivationFile(tmp_path, 1, (3, 1, 2))
    small, large = np.array([[1.5, -2.0]], np.float32), np.array([[1e5, 3.0]], np.float32)
    file.put(np.array([0]), np.array([0]), small)
    file.put(np.array([2]), np.array([0]), large)
    file.flush()
    read = ActivationFile(tmp_path, 1, (3, 1, 2))
    assert read.values.dtype == np.float32
    np.testing.assert_array_equal(read.values[[0, 2], 0], np.concatenate([small, large]))
    assert read.known[:, 0].tolist() == [True, False, True]


def test_a_file_of_another_shape_is_begun_anew(tmp_path: Path) -> None:
    file = ActivationFile(tmp_path, 1, (3, 1, 2))
    file.put(np.arange(3), np.zeros(3, np.int64), np.ones((3, 2), np.float32))
    file.flush()
    assert not ActivationFile(tmp_path, 1, (3, 2, 2)).known.any()


def test_an_activation_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    file = ActivationFile(tmp_path, 1, (3, 1, 2))
    with pytest.raises(BadInput, match="3 of 3 embeddings hold NaN"):
        fill(
            file,
            np.zeros((3, 1, 8, 8, 3), np.uint8),
            lambda some: np.full((len(some), 2), np.nan, np.float32),
        )
    assert not file.known.any()


def test_the_tolerance_tells_near_from_far() -> None:
    exact = np.random.default_rng(0).normal(size=(8, 50))
    assert is_close(exact * 2, exact)
    assert is_close(np.zeros((2, 3)), np.zeros((2, 3)))
    assert not is_close(exact + 0.1 * np.random.default_rng(1).normal(size=exact.shape), exact)
    assert not is_close(np.full_like(exact, np.nan), exact)
    assert not is_close(exact[:0], exact[:0])
