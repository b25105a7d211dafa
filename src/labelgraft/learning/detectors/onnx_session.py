"""Opens ONNX files with ONNX Runtime, and says in one sentence why one cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labelgraft.errors import BadInput, MissingExtra
from labelgraft.learning.weights import first_line

FOREIGN = (
    (b"\x80\x02", "a Python pickle, which could run anything"),
    (b"\x80\x04", "a Python pickle, which could run anything"),
    (b"PK\x03\x04", "a PyTorch or other zip file, whose pickles could run anything"),
    (b"version https://git-lfs", "the pointer of a file in Git LFS, not the file"),
    (b"\x89HDF", "an HDF5 file (Keras)"),
    (b"<", "a page of a web site or XML"),
    (b"{", "JSON"),
)
TFLITE = b"TFL3"


def open_session(path: Path) -> Any:
    """The network on one thread: several of them, one per core, overtake one on all cores.

    Raises: BadInput if it is absent, no ONNX file, lacks its weights or wants operators of its own; MissingExtra if
        onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra(
            "ONNX models are run by ONNX Runtime: install it with `pip install labelgraft[onnx]`."
        ) from error
    _refuse_foreign(path)
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised; nothing is printed beside it
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BadInput(f"{path}: {_reason(error)} Nothing was loaded.") from error


def _refuse_foreign(path: Path) -> None:
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; nothing was loaded.")
    with path.open("rb") as file:
        head = file.read(32)
    if not head:
        raise BadInput(f"{path}: is empty; nothing was loaded.")
    kind = next((kind for magic, kind in FOREIGN if head.startswith(magic)), None)
    kind = "a TensorFlow Lite file" if head[4:8] == TFLITE else kind
    if kind:
        raise BadInput(
            f"{path}: is {kind}; nothing was loaded. Give an ONNX file: export the model to ONNX where it was trained."
        )


def _reason(error: Exception) -> str:
    text = str(error)
    if "INVALID_PROTOBUF" in text or "No graph was found" in text:
        return "is no ONNX file, or only a part of one. Copy or export it again."
    if "xternal data path escapes" in text:
        return "keeps its weights in a file outside of its own folder, which is not read. Put both into one folder."
    if "xternal data" in text or "external initializer" in text:
        return (
            "keeps its weights in another file that is not there or is not whole. Put that file, usually called like the "
            "model with .data at its end, into the same folder."
        )
    if "is not a registered function/op" in text:
        asked = text.partition("Fatal error: ")[2].partition("(")[0] or first_line(error)
        return (
            f"wants the operator {asked}, which is not part of ONNX. Export it without custom operators, for example "
            "without its own NMS."
        )
    if "ValidateOpsetForDomain" in text or "IR version" in text:
        return (
            "is written in a newer version of ONNX than the installed ONNX Runtime knows. Update onnxruntime."
        )
    return f"cannot be run by ONNX Runtime ({first_line(error)})."
