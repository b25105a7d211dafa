"""Checkpoints that survive a kill: a folder per kept epoch, which only ever appears whole.

    checkpoints/000007/head.safetensors     what was trained, with a header that says on what: a model by
    itself checkpoints/000007/state.safetensors    what else is needed to go on: moments, step, random numbers
    checkpoints/000007/digests.json         SHA-256 of both

Never pickle: a checkpoint may come from somebody else.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from labelgraft.errors import BadFormat
from labelgraft.learning.finetuning.training import PhaseState

HEAD, STATE, DIGESTS = "head.safetensors", "state.safetensors", "digests.json"
_KEY = "labelgraft"
_LARGEST_HEADER = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadHeader:
    """What the tensors of a head file belong to.

    base_digest: SHA-256 of the backbone's weights. hidden: width of the head's hidden layer, None = linear.
    preprocessing: input_px, mean and std. temperature: of the calibration, 1 = none. data_version: names the
    labels it was trained on. metrics: of the held-out images, as EpochMetrics.as_mapping gives them.
    dense_kind: of the head where shapes are learnt (preprocessing then has the canvas instead of input_px), "" else.
    """

    backbone: str
    base_digest: str
    weights: str
    frozen_blocks: int
    width: int
    hidden: int | None
    class_names: tuple[str, ...]
    multi_label: bool
    preprocessing: dict[str, Any]
    backend: str
    temperature: float = 1.0
    data_version: str = ""
    phase: str = ""
    epoch: int = 0
    metrics: dict[str, Any] | None = None
    dense_kind: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One kept epoch as read back. tensors: "upper.*" and "head.*". ladder: where the whole run stood."""

    header: HeadHeader
    tensors: dict[str, Tensor]
    state: PhaseState
    ladder: dict[str, Any]


def write_head(file: Path, header: HeadHeader, tensors: Mapping[str, Tensor]) -> None:
    """A head file, written beside and renamed."""
    _replace(file, _packed(tensors, asdict(header)))


def read_head(file: Path) -> tuple[HeadHeader, dict[str, Tensor]]:
    """Header and tensors of a head file. Raises BadFormat if it is damaged, or is none."""
    tensors, values = _unpacked(file)
    known = {field.name for field in fields(HeadHeader)}
    try:
        header = HeadHeader(**{name: value for name, value in values.items() if name in known})
    except TypeError as error:
        raise BadFormat(f"{file}: its header lacks something ({error}). Nothing was loaded.") from error
    return _checked(file, header), tensors


def write(folder: Path, header: HeadHeader, state: PhaseState, ladder: Mapping[str, Any]) -> None:
    """A checkpoint folder, whole or not at all, also across a power cut."""
    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    trained = {n.removeprefix("network."): t for n, t in state.tensors.items() if n.startswith("network.")}
    rest = {n: t for n, t in state.tensors.items() if not n.startswith("network.")}
    numbers = {f.name: getattr(state, f.name) for f in fields(PhaseState) if f.name != "tensors"}
    packed = {
        HEAD: _packed(trained, asdict(header)),
        STATE: _packed(rest, {"state": numbers, "ladder": dict(ladder)}),
    }
    packed[DIGESTS] = json.dumps({name: hashlib.sha256(b).hexdigest() for name, b in packed.items()}).encode()
    for name, content in packed.items():
        _write_through(beside / name, content)
    _sync_folder(beside)
    if folder.exists():
        shutil.rmtree(folder)
    beside.rename(folder)
    _sync_folder(folder.parent)


def read(folder: Path) -> Checkpoint:
    """A checkpoint that `write` made. Raises BadFormat with what is wrong."""
    _check_digests(folder)
    header, tensors = read_head(folder / HEAD)
    rest, values = _unpacked(folder / STATE)
    try:
        together = rest | {f"network.{name}": tensor for name, tensor in tensors.items()}
        state = PhaseState(tensors=together, **values["state"])
        return Checkpoint(header, tensors, state, dict(values["ladder"]))
    except (KeyError, TypeError) as error:
        raise BadFormat(
            f"{folder / STATE}: its header lacks something ({error}). Nothing was loaded."
        ) from error


def _packed(tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file with a JSON header."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return bytes(safetensors.torch.save(plain, {_KEY: json.dumps(header)}))


def _unpacked(file: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and JSON header of a safetensors file. Raises BadFormat."""
    _check_header_length(file)
    try:
        with safetensors.safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise BadFormat(
            f"{file}: this is no whole safetensors file ({error}). Nothing was loaded. It was cut short or "
            "changed; use an earlier checkpoint, or train again."
        ) from error
    try:
        values = json.loads(metadata[_KEY])
        if not isinstance(values, dict):
            raise TypeError("its header is no object")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadFormat(
            f"{file}: a safetensors file, but not one that Labelgraft wrote (no header {_KEY!r} in JSON). "
            "Nothing was loaded. To start from foreign weights, give them as the backbone's weights."
        ) from error
    return tensors, values


def _check_header_length(file: Path) -> None:
    """Raises BadFormat before anything is reserved for a header that claims to be huge."""
    if not file.is_file():
        raise BadFormat(f"{file}: there is no such file. Nothing was loaded.")
    with file.open("rb") as opened:
        said = int.from_bytes(opened.read(8), "little")
    room = min(file.stat().st_size - 8, _LARGEST_HEADER)
    if not 2 <= said <= room:
        raise BadFormat(
            f"{file}: its header claims {said} bytes, expected 2 to {max(room, 2)}. Nothing was loaded. The "
            "file is damaged or no safetensors file."
        )


def _checked(file: Path, header: HeadHeader) -> HeadHeader:
    """The header with names as a tuple. Raises BadFormat if a value has the wrong kind."""
    names = header.class_names
    right = (
        isinstance(names, list | tuple)
        and all(isinstance(name, str) for name in names)
        and all(isinstance(n, int) and n >= 0 for n in (header.frozen_blocks, header.width))
        and (header.hidden is None or isinstance(header.hidden, int))
        and isinstance(header.preprocessing, dict)
        and isinstance(header.backbone, str)
    )
    if not right:
        raise BadFormat(f"{file}: its header holds values of the wrong kind. Nothing was loaded.")
    values = {field.name: getattr(header, field.name) for field in fields(HeadHeader)}
    return HeadHeader(**{**values, "class_names": tuple(names)})


def _check_digests(folder: Path) -> None:
    """Raises BadFormat if a file of a checkpoint is not the one that was written."""
    try:
        wanted = json.loads((folder / DIGESTS).read_text())
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (HEAD, STATE)}
    except (OSError, ValueError) as error:
        raise BadFormat(f"{folder}: this is no whole checkpoint ({error}). Nothing was loaded.") from error
    if wanted != found:
        raise BadFormat(f"{folder}: its files are not the ones that were written. Nothing was loaded.")


def _replace(file: Path, content: bytes) -> None:
    """Writes a file so that either the old or the new one is there at any moment."""
    beside = file.with_name(file.name + ".part")
    _write_through(beside, content)
    beside.replace(file)
    _sync_folder(file.parent)


def _write_through(file: Path, content: bytes) -> None:
    with file.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Makes renames in a folder last; not every system can open one, and those that cannot need it not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
