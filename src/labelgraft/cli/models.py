"""`labelgraft models`: list, show, use."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output


@click.group()
def models() -> None:
    """List the models, show one, choose the active one."""


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
