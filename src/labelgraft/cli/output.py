"""What every command shares: where the workspace is, and how results, progress and errors are printed."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from labelgraft import errors

if TYPE_CHECKING:
    from labelgraft.domain.progress import Progress
    from labelgraft.workbench.front_door import Workbench
    from labelgraft.workbench.project import ProjectBench

EXIT_CODES: tuple[tuple[type[errors.LabelgraftError], int], ...] = (
    (errors.JobCancelled, 130),
    (errors.BadInput, 2),
    (errors.Conflict, 3),
    (errors.WorkspaceError, 4),
    (errors.Unreachable, 5),
    (errors.MissingExtra, 5),
    (errors.JobError, 6),
)
"""The exit code of each error; the first that fits. 1 is left to what nobody foresaw."""


def exit_code_of(error: errors.LabelgraftError) -> int:
    """The exit code for an error."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def jsonable(value: Any) -> Any:
    """A result as JSON values: dataclasses become objects, times ISO 8601, arrays lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """How this call of the command line prints."""

    workspace: Path | None
    as_json: bool
    quiet: bool

    @contextmanager
    def bench(self, *, create: bool = False) -> Iterator[Workbench]:
        """The workspace, opened for this command and closed after it; that of a running server where one has it open."""
        from labelgraft.workbench import door, front_door

        server = door.door_of(self.workspace)
        if server is not None:
            from labelgraft.remote.connect import connect_to

            with connect_to(server) as remote:
                # It has the same verbs; tests/server/test_remote.py compares them one by one.
                yield cast("Workbench", remote)
            return
        with front_door.open(self.workspace, create=create) as bench:
            for job in bench.interrupted_jobs():
                self.note(
                    f"{job.title} was interrupted at {job.done:,} of {job.total:,}. "
                    f"Go on with: labelgraft jobs resume {job.number}"
                )
            yield bench

    @contextmanager
    def project(self, name: str) -> Iterator[ProjectBench]:
        """One project of the workspace."""
        with self.bench() as bench:
            yield bench.project(name)

    def result(self, value: Any, show: Callable[[], None]) -> None:
        """Print a result: as JSON where asked, else by calling `show`."""
        if self.as_json:
            click.echo(json.dumps(jsonable(value), ensure_ascii=False, indent=2))
        else:
            show()

    def note(self, text: str) -> None:
        """A sentence beside the result, on standard error; not in JSON."""
        if not self.as_json:
            click.echo(text, err=True)

    def error(self, code: str, message: str) -> None:
        """An error as one sentence, or as JSON with its name."""
        if self.as_json:
            body = {"error": {"code": code, "message": message}}
            click.echo(json.dumps(body, ensure_ascii=False), err=True)
        else:
            click.secho(message, err=True, fg="red" if sys.stderr.isatty() else None)

    def table(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, spare: Sequence[str] = ()
    ) -> None:  # fmt: skip
        """Print a table; numbers to the right, nothing cut off: long cells go on in the next line.

        spare: columns that are left out where the terminal is too narrow for all.
        """
        from labelgraft.cli.table import print_table

        print_table(title, columns, rows, spare)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[Progress], None]]:
        """A progress bar with rate and time left on standard error; silent with --json or --quiet.

        Ctrl+C inside of it stops the job after its current steps, and says so.
        """
        with self._told_of_stop():
            if self.as_json or self.quiet or not sys.stderr.isatty():
                yield lambda _progress: None
                return
            from labelgraft.cli.progress import bar

            with bar(title) as advance:
                yield advance

    @contextmanager
    def _told_of_stop(self) -> Iterator[None]:
        """Answer the first Ctrl+C with a sentence, since what runs now is let end, which may take seconds."""

        def stop(_number: int, _frame: object) -> None:
            signal.signal(signal.SIGINT, before)
            self.note("Stopping; what is finished is kept. Ctrl+C again to leave at once.")
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
