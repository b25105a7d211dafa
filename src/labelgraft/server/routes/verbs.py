"""The verbs of Python as they are, for `labelgraft.connect` and the command line beside a running server.

Other programs do better with the resources: these are the same verbs, only without names for their fields.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Path, Response

from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.verbs import VerbAnswer, VerbCall
from labelgraft.workbench import verbs

router = resource("verbs")


Verb = Annotated[str, Path(pattern="^[a-z_]{1,40}$", description="The verb's name in Python.")]


@router.post("/verbs/{verb}", operation_id="call_workspace_verb", response_model=VerbAnswer)
def call_workspace_verb(bench: Bench, verb: Verb, call: VerbCall) -> Response:
    """Call a verb of the workspace by its name in Python."""
    return answered(verbs.call(bench, verb, call.arguments))


@router.post("/projects/{project_id}/verbs/{verb}", operation_id="call_verb", response_model=VerbAnswer)
def call_verb(project: ProjectById, verb: Verb, call: VerbCall) -> Response:
    """Call a verb of the project by its name in Python."""
    return answered(verbs.call(project, verb, call.arguments))


def answered(value: Any) -> Response:
    """JSON values as an answer."""
    return Response(json.dumps({"value": value}, allow_nan=False), media_type="application/json")
