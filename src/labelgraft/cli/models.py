"""`labelgraft models`: list, show, use, add."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_names
from labelgraft.errors import BadSetting


@click.group()
def models() -> None:
    """List the models, show one, choose the active one, add one from a file."""


@models.command("list")
@click.argument("project")
@click.pass_obj
def list_(output: Output, project: str) -> None:
    """Every model with its quality."""
    with output.project(project) as bench:
        found = bench.models()
        active = bench.info.active_model_id
        output.result(
            found,
            lambda: output.table(
                "", ["model", "head", "backbone", "labels", "accuracy", "measured on", "active", "made"],
                [
                    (
                        m.name, m.head, m.backbone, m.labels_used,
                        f"{m.quality.accuracy.value:.3f} ({m.quality.accuracy.low:.3f} to {m.quality.accuracy.high:.3f})"
                        if m.quality else None,
                        m.quality.measured_on if m.quality else None, m.id == active, m.created_at,
                    )
                    for m in found
                ],
                spare=("measured on", "backbone", "made"),
            ),
        )  # fmt: skip


@models.command()
@click.argument("project")
@click.argument("name")
@click.pass_obj
def show(output: Output, project: str, name: str) -> None:
    """One model: quality per class, settings, provenance."""
    with output.project(project) as bench:
        model = bench.model(name)

        def shown() -> None:
            click.echo(
                f"{model.name}: {model.head} on {model.backbone}, {model.labels_used} labels, in {model.folder}"
            )
            if model.quality is not None:
                output.table(
                    f"{model.quality.measured_on}: accuracy {model.quality.accuracy.value:.3f}, log loss "
                    f"{model.quality.log_loss:.3f}, calibration error {model.quality.calibration_error:.3f}",
                    ["class", "precision", "recall", "images"],
                    [
                        (
                            c.class_name,
                            c.precision.value if c.support else None,
                            c.recall.value if c.support else None,
                            c.support,
                        )
                        for c in model.quality.per_class
                    ],
                )

        output.result(model, shown)


@models.command()
@click.argument("project")
@click.argument("name")
@click.pass_obj
def use(output: Output, project: str, name: str) -> None:
    """Make a model the active one: its proposals are shown, its embedding is mapped."""
    with output.project(project) as bench:
        model = bench.use_model(name)
        output.result(
            model, lambda: click.echo(f"{model.name} is active. Next: labelgraft predict {project}")
        )


@models.command("runs")
@click.argument("project")
@click.pass_obj
def runs_(output: Output, project: str) -> None:
    """Every training: finished, stopped, failed with its reason, or interrupted and how to go on."""
    with output.project(project) as bench:
        found = bench.runs()
        output.result(
            found,
            lambda: output.table(
                "",
                ["run", "name", "state", "began", "reason"],
                [
                    (str(run.id), run.name, run.state.value, run.started_at, run.reason or None)
                    for run in found
                ],
            ),
        )


@models.command("add")
@click.argument("project")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What it is called here. Default: the file's name.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="THEIRS=OURS[:SURE]",
    help="Propose its class THEIRS as the project's class OURS, where it is at least SURE (0 to 1). May be given often; "
    "classes that are not named are left out. Default: classes that are called alike.",
)
@click.option(
    "--threshold", type=float, default=0.25, show_default=True, help="How sure it must be elsewhere."
)
@click.option("--input-px", metavar="WxH", help="Its input, where the file takes any size, as 640x640.")
@click.option(
    "--classes", "class_names", help="Its own classes in its order, where the file does not say: a,b,c."
)
@click.option(
    "--describe",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON file with what of its description is otherwise than recognised.",
)
@click.pass_obj
def add(
    output: Output, project: str, file: Path, name: str | None, pairs: tuple[str, ...], threshold: float,
    input_px: str | None, class_names: str | None, describe: Path | None,
) -> None:  # fmt: skip
    """Add an ONNX file as a model that proposes shapes. It is copied; nothing is unpickled."""
    mapped, thresholds = pairs_of(pairs)
    with output.project(project) as bench:
        model = bench.add_detector(
            file, classes=mapped, threshold=threshold, thresholds=thresholds, name=name,
            input_px=None if input_px is None else size_of(input_px),
            class_names=() if class_names is None else comma_names(class_names),
            changes=None if describe is None else described_in(describe),
        )  # fmt: skip

        def shown() -> None:
            click.echo(f"{model.name} was added: it proposes {', '.join(model.class_names)}.")
            click.echo(f"Next: labelgraft predict {project} --model {model.name} --dry-run")

        output.result(model, shown)


def pairs_of(pairs: Sequence[str]) -> tuple[dict[str, str] | None, dict[str, float]]:
    """The mapping and the thresholds of `person=pedestrian:0.4`; None without any. Raises BadSetting."""
    mapped: dict[str, str] = {}
    thresholds: dict[str, float] = {}
    for pair in pairs:
        theirs, equals, rest = pair.partition("=")
        ours, colon, sure = rest.rpartition(":") if ":" in rest else (rest, "", "")
        if not (theirs and equals and ours) or theirs in mapped:
            raise BadSetting(
                f"--map: found {pair!r}, expected THEIRS=OURS or THEIRS=OURS:SURE, each class once. Nothing was added."
            )
        mapped[theirs] = ours
        if colon:
            try:
                thresholds[theirs] = float(sure)
            except ValueError:
                raise BadSetting(f"--map: {sure!r} in {pair!r} is no number. Nothing was added.") from None
    return (mapped or None), thresholds


def size_of(text: str) -> tuple[int, int]:
    """ "640x480" as (640, 480). Raises BadSetting."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise BadSetting(
            f"--input-px: found {text!r}, expected width and height as 640x480. Nothing was added."
        )
    return int(width), int(height)


def described_in(file: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises BadSetting."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadSetting(f"{file}: is no JSON ({error}). Nothing was added.") from None
    if not isinstance(found, dict):
        raise BadSetting(f"{file}: expected a JSON object with parts of a description. Nothing was added.")
    return found
