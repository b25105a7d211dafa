"""What every schema shares, and the types of numbers and texts that requests may carry."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from labelgraft.domain.backbone import names_a_file

LARGEST_ID = 2**53 - 1
"""The largest whole number that a browser holds exactly."""

LONGEST_NAME = 200
LONGEST_TEXT = 10_000

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""The number of a project, class, image, operation, model, run or job."""

Count = Annotated[int, Field(ge=0, le=LARGEST_ID)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A confidence, an accuracy, a part of a whole: 0 to 1."""

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


def without_file(name: str) -> str:
    """The name of a backbone that is no file. Raises ValueError."""
    if names_a_file(name):
        raise ValueError(
            "names a file, and no request may; embed with it from the terminal first: labelgraft embed"
        )
    return name


BackboneName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(without_file)]
"""A name of the catalogue, timm:NAME or random:NAME; not of a file."""


class Schema(BaseModel):
    """The base of every schema: unknown fields are refused, and so are NaN and infinity.

    It reads our dataclasses as they are: `SomeSchema.model_validate(value)`.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, from_attributes=True)


class ErrorFacts(Schema):
    """What went wrong, for a program and for a person."""

    code: str = Field(description="The kind of error, for programs.", examples=["unknown-name"])
    message: str = Field(
        description="Where, what was found, what was expected, what has or has not happened, what to do.",
        examples=["No project is called 'pest'. Did you mean 'pets'?"],
    )
    remedy: str | None = Field(
        description="What to do about it, where the message alone may not be enough.",
        examples=["Look at the current annotations and apply the change again."],
    )
    id: str | None = Field(
        description="Of an unforeseen error: the number under which the server's log holds the details.",
        examples=[None],
    )
    detail: dict[str, Any] | None = Field(
        description="Facts that a program may use: the fields that do not fit, the current state of a conflict.",
        examples=[None],
    )


class ErrorBody(Schema):
    """The body of every answer that is not a success."""

    error: ErrorFacts = Field(description="What went wrong.")
