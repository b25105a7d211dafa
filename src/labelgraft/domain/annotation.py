"""An annotation: what is claimed of an image, and who claims it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.arrays import AnyArray, Ints
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId


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
class Annotation:
    """A class claimed of a whole image (shapes come with the region tasks).

    accepted_from: the model whose proposal a person accepted, None if the person chose the class.
    """

    id: AnnotationId
    image_id: ImageId
    class_id: ClassId
    author: Author
    accepted_from: ModelId | None = None


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
