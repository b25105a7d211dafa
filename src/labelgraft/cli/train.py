"""`labelgraft train`: every setting of a training is an option with its plain-language help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_names
from labelgraft.domain.model import Model
from labelgraft.domain.training import (
    SETTINGS_HELP,
    SettingHelp,
    TrainingAdvice,
    TrainingSettings,
    check_used,
)

FOLDER_SETTINGS = {row.name for row in SETTINGS_HELP if row.name.endswith("_folders")}


def option_of(row: SettingHelp) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The command-line option of one setting; left out = the setting's own default."""
    kind: Any = str
    if row.choices:
        kind = click.Choice(
            [str(choice) for choice in row.choices]
        )  # plain text: of an enum click shows the names
    elif row.minimum is not None:
        kind = int if row.whole else float
    default = row.default
    left_out = row.automatic or (f"{default}" if default not in ("", ()) else "")
    text = row.text + (f" Default: {left_out}." if left_out else "")
    return click.option(f"--{row.name.replace('_', '-')}", row.name, type=kind, default=None, help=text)


def training_options(command: Callable[..., None]) -> Callable[..., None]:
    """Every setting of a training as an option, in the order of the table."""
    for row in reversed(SETTINGS_HELP):
        command = option_of(row)(command)
    return command


@click.command()
@click.argument("project")
@click.option(
    "--advise", is_flag=True, help="Train nothing; measure and say which way of training fits your data."
)
@click.option(
    "--resume", "resume_run", type=int, help="Go on with an interrupted run from its last checkpoint."
)
@training_options
@click.pass_obj
def train(output: Output, /, project: str, advise: bool, resume_run: int | None, **chosen: Any) -> None:
    """Train a model on the labels so far. Ctrl+C stops it and keeps the last finished epoch."""
    values = {name: value for name, value in chosen.items() if value is not None}
    for name in FOLDER_SETTINGS & values.keys():
        values[name] = comma_names(values[name])
    settings = TrainingSettings(**values)
    with output.project(project) as bench:
        check_used(values, settings.head, draws_shapes=bench.info.task.draws_shapes)
        if advise:
            advice = bench.advise()
            output.result(advice, lambda: show_advice(project, advice))
            return
        with output.progress(f"Training {project}") as advance:
            if resume_run is None:
                model = bench.train(settings, on_progress=advance)
            else:
                model = bench.resume_run(resume_run, on_progress=advance)
        output.result(model, lambda: show_model(project, model))


def show_advice(project: str, advice: TrainingAdvice) -> None:
    """The advice in words, with the command that follows it."""
    click.echo(advice.reason)
    frozen = f" --frozen-blocks {advice.frozen_blocks}" if advice.head == "finetune" else ""
    steps = f" --full-steps {advice.full_steps}" if advice.full_steps else ""
    click.echo(f"Next: labelgraft train {project} --head {advice.head.value}{frozen}{steps}")


def show_model(project: str, model: Model) -> None:
    """The new model in a sentence."""
    click.echo(f"{model.name}: trained on {model.labels_used} labels.")
    if model.quality is not None:
        accuracy = model.quality.accuracy
        click.echo(
            f"Right on {100 * accuracy.value:.1f} % of {accuracy.count} held-out images "
            f"({100 * accuracy.low:.1f} to {100 * accuracy.high:.1f} %, {model.quality.measured_on})."
        )
    elif model.description:
        click.echo(model.description)
    else:
        click.echo("Its quality could not be measured: too few labels to hold some out.")
    click.echo(f"Next: labelgraft map {project} (the better map) and labelgraft predict {project}")
