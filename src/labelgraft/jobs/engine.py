"""The life of DBOS in this process: launched when the first job starts, for one workspace at a time."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from dbos import DBOS, DBOSConfig, Queue, SetWorkflowID
from sqlalchemy import Engine as Connections
from sqlalchemy.exc import SQLAlchemyError

from labelgraft.errors import JobFailed, Unreachable
from labelgraft.jobs import records, workflows
from labelgraft.jobs.apart import apart_from_event_loops
from labelgraft.jobs.connections import connections_to
from labelgraft.jobs.database import is_sound, set_aside
from labelgraft.jobs.kinds import JobKind
from labelgraft.jobs.run import Run
from labelgraft.jobs.serializer import JSON, forbid_pickle

POLL_SECONDS = 0.1
"""How often to claim shards. While idle each look costs some 2 ms of one core."""
CLAIM = 2
"""Shards claimed per slot: the next one waits here already when a slot becomes free."""
STEPS_VERSION = "1"
"""Workflows go on only under the version they began with: raise it when workflows.py takes other steps."""
NAME = "labelgraft"

_launching = threading.RLock()
_engine: Engine | None = None


class Engine:
    """DBOS for one workspace. There is one DBOS per process, so the last engine that was launched has it."""

    def __init__(self, folder: Path, database: Path | str, kinds: Mapping[str, JobKind]) -> None:
        self._file = database if isinstance(database, Path) else None
        self._url = None if isinstance(database, Path) else database
        self._folder = folder
        self._queues: dict[int, Queue] = {}
        self._log: logging.Handler | None = None
        self._sqlite: Connections | None = None
        self._finished: set[str] = set()
        self._stage = workflows.Stage(folder, kinds, self._queue, self._over, shared=self._file is None)

    @property
    def runs(self) -> dict[int, Run]:
        """The jobs that run now, by number."""
        return self._stage.runs

    @apart_from_event_loops
    def launch(self) -> None:
        """Start DBOS on this workspace's job database; a damaged SQLite file is set aside first.

        Raises: JobFailed if another workspace's job runs in this process; Unreachable if the database is.
        """
        global _engine
        with _launching:
            if _engine is self:
                return
            if _engine is not None:
                if _engine.runs:
                    raise JobFailed(
                        "A job of another workspace runs in this process, which runs those of one at a time. "
                        "No job was started. Wait for it, or use another process."
                    )
                _engine.close()
            _engine = self
            try:
                self._quieten()
                self._launch_on_sound_database()
                workflows.enter(self._stage)
                self._drop_orphans()
            except BaseException:
                self._destroy()
                raise

    @apart_from_event_loops
    def close(self) -> None:
        """Stop DBOS if it works for this workspace; call when no job runs."""
        with _launching:
            if _engine is self:
                self._settle()
                self._destroy()

    def _launch_on_sound_database(self) -> None:
        if self._file is not None and not is_sound(self._file):
            set_aside(self._file)
        try:
            self._launch_dbos()
        except SQLAlchemyError as error:
            self._stop_dbos()
            if self._file is None:
                raise Unreachable(
                    f"The job database cannot be used: {str(error).splitlines()[0]}. No job was started. "
                    "Check the setting database_url, and that the database server runs."
                ) from error
            set_aside(self._file)  # SQLite can read it, but it is not what DBOS wrote
            self._launch_dbos()

    def _launch_dbos(self) -> None:
        forbid_pickle()
        is_new = self._file is not None and not self._file.exists()
        self._start_dbos()
        if is_new and self._queues:
            # DBOS takes a second to see a queue that was not there when it was launched.
            self._stop_dbos()
            self._start_dbos()

    def _start_dbos(self) -> None:
        self._sqlite = connections_to(self._file) if self._file is not None else None
        DBOS(config=self._config())
        DBOS.launch()
        for slots in sorted(
            {kind.concurrency for kind in self._stage.kinds.values() if kind.concurrency > 1}
        ):
            self._queue(slots)

    def _stop_dbos(self) -> None:
        DBOS.destroy()
        self._queues.clear()
        if self._sqlite is not None:
            self._sqlite.dispose()
            self._sqlite = None

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=NAME,
            system_database_url=self._url,
            system_database_engine=self._sqlite,
            serializer=JSON,
            # A new executor each time, so that DBOS recovers nothing by itself: the runner decides.
            executor_id=uuid.uuid4().hex,
            application_version=STEPS_VERSION,
            log_level="WARNING",
            enable_otlp=False,
            notification_listener_polling_interval_sec=0.25,
        )

    def _queue(self, slots: int) -> Queue:
        """The queue whose shards run this many at a time in each process."""
        if slots not in self._queues:
            self._queues[slots] = DBOS.register_queue(
                f"shards-{slots}", worker_concurrency=CLAIM * slots, polling_interval_sec=POLL_SECONDS
            )
        return self._queues[slots]

    def _quieten(self) -> None:
        """DBOS's warnings go to a file of the workspace, not to the terminal."""
        logger = logging.getLogger("dbos")
        records.jobs_folder(self._folder).mkdir(parents=True, exist_ok=True)
        self._log = logging.FileHandler(records.jobs_folder(self._folder) / "engine.log", delay=True)
        self._log.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(self._log)
        logger.propagate = False

    def _drop_orphans(self) -> None:
        """Take off the queue what a killed process left there: nobody asked to go on with those jobs."""
        queued = DBOS.list_workflows(
            name=workflows.SHARD, status="ENQUEUED", load_input=False, load_output=False
        )
        numbers = {each.workflow_id: workflows.number_of(each.workflow_id) for each in queued}
        dead = {number for number in set(numbers.values()) if self._stage.is_dead(number)}
        workflows.cancel([name for name, number in numbers.items() if number in dead])

    def _settle(self) -> None:
        """Give DBOS the moment it needs to write that the last jobs are finished."""
        deadline = time.monotonic() + workflows.SETTLE_SECONDS
        while self._finished and time.monotonic() < deadline:
            for name in list(self._finished):
                status = DBOS.get_workflow_status(name)
                if status is None or status.status != "PENDING":
                    self._finished.discard(name)
            if self._finished:
                time.sleep(0.005)

    def _destroy(self) -> None:
        global _engine
        workflows.enter(None)
        self._stop_dbos()
        if self._log is not None:
            logging.getLogger("dbos").removeHandler(self._log)
            self._log.close()
        self._finished.clear()
        _engine = None

    @apart_from_event_loops
    def start(self, run: Run) -> None:
        """Run a job in a thread of DBOS; returns at once."""
        self.runs[run.number] = run
        with SetWorkflowID(run.status().workflow):
            DBOS.start_workflow(workflows.job, run.number)

    @apart_from_event_loops
    def resume(self, run: Run) -> bool:
        """Go on with a job from its first unfinished step; False if the database knows nothing of it."""
        status = run.status()
        if DBOS.get_workflow_status(status.workflow) is None:
            return False
        self.runs[run.number] = run
        shards = workflows.shards(status.workflow)
        run.ended(workflows.index_of(name) for name, finished in shards if finished)
        unfinished = [name for name, finished in shards if not finished]
        if unfinished:
            DBOS.resume_workflows(unfinished, queue_name=self._queue(status.concurrency).name)
        DBOS.resume_workflow(status.workflow)
        return True

    @apart_from_event_loops
    def forget(self, names: Iterable[str]) -> None:
        """Delete what the database holds of these jobs."""
        for name in names:
            DBOS.delete_workflows([name, *(each for each, _ in workflows.shards(name))])

    def _over(self, run: Run, finished: bool) -> None:
        self.runs.pop(run.number, None)
        if finished:
            self._finished.add(run.status().workflow)
