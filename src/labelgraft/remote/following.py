"""Waits for a job of a server as one waits for a job of one's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from labelgraft.domain.progress import Progress
from labelgraft.errors import JobCancelled, JobFailed

if TYPE_CHECKING:
    from labelgraft.remote.connection import Connection

LOOK_SECONDS = 0.2


class Job:
    """A job of the server."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection = connection
        self.number = number

    def facts(self) -> dict[str, Any]:
        """What is known of it now."""
        return dict(self._connection.get(f"/jobs/{self.number}"))

    def cancel(self) -> None:
        """Stop it after the steps that run now."""
        self._connection.send("POST", f"/jobs/{self.number}/cancel")


def follow(job: Job, on_progress: Callable[[Progress], None] | None = None) -> Any:
    """The job's result, once it is there. Ctrl+C cancels it; a second one leaves at once.

    Raises: JobCancelled; JobFailed with the server's reason.
    """
    try:
        facts = _ended(job, on_progress)
    except KeyboardInterrupt:
        job.cancel()
        facts = _ended(job, on_progress)
    if facts["state"] == "finished":
        return facts["result"]
    if facts["state"] == "failed":
        raise JobFailed(facts["reason"])
    raise JobCancelled(
        f"{facts['title']} was stopped at {facts['done']} of {facts['total']} {facts['unit']}. What was finished is kept. "
        f"Go on with: labelgraft jobs resume {job.number}"
    )


def _ended(job: Job, on_progress: Callable[[Progress], None] | None) -> dict[str, Any]:
    while True:
        facts = job.facts()
        if on_progress is not None:
            on_progress(
                Progress(
                    facts["done"],
                    facts["total"],
                    facts["unit"],
                    facts["rate"],
                    facts["seconds_left"],
                    facts["message"],
                )
            )
        if facts["state"] != "running":
            return facts
        time.sleep(LOOK_SECONDS)
