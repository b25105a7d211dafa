"""Learning curves of projects, computed beside everything else and kept until the labels are others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.overview import LearningCurve
from labelgraft.errors import LabelgraftError

Version = tuple[int, ...]
"""What a curve was computed of: another version asks for another curve."""


@dataclass
class _Kept:
    version: Version | None = None
    curve: LearningCurve | None = None
    reason: str = ""
    running: bool = False
    thread: threading.Thread | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)


class CurveKeeper:
    """The newest learning curve of each project. Nobody waits for one: a newer one is computed in a thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[ProjectId, _Kept] = {}

    def newest(
        self, project_id: ProjectId, version: Version, compute: Callable[[], LearningCurve]
    ) -> tuple[LearningCurve | None, bool, str]:
        """The last curve (perhaps of an older version), whether a newer one is on its way, and why there is none."""
        with self._guard:
            kept = self._kept.setdefault(project_id, _Kept())
        with kept.guard:
            if kept.version != version and not kept.running:
                kept.running = True
                kept.thread = threading.Thread(
                    target=_compute, args=(kept, version, compute), name="labelgraft curve", daemon=True
                )
                kept.thread.start()
            return kept.curve, kept.running, kept.reason

    def close(self) -> None:
        """Wait for what is being computed; the compute process was closed before, so that it ends at once."""
        with self._guard:
            threads = [kept.thread for kept in self._kept.values() if kept.thread is not None]
        for thread in threads:
            thread.join()


def _compute(kept: _Kept, version: Version, compute: Callable[[], LearningCurve]) -> None:
    """One curve; an error is its reason, and is not tried again before the labels change."""
    curve, reason = None, ""
    try:
        curve = compute()
    except LabelgraftError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001  the thread's outermost frame: the overview tells it
        reason = f"The learning curve could not be computed: {type(error).__name__}: {error}"
    finally:
        with kept.guard:
            kept.version, kept.curve, kept.reason, kept.running = version, curve, reason, False
