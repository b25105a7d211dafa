"""Schemas of trainings: what may be chosen, what is advised, how long it takes."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labelgraft.domain.training import (
    AdaptationCase,
    Augmentation,
    HeadKind,
    SettingGroup,
    SettingHelp,
    SettingKind,
    TrainingSettings,
    WeightsKind,
    check_used,
)
from labelgraft.server.schemas.base import LONGEST_NAME, LONGEST_TEXT, BackboneName, Count, Schema, Share

FOLDERS = Field(
    default=None, max_length=10_000, description="Names of folders of the project.", examples=[["train"]]
)


class Setting(Schema):
    """One setting of a training: what a form shows and checks."""

    name: str = Field(description="Its name in a body.", examples=["learning_rate"])
    label: str = Field(description="Its name in words.", examples=["Learning rate"])
    text: str = Field(description="A plain explanation.")
    kind: SettingKind = Field(description="What it takes.")
    group: SettingGroup = Field(description="Where a form shows it.")
    unit: str = Field(description="Of a number; empty for a plain one.", examples=["epochs"])
    default: Any = Field(description="Null, empty text and empty list mean `automatic`.", examples=[None])
    automatic: str = Field(description="What leaving it empty means; empty where it cannot be left empty.")
    choices: list[str] = Field(description="Allowed texts, of a choice.", examples=[[]])
    minimum: float | None = Field(description="Of a number, inclusive.", examples=[1e-7])
    maximum: float | None = Field(description="Of a number, inclusive.", examples=[10.0])
    heads: list[HeadKind] = Field(description="The ways of training that it has an effect with.")


class TrainingForm(Schema):
    """Every setting of a training, and the devices of this machine."""

    settings: list[Setting] = Field(description="In the order of a form.")
    devices: list[str] = Field(description="What `device` can be here.", examples=[["auto", "cpu"]])


class NewRun(Schema):
    """Settings of a training; what is left out is chosen automatically. /training/settings explains each."""

    name: str | None = Field(
        None, max_length=LONGEST_NAME, description="Of the new model.", examples=["breeds"]
    )
    description: str | None = Field(None, max_length=LONGEST_TEXT, description="Anything to remember.")
    head: HeadKind = Field(HeadKind.LINEAR, description="The way of training.")
    backbone: BackboneName | None = Field(None, description="By default the project's.")
    train_folders: list[str] | None = FOLDERS
    test_folders: list[str] | None = FOLDERS
    test_fraction: float | None = Field(None, description="Share held out, 0 to 0.9.", examples=[0.2])
    batch_size: int | None = Field(None, description="Images per step.", examples=[32])
    epochs: int | None = Field(None, description="How often every image is seen.", examples=[30])
    learning_rate: float | None = Field(None, description="Of the head.", examples=[0.001])
    gamma: float | None = Field(None, description="Factor of the learning rate after each gamma step.")
    epochs_per_gamma_step: int | None = Field(None, description="0: one cycle instead of steps.")
    evaluation_period: int | None = Field(None, description="In epochs.", examples=[1])
    frozen_blocks: int | None = Field(None, description="From the input on; finetune only.", examples=[8])
    weights: WeightsKind | None = Field(None, description="What the backbone starts from.")
    augmentation: Augmentation | None = Field(None, description="Changed copies to train on.")
    weight_decay: float | None = Field(None, description="Pulls weights towards zero.")
    label_smoothing: float | None = Field(None, description="Doubt built into each label.")
    full_steps: int | None = Field(None, description="Steps on the whole network at the end; finetune only.")
    seed: int | None = Field(None, description="The same seed and labels give the same model.", examples=[0])
    device: str | None = Field(
        None, max_length=20, description="auto, cpu, cuda, cuda:1, mps.", examples=["auto"]
    )

    def settings(self, *, draws_shapes: bool) -> TrainingSettings:
        """As the library takes them. Raises BadSetting, also for what has no effect with the head."""
        chosen = {name: value for name, value in self.model_dump().items() if value is not None}
        check_used(chosen, self.head, draws_shapes=draws_shapes)
        return TrainingSettings.from_mapping(chosen)


class Estimate(Schema):
    """How long a training may take."""

    seconds: float = Field(description="The likeliest.", examples=[42.0])
    low: float = Field(description="It hardly ends sooner.", examples=[21.0])
    high: float = Field(description="It hardly takes longer.", examples=[84.0])
    labels: Count = Field(description="Labelled images it would train on now.", examples=[50])
    basis: str = Field(description="What was measured, and how sure that is, in words.")


class Advice(Schema):
    """The recommended way of training, with what was measured and why."""

    case: AdaptationCase = Field(description="Of data size and similarity to the backbone's own images.")
    labels: Count = Field(description="Labels so far.", examples=[50])
    labels_per_class: float = Field(description="Mean over the classes that have any.", examples=[25.0])
    distance: float | None = Field(
        description="From the backbone's own images; 0 = the same.", examples=[0.31]
    )
    probe_accuracy: Share | None = Field(description="Of a linear probe, cross-validated.", examples=[0.97])
    head: HeadKind = Field(description="The way to take.")
    frozen_blocks: Count = Field(description="Blocks to keep as they are.", examples=[9])
    block_count: Count = Field(description="Blocks of the backbone.", examples=[9])
    views: Count = Field(description="Copies of each image to train on.", examples=[8])
    epochs: Count = Field(description="How often every image is seen.", examples=[30])
    full_steps: Count = Field(description="Steps on the whole network at the end.", examples=[0])
    reason: str = Field(description="Why, in sentences.")


def setting_of(row: SettingHelp) -> Setting:
    """A setting as it goes over the wire."""
    default = list(row.default) if isinstance(row.default, tuple) else row.default
    return Setting(
        name=row.name, label=row.label, text=row.text, kind=row.kind, group=row.group, unit=row.unit, default=default,
        automatic=row.automatic, choices=list(row.choices), minimum=row.minimum, maximum=row.maximum,
        heads=list(row.heads),
    )  # fmt: skip
