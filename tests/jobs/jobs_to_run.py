"""A kind of job whose steps leave a trace, and a program that runs it for the tests that kill."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from labelgraft.jobs.kinds import JobKind
from labelgraft.jobs.runner import JobRunner

Arguments = dict[str, Any]


def trace(folder: Path, word: str) -> None:
    """Append one line in one write, so that a kill leaves it whole or absent."""
    handle = os.open(folder / "trace.txt", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(handle, f"{word}\n".encode())
    os.close(handle)


def traced(folder: Path) -> list[str]:
    """What the steps wrote, in order."""
    path = folder / "trace.txt"
    return path.read_text().splitlines() if path.exists() else []


def counting(folder: Path, *, concurrency: int = 1) -> JobKind:
    """Squares the numbers below "count", "seconds" each; step n fails while a file fail-n is there."""

    def plan(arguments: Arguments) -> list[Any]:
        trace(folder, "plan")
        return [{"n": n, "seconds": arguments.get("seconds", 0.0)} for n in range(arguments["count"])]

    def step(payload: Any) -> Any:
        n = payload["n"]
        trace(folder, f"begin {n}")
        time.sleep(payload["seconds"])
        if (folder / f"fail-{n}").exists():
            raise ValueError(f"step {n} cannot be done")
        trace(folder, f"end {n}")
        return {"square": n * n}

    def finish(_arguments: Arguments, results: list[Any]) -> Any:
        trace(folder, "finish")
        return [result["square"] for result in results]

    name = "counting" if concurrency == 1 else f"counting in {concurrency}"
    return JobKind(name, plan, step, finish, concurrency=concurrency, unit="numbers")


def other_threads(before: set[threading.Thread]) -> list[str]:
    """Threads that came since."""
    return [each.name for each in threading.enumerate() if each not in before]


def main() -> None:
    """start|resume|listen FOLDER CONCURRENCY COUNT SECONDS: run a job, go on with job 1, or help others."""
    verb, folder, concurrency, count, seconds = sys.argv[1:]
    with JobRunner(Path(folder)) as runner:
        kind = counting(Path(folder), concurrency=int(concurrency))
        runner.register(kind)
        if verb == "start":
            handle = runner.start(kind.name, "Counting", {"count": int(count), "seconds": float(seconds)})
        elif verb == "resume":
            handle = runner.resume(1)
        else:
            runner.listen()
            sys.stdin.read()
            return
        sys.stdout.write(f"{handle.wait()}\n")


if __name__ == "__main__":
    main()
