"""The one table of settings. Read once at the edge; everything below gets values.

A value comes from the first of these that has it: the caller's argument (workspace only), the environment
variable LABELGRAFT_<NAME>, the file labelgraft.toml in the workspace, the default.

    python -m labelgraft.settings > docs/guide/settings.md      writes the page of the guide
"""

from __future__ import annotations

import math
import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labelgraft.errors import BadSetting, UnknownName

FILE_NAME = "labelgraft.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting's value; SETTINGS says what each means, its unit and its range."""

    workspace: Path
    database_url: str | None
    max_image_mpx: float
    max_image_mb: float
    workers: int | None
    backend: str | None
    device: str
    max_upload_gb: float
    cache_gb: float
    backups_kept: int
    backup_hours: float
    warm_up: bool

    def shown(self) -> dict[str, str]:
        """Every value as text for people, secrets masked."""
        return {
            setting.name: "" if value is None else mask(str(value)) if setting.secret else _as_text(value)
            for setting, value in zip(SETTINGS, asdict(self).values(), strict=True)
        }

    def __repr__(self) -> str:
        """Masked, so that no log holds a secret."""
        return "Settings(" + ", ".join(f"{name}={value!r}" for name, value in self.shown().items()) + ")"


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table.

    default: None where `meaning_of_none` says what then happens. read: text or a TOML value to the setting's
    value; raises ValueError. expected: what it takes, in words. in_file: whether labelgraft.toml may hold it.
    """

    name: str
    default: Any
    unit: str
    help: str
    read: Callable[[object], Any]
    expected: str
    meaning_of_none: str = ""
    secret: bool = False
    in_file: bool = True

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"LABELGRAFT_{self.name.upper()}"

    @property
    def default_text(self) -> str:
        """Its default, for people."""
        return self.meaning_of_none if self.default is None else _as_text(self.default)


def _as_text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _folder(value: object) -> Path:
    return Path(_text(value)).expanduser()


def _matching(pattern: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        text = _text(value)
        if re.fullmatch(pattern, text) is None:
            raise ValueError
        return text

    return read


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, (bool, float)):
            raise ValueError
        number = int(value) if isinstance(value, int) else int(_text(value))
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _decimal(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool):
            raise ValueError
        number = float(value) if isinstance(value, (int, float)) else float(_text(value))
        if not (math.isfinite(number) and low <= number <= high):
            raise ValueError
        return number

    return read


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = _text(value)
    if text not in ("yes", "no"):
        raise ValueError
    return text == "yes"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "workspace", "~/labelgraft", "folder", "Where everything is kept.",
        _folder, "the path of a folder", in_file=False,
    ),
    Setting(
        "database_url", None, "URL", "PostgreSQL for teams and workers on several machines.",
        _matching(r"postgresql(\+psycopg)?://\S+"), "postgresql://user:password@host/database",
        meaning_of_none="SQLite in the workspace", secret=True,
    ),
    Setting(
        "max_image_mpx", 100.0, "megapixels", "A larger image is listed as refused, and not decoded.",
        _decimal(0.01, 2000), "a number from 0.01 to 2000",
    ),
    Setting(
        "max_image_mb", 256.0, "MB", "A larger image file is listed as refused, and not read.",
        _decimal(0.01, 4096), "a number from 0.01 to 4096",
    ),
    Setting(
        "workers", None, "processes", "How many images are worked on at a time; fewer need less memory.",
        _whole(1, 1024), "a whole number from 1 to 1024", meaning_of_none="one per core",
    ),
    Setting(
        "backend", None, "", "What computes the networks: openvino, torch or onnxruntime.",
        _matching("openvino|torch|onnxruntime"), "openvino, torch or onnxruntime",
        meaning_of_none="the fastest that is installed",
    ),
    Setting(
        "device", "cpu", "", "Where networks run: cpu, cuda, cuda:1 (the second card), mps.",
        _matching(r"cpu|mps|cuda(:\d+)?"), "cpu, mps, cuda or cuda:NUMBER",
    ),
    Setting(
        "max_upload_gb", 100.0, "GB", "What all uploads together may take on disk; more is refused.",
        _decimal(0, 100_000), "a number from 0 to 100000",
    ),
    Setting(
        "cache_gb", 10.0, "GB",
        "What activations and embeddings of fine-tuned networks may take on disk; the oldest go first.",
        _decimal(0, 100_000), "a number from 0 to 100000",
    ),
    Setting(
        "backups_kept", 5, "files", "How many backups of the database are kept; 0 makes none.",
        _whole(0, 1000), "a whole number from 0 to 1000",
    ),
    Setting(
        "backup_hours", 1.0, "hours", "How old the last backup must be for a new one to be made.",
        _decimal(0.01, 8760), "a number from 0.01 to 8760",
    ),
    Setting(
        "warm_up", True, "",
        "Whether the server has its compute process ready (some 500 MB) before anybody asks for a map or a training.",
        _yes_or_no, "yes or no",
    ),
)  # fmt: skip


def read_settings(workspace: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a workspace.

    workspace: its folder; None for the one that the environment names, or the default.
    Raises: BadSetting if a value is not one, naming where it stands; nothing is changed then.
    """
    values = {setting.name: _from_environment(setting, environment) for setting in SETTINGS}
    if workspace is not None:
        values["workspace"] = workspace.expanduser()
    values["workspace"] = values["workspace"] or _folder(SETTINGS[0].default)
    written = _from_file(values["workspace"] / FILE_NAME)
    for setting in SETTINGS:
        if values[setting.name] is None:
            values[setting.name] = written.get(setting.name, setting.default)
    return Settings(**values)


def mask(url: str) -> str:
    """A URL without its password."""
    return re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", url)


def settings_page() -> str:
    """The page of the guide, as Markdown."""
    rows = "\n".join(
        f"| `{each.name}` | `{each.variable}` | {each.default_text} | {each.unit} "
        f"| {each.expected} | {each.help} |"
        for each in SETTINGS
    )
    return f"""# Settings

Each setting has an environment variable, and, but for the workspace, a line in the file `{FILE_NAME}` in
the workspace. The environment wins over the file. A wrong value stops Labelgraft before anything is changed.

| Setting | Environment variable | Default | Unit | Takes | What it does |
|---|---|---|---|---|---|
{rows}

An example of `{FILE_NAME}`:

```toml
workers = 2
max_image_mpx = 200
```

The password in `database_url` is never printed.
"""


def _from_environment(setting: Setting, environment: Mapping[str, str]) -> Any:
    text = environment.get(setting.variable, "")
    return _checked(setting, text, f"Environment variable {setting.variable}") if text.strip() else None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: cannot be read ({error}). Nothing was changed.") from error
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(
            f"{path}: is not TOML ({error}). Nothing was changed. Correct that place."
        ) from error
    known = {setting.name: setting for setting in SETTINGS if setting.in_file}
    for name in written:
        if name not in known:
            raise BadSetting(f"{path}: {UnknownName('setting', name, known)} Nothing was changed.")
    return {name: _checked(known[name], value, f"{path}, {name}") for name, value in written.items()}


def _checked(setting: Setting, value: object, where: str) -> Any:
    try:
        return setting.read(value)
    except ValueError:
        found = "a value that is none" if setting.secret else repr(value)
        raise BadSetting(
            f"{where}: found {found}, expected {setting.expected}. Nothing was changed. "
            f"Correct it, or take it away for the default ({setting.default_text})."
        ) from None


if __name__ == "__main__":
    sys.stdout.write(settings_page())
