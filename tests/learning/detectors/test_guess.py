"""Files that nobody described, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.learning.detectors.tiny_onnx import answering, model, node, port, weight_elsewhere

from labelgraft.domain.arrays import AnyArray, Pixels
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadInput
from labelgraft.learning.detectors import guess as guessing
from labelgraft.learning.detectors.box_decoding import cells
from labelgraft.learning.detectors.described import Fit, OutputKind
from labelgraft.learning.detectors.guess import guess
from labelgraft.learning.detectors.onnx_detector import OnnxDetector
from labelgraft.learning.detectors.registry import PRESETS, preset

FILES = {
    "yolox_nano": "yolox_nano.onnx",
    "fastestdet": "FastestDet.onnx",
    "deeplabv3_mnv2_voc21": "deeplabv3_mnv2_voc21_dequant.onnx",
    "movenet_lightning": "movenet_lightning_dequant.onnx",
}
GRID = cells(64, 64, (8, 16, 32))  # 84 cells
GREY: Pixels = np.full((48, 80, 3), 128, np.uint8)
ULTRALYTICS = {"names": "{0: 'cat', 1: 'dog'}", "stride": "32", "task": "detect"}


def written(folder: Path, content: bytes) -> Path:
    path = folder / "net.onnx"
    path.write_bytes(content)
    return path


def decoded_rows(count: int, *, objectness: bool, scale: float = 1.0) -> AnyArray:
    """One box of 10 x 6 px around the centre of each cell, of the class 0 by 0.8 in the last one only."""
    rows = np.zeros((len(GRID), 4 + objectness + count), np.float32)
    rows[:, :2] = (GRID[:, :2] + 0.5) * GRID[:, 2:]
    rows[:, 2:4] = 10, 6
    rows[:, :4] *= scale
    rows[-1, 4 : 5 + objectness] = 0.8
    return rows


@pytest.mark.parametrize("name", FILES)
def test_known_files_are_recognised(name: str, shared_weights: Path) -> None:
    found = guess(shared_weights / FILES[name])
    assert found.description == preset(name)
    assert not found.assumed


@pytest.mark.parametrize("name", FILES)
def test_their_output_is_read_the_same_without_knowing_them(
    name: str, shared_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "PRESETS", ())
    found = guess(shared_weights / FILES[name])
    known = preset(name)
    assert found.description is not None
    assert found.description.class_names == known.class_names
    assert (found.description.background, found.description.skeleton) == (known.background, known.skeleton)
    ours, theirs = found.description.output, known.output
    assert (ours.kind, ours.names, ours.decoded) == (theirs.kind, theirs.names, theirs.decoded)
    assert (ours.objectness, ours.relative, ours.scores) == (
        theirs.objectness,
        theirs.relative,
        theirs.scores,
    )
    assert found.description.input.bgr == known.input.bgr
    assert found.assumed  # the order of colours and the padding stand in no file
    assert PRESETS


@pytest.mark.parametrize("objectness", [True, False])
@pytest.mark.parametrize("scale", [1.0, 1 / 64])
def test_decoded_grids_are_told_from_raw_ones_by_where_their_boxes_lie(
    tmp_path: Path, objectness: bool, scale: float
) -> None:
    rows = decoded_rows(2, objectness=objectness, scale=scale)
    answer = rows[None] if objectness else rows.T[None]
    path = written(tmp_path, answering({"output0": np.ascontiguousarray(answer)}, metadata=ULTRALYTICS))
    found = guess(path)
    assert found.description is not None, found.sentence
    output = found.description.output
    assert (output.kind, output.decoded, output.objectness) == (OutputKind.YOLOX, True, objectness)
    assert (output.numbers_first, output.relative) == (not objectness, scale < 1)
    assert found.description.class_names == ("cat", "dog")
    assert found.description.input.fit is Fit.LETTERBOX_CENTRE
    (seen,) = OnnxDetector(found.description, path).find([GREY])
    # The cell around 48, 48 of an input that holds 80 x 48 px as 64 x 38 from row 13 on.
    left, top, right, bottom = seen.boxes[0]
    np.testing.assert_allclose([left, right], [43 * 80 / 64, 53 * 80 / 64], rtol=1e-5)
    np.testing.assert_allclose([top, bottom], [(45 - 13) * 48 / 38, min(48, (51 - 13) * 48 / 38)], rtol=1e-5)


def test_boxes_with_scores_and_classes_need_the_names_of_the_classes(tmp_path: Path) -> None:
    answers = {
        "boxes": np.array([[1, 2, 30, 40], [5, 5, 9, 9]], np.float32),
        "labels": np.array([1, 2]),
        "scores": np.array([0.9, 0.1], np.float32),
    }
    path = written(tmp_path, answering(answers, axes=(3, 64, 64)))
    assert "names of its classes" in guess(path).sentence
    found = guess(path, class_names=("", "cat", "dog"))
    assert found.description is not None
    assert found.description.output.kind is OutputKind.LISTED
    detector = OnnxDetector(found.description, path)
    (seen,) = detector.find([np.zeros((64, 64, 3), np.uint8)])
    assert (seen.boxes.tolist(), seen.class_indexes.tolist()) == ([[1, 2, 30, 40]], [1])
    assert (seen.kind, detector.batch) == (ShapeKind.BOX, 1)


def test_rows_of_six_and_queries_are_read(tmp_path: Path) -> None:
    rows = np.zeros((1, 30, 6), np.float32)
    rows[0, 0] = [10, 10, 20, 20, 0.9, 1]
    found = guess(written(tmp_path, answering({"output0": rows}, metadata=ULTRALYTICS)))
    assert found.description is not None
    assert found.description.output.kind is OutputKind.LISTED
    queries = {
        "pred_boxes": np.full((1, 20, 4), 0.3, np.float32),
        "logits": np.full((1, 20, 2), -3, np.float32),
    }
    found = guess(written(tmp_path, answering(queries)), class_names=("cat", "dog"))
    assert found.description is not None
    assert found.description.output.kind is OutputKind.DETR


def test_any_number_of_images_at_once_where_the_file_takes_them(tmp_path: Path) -> None:
    """A map of the colours themselves: (images, 3, h, w) in, the same out."""
    content = model(
        [node("Identity", ["image"], ["map"])],
        [port("image", ["n", 3, "h", "w"])],
        [port("map", ["n", 3, "h", "w"])],
    )
    path = written(tmp_path, content)
    assert "any size" in guess(path).sentence
    found = guess(path, input_px=(64, 48), class_names=("red", "green", "blue"))
    assert found.description is not None
    detector = OnnxDetector(found.description, path)
    assert detector.batch > 1
    images = [np.zeros((20, 30, 3), np.uint8) for _ in range(11)]
    for at, image in enumerate(images):
        image[..., at % 3] = 255
    seen = detector.find(images, threshold=0.1)
    assert [part.class_indexes.tolist() for part in seen] == [[at % 3] if at % 3 else [] for at in range(11)]


@pytest.mark.parametrize(
    ("answers", "metadata", "reason"),
    [
        ({"logits": np.zeros((1, 1000), np.float32)}, {}, "as a classifier or backbone does"),
        ({"out": np.zeros((1, 56, 84), np.float32)}, {"task": "pose"}, "its task is 'pose'"),
        (
            {"a": np.zeros((1, 38, 84), np.float32), "b": np.zeros((1, 32, 16, 16), np.float32)},
            {},
            "prototypes",
        ),
        ({"out": np.zeros((1, 7, 5, 3, 2), np.float32)}, {}, "describe it by hand"),
        ({"out": decoded_rows(4, objectness=False).T[None].copy()}, ULTRALYTICS, "describe it by hand"),
    ],
)
def test_what_fits_nothing_is_said_in_one_sentence(
    tmp_path: Path, answers: dict[str, AnyArray], metadata: dict[str, str], reason: str
) -> None:
    found = guess(written(tmp_path, answering(answers, metadata=metadata)))
    assert found.description is None
    assert found.sentence.startswith("net.onnx fits no description: ")
    assert reason in found.sentence
    assert "\n" not in found.sentence


def test_a_backbone_is_sent_where_it_belongs(shared_weights: Path) -> None:
    found = guess(shared_weights / "mobilenet_v2_1.0_imagenet_dequant.onnx")
    assert "add it as a backbone instead" in found.sentence


IMAGE, OUT = [port("image", [1, 3, 8, 8])], [port("out", [1, 3, 8, 8])]
RELU = [node("Relu", ["image"], ["out"])]
ADD = [node("Add", ["image", "w"], ["out"])]
BROKEN = {
    "empty": (b"", "is empty"),
    "text": (b"no model at all\n", "is no ONNX file"),
    "half": (model(RELU, IMAGE, OUT)[:-9], "is no ONNX file"),
    "no graph": (b"\x08\x08", "is no ONNX file"),
    "pickle": (b"\x80\x02}q\x00.", "a Python pickle, which could run anything"),
    "zipped pickle": (b"PK\x03\x04" + bytes(40), "a PyTorch or other zip file"),
    "tflite": (b"\x1c\x00\x00\x00TFL3" + bytes(40), "a TensorFlow Lite file"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\n", "the pointer of a file in Git LFS"),
    "weights elsewhere": (
        model(ADD, IMAGE, OUT, [weight_elsewhere("w", "w.data")]),
        "in another file that is not there",
    ),
    "weights outside": (
        model(ADD, IMAGE, OUT, [weight_elsewhere("w", "../../w.data")]),
        "a file outside of its own folder",
    ),
    "custom": (
        model([node("MyNms", ["image"], ["out"], "my.ops")], IMAGE, OUT, domain="my.ops"),
        "wants the operator my.ops:MyNms, which is not part of ONNX",
    ),
    "opset": (model(RELU, IMAGE, OUT, opset=99), "newer version of ONNX"),
    "version": (model(RELU, IMAGE, OUT, ir_version=99), "newer version of ONNX"),
    "two inputs": (
        model([node("Add", ["image", "b"], ["out"])], [*IMAGE, port("b", [1, 3, 8, 8])], OUT),
        "has 2 inputs (image, b), expected one image",
    ),
    "text input": (model(RELU, [port("image", [1, 8])], [port("out", [1, 8])]), "expected an image"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_used_gives_one_clear_error(tmp_path: Path, name: str) -> None:
    content, reason = BROKEN[name]
    path = written(tmp_path, content)
    with pytest.raises(BadInput) as raised:
        guess(path)
    message = str(raised.value)
    assert reason in message
    assert message.startswith(str(path))
    assert "Nothing was loaded." in message or "nothing was loaded" in message
    assert "\n" not in message
    with pytest.raises(BadInput):
        OnnxDetector(PRESETS[0], path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        guess(tmp_path / "gone.onnx")
