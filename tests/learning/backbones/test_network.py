"""The default backbone on real photos: real features, and the same from every backend."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from labelgraft.domain.arrays import Bools, Floats, Pixels
from labelgraft.errors import BadInput, BadSetting
from labelgraft.learning.backbones import network, registry
from labelgraft.learning.backbones.network import Network, load
from labelgraft.learning.backbones.timm_networks import load_module, torch_module
from labelgraft.learning.backbones.torch_backend import TorchNetwork
from labelgraft.learning.weights import state_digest

Photos = tuple[list[Image.Image], Bools]

IMAGENET_CATS = range(281, 294)
IMAGENET_DOGS = range(151, 269)


def prepared(network: Network, images: list[Image.Image]) -> Pixels:
    return np.stack([network.prepare(image) for image in images])


def cosines(a: Floats, b: Floats) -> Floats:
    result: Floats = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    return result


def neighbour_purity(embeddings: Floats, labels: Bools, k: int = 10) -> float:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -1)
    near = np.argsort(-cosine, axis=1)[:, :k]
    return float((labels[near] == labels[:, None]).mean())


def test_the_packaged_weights_know_cats_and_dogs_of_imagenet(exact: Network, photos: Photos) -> None:
    images, dog = photos
    classifier = torch_module("efficientnet-lite0", keep_classifier=True)
    p = exact.backbone.preprocessing
    pixels = torch.from_numpy(prepared(exact, images)).permute(0, 3, 1, 2) / 255
    normalised = (pixels - torch.tensor(p.mean).view(3, 1, 1)) / torch.tensor(p.std).view(3, 1, 1)
    with torch.inference_mode():
        top = classifier(normalised).argmax(dim=1).numpy()
    says_cat, says_dog = np.isin(top, IMAGENET_CATS), np.isin(top, IMAGENET_DOGS)
    assert (says_cat | says_dog).mean() > 0.85
    assert (says_dog == dog)[says_cat | says_dog].mean() > 0.88


def test_its_neighbours_share_the_class_and_those_of_a_random_twin_do_not(
    exact: Network, photos: Photos
) -> None:
    images, dog = photos
    pixels = prepared(exact, images)
    twin = load("random:efficientnet-lite0", backend="torch")
    real, random = neighbour_purity(exact.embed(pixels), dog), neighbour_purity(twin.embed(pixels), dog)
    assert real > 0.9
    assert random < 0.65


def test_openvino_in_float32_equals_torch(exact: Network, photos: Photos, converted: Path) -> None:
    pixels = prepared(exact, photos[0][:32])
    network = load("efficientnet-lite0", backend="openvino", precision="f32", cache_folder=converted)
    assert (network.backend, network.precision) == ("openvino", "f32")
    assert cosines(network.embed(pixels), exact.embed(pixels)).min() > 0.99999


def test_bf16_stays_within_the_stated_tolerance_of_float32_torch(
    exact: Network, photos: Photos, converted: Path
) -> None:
    images, dog = photos
    fast = load("efficientnet-lite0", backend="openvino", precision="bf16", cache_folder=converted)
    pixels = prepared(exact, images)
    embeddings, expected = fast.embed(pixels), exact.embed(pixels)
    near = cosines(embeddings, expected)
    assert near.mean() > 0.999
    assert near.min() > 0.995
    assert abs(neighbour_purity(embeddings, dog) - neighbour_purity(expected, dog)) < 0.01


@pytest.mark.parametrize("backend", ["openvino", "torch"])
def test_an_embedding_depends_neither_on_its_batch_nor_on_the_run(
    backend: str, photos: Photos, converted: Path
) -> None:
    network = load("efficientnet-lite0", backend=backend, cache_folder=converted)
    pixels = prepared(network, photos[0][:11])
    together = network.embed(pixels)
    alone = np.concatenate([network.embed(pixels[i : i + 1]) for i in range(11)])
    assert np.array_equal(together, network.embed(pixels))
    assert cosines(together, alone).min() > 0.999999
    assert network.embed(pixels[:0]).shape == (0, 1280)


def test_what_a_network_reports_is_enough_for_a_key(converted: Path) -> None:
    one = load("efficientnet-lite0", cache_folder=converted)
    assert (one.backend, one.layer) == (network.best_backend(), "pooled")
    assert one.weights_digest == registry.LITE0_DIGEST == one.backbone.weights_digest
    assert load("random:efficientnet-lite0#1", backend="torch").weights_digest != one.weights_digest


def test_a_kept_conversion_gives_the_same_embeddings(tmp_path: Path, photos: Photos) -> None:
    first = load("efficientnet-lite0", backend="openvino", cache_folder=tmp_path)
    again = load("efficientnet-lite0", backend="openvino", cache_folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    pixels = prepared(first, photos[0][:4])
    assert np.array_equal(first.embed(pixels), again.embed(pixels))
    xml = next(tmp_path.rglob("network.xml"))
    xml.write_text("damaged")
    mended = load("efficientnet-lite0", backend="openvino", cache_folder=tmp_path)
    assert np.array_equal(first.embed(pixels), mended.embed(pixels))


def test_random_weights_follow_their_seed_and_leave_the_global_generator_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = (load_module(f"random:mobilenetv4_conv_small#{seed}") for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert one.weights_digest == same.weights_digest != other.weights_digest
    assert one.weights_digest == state_digest(one.module.state_dict())


def test_infinite_numbers_are_an_error_and_not_an_embedding() -> None:
    loaded = load_module("random:mobilenetv4_conv_small")
    for parameter in loaded.module.parameters():
        parameter.data.fill_(float("nan"))
    entry = registry.get("random:mobilenetv4_conv_small")
    with pytest.raises(BadInput, match="2 of 2 embeddings hold NaN"):
        TorchNetwork(entry, "", loaded.module).embed(np.zeros((2, 224, 224, 3), np.uint8))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"device": "cuda:99"}, "cannot be reached"),
        ({"device": "tpu"}, "expected cpu, cuda"),
        ({"device": "cuda", "backend": "openvino"}, "goes with backend torch"),
        ({"backend": "jax"}, "expected one of openvino, torch"),
        ({"precision": "int3"}, "expected one of bf16, f32"),
        ({"backend": "onnxruntime"}, "ONNX files only"),
    ],
)
def test_settings_that_cannot_be_met_are_refused_in_one_sentence(options: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words) as caught:
        load("efficientnet-lite0", **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_the_histogram_needs_no_network_and_has_unit_rows(photos: Photos) -> None:
    histogram = load("color-histogram")
    embeddings = histogram.embed(prepared(histogram, photos[0][:5]))
    assert embeddings.shape == (5, histogram.backbone.feature_width)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1.0, abs=1e-5)
    red, blue = np.zeros((2, 1, 64, 64, 3), np.uint8)
    red[..., 0] = blue[..., 2] = 255
    assert float(histogram.embed(red)[0] @ histogram.embed(blue)[0]) == 0.0


def test_a_default_entry_with_other_weights_is_not_mistaken_for_the_packaged_one(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    other = load_module("random:efficientnet-lite0#4", keep_classifier=True).module
    save_file(other.state_dict(), tmp_path / "mine.safetensors")
    loaded = load_module(registry.get("efficientnet-lite0", weights_file=tmp_path / "mine.safetensors"))
    expected = other.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in loaded.module.state_dict().items())
    assert loaded.weights_digest != registry.LITE0_DIGEST


def test_the_histogram_cannot_be_fine_tuned() -> None:
    with pytest.raises(BadSetting, match="not be fine-tuned"):
        torch_module(replace(registry.get("color-histogram")))
