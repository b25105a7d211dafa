"""How a model does in practice: beside another one, and against what a person answered to its proposals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelgraft.domain.finding import ClassUse
from labelgraft.domain.ids import ImageId, ModelId
from labelgraft.domain.model import Interval, Model, Run


@dataclass(frozen=True, slots=True)
class DetectorFacts:
    """What is known of a model that finds shapes.

    file: as it was called when it was added, "" for our own. sentence: what it was recognised as; assumed: what no file can
    tell. description: how it is read, as JSON. uses: its classes that are proposed.
    """

    file: str
    licence: str
    sentence: str
    assumed: tuple[str, ...]
    description: Mapping[str, Any]
    uses: tuple[ClassUse, ...]


@dataclass(frozen=True, slots=True)
class ShapeClassQuality:
    """One class on the held-out images.

    figure: as ShapeQuality.name says, None without such objects. found, right: shares of the objects that are there, and of
    those that were named with some confidence. support: objects that are there.
    """

    class_name: str
    figure: float | None
    found: float
    right: float
    support: int


@dataclass(frozen=True, slots=True)
class ShapeQuality:
    """How good a model that finds shapes was on `count` images held out from its training.

    name: of the figure that decides, such as AP50. figures: all of all classes together by name, 0 to 1.
    """

    name: str
    figures: Mapping[str, float]
    count: int
    per_class: tuple[ShapeClassQuality, ...]


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """A model with its provenance.

    active: its proposals are shown. settings: of its training. labels: how many were trained on and held out, and the
    name of exactly these labels. rungs: steps of the ladder that were tried, with the reason they were kept or not.
    digest: SHA-256 of its weights. seconds: its training took. bytes: its files take.
    proposed_images: images that have proposals of it, which go when it is deleted. detector: where it finds shapes.
    shape_quality: where it finds shapes and images were held out from its training.
    """

    model: Model
    active: bool
    run: Run | None
    settings: Mapping[str, Any]
    labels: Mapping[str, Any]
    versions: Mapping[str, str]
    rungs: tuple[Mapping[str, Any], ...]
    embedding: Mapping[str, str]
    temperature: float
    digest: str
    seconds: float | None
    proposed_images: int
    bytes: int
    detector: DetectorFacts | None = None
    shape_quality: ShapeQuality | None = None


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much more often one of two is right on the same images, with the 95 % interval of the difference.

    value: accuracy of the first minus that of the second, -1 to 1. only_first, only_second: images that one alone got
    right. p_value: of the exact McNemar test that both are equally good.
    """

    value: float
    low: float
    high: float
    only_first: int
    only_second: int
    p_value: float


@dataclass(frozen=True, slots=True)
class ClassDuel:
    """One class with both models: the share of its images that each gets right."""

    class_name: str
    first: Interval
    second: Interval


@dataclass(frozen=True, slots=True)
class Differing:
    """An image that two models answer differently; truth: its label, None without one. Shares are calibrated."""

    image_id: ImageId
    truth: str | None
    first: str
    first_share: float
    second: str
    second_share: float


@dataclass(frozen=True, slots=True)
class ModelDuel:
    """Two models on the same images, none of which either was taught while it answered.

    measured_on: which images, in words. cross_validated, held_out, later: how many of them were answered in
    cross-validation or held out of a run, belong to the test split, or were labelled after both trainings. first, second:
    accuracies. verdict: in words. differing: labelled images that they answer differently, those that one gets wrong
    surest first; differing_count: all of them. unlabelled: images without a label that both scored, unlabelled_agree: the
    share they agree on, disputed: those they do not agree on, the surest dispute first.
    """

    first_id: ModelId
    second_id: ModelId
    images: int
    measured_on: str
    first: Interval | None
    second: Interval | None
    difference: PairedDifference | None
    verdict: str
    per_class: tuple[ClassDuel, ...]
    differing_count: int
    differing: tuple[Differing, ...]
    unlabelled: int
    unlabelled_agree: float | None
    disputed: tuple[Differing, ...]


@dataclass(frozen=True, slots=True)
class LiveScore:
    """What a person's answers say of a model's proposals, counting only images answered after the proposals were made.

    looked_at: images answered one by one; of these, share is the part where the person's answer was the model's.
    accepted_in_bulk: images whose proposal was accepted together with others, which says less. corrected_after: of those,
    changed to another class since. rejected_in_bulk: images whose proposal was rejected together with others, and that
    got no label since. words: a sentence.
    """

    model_id: ModelId
    looked_at: int
    confirmed: int
    corrected: int
    share: Interval | None
    accepted_in_bulk: int
    corrected_after: int
    rejected_in_bulk: int
    words: str
