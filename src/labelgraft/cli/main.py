"""The command `labelgraft`: finds the sub-command, loads only its file, and turns errors into sentences."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from labelgraft import __version__
from labelgraft.cli.output import Output, exit_code_of
from labelgraft.errors import JobCancelled, LabelgraftError

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        "labelgraft.cli.demo:demo",
        "Play the whole loop with a simulated annotator and print its table.",
    ),
    "run": ("labelgraft.cli.run:run", "Import a folder of images and open it in the browser meanwhile."),
    "serve": ("labelgraft.cli.serve:serve", "Start the server of a workspace and open it in the browser."),
    "doctor": ("labelgraft.cli.doctor:doctor", "Say what works on this machine and what does not."),
    "project": ("labelgraft.cli.project:project", "New, list, show, delete projects."),
    "images": ("labelgraft.cli.images:images", "Add images to a project, list them."),
    "classes": ("labelgraft.cli.classes:classes", "The classes of a project: set, rename, merge, delete."),
    "embed": ("labelgraft.cli.embed:embed", "Embed every image with a backbone."),
    "backbones": ("labelgraft.cli.backbones:backbones", "List the backbones, compare them on your labels."),
    "map": ("labelgraft.cli.map:map_", "Lay the images out; islands, rounds, pictures."),
    "label": ("labelgraft.cli.label:label", "Give a class to images, an island or a lasso in one gesture."),
    "train": ("labelgraft.cli.train:train", "Train a model on the labels so far; --advise says how."),
    "models": (
        "labelgraft.cli.models:models",
        "List the models, show one, choose the active one, add a file.",
    ),
    "predict": (
        "labelgraft.cli.predict:predict",
        "Propose classes for every image, or shapes where they are drawn.",
    ),
    "accept": ("labelgraft.cli.accept:accept", "Accept proposals by threshold, island or list."),
    "next": ("labelgraft.cli.next:next_", "The images worth looking at next, each with its reason."),
    "history": ("labelgraft.cli.history:history", "Every operation, newest first."),
    "revert": ("labelgraft.cli.history:revert", "Take back any operation."),
    "export": ("labelgraft.cli.export:export", "Write the labels in the format your trainer wants."),
    "jobs": ("labelgraft.cli.jobs:jobs", "Background work: list, cancel, resume."),
    "restore": ("labelgraft.cli.restore:restore", "Put a backup of the database in place."),
    "completion": ("labelgraft.cli.completion:completion", "Print the completion script of your shell."),
}
"""Every sub-command: where it is, and its line in `labelgraft --help` (shown without loading it)."""


class LazyCommands(click.Group):
    """A group whose sub-commands are loaded when they are called, so that --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the loop."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # ours, and the contract test looks at every one
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--workspace", "-w", type=click.Path(path_type=Path), envvar="LABELGRAFT_WORKSPACE",
    help="The folder where everything is kept. Default: ~/labelgraft.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bars.")
@click.version_option(__version__, prog_name="labelgraft")
@click.pass_context
def labelgraft(ctx: click.Context, workspace: Path | None, as_json: bool, quiet: bool) -> None:
    """Label images in bulk by transfer learning.

    A new project from a folder of photos:

    \b
      labelgraft project new pets --classes cat,dog
      labelgraft images add pets PHOTOS/
      labelgraft map pets --png map.png
      labelgraft next pets --count 20
      labelgraft label pets cat --images 3,17,21
      labelgraft train pets
      labelgraft predict pets
      labelgraft accept pets --threshold 0.95
      labelgraft export pets csv labels/
    """
    ctx.obj = Output(workspace=workspace, as_json=as_json, quiet=quiet)


def main() -> None:
    """Run the command line; the exit code is that of `exit_code_of`, 2 for wrong usage, 130 after Ctrl+C."""
    output = Output(workspace=None, as_json="--json" in sys.argv, quiet=True)
    try:
        code = labelgraft(prog_name="labelgraft", standalone_mode=False)
    except LabelgraftError as error:
        output.error(type(error).__name__, str(error))
        code = exit_code_of(error)
    except click.ClickException as error:
        if output.as_json:
            output.error(type(error).__name__, error.format_message())
        else:
            error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.error("Aborted", "Stopped. What was finished is kept.")
        code = exit_code_of(JobCancelled())
    sys.exit(code if isinstance(code, int) else 0)
