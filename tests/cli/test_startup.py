"""Importing and `--help` stay quick because they load nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "matplotlib", "openvino", "onnxruntime", "umap", "sklearn", "timm", "torchvision")

CALLS = {
    "import labelgraft": "import labelgraft",
    "labelgraft --help": "import sys; sys.argv = ['labelgraft', '--help']; from labelgraft.cli.main import main; main()",
    "labelgraft train --help": (
        "import sys; sys.argv = ['labelgraft', 'train', '--help']; from labelgraft.cli.main import main; main()"
    ),
    "import labelgraft.workbench.front_door": "import labelgraft.workbench.front_door",
}


@pytest.mark.parametrize("call", CALLS)
def test_nothing_heavy_is_loaded_by(call: str) -> None:
    code = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr))\n"
        + CALLS[call]
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "LOADED []" in done.stderr
