"""What tests of several rooms do: call the command line, train a configuration, build a game."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gancli.cli import main
from gancli.experiment import build, load_data
from gancli.runs import RunFolder
from gancli.spec import resolve
from gancli.spec.overrides import apply
from gancli.spec.yaml import load_text


@contextmanager
def started(*words: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process whose output is read; where the test fails it is killed, not waited for."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, text=True, **{**streams, **options}) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def unmeasured() -> dict[str, str]:
    """The environment, for a process that cannot write down which lines it passes through."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


def gancli(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def train(text: str, *words: str, code: int = 0) -> tuple[RunFolder, Result]:
    Path("c.yaml").write_text(text, encoding="utf-8")
    result = gancli("train", "c.yaml", *words)
    assert result.exit_code == code, result.output
    return RunFolder(Path(result.stdout.splitlines()[-1])), result


def experiment(text: str, *settings: str) -> Any:
    document = load_text(text, "f")
    apply(document, list(settings))
    return resolve(document).experiment


def game(text: str, *settings: str) -> Any:
    spec = experiment(text, *settings)
    return build(spec, load_data(spec)).game


def installed(folder: Path, module: str, source: str, entry_points: str) -> Path:
    """A folder for `sys.path` in which a package of one module is installed."""
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    return folder
