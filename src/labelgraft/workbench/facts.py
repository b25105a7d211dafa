"""What there is to choose from, and how this installation is set."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.project import Task
from labelgraft.formats import registry as formats
from labelgraft.learning.backbones.registry import DEFAULT as DEFAULT_BACKBONE
from labelgraft.settings import SETTINGS, Settings

__all__ = ["DEFAULT_BACKBONE", "FormatFact", "SettingFact", "list_formats", "settings_facts"]


@dataclass(frozen=True, slots=True)
class SettingFact:
    """One setting as people read it; secrets are masked."""

    name: str
    value: str
    default: str
    unit: str
    help: str
    expected: str
    variable: str


@dataclass(frozen=True, slots=True)
class FormatFact:
    """One format. lossless: every label, split and answer comes back. transfers: copy, link, none.

    tasks: of projects whose labels it holds, in the order of Task.
    """

    name: str
    title: str
    describe: str
    lossless: bool
    transfers: tuple[str, ...]
    tasks: tuple[Task, ...]


def settings_facts(settings: Settings) -> tuple[SettingFact, ...]:
    """Every setting with its value."""
    shown = settings.shown()
    return tuple(
        SettingFact(
            each.name, shown[each.name], each.default_text, each.unit, each.help, each.expected, each.variable
        )
        for each in SETTINGS
    )


def list_formats() -> tuple[FormatFact, ...]:
    """Every format that we read and write."""
    return tuple(
        FormatFact(
            each.name,
            each.title,
            each.describe,
            each.lossless,
            tuple(each.transfers),
            tuple(task for task in Task if task in each.tasks),
        )
        for each in formats.ALL
    )
