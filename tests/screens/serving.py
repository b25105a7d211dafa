"""The real `labelgraft serve` in a process of its own, to be killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/start\?token=\S+")
START_SECONDS = 60.0
COOL = {"LABELGRAFT_WARM_UP": "no"}
"""Most screens need no compute process; three seconds of a core for each server are the larger part of many a test."""


class Serving:
    """A server of one workspace. `start_url` signs a browser in once; `base` is its address."""

    def __init__(self, workspace: Path, log: Path, *, root: Path | None = None, port: int = 0) -> None:
        self.workspace, self.log, self.root, self.port = workspace, log, root, port
        self.start_url = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        """The address without the token."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Start it, at the same port as before if it ran before, and wait for its address."""
        command = [
            sys.executable, "-m", "labelgraft", "-w", str(self.workspace), "serve", "--no-browser", "--port",
            str(self.port), "--root", str(self.root or self.workspace),
        ]  # fmt: skip
        self.log.write_text("")
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=dict(os.environ, **COOL)
            )
        end = time.monotonic() + START_SECONDS
        while (found := ADDRESS.search(self.log.read_text())) is None:
            assert self._process.poll() is None, f"the server ended: {self.log.read_text()}"
            assert time.monotonic() < end, f"no address within {START_SECONDS} s: {self.log.read_text()}"
            time.sleep(0.05)
        self.start_url, self.port = found.group(0), int(found.group(1))
        return self

    def kill(self) -> None:
        """SIGKILL: as a crash or a pulled plug."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()
