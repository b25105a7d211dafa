"""The files of a model: its arrays as safetensors, everything else as JSON. Nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelgraft.domain.arrays import AnyArray
from labelgraft.errors import WorkspaceDamaged
from labelgraft.storage.files import write_atomically

TENSORS, CARD = "model.safetensors", "model.json"


def write(folder: Path, tensors: Mapping[str, AnyArray], card: Mapping[str, Any]) -> None:
    """Write a model; its card comes last, so a folder with a card is whole. Raises WorkspaceUnwritable."""
    from safetensors.numpy import save

    folder.mkdir(parents=True, exist_ok=True)
    packed = save(dict(tensors))
    write_atomically(folder / TENSORS, lambda file: file.write(packed))
    text = json.dumps(card, indent=1, ensure_ascii=False).encode()
    write_atomically(folder / CARD, lambda file: file.write(text))


def read(folder: Path) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """The arrays and the card of a model. Raises WorkspaceDamaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        return load_file(folder / TENSORS), card
    except (OSError, ValueError, SafetensorError) as error:
        raise WorkspaceDamaged(
            f"{folder}: this model cannot be read ({error}). Labels are not affected. Train it again."
        ) from error
