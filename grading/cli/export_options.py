"""The options of `grading export`: those of every format in the registry, asked for only when the command is used."""

import argparse
from typing import TYPE_CHECKING, Any

from traitlets import Bool, TraitError, TraitType

from grading.errors import UsageError
from grading.gradebook.exports import export_formats, load_export

if TYPE_CHECKING:
    from grading.gradebook.grade_export import GradeExport

PREFIX = "export_option_"  # of what the parser stores, so that no format's option hides one of the command's own


def add_export_options(command: argparse.ArgumentParser) -> None:
    """Add the choice of a format, the file, and an option for each trait that a format adds.

    Args:
        command: the parser of `grading export`.
    """
    formats = export_formats()
    command.add_argument("--format", choices=formats, default="csv", help="default csv")
    command.add_argument("--out", help="file to write (default: below build/exports in the class's folder)")
    command.add_argument(
        "--excel", action="store_true", help="begin the file with a byte order mark, so that Excel shows every letter"
    )
    owners: dict[str, list[str]] = {}
    traits: dict[str, TraitType] = {}
    for name in formats:
        for option, trait in _own_options(load_export(name)).items():
            owners.setdefault(option, []).append(name)
            traits[option] = trait
    for option, trait in traits.items():
        settings: dict[str, Any] = {"action": "store_true"} if isinstance(trait, Bool) else {"type": trait.from_string}
        command.add_argument(
            f"--{option.replace('_', '-')}", dest=PREFIX + option, default=argparse.SUPPRESS,
            help=f"{', '.join(owners[option])}: {trait.help}", **settings,
        )  # fmt: skip


def make_export(arguments: argparse.Namespace) -> "GradeExport":
    """Make the export that was asked for.

    Args:
        arguments: what the parser of `grading export` made.

    Raises:
        UsageError: when an option does not belong to the format, or its value is no value of it.
    """
    export = load_export(arguments.format)
    options = {name.removeprefix(PREFIX): value for name, value in vars(arguments).items() if name.startswith(PREFIX)}
    for option in options:
        if option not in _own_options(export):
            owners = [name for name in export_formats() if option in _own_options(load_export(name))]
            flag = f"--{option.replace('_', '-')}"
            raise UsageError(f"{flag} is for --format {' or '.join(owners)}. Got --format {arguments.format}.")
    try:
        return export(**options, byte_order_mark=arguments.excel)
    except TraitError as error:
        raise UsageError(f"--format {arguments.format}: {error}") from error


def _own_options(export: "type[GradeExport]") -> dict[str, TraitType]:
    """The options that a format adds to those of every export."""
    from grading.gradebook.grade_export import GradeExport

    shared = GradeExport.class_trait_names()
    return {name: trait for name, trait in export.class_traits(config=True).items() if name not in shared}
