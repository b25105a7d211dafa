"""Identifiers with types of their own, so that an image's number is never taken for a class's."""

from __future__ import annotations

from typing import NewType

ProjectId = NewType("ProjectId", int)
ClassId = NewType("ClassId", int)
ImageId = NewType("ImageId", int)
AnnotationId = NewType("AnnotationId", int)
ProposalId = NewType("ProposalId", int)
OperationId = NewType("OperationId", int)
ModelId = NewType("ModelId", int)
RunId = NewType("RunId", int)
MapRoundId = NewType("MapRoundId", int)

ContentHash = NewType("ContentHash", str)
"""SHA-256 of a file's bytes, 64 lower-case hexadecimal digits."""
