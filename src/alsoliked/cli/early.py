"""What `train` reads from its flags, and what it refuses before DATA is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alsoliked.cli.console import say
from alsoliked.cli.place import check_writable
from alsoliked.errors import OptionError

__all__ = ["check_early", "numbers", "read_range"]


def check_early(model: str, options: dict[str, Any], out: Path) -> None:
    """Refuse before DATA is read what would be refused after."""
    from alsoliked.bundle import check_place

    check_place(out)
    check_writable(out.absolute().parent)
    from alsoliked.fitting import settle_options
    from alsoliked.models.registry import model_spec
    from alsoliked.training.needed import check_torch

    given = {name: value for name, value in options.items() if value is not None}
    spec = model_spec(model, options["feedback"])
    settle_options(spec, given, 1)
    if spec.kind != "baseline":
        check_torch("training a model")
    if (out / "manifest.json").is_file():
        say(f"{out} holds an older bundle; it is replaced when the new one is complete")


def numbers(name: str, text: str | None, kind: type[int] | type[float]) -> list[Any] | None:
    """Read numbers with commas between, as an option has them."""
    try:
        return None if text is None else [kind(part) for part in text.split(",")]
    except ValueError as error:
        raise OptionError(f"--{name} {text!r} came, expected numbers with commas between, such as 100,50.") from error


def read_range(text: str | None) -> Any:  # noqa: ANN401  a word or two numbers
    """Read an interval of predictions: two numbers, or a word."""
    if text is None or text in ("auto", "none"):
        return text
    ends = numbers("y-range", text, float) or []
    if len(ends) != 2:
        raise OptionError(f"--y-range {text!r} came, expected two numbers such as 0,5.5, or auto, or none.")
    return (ends[0], ends[1])
