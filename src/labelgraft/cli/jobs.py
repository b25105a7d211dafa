"""`labelgraft jobs`: list, cancel, resume."""

from __future__ import annotations

import click

from labelgraft.cli.output import Output


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(ctx: click.Context) -> None:
    """Background work: list, cancel, resume."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@jobs.command("list")
@click.pass_obj
def list_(output: Output) -> None:
    """Every job, newest first; works while another process runs them."""
    from labelgraft.workbench.front_door import list_jobs

    found = list_jobs(output.workspace)
    output.result(
        found,
        lambda: output.table(
            "", ["job", "what", "state", "done", "of", "reason"],
            [(str(j.number), j.title, str(j.state), j.done, j.total, j.reason or None) for j in found],
        ) if found else click.echo("No job yet."),
    )  # fmt: skip


@jobs.command()
@click.argument("number", type=int)
@click.pass_obj
def cancel(output: Output, number: int) -> None:
    """Ask a job to stop, also one that another process runs; what it finished is kept."""
    from labelgraft.workbench.front_door import cancel_job

    cancel_job(output.workspace, number)
    output.result({"cancelled": number}, lambda: click.echo(f"Job {number} stops after its current step."))


@jobs.command()
@click.argument("number", type=int)
@click.pass_obj
def resume(output: Output, number: int) -> None:
    """Go on with an interrupted, failed or cancelled job from its last finished step."""
    with output.bench() as bench:
        with output.progress(f"Job {number}") as advance:
            result = bench.resume_job(number, on_progress=advance)
        output.result(result, lambda: click.echo(f"Job {number} is finished."))
