"""`labelgraft embed`."""

from __future__ import annotations

from pathlib import Path

import click

from labelgraft.cli.output import Output


@click.command()
@click.argument("project")
@click.option(
    "--backbone",
    help="Name from `labelgraft backbones list`, timm:NAME or onnx:FILE. Default: the project's.",
)
@click.option(
    "--weights", "weights_file", type=click.Path(exists=True, path_type=Path),
    help="Weights from this file: safetensors, or a PyTorch state dict.",
)  # fmt: skip
@click.option("--use", is_flag=True, help="Make it the project's backbone from now on.")
@click.pass_obj
def embed(output: Output, project: str, backbone: str | None, weights_file: Path | None, use: bool) -> None:
    """Embed every image with a backbone; images that are embedded already are not done again."""
    with output.project(project) as bench:
        with output.progress(f"Embedding {project}") as advance:
            report = bench.embed(backbone, weights_file=weights_file, use=use, on_progress=advance)

        def shown() -> None:
            bad = f", {len(report.refused):,} could not be read" if report.refused else ""
            click.echo(
                f"{report.embedded:,} images embedded with {report.backbone} ({report.backend}, {report.precision}), "
                f"{report.known:,} were there already{bad}."
            )
            for refused in report.refused[:20]:
                click.echo(f"  not read: {refused.path}: {refused.reason}")

        output.result(report, shown)
