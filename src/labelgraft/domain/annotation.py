"""An annotation: what is claimed of an image, and who claims it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from labelgraft.domain.arrays import AnyArray, Ints
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId
from labelgraft.domain.shapes.shape import Shape

Attribute: TypeAlias = str | float | bool


class AuthorKind(StrEnum):
    """Who made something."""

    PERSON = "person"
    MODEL = "model"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Author:
    """A person by name, a model by id and name, or an import by its source."""

    kind: AuthorKind
    name: str
    model_id: ModelId | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What is said of an instance beside its class and shape.

    occluded: partly hidden. truncated: cut off by the image's edge. crowd: many instances drawn as one, which scoring
    neither wants nor counts as wrong. difficult: scoring may leave it out. z: higher lies on top. attributes: by name,
    sorted, each once.
    """

    occluded: bool = False
    truncated: bool = False
    crowd: bool = False
    difficult: bool = False
    z: int = 0
    attributes: tuple[tuple[str, Attribute], ...] = ()


PLAIN = Traits()
"""Nothing is said."""


def attributes_of(named: Mapping[str, Attribute]) -> tuple[tuple[str, Attribute], ...]:
    """Attributes as Traits holds them, so that equal ones are equal."""
    return tuple(sorted(named.items()))


@dataclass(frozen=True, slots=True)
class Annotation:
    """A class claimed of a whole image, or of what a shape covers in it.

    accepted_from: the model whose proposal a person accepted, None if the person chose. shape: None for the whole image;
    an annotation with a shape is an instance.
    """

    id: AnnotationId
    image_id: ImageId
    class_id: ClassId
    author: Author
    accepted_from: ModelId | None = None
    shape: Shape | None = None
    traits: Traits = PLAIN


AUTHOR_CODES: tuple[AuthorKind, ...] = tuple(AuthorKind)
"""In tables and columns a kind of author is its index here."""


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """All annotations of a project as columns of equal length M, ordered by image, then class.

    image_ids, class_ids: (M,) int64. author_kinds: (M,) int8, indexes into AUTHOR_CODES.
    """

    image_ids: Ints
    class_ids: Ints
    author_kinds: AnyArray
