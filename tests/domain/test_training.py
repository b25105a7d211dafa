from __future__ import annotations

import json
from dataclasses import fields

import pytest

from labelgraft.domain.training import (
    SETTINGS_HELP,
    ClassMetric,
    EpochMetrics,
    HeadKind,
    SettingGroup,
    SettingKind,
    TrainingSettings,
    setting_help,
)
from labelgraft.errors import BadSetting, UnknownName


def test_every_setting_is_explained_once_and_in_words() -> None:
    assert [row.name for row in SETTINGS_HELP] == list(dict.fromkeys(row.name for row in SETTINGS_HELP))
    assert {row.name for row in SETTINGS_HELP} == {field.name for field in fields(TrainingSettings)}
    assert all(row.text.endswith(".") and len(row.text) > 20 for row in SETTINGS_HELP)


def test_every_setting_has_a_place_in_the_form_and_a_default_that_it_accepts() -> None:
    for row in SETTINGS_HELP:
        assert row.group in SettingGroup
        assert getattr(TrainingSettings(), row.name) == row.default
        assert (row.kind in (SettingKind.NUMBER, SettingKind.WHOLE_NUMBER)) == (row.maximum is not None)
    assert setting_help("train_folders").kind is SettingKind.FOLDERS
    assert setting_help("head").kind is SettingKind.CHOICE
    assert setting_help("epochs").unit == "epochs"


def test_settings_survive_json() -> None:
    settings = TrainingSettings(
        name="breeds", head=HeadKind.FINETUNE, train_folders=("a", "b"), epochs=7, frozen_blocks=3
    )
    assert TrainingSettings.from_mapping(json.loads(json.dumps(settings.as_mapping()))) == settings


def test_plain_texts_become_the_named_choices() -> None:
    assert TrainingSettings.from_mapping({"head": "mlp"}).head is HeadKind.MLP


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"head": "forest"}, "expected one of linear, mlp, finetune, scratch"),
        ({"epochs": 0}, "epochs: found 0, expected a whole number from 1 to 10000"),
        ({"batch_size": 2.5}, "batch_size: found 2.5, expected a whole number"),
        ({"batch_size": True}, "batch_size"),
        ({"learning_rate": float("nan")}, "learning_rate: found nan"),
        ({"learning_rate": "fast"}, "learning_rate: found 'fast'"),
        ({"gamma": 2}, "gamma: found 2, expected a number from 0.0001 to 1"),
        ({"test_fraction": 1.0}, "test_fraction"),
        ({"name": 3}, "name: found 3, expected a text"),
        ({"train_folders": "a"}, "train_folders: found 'a', expected a list"),
        ({"device": "tpu"}, "device: found 'tpu'"),
        ({"train_folders": ["a"], "test_folders": ["a"]}, "both name a"),
        ({"head": "scratch", "frozen_blocks": 2}, "must train all blocks"),
    ],
)
def test_a_wrong_setting_is_told_with_what_was_found_and_expected(
    values: dict[str, object], words: str
) -> None:
    with pytest.raises(BadSetting) as caught:
        TrainingSettings.from_mapping(values)
    assert words in str(caught.value)


def test_an_unknown_setting_names_near_ones() -> None:
    with pytest.raises(UnknownName, match="learning_rate"):
        TrainingSettings.from_mapping({"learning_rat": 0.1})
    with pytest.raises(UnknownName, match="epochs"):
        setting_help("epoch")


def test_what_is_left_empty_is_chosen_by_head() -> None:
    assert TrainingSettings(head=HeadKind.SCRATCH).epochs_to_run == 60
    assert TrainingSettings(head=HeadKind.FINETUNE).epochs_to_run == 30
    assert TrainingSettings(epochs=3, learning_rate=0.5).epochs_to_run == 3
    assert TrainingSettings(learning_rate=0.5).head_learning_rate == 0.5


def test_metrics_survive_json_to_the_last_bit() -> None:
    row = EpochMetrics("head", 3, 12, 0.1 + 0.2, None, 1 / 3, None, (ClassMetric("cat", 0.5, 0.1, 3),), 1e-3)
    assert EpochMetrics.from_mapping(json.loads(json.dumps(row.as_mapping()))) == row
