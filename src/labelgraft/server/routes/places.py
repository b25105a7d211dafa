"""Places to import from, below the roots that the server was started with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from labelgraft.server.dependencies import Bench, Options
from labelgraft.server.resource import resource
from labelgraft.server.schemas.places import Places

router = resource("places")


@router.get("/places", operation_id="list_places")
def list_places(
    bench: Bench,
    options: Options,
    path: Annotated[
        str | None,
        Query(min_length=1, max_length=4096, description="A place below a root; without it the roots."),
    ] = None,
    models: Annotated[bool, Query(description="Name ONNX files instead of data sets.")] = False,
) -> Places:
    """Folders from which images can be imported, with how many they hold.

    What lies outside of the roots, is hidden, or is not there at all is a 404 that looks the same.
    """
    return Places.model_validate(bench.places(options.roots, path, models=models))
