"""Help in groups: flags that belong together under a heading of their own."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

__all__ = ["Grouped"]


class Grouped(TyperCommand):
    """A command whose plain help shows each `rich_help_panel` as a section, as rich help would."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  click's, which typer keeps to itself
        """Write arguments, then options, then each named group."""
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
                sections.setdefault(getattr(parameter, "rich_help_panel", None) or usual, []).append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
