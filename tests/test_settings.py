from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from labelgraft.errors import BadSetting
from labelgraft.settings import SETTINGS, Setting, Settings, mask, read_settings, settings_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "guide" / "settings.md"
SECRET_URL = "postgresql://ann:s3cret@host/labels"


def test_the_page_of_the_guide_is_that_of_the_table() -> None:
    assert PAGE.read_text() == settings_page(), "run: python -m labelgraft.settings > docs/guide/settings.md"


def test_the_table_and_the_values_name_the_same_settings_in_the_same_order() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_default_is_a_value_that_the_setting_takes(setting: Setting) -> None:
    if setting.default is None:
        assert setting.meaning_of_none
    else:
        setting.read(setting.default)


def test_without_anything_said_the_defaults_hold(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {})
    assert settings.workspace == tmp_path
    assert settings.database_url is None
    assert (settings.max_image_mpx, settings.workers, settings.device) == (100.0, None, "cpu")
    assert (settings.cache_gb, settings.backups_kept) == (10.0, 5)
    assert read_settings(None, {}).workspace == Path.home() / "labelgraft"


def test_the_argument_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "labelgraft.toml").write_text("workers = 3\nmax_image_mpx = 50\n")
    environment = {"LABELGRAFT_WORKSPACE": str(tmp_path), "LABELGRAFT_WORKERS": "2", "LABELGRAFT_DEVICE": ""}
    settings = read_settings(None, environment)
    assert (settings.workspace, settings.workers, settings.max_image_mpx) == (tmp_path, 2, 50.0)
    assert settings.device == "cpu"
    assert read_settings(tmp_path / "other", environment).max_image_mpx == 100.0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WORKERS", "0"),
        ("WORKERS", "two"),
        ("WORKERS", "2.5"),
        ("MAX_IMAGE_MPX", "nan"),
        ("MAX_IMAGE_MPX", "-1"),
        ("DEVICE", "gpu"),
        ("WARM_UP", "maybe"),
        ("BACKEND", "tensorflow"),
        ("DATABASE_URL", "mysql://root:s3cret@host/db"),
    ],
)
def test_a_bad_value_says_where_it_stands_and_what_is_expected(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings(tmp_path, {f"LABELGRAFT_{name}": text})
    said = str(caught.value)
    assert said.startswith(f"Environment variable LABELGRAFT_{name}: found ")
    assert "expected" in said
    assert "Nothing was changed" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("workers = true", "labelgraft.toml, workers: found True, expected a whole number"),
        ("workers = ", "is not TOML"),
        ("worker = 2", "No setting is called 'worker'. Did you mean 'workers'"),
        ('workspace = "elsewhere"', "No setting is called 'workspace'"),
    ],
)
def test_a_bad_file_says_where_and_what(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "labelgraft.toml").write_text(text)
    with pytest.raises(BadSetting) as caught:
        read_settings(tmp_path, {})
    assert says in str(caught.value)


def test_a_secret_is_never_printed(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, {"LABELGRAFT_DATABASE_URL": SECRET_URL})
    assert settings.database_url == SECRET_URL
    for text in (str(settings), repr(settings), str(settings.shown())):
        assert "s3cret" not in text
        assert "postgresql://ann:***@host/labels" in text


def test_a_mask_hides_passwords_with_odd_characters() -> None:
    assert mask("postgresql://ann:p@ss/w:rd@host:5432/labels") == "postgresql://ann:***@host:5432/labels"
    assert mask("postgresql://host/labels") == "postgresql://host/labels"
