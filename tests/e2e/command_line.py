"""The real command line in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OFFLINE = {"HF_HUB_OFFLINE": "1"}
"""Nothing is fetched in these tests, wherever they run."""


@dataclass(frozen=True)
class Ended:
    """What a call gave: its exit code, the JSON it printed, and what it said beside it."""

    code: int
    json: Any
    said: str


@dataclass(frozen=True)
class CommandLine:
    """`labelgraft --workspace ... --json` for one workspace, with two workers on any machine."""

    workspace: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a call in a process group of its own."""
        command = [sys.executable, "-m", "labelgraft", "-w", str(self.workspace), "--json", *arguments]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **OFFLINE, "LABELGRAFT_WORKERS": "2"},
        )

    def ended(self, process: subprocess.Popen[str], seconds: float = 120) -> Ended:
        """Wait for a call."""
        printed, said = process.communicate(timeout=seconds)
        return Ended(process.returncode, json.loads(printed) if printed.strip() else None, said)

    def __call__(self, *arguments: str) -> Any:
        """The JSON of a call that must succeed."""
        ended = self.ended(self.start(*arguments))
        assert ended.code == 0, ended.said
        return ended.json

    def fails(self, code: int, *arguments: str) -> str:
        """The message of a call that must end with this exit code."""
        ended = self.ended(self.start(*arguments))
        assert (ended.code, ended.json) == (code, None), ended
        message: str = json.loads(ended.said)["error"]["message"]
        return message


def kill_group(process: subprocess.Popen[str]) -> None:
    """SIGKILL for the process and every child that it has in its group."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
