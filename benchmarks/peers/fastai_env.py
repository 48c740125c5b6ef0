"""Make the virtual environment of the fastai peer: `python benchmarks/peers/fastai_env.py [FOLDER]`.

Needs only this file's folder and the package registry. torch comes first, in whichever build pip finds (the registry's
or one in a local wheel folder); the rest is pinned and installed with --no-deps, because fastai asks for torchvision
and spacy, which collaborative filtering never imports and which may have no build beside this torch.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parent / ".envs" / "fastai"
TORCH = "torch==2.13.0"
REQUIREMENTS = HERE / "fastai_requirements.txt"


def interpreter(folder: Path) -> Path:
    """Where a virtual environment keeps its python."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def make(folder: Path = DEFAULT) -> Path:
    """Create the environment unless it is there and imports fastai.collab; return its interpreter."""
    python = interpreter(folder)
    if python.exists() and _works(python):
        return python
    venv.create(folder, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(REQUIREMENTS), TORCH], check=True)
    subprocess.run([*pip, "--no-deps", "-r", str(REQUIREMENTS)], check=True)
    if not _works(python):
        raise SystemExit(f"{folder} was made, but `import fastai.collab` fails in it; run that to see why.")
    return python


def _works(python: Path) -> bool:
    return subprocess.run([str(python), "-c", "import fastai.collab"], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Make the environment and print its interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    print(make(parser.parse_args().folder))


if __name__ == "__main__":
    main()
