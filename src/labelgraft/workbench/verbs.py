"""Verbs that can be called by name, with JSON for arguments: what a program on another line to us uses.

Left out are those that read or write files where the caller stands (`add_images`, `export`, `paths`, ...), and those
that last as long as a job: the other side begins the job and follows it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_type_hints

from labelgraft.domain.backbone import names_a_file
from labelgraft.domain.json_values import from_json, to_json
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadInput, BadSetting, UnknownName
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

VERBS: tuple[Callable[..., Any], ...] = (
    ProjectBench.status, ProjectBench.card, ProjectBench.rename, ProjectBench.use_backbone, ProjectBench.classes,
    ProjectBench.set_classes, ProjectBench.rename_class, ProjectBench.merge_class, ProjectBench.delete_class,
    ProjectBench.images, ProjectBench.sheets, ProjectBench.select, ProjectBench.label, ProjectBench.clear,
    ProjectBench.set_aside, ProjectBench.accept, ProjectBench.answers, ProjectBench.doubtful, ProjectBench.instances,
    ProjectBench.instances_of, ProjectBench.edit_instances, ProjectBench.history,
    ProjectBench.operation, ProjectBench.operation_images, ProjectBench.revert, ProjectBench.compare_backbones,
    ProjectBench.advise, ProjectBench.start_embed, ProjectBench.start_run, ProjectBench.start_resuming_run,
    ProjectBench.stop_run, ProjectBench.runs, ProjectBench.training_settings, ProjectBench.models, ProjectBench.model,
    ProjectBench.model_by_id, ProjectBench.use_model, ProjectBench.start_predict, ProjectBench.start_find, ProjectBench.next,
    ProjectBench.start_map, ProjectBench.map_preview, ProjectBench.map_rounds, ProjectBench.map_round,
    ProjectBench.map_columns, ProjectBench.islands, ProjectBench.bridges, ProjectBench.start_export,
    ProjectBench.check_export, ProjectBench.exports, ProjectBench.delete,
)  # fmt: skip

OF_PROJECTS: Mapping[str, Callable[..., Any]] = {each.__name__: each for each in VERBS}

OF_WORKSPACES: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        Workbench.jobs, Workbench.job, Workbench.job_result, Workbench.interrupted_jobs, Workbench.cancel_job,
        Workbench.start_resuming, Workbench.devices, Workbench.backbones,
    )
}  # fmt: skip


def call(target: ProjectBench | Workbench, name: str, arguments: Mapping[str, Any]) -> Any:
    """What the verb gives, as JSON values. Raises UnknownName, BadInput where arguments do not fit, what the verb raises."""
    table = OF_PROJECTS if isinstance(target, ProjectBench) else OF_WORKSPACES
    if name not in table:
        raise UnknownName("verb", name, table)
    verb = table[name]
    wanted = [each for each in inspect.signature(verb).parameters.values() if each.name != "self"]
    unknown = arguments.keys() - {each.name for each in wanted}
    if unknown:
        raise BadInput(f"{name} takes no {sorted(unknown)[0][:80]!r}. Nothing was done.")
    missing = [each.name for each in wanted if each.default is each.empty and each.name not in arguments]
    if missing:
        raise BadInput(f"{name} needs {missing[0]!r}. Nothing was done.")
    hints = hints_of(verb)
    given = {each: _argument(name, each, hints[each], value) for each, value in arguments.items()}
    _refuse_files(given)
    return to_json(verb(target, **given))


def _refuse_files(given: Mapping[str, Any]) -> None:
    """No request may make the server read a file by the name of a backbone."""
    settings = given.get("settings")
    named = settings.backbone if isinstance(settings, TrainingSettings) else given.get("backbone")
    if isinstance(named, str) and names_a_file(named):
        raise BadSetting(
            f"backbone: {named!r} names a file, which a running server does not read. Nothing was done. Stop the "
            "server, embed with it, and start the server again."
        )


def _argument(verb: str, name: str, hint: Any, value: Any) -> Any:
    try:
        return from_json(hint, value)
    except BadInput as error:
        raise BadInput(f"{verb}, {name}: {error}. Nothing was done.") from error


@cache
def hints_of(verb: Callable[..., Any]) -> Mapping[str, Any]:
    """The types of a verb's arguments, and of what it gives under "return"."""
    return get_type_hints(verb)
