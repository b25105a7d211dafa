"""`labelgraft predict`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from labelgraft.cli.output import Output
from labelgraft.cli.texts import comma_numbers, counted
from labelgraft.errors import BadSetting

if TYPE_CHECKING:
    from labelgraft.workbench.project import ProjectBench


@click.command()
@click.argument("project")
@click.option("--model", "model_name", help="Name from `labelgraft models list`. Default: the active one.")
@click.option(
    "--images",
    "image_list",
    help="For these alone, as 3,17,20-22. Default: all; of shapes, all that are not finished.",
)
@click.option("--dry-run", is_flag=True, help="Tell what it would propose for 12 images, and write nothing.")
@click.pass_obj
def predict(
    output: Output, project: str, model_name: str | None, image_list: str | None, dry_run: bool
) -> None:
    """Propose classes for every image, or shapes where they are drawn; labels are never touched.

    Classes take the place of all earlier proposals of an image, shapes that of the model's own ones that are open.
    """
    chosen = None if image_list is None else comma_numbers(image_list, "--images")
    with output.project(project) as bench:
        if bench.info.task.draws_shapes:
            predict_shapes(output, bench, model_name, chosen, dry_run)
            return
        if dry_run:
            raise BadSetting("--dry-run: only where shapes are drawn. Nothing was proposed.")
        with output.progress(f"Predicting {project}") as advance:
            report = bench.predict(model_name, images=chosen, on_progress=advance)

        def shown() -> None:
            click.echo(
                f"{counted(report.images, 'image')} scored by {report.model}; {report.unlabelled:,} without a label."
            )
            if not report.unlabelled:
                return
            output.table(
                "", ["confidence", "unlabelled images", "expected right"],
                [
                    (f"{low:.2f} to {high:.2f}", count, f"{100 * right:.1f} %")
                    for low, high, count, right in report.bands if count
                ],
            )  # fmt: skip
            click.echo(f"Next: labelgraft accept {project} --threshold 0.95 --dry-run")

        output.result(report, shown)


def predict_shapes(
    output: Output, bench: ProjectBench, model_name: str | None, chosen: Sequence[int] | None, dry_run: bool
) -> None:
    """Propose shapes, or tell what would be proposed."""
    if dry_run:
        number = None if model_name is None else int(bench.model(model_name).id)
        tried = bench.try_finding(number, images=chosen)
        rows = [
            (
                each.image_id, ", ".join(f"{n} {name}" for name, n in Counter(s.class_name for s in each.shapes).items()),
                f"{each.shapes[0].confidence:.2f}" if each.shapes else None, each.known,
            )
            for each in tried
        ]  # fmt: skip
        output.result(
            tried, lambda: output.table("", ["image", "would propose", "surest", "there already"], rows)
        )
        return
    with output.progress(f"Finding shapes in {bench.name}") as advance:
        report = bench.find_shapes(model_name, images=chosen, on_progress=advance)

    def shown() -> None:
        found = ", ".join(f"{number:,} {name}" for name, number in sorted(report.per_class.items()))
        click.echo(
            f"{report.model} proposed {counted(report.shapes, 'shape')} in {report.with_shapes:,} of "
            f"{counted(report.images, 'image')}" + (f": {found}." if found else ".")
        )
        if report.known:
            click.echo(f"{report.known:,} more were drawn already, or rejected before.")
        for refused in report.refused[:10]:
            click.echo(f"Left out: {refused.path}: {refused.reason}")
        if report.shapes:
            click.echo(f"Next: labelgraft accept {bench.name} --threshold 0.6 --dry-run")

    output.result(report, shown)
