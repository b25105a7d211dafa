"""Nothing but a backbone that the user chose from a hub reaches for the network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WATCHED = """
import json, os, sys, time
log = os.open(os.path.join(sys.argv[1], "attempts"), os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        # to a file, as the reporter of OpenVINO sends from a forked child
        os.write(log, f"{event} {arguments[0]} {arguments[1:]}\\n".encode())
        raise OSError("the network is blocked")
sys.addaudithook(watch)
def attempts():
    time.sleep(1)
    return open(os.path.join(sys.argv[1], "attempts")).read().splitlines()
"""

LOCAL_WORK = """
import numpy as np
from pathlib import Path
from labelgraft.learning.backbones import network, registry
pixels = np.zeros((2, 224, 224, 3), np.uint8)
cache = Path(sys.argv[1]) / "converted"
for options in ({"cache_folder": cache}, {"cache_folder": cache}, {"backend": "torch"}):
    assert np.isfinite(network.load("efficientnet-lite0", **options).embed(pixels)).all()
network.load("random:mobilenetv4_conv_small").embed(pixels)
network.load("color-histogram").embed(pixels[:, :64, :64])
registry.get("timm:resnet18")
registry.catalogue()
assert sys.modules["openvino_telemetry"] is None
print(json.dumps(attempts()))
"""

IMPORTED_BEFORE_US = """
import warnings; warnings.simplefilter("ignore")
import openvino
before = attempts()
from labelgraft.learning.backbones import openvino_backend
import torch
ov = openvino_backend.openvino()
ov.convert_model(torch.nn.Conv2d(3, 4, 3), example_input=torch.zeros(1, 3, 8, 8))
print(json.dumps([len(before), attempts()[len(before):]]))
"""

UNREACHABLE = """
from labelgraft.errors import Unreachable
from labelgraft.learning.backbones import network
try:
    network.load("resnet50")
except Unreachable as error:
    print(json.dumps([attempts(), str(error)]))
"""


def printed_by(code: str, home: Path) -> Any:
    """What `code` prints as JSON in a fresh process that may not use the network and has no consent files."""
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "HF_HOME": str(home / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + code, str(home)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_loading_and_embedding_never_touch_the_network(tmp_path: Path) -> None:
    assert printed_by(LOCAL_WORK, tmp_path) == []


def test_the_reporter_of_openvino_falls_silent_even_if_openvino_was_imported_before_us(
    tmp_path: Path,
) -> None:
    heard_before, heard_after = printed_by(IMPORTED_BEFORE_US, tmp_path)
    assert heard_before > 0, "OpenVINO no longer reports its import: this test no longer proves anything"
    assert heard_after == []


def test_a_hub_backbone_asks_the_hub_and_says_in_one_sentence_that_it_cannot(tmp_path: Path) -> None:
    asked, message = printed_by(UNREACHABLE, tmp_path)
    assert any("huggingface.co" in attempt for attempt in asked)
    assert "https://huggingface.co/timm/resnet50.a1_in1k" in message
    assert "--weights FILE" in message
    assert "efficientnet-lite0" in message
    assert "\n" not in message
