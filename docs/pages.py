"""The pages as something to run: their Python, their commands, and what both print.

``python docs/pages.py [PAGE …]`` runs the pages and writes what came out into them; tests/test_docs.py runs them too.

In a page

- a block of ``python`` is run, in the page's own namespace; a block of ``text`` right after it is what it prints;
- a block of ``console`` is run line by line where a line begins with ``$ alsoliked``; the lines after it are what it
  prints. A last line ``…`` says that there is more; ``… 12`` asks for the first 12 lines the next time;
- a block of ``{code-block} text`` with a ``:caption:`` is a file of that name, which the blocks after it may read.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from alsoliked.cli.app import run

HERE = Path(__file__).resolve().parent
FENCE = re.compile(r"^```(\{code-block\} )?(\w+)?\s*$")
FIRST = "alsoliked train ml-100k -o runs/first --seed 42"  # the bundle most pages start from


def all_pages() -> list[Path]:
    """All pages, by name."""
    return sorted(path for path in HERE.rglob("*.md") if "_build" not in path.parts)


@dataclass
class Block:
    """One fenced block: `start` and `end` are the lines of its fences."""

    kind: str
    start: int
    end: int
    lines: list[str]


@dataclass
class Command:
    """One line of a console block, and what the page says it prints."""

    text: str
    shown: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> list[str]:
        """The words of the command."""
        return shlex.split(self.text.replace("\\\n", " "))

    @property
    def expected_code(self) -> int:
        """The exit code that the shown output means."""
        last = next((line for line in reversed(self.shown) if line.strip()), "")
        if last.startswith("Error: "):
            return 2
        return 1 if any(line.startswith("alsoliked: ") for line in self.shown) else 0


def blocks(lines: list[str]) -> list[Block]:
    """Return the fenced blocks of a page."""
    found, place = [], 0
    while place < len(lines):
        if lines[place].startswith("```"):
            end = next(i for i in range(place + 1, len(lines)) if lines[i].startswith("```"))
            match = FENCE.match(lines[place])
            kind = "other" if match is None else "file" if match[1] else match[2] or "other"
            found.append(Block(kind, place, end, lines[place + 1 : end]))
            place = end
        place += 1
    return found


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block."""
    found: list[Command] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append(Command(line[2:]))
        elif found and not found[-1].shown and found[-1].text.endswith("\\"):
            found[-1].text += f"\n{line}"
        elif found:
            found[-1].shown.append(line)
    return found


class _Talk(StringIO):
    """Stderr joined to stdout, without the empty lines that a vanishing progress bar leaves."""

    def __init__(self, heard: StringIO) -> None:
        super().__init__()
        self._heard = heard

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("text is written here, no bytes")  # how others find out
        at_line_start = not self._heard.tell() or self._heard.getvalue().endswith("\n")
        if text.strip() or not at_line_start:
            self._heard.write(text)
        return len(text)


@contextlib.contextmanager
def listening() -> Iterator[StringIO]:
    """Collect what is printed, talk and data together, as a terminal shows it."""
    heard = StringIO()
    with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(_Talk(heard)):
        yield heard


def run_command(command: Command) -> tuple[int, str]:
    """Run one ``alsoliked …`` line; return its exit code and what it printed."""
    with listening() as heard:
        code = run(command.arguments[1:])
    return code, heard.getvalue()


@dataclass
class Session:
    """One page being run in the folder where we are.

    Attributes
    ----------
    first
        A folder that holds ``runs/first`` and what training it printed, for pages that begin with that command.
    """

    first: Path
    space: dict[str, object] = field(default_factory=lambda: {"__name__": "__page__"})

    def __post_init__(self) -> None:
        if not Path("runs/first").exists():
            shutil.copytree(self.first / "runs", "runs", dirs_exist_ok=True)

    def file(self, block: Block) -> None:
        """Write the file that a block shows."""
        name = next(line.partition(":caption:")[2].strip() for line in block.lines if line.startswith(":caption:"))
        body = [line for line in block.lines if not re.match(r":\w+:", line)]
        Path(name).write_text("\n".join(body[1:] if not body[0] else body) + "\n", encoding="utf-8")

    def python(self, block: Block, where: str) -> str:
        """Run a block of Python; return what it printed."""
        source = "\n" * (block.start + 1) + "\n".join(block.lines)
        with listening() as heard:
            exec(compile(source, where, "exec"), self.space)  # noqa: S102
        return heard.getvalue()

    def command(self, command: Command) -> tuple[int, str]:
        """Run a command; the one that trains the first bundle was run before."""
        if command.text == FIRST:
            return 0, (self.first / "said.txt").read_text(encoding="utf-8")
        return run_command(command)


def train_first(folder: Path) -> None:
    """Train the bundle that most pages start from, as they say it, in a folder."""
    with contextlib.chdir(folder):
        code, said = run_command(Command(FIRST))
    if code:
        raise RuntimeError(said)
    (folder / "said.txt").write_text(said, encoding="utf-8")


def _fresh(path: Path, first: Path) -> str:
    """Run a page and return its text with what really came out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    session, found = Session(first), blocks(lines)
    new: dict[int, list[str]] = {}
    for place, block in enumerate(found):
        if block.kind == "file":
            session.file(block)
        elif block.kind == "python":
            said = session.python(block, path.name)
            after = found[place + 1] if place + 1 < len(found) else None
            if after is not None and after.kind == "text" and not "".join(lines[block.end + 1 : after.start]).strip():
                new[after.start] = _shortened(after.lines, said)
        elif block.kind == "console":
            new[block.start] = [line for command in commands(block) for line in _played(command, session)]
    out, place = [], 0
    for block in found:
        out += [*lines[place : block.start + 1], *new.get(block.start, block.lines)]
        place = block.end
    return "\n".join([*out, *lines[place:]]) + "\n"


def _played(command: Command, session: Session) -> list[str]:
    ours = command.text.startswith("alsoliked ")
    shown = _shortened(command.shown, session.command(command)[1]) if ours else command.shown
    return [*f"$ {command.text}".splitlines(), *shown]


def _shortened(old: list[str], said: str) -> list[str]:
    names = {"ALSOLIKED_DATA": "/data", "XDG_CACHE_HOME": "~/.cache", "HOME": "~"}
    hidden = {os.environ[variable]: name for variable, name in names.items() if os.environ.get(variable)}
    for place, name in hidden.items():
        said = said.replace(place, name)
    lines = [line.rstrip() for line in said.rstrip().splitlines()]
    if not old or not old[-1].startswith("…"):
        return lines
    keep = int(old[-1][1:]) if old[-1][1:].strip() else len(old) - 1
    return [*lines[:keep], "…"]


def main() -> None:
    """Run pages and write what came out into them."""
    chosen = [Path(name).resolve() for name in sys.argv[1:]] or all_pages()
    with tempfile.TemporaryDirectory() as folder:
        train_first(Path(folder))
        for path in chosen:
            with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
                text = _fresh(path, Path(folder))
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(HERE))


if __name__ == "__main__":
    main()
