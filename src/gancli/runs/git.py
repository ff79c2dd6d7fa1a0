"""Which commit the working folder is of, and how its tracked files differ, without running what the repository names.

A repository's own configuration can name programs that git runs even to compare files: filters, `core.fsmonitor`,
hooks, drivers of diffs, helpers of transports. So its configuration is not read: git compares the files within an
empty repository made for the moment, with a copy of the index and the objects of the true one. Nor are a user's
settings, so that the same difference is always the same text.
"""

import contextlib
import functools
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_PATCH = 1_000_000
"""Bytes of a difference that are kept; of a larger one it is only said that there is one."""
MAX_INDEX = 100_000_000
"""Bytes of an index, which has about a hundred for each file."""
SECONDS = 5.0
"""After which a comparison is given up: whether files differ is not known then, but the commit is."""
LARGE_FILE = "1m"
"""Files from here on are compared without being read into memory, and their difference is not written out."""
_FORM = r"^core\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks)$"
"""What of the true configuration says how files are stored, and runs nothing; its values are single words."""
_QUESTIONS = (
    "--path-format=absolute", "--show-toplevel", "--git-path", "objects", "--git-path", "index", "--show-object-format",
    "--verify", "HEAD",
)  # fmt: skip
_ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",  # no objects from elsewhere
    "GIT_OPTIONAL_LOCKS": "0",  # nothing is written into the true repository
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


@dataclass(frozen=True)
class Git:
    """The commit; whether tracked files differ, None where that is not known; and how, None where it is too large."""

    commit: str
    dirty: bool | None
    patch: bytes | None


@functools.cache
def git_of(folder: str) -> Git | None:
    """None outside a repository, in one without a commit or of another user, or without git."""
    try:
        top, objects, index, kind, commit = _run(folder, "rev-parse", *_QUESTIONS).splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    try:
        with _borrowed(folder, objects, index, kind) as environment:
            patch = _difference(commit, top, {**environment, "GIT_WORK_TREE": top})
    except (OSError, subprocess.SubprocessError):
        return Git(commit, None, None)
    return Git(commit, bool(patch), patch if len(patch) <= MAX_PATCH else None)


def _program() -> str:
    """Git, but not one that lies where one stands. Raises OSError."""
    program = shutil.which("git")
    if program is None or not Path(program).is_absolute():
        raise FileNotFoundError("git")
    return program


def _run(folder: str, *words: str) -> str:
    """The output of a command that reads paths and settings, and compares nothing. Raises OSError, SubprocessError."""
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
    command = [_program(), "-C", folder, *words]
    result = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS, env=environment)
    return os.fsdecode(result.stdout)


def _form(folder: str) -> dict[str, str]:
    """How files are stored, by the true configuration."""
    try:
        settings = _run(folder, "config", "-z", "--get-regexp", _FORM)
    except subprocess.CalledProcessError:  # it says nothing of it
        return {}
    pairs = (entry.partition("\n")[::2] for entry in settings.split("\0") if entry)
    return {key: value for key, value in pairs if value.isalpha()}


@contextlib.contextmanager
def _borrowed(folder: str, objects: str, index: str, kind: str) -> Iterator[dict[str, str]]:
    """The environment of an empty repository with the objects of the one of `folder`, and a copy of its index."""
    settings = {"core.bare": "false", "core.bigFileThreshold": LARGE_FILE, "core.repositoryFormatVersion": "1"}
    settings |= {"extensions.objectFormat": kind, "diff.ignoreSubmodules": "all", **_form(folder)}
    lines = (f"[{key.partition('.')[0]}]\n\t{key.partition('.')[2]} = {value}\n" for key, value in settings.items())
    with tempfile.TemporaryDirectory(prefix="gancli-git-") as name:
        for subfolder in ("objects", "refs"):
            (Path(name) / subfolder).mkdir()
        (Path(name) / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
        (Path(name) / "config").write_text("".join(lines), encoding="ascii")
        for path in (Path(index), *Path(index).parent.glob("sharedindex.*")):  # which git brings up to date as it reads
            facts = path.lstat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_INDEX:
                raise OSError(f"{path} is no index of {MAX_INDEX:,d} bytes at most")
            shutil.copy2(path, Path(name) / path.name)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        yield {**environment, **_ALONE, "GIT_DIR": name, "GIT_OBJECT_DIRECTORY": objects}


def _difference(commit: str, top: str, environment: dict[str, str]) -> bytes:
    """A patch from the commit to the files, cut off one byte after what is kept. Raises OSError, SubprocessError."""
    options = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    with subprocess.Popen(
        [_program(), "diff", *options, commit, "--"], cwd=top, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            patch = process.stdout.read(MAX_PATCH + 1)
        finally:
            late.cancel()
        if len(patch) > MAX_PATCH:
            process.kill()
        elif process.wait() != 0:
            raise subprocess.SubprocessError("git could not compare the files, or not in time")
    return patch
