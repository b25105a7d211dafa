"""What a training is told, what it measures while it runs, and what is advised before it starts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from labelgraft.errors import BadSetting, UnknownName


class HeadKind(StrEnum):
    """How a model is made from a backbone."""

    LINEAR = "linear"
    MLP = "mlp"
    FINETUNE = "finetune"
    SCRATCH = "scratch"


class WeightsKind(StrEnum):
    """What the backbone starts from."""

    PRETRAINED = "pretrained"
    RANDOM = "random"


class Augmentation(StrEnum):
    """Which changed copies (views) of every image are trained on beside the image itself."""

    NONE = "none"
    MIRROR = "mirror"
    STANDARD = "standard"


class SettingKind(StrEnum):
    """What a setting takes."""

    TEXT = "text"
    FOLDERS = "folders"
    CHOICE = "choice"
    NUMBER = "number"
    WHOLE_NUMBER = "whole number"


class SettingGroup(StrEnum):
    """The parts of the form of a training, in order."""

    MODEL = "model"
    IMAGES = "images"
    NETWORK = "network"
    STEPS = "steps"
    CAUTION = "caution"
    MACHINE = "machine"


_ALL = tuple(HeadKind)
_STEPPED = (HeadKind.MLP, HeadKind.FINETUNE, HeadKind.SCRATCH)
_NETWORK = (HeadKind.FINETUNE, HeadKind.SCRATCH)


@dataclass(frozen=True, slots=True)
class SettingHelp:
    """One setting in plain language: drives --help, the web form and the validation.

    automatic: what "left empty" means, "" where the setting cannot be left empty. choices: the allowed texts,
    empty for numbers and free text. minimum, maximum: inclusive; None = no bound. heads: which kinds use it.
    unit: of a number, "" for a plain one.
    """

    name: str
    label: str
    text: str
    automatic: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    heads: tuple[HeadKind, ...] = _ALL
    unit: str = ""

    @property
    def kind(self) -> SettingKind:
        """What a form asks for."""
        if self.choices:
            return SettingKind.CHOICE
        if self.minimum is not None:
            return SettingKind.WHOLE_NUMBER if self.whole else SettingKind.NUMBER
        return SettingKind.FOLDERS if self.name.endswith("_folders") else SettingKind.TEXT

    @property
    def group(self) -> SettingGroup:
        """Where a form shows it."""
        return _GROUPS[self.name]

    @property
    def default(self) -> Any:
        """Its value where nothing is chosen; None, "" and () mean `automatic`."""
        return _DEFAULTS[self.name]


SETTINGS_HELP: tuple[SettingHelp, ...] = (
    SettingHelp("name", "Name", "What the new model is called in the list.", "head, backbone and a number"),
    SettingHelp("description", "Description", "Anything you want to remember about this training."),
    SettingHelp(
        "head",
        "Way of training",
        "linear: a classifier on the unchanged backbone, ready in seconds, the safest with few labels. "
        "mlp: the same with a small hidden layer, whose activation gives a better map. "
        "finetune: also trains the last blocks of the backbone; for 50 labels and more. "
        "scratch: keeps only the backbone's architecture and trains everything from random weights; "
        "needs thousands of labels.",
        choices=tuple(HeadKind),
    ),
    SettingHelp(
        "backbone", "Backbone", "The pretrained network underneath.", "the project's backbone"
    ),
    SettingHelp(
        "train_folders",
        "Train folders",
        "Only labelled images in these folders are trained on; the test split never is.",
        "all folders",
    ),
    SettingHelp(
        "test_folders",
        "Test folders",
        "Labelled images in these folders measure the model and are never trained on.",
        "a share of the labelled images, see test fraction",
    ),
    SettingHelp(
        "test_fraction",
        "Test fraction",
        "Share of the labelled images that is held out to measure the model, drawn per class, copies kept "
        "together. Used when no test folders are named and no test split exists.",
        minimum=0.0,
        maximum=0.9,
        unit="share",
    ),
    SettingHelp(
        "batch_size",
        "Batch size",
        "Images per training step. More is smoother and needs more memory; if memory runs out it is "
        "halved once.",
        "32, and 8 where shapes are learnt",
        minimum=1,
        maximum=4096,
        whole=True,
        heads=_STEPPED,
        unit="images",
    ),
    SettingHelp(
        "epochs",
        "Epochs",
        "How many times every image is seen. Training stops sooner when the held-out images say that more "
        "does not help.",
        "80 for mlp (fewer above 500 labels), 30 for finetune, 60 for scratch",
        minimum=1,
        maximum=10_000,
        whole=True,
        heads=_STEPPED,
        unit="epochs",
    ),
    SettingHelp(
        "learning_rate",
        "Learning rate",
        "How far each step moves the head's weights; unfrozen backbone blocks move a tenth of it. Too large "
        "and the loss becomes NaN, too small and nothing is learnt.",
        "0.01 for mlp, 0.001 otherwise",
        minimum=1e-7,
        maximum=10.0,
        heads=_STEPPED,
    ),
    SettingHelp(
        "gamma",
        "Gamma",
        "The learning rate is multiplied by this after every 'epochs per gamma step' epochs. Used only when "
        "that number is above 0.",
        minimum=1e-4,
        maximum=1.0,
        heads=_STEPPED,
    ),
    SettingHelp(
        "epochs_per_gamma_step",
        "Epochs per gamma step",
        "After how many epochs the learning rate is multiplied by gamma. 0: no steps, the rate rises and "
        "falls smoothly over the run (one cycle), which is the better choice mostly.",
        minimum=0,
        maximum=10_000,
        whole=True,
        heads=_STEPPED,
        unit="epochs",
    ),
    SettingHelp(
        "evaluation_period",
        "Evaluation period",
        "The held-out images are measured and a checkpoint is written every so many epochs.",
        minimum=1,
        maximum=10_000,
        whole=True,
        heads=_STEPPED,
        unit="epochs",
    ),
    SettingHelp(
        "frozen_blocks",
        "Frozen blocks",
        "How many blocks of the backbone, from the input on, stay as pretrained. All of them: only the head "
        "is trained. 0: everything is trained, which is slow and needs many labels.",
        "all but the last block",
        minimum=0,
        maximum=1000,
        whole=True,
        heads=(HeadKind.FINETUNE,),
        unit="blocks",
    ),
    SettingHelp(
        "weights",
        "Weights",
        "pretrained: start from what the backbone learnt on its own images. random: start from nothing "
        "(accuracy with few labels is then far lower).",
        choices=tuple(WeightsKind),
    ),
    SettingHelp(
        "augmentation",
        "Augmentation",
        "Changed copies to train on: none, mirror (left and right swapped) or standard (mirrored, cropped, "
        "scaled and recoloured; 8 copies per image up to 100 images, 4 up to 1,000, then 2). Choose none "
        "or mirror where colour or position carries the class.",
        choices=tuple(Augmentation),
        heads=_NETWORK,
    ),
    SettingHelp(
        "weight_decay",
        "Weight decay",
        "Pulls weights towards zero so that few labels are not learnt by heart.",
        minimum=0.0,
        maximum=1.0,
        heads=_STEPPED,
    ),
    SettingHelp(
        "label_smoothing",
        "Label smoothing",
        "How much doubt is built into every label; helps when some labels are wrong.",
        minimum=0.0,
        maximum=0.5,
        heads=_STEPPED,
    ),
    SettingHelp(
        "full_steps",
        "Full steps",
        "Steps on the whole network after the last blocks were trained, at 0.03 of the learning rate. "
        "0 leaves them out; kept only if the held-out images get better. On two cores 100 steps take "
        "one to three minutes.",
        minimum=0,
        maximum=100_000,
        whole=True,
        heads=(HeadKind.FINETUNE,),
        unit="steps",
    ),
    SettingHelp(
        "seed",
        "Seed",
        "The same seed, labels and machine give the same model, bit for bit.",
        minimum=0,
        maximum=2**31 - 1,
        whole=True,
    ),
    SettingHelp(
        "device",
        "Device",
        "auto takes a graphics card where one is, else the processor. Also: cpu, cuda, cuda:1, mps.",
        heads=_NETWORK,
    ),
)  # fmt: skip
"""Every setting once, in the order in which a form shows them."""

_HELP = {row.name: row for row in SETTINGS_HELP}

_GROUPS = {
    name: group
    for group, names in {
        SettingGroup.MODEL: ("name", "description", "head", "backbone"),
        SettingGroup.IMAGES: ("train_folders", "test_folders", "test_fraction"),
        SettingGroup.NETWORK: ("frozen_blocks", "weights", "full_steps"),
        SettingGroup.STEPS: (
            "batch_size", "epochs", "learning_rate", "gamma", "epochs_per_gamma_step", "evaluation_period",
        ),
        SettingGroup.CAUTION: ("augmentation", "weight_decay", "label_smoothing"),
        SettingGroup.MACHINE: ("seed", "device"),
    }.items()
    for name in names
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """Everything a user may choose about one training; SETTINGS_HELP explains each.

    None and "" and () mean "choose for me". Checked when made: BadSetting says which value is wrong and why.
    """

    name: str = ""
    description: str = ""
    head: HeadKind = HeadKind.LINEAR
    backbone: str = ""
    train_folders: tuple[str, ...] = ()
    test_folders: tuple[str, ...] = ()
    test_fraction: float = 0.2
    batch_size: int | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    gamma: float = 0.1
    epochs_per_gamma_step: int = 0
    evaluation_period: int = 1
    frozen_blocks: int | None = None
    weights: WeightsKind = WeightsKind.PRETRAINED
    augmentation: Augmentation = Augmentation.STANDARD
    weight_decay: float = 0.01
    label_smoothing: float = 0.0
    full_steps: int = 0
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        for row in SETTINGS_HELP:
            _check(row, getattr(self, row.name))
        object.__setattr__(self, "head", HeadKind(self.head))
        object.__setattr__(self, "weights", WeightsKind(self.weights))
        object.__setattr__(self, "augmentation", Augmentation(self.augmentation))
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", self.device):
            raise BadSetting(
                f"device: found {self.device!r}, expected auto, cpu, cuda, cuda:N or mps. "
                "Nothing was trained."
            )
        _check_folders(self.train_folders, self.test_folders)
        if self.head is HeadKind.SCRATCH and self.frozen_blocks:
            raise BadSetting(
                f"frozen_blocks: found {self.frozen_blocks} with head scratch, which starts from random "
                "weights and so must train all blocks. Leave it empty, or choose head finetune."
            )

    def as_mapping(self) -> dict[str, Any]:
        """The settings as JSON values; `from_mapping` reads them back equal."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """Settings from JSON values; what is missing takes its default. Raises UnknownName, BadSetting."""
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise UnknownName("training setting", name, known)
        read: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(**read)

    @property
    def batch_to_run(self) -> int:
        """`batch_size`, or the automatic number for whole images."""
        return 32 if self.batch_size is None else self.batch_size

    @property
    def epochs_to_run(self) -> int:
        """`epochs`, or the automatic number."""
        return self.epochs if self.epochs is not None else (60 if self.head is HeadKind.SCRATCH else 30)

    @property
    def head_learning_rate(self) -> float:
        """`learning_rate`, or the automatic one."""
        return self.learning_rate if self.learning_rate is not None else 1e-3


_DEFAULTS = {field.name: field.default for field in fields(TrainingSettings)}


def _check(row: SettingHelp, value: object) -> None:
    """Raises BadSetting if the value has the wrong type or lies outside its range."""
    if value is None and row.automatic:
        return
    if row.choices:
        if value not in row.choices:
            raise BadSetting(
                f"{row.name}: found {value!r}, expected one of {', '.join(row.choices)}. Nothing was trained."
            )
        return
    if row.minimum is None:
        _check_text(row, value)
        return
    kind = "a whole number" if row.whole else "a number"
    wanted = f"{kind} from {row.minimum:g} to {row.maximum:g}"
    right_type = isinstance(value, int if row.whole else (int, float)) and not isinstance(value, bool)
    if not right_type or not _within(row, value):
        raise BadSetting(f"{row.name}: found {value!r}, expected {wanted}. Nothing was trained.")


def _check_text(row: SettingHelp, value: object) -> None:
    """Raises BadSetting unless the value is a text, or texts where the setting names folders."""
    texts = value if isinstance(value, tuple) else (value,)
    several = row.name.endswith("_folders")
    if several != isinstance(value, tuple) or not all(isinstance(text, str) for text in texts):
        wanted = "a list of texts" if several else "a text"
        raise BadSetting(f"{row.name}: found {value!r}, expected {wanted}. Nothing was trained.")


def _within(row: SettingHelp, value: Any) -> bool:
    """True if a number is finite and inside the bounds of its setting."""
    low = -math.inf if row.minimum is None else row.minimum
    high = math.inf if row.maximum is None else row.maximum
    return math.isfinite(value) and low <= value <= high


def _check_folders(train: tuple[str, ...], test: tuple[str, ...]) -> None:
    """Raises BadSetting if a folder is named for training and for testing."""
    both = sorted(set(train) & set(test))
    if both:
        raise BadSetting(
            f"train_folders and test_folders: both name {', '.join(both)}. A model must not be measured on "
            "images it was trained on. Name each folder once."
        )


def setting_help(name: str) -> SettingHelp:
    """The help row of one setting. Raises UnknownName."""
    if name not in _HELP:
        raise UnknownName("training setting", name, _HELP)
    return _HELP[name]


def settings_help(*, draws_shapes: bool = False) -> tuple[SettingHelp, ...]:
    """Every setting that has an effect. Where shapes are learnt all heads are trained in steps; none has a hidden layer."""
    if not draws_shapes:
        return SETTINGS_HELP
    return tuple(_of_shapes(row) for row in SETTINGS_HELP if row.name not in _WITHOUT_SHAPES)


_WITHOUT_SHAPES = ("label_smoothing",)


def _of_shapes(row: SettingHelp) -> SettingHelp:
    learnt = tuple(head for head in HeadKind if head is not HeadKind.MLP)
    if row.name == "head":
        return replace(row, choices=tuple(head.value for head in learnt), heads=learnt)
    stepped = row.heads in (_STEPPED, _NETWORK)
    return replace(row, heads=learnt if stepped else tuple(h for h in row.heads if h in learnt))


def check_used(names: Iterable[str], head: HeadKind, *, draws_shapes: bool = False) -> None:
    """Raises BadSetting if a setting that was chosen has no effect with that way of training."""
    known = {row.name: row for row in settings_help(draws_shapes=draws_shapes)}
    for name in names:
        row = known.get(name)
        if row is None:
            setting_help(name)
            raise BadSetting(
                f"{name}: has no effect where shapes are learnt. Nothing was trained. Leave it out."
            )
        if head not in row.heads:
            ways = " or ".join(each.value for each in row.heads)
            raise BadSetting(
                f"{name}: has no effect with head {head.value}; it goes with {ways}. Nothing was trained. "
                "Leave it out, or choose another head."
            )


@dataclass(frozen=True, slots=True)
class ClassMetric:
    """How one class fares on the held-out images: hits of `support`, and how often it was said."""

    class_name: str
    recall: float
    precision: float
    support: int


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """One evaluated epoch of a run; the same seed and labels give the same numbers bit for bit.

    phase: "head", "last blocks", "whole network" or "scratch". epoch counts from 1 and step from 0 within
    the phase. Losses are mean cross-entropies (binary for multi-label); accuracies 0 to 1 (multi-label: share
    of image-class pairs). Held-out numbers are None without held-out images. learning_rate: of the head.
    Where shapes are learnt, accuracies are the figure that decides (AP50, mean IoU), on some images trained on and on
    all held-out ones, and figures has the others of the held-out images by name.
    """

    phase: str
    epoch: int
    step: int
    loss_train: float
    loss_held_out: float | None
    accuracy_train: float
    accuracy_held_out: float | None
    per_class: tuple[ClassMetric, ...]
    learning_rate: float
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_mapping(self) -> dict[str, Any]:
        """The numbers as JSON values."""
        values = asdict(self)
        values["per_class"] = [asdict(row) for row in self.per_class]
        return values

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> EpochMetrics:
        """The inverse of `as_mapping`."""
        rows = tuple(ClassMetric(**row) for row in values["per_class"])
        return cls(**{**values, "per_class": rows})


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """How far a run has come. seconds_left: None while it cannot be said yet."""

    phase: str
    epoch: int
    epochs: int
    step: int
    steps: int
    seconds_left: float | None


class AdaptationCase(StrEnum):
    """The four cases of data size and similarity to what the backbone was trained on."""

    SMALL_SIMILAR = "small and similar"
    SMALL_DISSIMILAR = "small and dissimilar"
    LARGE_SIMILAR = "large and similar"
    LARGE_DISSIMILAR = "large and dissimilar"


@dataclass(frozen=True, slots=True)
class TrainingAdvice:
    """The recommended way to adapt a backbone, with what was measured and why.

    labels_per_class: mean over classes with labels. distance: of the images' channel statistics from those of
    the backbone's own training images (0 = the same; unit: their standard deviations). probe_accuracy:
    cross-validated accuracy of a linear probe, None with too few labels. frozen_blocks of block_count.
    reason: sentences for the user.
    """

    case: AdaptationCase
    labels: int
    labels_per_class: float
    distance: float | None
    probe_accuracy: float | None
    head: HeadKind
    frozen_blocks: int
    block_count: int
    views: int
    epochs: int
    full_steps: int
    reason: str
