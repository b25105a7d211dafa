"""Users' own ONNX files as backbones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.domain.arrays import Bools
from labelgraft.domain.backbone import Interpolation, Preprocessing
from labelgraft.errors import BadInput, BadSetting, UnknownName
from labelgraft.learning.backbones import network, onnx_files, registry

MOBILENET = "mobilenet_v2_1.0_imagenet_dequant.onnx"
SMALL = "mobilenet_v1_0.25_imagenet_dequant.onnx"
HALF = Preprocessing(224, 0.875, Interpolation.BILINEAR, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
DECLARED = {"input_px": 128, "crop_fraction": 0.875, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}


@pytest.fixture
def small(tmp_path: Path, shared_weights: Path) -> Path:
    """A small ONNX file without a declaration beside it."""
    file = tmp_path / "net.onnx"
    file.write_bytes((shared_weights / SMALL).read_bytes())
    return file


def test_a_file_with_its_declaration_is_a_backbone_by_name(small: Path) -> None:
    small.with_suffix(".json").write_text(json.dumps(DECLARED | {"licence": "Apache-2.0"}))
    entry = registry.get(f"onnx:{small}")
    assert entry.name == f"onnx:{small}#features"
    assert (entry.feature_width, entry.weights_licence) == (256, "Apache-2.0")
    assert registry.get(entry.name) == entry
    loaded = network.load(entry.name)
    assert loaded.embed(np.zeros((3, 128, 128, 3), np.uint8)).shape == (3, 256)
    assert loaded.weights_digest == entry.weights_digest != ""


def test_the_output_can_be_named(small: Path) -> None:
    small.with_suffix(".json").write_text(json.dumps(DECLARED | {"output": "logits"}))
    assert registry.get(f"onnx:{small}").feature_width == 1000
    assert registry.get(f"onnx:{small}#features").feature_width == 256
    with pytest.raises(UnknownName, match="'features'"):
        registry.get(f"onnx:{small}#feature")
    with pytest.raises(BadInput, match="not of shape"):
        registry.get(f"onnx:{small}#feature_map")


def test_a_file_without_declaration_says_what_to_write_beside_it(small: Path) -> None:
    with pytest.raises(BadInput, match=r"Write net\.json beside it"):
        registry.get(f"onnx:{small}")


@pytest.mark.parametrize(
    "broken", ["{", "[]", '{"input_px": 128}', '{"input_px": 0, "mean": [0,0,0], "std": [1,1,1]}']
)
def test_a_broken_declaration_is_named_with_an_example(small: Path, broken: str) -> None:
    small.with_suffix(".json").write_text(broken)
    with pytest.raises(BadInput, match=r"net\.json.*xpected"):
        registry.get(f"onnx:{small}")


def test_a_file_that_is_no_onnx_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(BadInput, match="cannot be read as ONNX"):
        onnx_files.entry(tmp_path / "x.onnx", preprocessing=HALF)
    with pytest.raises(BadInput, match="no such ONNX file"):
        onnx_files.entry(tmp_path / "gone.onnx", preprocessing=HALF)


def test_a_wrong_input_size_is_an_error_before_the_first_image(small: Path) -> None:
    small.with_suffix(".json").write_text(json.dumps(DECLARED | {"input_px": 7}))
    with pytest.raises(BadInput, match=r"net\.onnx"):
        network.load(f"onnx:{small}").embed(np.zeros((1, 7, 7, 3), np.uint8))


def test_both_engines_give_the_same_features_of_real_photos(
    shared_weights: Path, photos: tuple[list[Image.Image], Bools]
) -> None:
    pytest.importorskip("onnxruntime")
    images, _ = photos
    entry = onnx_files.entry(shared_weights / MOBILENET, preprocessing=HALF)
    ours, theirs = network.load(entry), network.load(entry, backend="onnxruntime")
    assert (ours.precision, theirs.precision) == ("f32", "f32")
    pixels = np.stack([ours.prepare(image) for image in images[:12]])
    embeddings = ours.embed(pixels)
    assert embeddings.shape == (12, 1280)
    assert float(np.abs(embeddings - theirs.embed(pixels)).max()) < 1e-3


def test_onnx_files_do_not_run_on_torch_or_a_gpu(shared_weights: Path) -> None:
    entry = onnx_files.entry(shared_weights / MOBILENET, preprocessing=HALF)
    with pytest.raises(BadSetting, match="run on the CPU"):
        network.load(entry, backend="torch")
    with pytest.raises(BadSetting, match="run on the CPU"):
        network.load(entry, device="cuda")
