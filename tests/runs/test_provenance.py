"""Where a run comes from: the commit, without running what a repository names; the BLAS that NumPy computes with."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gancli.runs import git, provenance


def run_git(*words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@x", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *words], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git.git_of.cache_clear()
    run_git("init", "-q")
    Path("notes.txt").write_text("first\n")
    Path("data.bin").write_bytes(b"first\n")
    Path(".gitattributes").write_text("*.txt filter=evil diff=evil\n*.bin filter=process diff=evil\n")
    run_git("add", ".")
    run_git("commit", "-q", "-m", "first")
    return tmp_path


def arm(root: Path) -> Path:
    """Have the repository name a program in every way that git knows; returns the file that it leaves."""
    mark, evil = root / "RAN", root / "evil.sh"
    evil.write_text(f"#!/bin/sh\necho $0 $* >> '{mark}'\ncat\n")
    evil.chmod(0o755)
    settings = {
        "core.fsmonitor": str(evil), "core.hooksPath": str(root / "hooks"), "core.pager": str(evil), "pager.diff": "true",
        "core.sshCommand": str(evil), "core.editor": str(evil), "core.gitProxy": str(evil), "core.askPass": str(evil),
        "core.alternateRefsCommand": str(evil), "gpg.program": str(evil), "credential.helper": f"!{evil}",
        "diff.external": str(evil), "diff.evil.textconv": str(evil), "diff.evil.command": str(evil),
        "filter.evil.clean": str(evil), "filter.evil.smudge": str(evil), "filter.evil.required": "true",
        "filter.process.process": str(evil), "filter.process.required": "true",
        "remote.origin.url": f"ext::{evil}", "remote.origin.promisor": "true", "remote.origin.uploadpack": str(evil),
        "alias.diff": f"!{evil}", "alias.rev-parse": f"!{evil}", "protocol.ext.allow": "always", "index.threads": "true",
        "core.eol": f'lf"\n[filter "evil"]\n\tclean = {evil}',
    }  # fmt: skip
    for key, value in settings.items():
        run_git("config", key, value)
    (root / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "reference-transaction", "post-checkout"):
        (root / "hooks" / hook).symlink_to(evil)
    return mark


def test_nothing_that_a_repository_names_is_run(repository: Path) -> None:
    commit = run_git("rev-parse", "HEAD")
    mark = arm(repository)
    for path in ("notes.txt", "data.bin"):
        Path(path).write_text("second\n")
        os.utime(path, (1, 1))
    found = git.git_of(str(repository))
    assert not mark.exists(), mark.read_text()
    assert found is not None and found.commit == commit and found.dirty and b"-first\n+second\n" in (found.patch or b"")
    subprocess.run(["git", "diff", "HEAD"], capture_output=True)
    assert mark.exists(), "git by itself runs them: the trap works"


@pytest.mark.parametrize(
    "change", ["nothing", "touched", "staged", "new", "mode", "deleted", "sub-folder", "split index"]
)
def test_the_commit_and_whether_tracked_files_differ(repository: Path, change: str) -> None:
    folder = repository
    if change == "touched":
        os.utime("notes.txt", (1, 1))
    elif change == "staged":
        Path("notes.txt").write_text("second\n")
        run_git("add", ".")
    elif change == "new":
        Path("other.txt").write_text("not tracked\n")
    elif change == "mode":
        Path("notes.txt").chmod(0o755)
    elif change == "deleted":
        Path("notes.txt").unlink()
    elif change == "sub-folder":
        folder = repository / "a" / "b"
        folder.mkdir(parents=True)
        Path("notes.txt").write_text("second\n")
    elif change == "split index":
        run_git("update-index", "--split-index")
        Path("notes.txt").write_text("second\n")
    before = {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")}
    found = git.git_of(str(folder))
    assert found is not None and found.commit == run_git("rev-parse", "HEAD")
    assert found.dirty is (change not in ("nothing", "touched", "new")) and bool(found.patch) is found.dirty
    assert {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")} == before, "it is only read"


def test_no_repository_no_commit_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) is None
    run_git("init", "-q")
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) is None
    (tmp_path / "git").write_text("#!/bin/sh\ntouch RAN\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", ".")
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) is None and not (tmp_path / "RAN").exists()


def test_a_work_tree_of_its_own_and_odd_bytes(repository: Path) -> None:
    run_git("worktree", "add", "-q", "other")
    Path("other/notes.txt").write_bytes(b"caf\xe9\n")
    found = git.git_of(str(repository / "other"))
    assert found is not None and found.dirty and b"+caf\xe9\n" in (found.patch or b"")
    assert git.git_of(str(repository)).dirty is False  # type: ignore[union-attr]


MEASURED = """
import json, resource, sys, time
from gancli.runs.provenance import provenance
start = time.monotonic()
facts, files = provenance()
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
usage = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)  # one's own is that of who started it, too
print(json.dumps([facts["git"], {name: len(file) for name, file in files.items()}, time.monotonic() - start, usage // 1024]))
"""


@pytest.mark.parametrize("how", ["one large file", "many lines"])
def test_a_large_change_is_noted_and_neither_kept_nor_read_into_memory(repository: Path, how: str) -> None:
    rng = random.Random(0)
    if how == "one large file":
        Path("large").write_bytes(rng.randbytes(60_000_000))
    else:
        Path("folder").mkdir()
        for number in range(60):
            Path(f"folder/{number}").write_text("".join(f"{rng.random()}\n" for _ in range(30_000)))
    run_git("add", ".")
    result = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)
    found, files, seconds, megabytes = json.loads(result.stdout)
    assert found["commit"] == run_git("rev-parse", "HEAD") and found["dirty"] is True
    if how == "many lines":
        assert found["patch"] == "not kept: over 1,000,000 bytes" and files == {}
    else:
        assert files["git.diff"] < 1000
    assert megabytes < 400 and seconds < git.SECONDS


def test_a_comparison_that_takes_too_long_leaves_the_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*args: Any) -> bytes:
        raise subprocess.SubprocessError("not in time")

    monkeypatch.setattr(git, "_difference", slow)
    assert git.git_of(str(repository)) == git.Git(run_git("rev-parse", "HEAD"), None, None)


def library(path: str, version: str) -> dict[str, Any]:
    return {"user_api": "blas", "internal_api": "openblas", "version": version, "filepath": path, "num_threads": 1}


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("/x/site-packages/numpy.libs/libscipy_openblas64_-1.so", ["/x/site-packages/scipy.libs/libscipy_openblas-2.so", "/usr/lib/libopenblas.so.0"]),
        ("/x/site-packages/numpy/.dylibs/libopenblas.dylib", ["/x/site-packages/scipy/.dylibs/libopenblas.dylib"]),
        ("/usr/lib/libopenblas.so.0", ["/a/site-packages/scipy.libs/libscipy_openblas-2.so"]),
    ],
)  # fmt: skip
def test_the_blas_of_a_record_is_numpys_in_whatever_order_they_are_loaded(
    own: str, others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = [library(own, "numpy's"), *(library(path, "another") for path in others)]
    for order in (libraries, libraries[::-1]):
        monkeypatch.setattr(provenance, "threadpool_info", lambda order=order: order)
        found = provenance._blas(None)
        assert found is not None and found["version"] == "numpy's"


def test_two_processes_of_one_machine_record_the_same() -> None:
    pytest.importorskip("scipy")
    code = "import json; from gancli.runs.provenance import machine; print(json.dumps(machine(1)))"
    ways = [
        f"{first}; {code}" for first in ("import numpy", "import scipy.linalg", "import scipy.linalg, numpy.linalg")
    ]
    found = {subprocess.run([sys.executable, "-c", way], capture_output=True, text=True).stdout for way in ways}
    assert len(found) == 1 and json.loads(found.pop())["blas"]


@pytest.mark.parametrize("how", ["huge", "a link"])
def test_an_index_that_is_none_is_not_copied(repository: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index = repository / ".git" / "index"
    commit = run_git("rev-parse", "HEAD")
    index.unlink()
    if how == "huge":
        with index.open("wb") as file:
            file.truncate(3_000_000_000)
    else:
        index.symlink_to("/dev/zero")
    assert git.git_of(str(repository)) == git.Git(commit, None, None)
