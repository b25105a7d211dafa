"""Before and after of a change as JSON text, and back.

Ten thousand images of one gesture share a handful of texts, so both directions remember what they made.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from labelgraft.domain.annotation import PLAIN, Annotation, Author, AuthorKind, Traits
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId, ProposalId
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.operation import (
    AnnotationChange,
    ClassChange,
    ImageChange,
    ImageFields,
    ProposalChange,
    ProposedShapeChange,
)
from labelgraft.domain.project import LabelClass
from labelgraft.domain.proposal import ProposalState
from labelgraft.domain.shapes.shape import Shape
from labelgraft.storage import shape_texts


class ClaimTexts:
    """What annotations claim, as text; number and image of an annotation have columns of their own.

    For the changes of one operation: authors are told apart by identity, which is far quicker than hashing
    them, and right as long as the changes live.
    """

    def __init__(self) -> None:
        self._texts: dict[tuple[int, int, int | None], str] = {}

    def of(self, value: Annotation | None) -> str | None:
        """The text of one annotation, None for none."""
        if value is None:
            return None
        if value.shape is not None or value.traits is not PLAIN:
            return _claim_text(value)  # no two are alike
        key = (value.class_id, id(value.author), value.accepted_from)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = _claim_text(value)
        return text


def annotation_change(
    image_id: ImageId, annotation_id: AnnotationId, before: str | None, after: str | None
) -> AnnotationChange:
    """The change of one annotation from its row."""
    return AnnotationChange(
        image_id=image_id,
        annotation_id=annotation_id,
        before=_annotation(image_id, annotation_id, before),
        after=_annotation(image_id, annotation_id, after),
    )


def image_text(value: ImageFields) -> str:
    """The image's own fields."""
    return _fields_text(value.state, value.split, value.folder)


def image_change(image_id: ImageId, before: str, after: str) -> ImageChange:
    """The change of an image's own fields from its row."""
    return ImageChange(image_id, _fields(before), _fields(after))


def proposal_texts(value: ProposalChange) -> tuple[str, str]:
    """A proposal before and after."""
    return _proposal_text(value.model_id, not value.rejected), _proposal_text(value.model_id, value.rejected)


def proposal_change(image_id: ImageId, class_id: ClassId, after: str) -> ProposalChange:
    """The change of a proposal from its row."""
    model_id, rejected = _proposal(after)
    return ProposalChange(image_id, class_id, model_id, rejected)


def proposed_shape_texts(value: ProposedShapeChange) -> tuple[str, str]:
    """A proposed shape before and after."""
    return value.before.value, value.after.value


def proposed_shape_change(
    image_id: ImageId, proposal_id: ProposalId, before: str, after: str
) -> ProposedShapeChange:
    """The change of a proposed shape from its row."""
    return ProposedShapeChange(image_id, proposal_id, ProposalState(before), ProposalState(after))


def class_text(value: LabelClass | None) -> str | None:
    """The class; its number has a column of its own."""
    if value is None:
        return None
    fields = {"name": value.name, "colour": value.colour, "key": value.key, "position": value.position}
    if value.skeleton is not None:
        fields["skeleton"] = shape_texts.skeleton_text(value.skeleton)
    return json.dumps(fields)


def class_change(class_id: ClassId, before: str | None, after: str | None) -> ClassChange:
    """The change of a class from its row."""
    return ClassChange(class_id, _class(class_id, before), _class(class_id, after))


def _claim_text(value: Annotation) -> str:
    author = value.author
    claim: dict[str, Any] = {
        "class": value.class_id,
        "author": [author.kind.value, author.name, author.model_id],
    }
    if value.accepted_from is not None:
        claim["accepted_from"] = value.accepted_from
    drawn = {"shape": shape_texts.shape_text(value.shape), "traits": shape_texts.traits_text(value.traits)}
    return json.dumps({**claim, **{name: text for name, text in drawn.items() if text is not None}})


@lru_cache(64)
def _proposal_text(model_id: ModelId, rejected: bool) -> str:
    return json.dumps({"model": model_id, "rejected": rejected})


@lru_cache(64)
def _proposal(text: str) -> tuple[ModelId, bool]:
    fields = json.loads(text)
    return ModelId(fields["model"]), fields["rejected"]


Claim = tuple[ClassId, Author, ModelId | None, Shape | None, Traits]


@lru_cache(4096)
def _claim(text: str) -> Claim:
    claim = json.loads(text)
    kind, name, model_id = claim["author"]
    author = Author(AuthorKind(kind), name, model_id)
    drawn = shape_texts.shape(claim.get("shape")), shape_texts.traits(claim.get("traits"))
    return ClassId(claim["class"]), author, claim.get("accepted_from"), *drawn


def _annotation(image_id: ImageId, annotation_id: AnnotationId, text: str | None) -> Annotation | None:
    if text is None:
        return None
    return Annotation(annotation_id, image_id, *_claim(text))


@lru_cache(4096)
def _fields_text(state: ImageState, split: Split | None, folder: str) -> str:
    return json.dumps({"state": state.value, "split": split and split.value, "folder": folder})


@lru_cache(4096)
def _fields(text: str) -> ImageFields:
    fields = json.loads(text)
    split = fields["split"]
    return ImageFields(ImageState(fields["state"]), split and Split(split), fields["folder"])


def _class(class_id: ClassId, text: str | None) -> LabelClass | None:
    if text is None:
        return None
    fields = json.loads(text)
    return LabelClass(id=class_id, **{**fields, "skeleton": shape_texts.skeleton(fields.get("skeleton"))})
