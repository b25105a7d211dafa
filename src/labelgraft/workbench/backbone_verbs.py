"""The verbs of backbones: which there are, and how fast each is on this machine."""

from __future__ import annotations

import statistics

from labelgraft.domain.backbone import Backbone, BackboneOffer, BackboneSpeed, Library
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.learning.backbones import registry
from labelgraft.workbench.engine import Engine

FEWEST_IMAGES = 50
"""Jobs on fewer images tell more of the start of their processes than of the backbone."""
KINDS = ("embed", "import")
LEAST_SHARE = 0.5
"""Of the time of a measured backbone that reading the images is taken to be: no other can be faster than that."""


class BackboneVerbs:
    """The backbones of an open workspace."""

    _engine: Engine

    def backbones(self) -> tuple[BackboneOffer, ...]:
        """Every backbone with a name of its own, with its size, licence and speed on this machine."""
        measured = self._speeds()
        return tuple(
            BackboneOffer(
                each,
                speed_of(each, measured),
                recommended=each.name == registry.DEFAULT,
                here=each.weights_source.startswith(("none", "package")),
            )
            for each in registry.catalogue()
        )

    def devices(self) -> tuple[str, ...]:
        """What a training can run on: auto, cpu, and the graphics cards that torch sees."""
        resident = self._engine.for_answers
        found: tuple[str, ...] = self._engine.kept.get(
            "devices", lambda: resident.call("labelgraft.learning.backbones.devices.list_devices")
        )
        return found

    def _speeds(self) -> dict[str, float]:
        """Images per second of finished jobs, by backbone; of several jobs the median."""
        found: dict[str, list[float]] = {}
        for job in self._engine.jobs.jobs():
            rate = rate_of(job)
            if rate is not None:
                found.setdefault(str(job.arguments["backbone"]), []).append(rate)
        return {name: statistics.median(rates) for name, rates in found.items()}


def rate_of(job: JobStatus) -> float | None:
    """Images per second of a finished job that embedded enough of them."""
    embeds = job.kind in KINDS and job.arguments.get("backbone") is not None
    if not embeds or job.state is not JobState.FINISHED or job.ended is None or job.done < FEWEST_IMAGES:
        return None
    seconds = (job.ended - job.started).total_seconds()
    return job.done / seconds if seconds > 0 else None


def speed_of(backbone: Backbone, measured: dict[str, float]) -> BackboneSpeed:
    """The speed of one backbone, measured or scaled from a measured one."""
    if backbone.name in measured:
        return BackboneSpeed(
            measured[backbone.name], True, "measured on this machine, reading the images included"
        )
    known = {each.name: each for each in registry.catalogue() if each.gmacs > 0}
    others = [name for name in measured if name in known]
    if not others or backbone.library is Library.HISTOGRAM:
        return BackboneSpeed(None, False, "not measured on this machine yet")
    nearest = min(others, key=lambda name: abs(known[name].gmacs - backbone.gmacs))
    times = max(backbone.gmacs / known[nearest].gmacs, LEAST_SHARE)
    basis = f"estimated from {nearest} by multiply-adds, within a factor of 2"
    return BackboneSpeed(measured[nearest] / times, False, basis)
