"""Reads weights from files without ever running what a file asks for, and names them by digest."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from labelgraft.errors import BadInput

if TYPE_CHECKING:
    import torch

    StateDict = dict[str, torch.Tensor]

WRAPPERS = ("state_dict_ema", "state_dict", "model_state_dict", "model_state", "model", "teacher")
PREFIXES = ("module.", "_orig_mod.")
CHILD_SECONDS = 300
REFUSED = 3


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def state_digest(state: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 of names, shapes and values, in hex; the order of the names does not matter."""
    import torch

    digest = hashlib.sha256()
    for name in sorted(state):
        value = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}\n".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def read_state_dict(path: Path, *, trusted: bool = False) -> StateDict:
    """The tensors of a weights file by name.

    safetensors, or a PyTorch state dict (also inside the usual wrappers); the content decides, not the
    suffix. A PyTorch file that is not `trusted` is read in a child process: PyTorch refuses to run what a
    file asks for, and a file made to break its reader breaks only the child.

    Raises: BadInput if the file is absent, is neither, or holds more than tensors (nothing is executed).
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such weights file. Nothing was loaded. Check the path.")
    if _is_safetensors(path):
        return _read_safetensors(path)
    if not trusted:
        return _read_in_child(path)
    return _plain_tensors(_read_torch(path), path)


def _read_in_child(path: Path) -> StateDict:
    with tempfile.TemporaryDirectory(prefix="labelgraft-weights-") as folder:
        clean = Path(folder) / "clean.safetensors"
        command = [sys.executable, "-m", "labelgraft.learning.weights", str(path), str(clean)]
        try:
            child = subprocess.run(command, capture_output=True, timeout=CHILD_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise BadInput(f"{path}: was not read within {CHILD_SECONDS} s. Nothing was loaded.") from error
        if child.returncode == REFUSED:
            raise BadInput(child.stdout.decode())
        if child.returncode != 0:
            raise BadInput(
                f"{path}: reading it broke the reader (exit {child.returncode}). Nothing was loaded. Fetch "
                "the file again, or give a safetensors file."
            )
        return _read_safetensors(clean)


def main(source: str, target: str) -> int:
    """The child's side: rewrites a PyTorch file as safetensors; the exit status."""
    from safetensors.torch import save_file

    try:
        tensors = _plain_tensors(_read_torch(Path(source)), Path(source))
    except BadInput as error:
        sys.stdout.write(str(error))
        return REFUSED
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, target)
    return 0


def _is_safetensors(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(9)
    return len(start) == 9 and start[8:] == b"{"


def _read_safetensors(path: Path) -> StateDict:
    import safetensors
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except safetensors.SafetensorError as error:
        raise BadInput(f"{path}: the safetensors file is damaged ({error}). Fetch it again.") from error


def _read_torch(path: Path) -> object:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # the reader's doubts about a file; it reads or refuses
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise BadInput(
            f"{path}: holds more than tensors, or is no weights file; nothing of it was executed or loaded. "
            "Save the state dict alone (torch.save(model.state_dict(), file)), or better as safetensors."
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, OSError) as error:
        raise BadInput(
            f"{path}: cannot be read as a PyTorch state dict ({first_line(error)}). Fetch the file again, "
            "or give a safetensors file."
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of a library's message, short enough to stand inside one of ours."""
    return str(error).strip().split("\n")[0][:200]


def _plain_tensors(content: object, path: Path) -> StateDict:
    import torch

    while isinstance(content, dict):
        inner = next((content[w] for w in WRAPPERS if isinstance(content.get(w), dict)), None)
        if inner is None:
            break
        content = inner
    tensors = (
        {str(k): v for k, v in content.items() if isinstance(v, torch.Tensor)}
        if isinstance(content, dict)
        else {}
    )
    if not tensors:
        raise BadInput(f"{path}: found no tensors by name, expected a state dict. Nothing was loaded.")
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): value for name, value in tensors.items()}
    return tensors


def by_order(state: Mapping[str, torch.Tensor], own: Mapping[str, torch.Tensor], *, source: str) -> StateDict:
    """The values of `state` under the names of `own`, for two writings of the same architecture.

    Raises: BadInput if the count or any shape differs: they are then not the same architecture in one order.
    """
    if len(state) != len(own):
        raise BadInput(
            f"{source}: found {len(state)} tensors, expected {len(own)}. Nothing was loaded. The file is of "
            "another network or version."
        )
    for (theirs, value), (name, place) in zip(state.items(), own.items(), strict=True):
        if value.shape != place.shape:
            raise BadInput(
                f"{source}: {theirs} has shape {tuple(value.shape)}, expected {tuple(place.shape)} for "
                f"{name}. Nothing was loaded. The file is of another network or version."
            )
    return dict(zip(own, state.values(), strict=True))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2]))
