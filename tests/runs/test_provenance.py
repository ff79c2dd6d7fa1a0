"""Where a run comes from: the commit, without running what a repository names; the BLAS that NumPy computes with."""

import json
import os
import random
import subprocess
import sys
import threading
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
        "core.eol": f'lf\n[filter "evil"]\n\tclean = {evil}\n\trequired\ntrue',
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
    "change", ["nothing", "touched", "staged", "new", "mode", "mode not stored", "deleted", "sub-folder", "split index"]
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
    elif change.startswith("mode"):
        run_git("config", "core.fileMode", "false" if "not" in change else "true")
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
    assert (
        found.dirty is (change not in ("nothing", "touched", "new", "mode not stored"))
        and bool(found.patch) is found.dirty
    )
    assert {path: path.stat().st_mtime_ns for path in (repository / ".git").rglob("*")} == before, "it is only read"


def test_no_repository_no_commit_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) is None
    run_git("init", "-q")
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) is None
    (tmp_path / "git").write_text("#!/bin/sh\n: > RAN\n")
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


@pytest.mark.slow
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


def test_files_are_compared_wherever_one_stands_even_in_a_folder_that_is_gone(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("notes.txt").write_text("second\n")
    gone = tmp_path_factory.mktemp("gone")
    monkeypatch.chdir(gone)
    gone.rmdir()
    found = git.git_of(str(repository))
    assert found is not None and b"-first\n+second\n" in (found.patch or b"")


def test_a_difference_is_kept_up_to_its_bound_and_nobody_waits_for_it_any_longer(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("notes.txt").write_text("second\n")
    found = git.git_of(str(repository))
    assert found is not None and found.patch is not None
    for beside, kept in ((0, found.patch), (-1, None)):
        monkeypatch.setattr(git, "MAX_PATCH", len(found.patch) + beside)
        git.git_of.cache_clear()
        assert git.git_of(str(repository)) == git.Git(found.commit, True, kept)
    assert all(one.finished.is_set() for one in threading.enumerate() if isinstance(one, threading.Timer))


def play_git(words: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a shell script be git."""
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{words}\n")
    program.chmod(0o755)
    monkeypatch.setattr(git, "_program", lambda: str(program))


@pytest.mark.parametrize(
    ("words", "commit"),
    [
        ('echo "$GIT_NO_LAZY_FETCH$GIT_OPTIONAL_LOCKS"', "10"),
        ("echo c; exit 1", None),
        ("sleep 3; echo c", None),
    ],
)
def test_git_is_asked_for_the_commit_without_locks_and_not_for_long(
    words: str, commit: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play_git(f"printf '1\\n2\\n3\\n4\\n'; {words}", tmp_path, monkeypatch)
    if "sleep" in words:
        monkeypatch.setattr(git, "SECONDS", 0.05)
    git.git_of.cache_clear()
    assert git.git_of(str(tmp_path)) == (None if commit is None else git.Git(commit, None, None))
    git.git_of.cache_clear()


@pytest.mark.parametrize(
    ("found", "said", "files"),
    [
        (None, None, {}),
        (git.Git("c", False, b""), {"commit": "c", "dirty": False}, {}),
        (git.Git("c", None, None), {"commit": "c", "dirty": None}, {}),
        (git.Git("c", True, b"p"), {"commit": "c", "dirty": True}, {"git.diff": b"p"}),
        (git.Git("c", True, None), {"commit": "c", "dirty": True, "patch": "not kept: over 1,000,000 bytes"}, {}),
    ],
)
def test_a_record_says_the_command_the_commit_and_whether_a_difference_is_kept(
    found: git.Git | None, said: Any, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "git_of", lambda folder: found)
    monkeypatch.setattr(sys, "argv", ["gancli", "train", "x.yaml"])
    facts, kept = provenance.provenance(3)
    assert facts["argv"] == ["train", "x.yaml"] and facts["git"] == said and kept == files
    assert facts["pid"] == os.getpid() and facts["blas"]["num_threads"] == 3


@pytest.mark.parametrize(
    ("words", "patch"),
    [
        ("printf 12345", b"12345"),
        ("printf 123456; sleep 3; touch LATE", b"123456"),
        ("printf 12345; exit 1", None),
        ("printf 1; exec sleep 3", None),
    ],
)
def test_a_git_that_fails_is_not_believed_and_one_that_says_too_much_or_nothing_is_ended(
    words: str, patch: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play_git(words, tmp_path, monkeypatch)
    monkeypatch.setattr(git, "MAX_PATCH", 5)
    if "exec" in words:
        monkeypatch.setattr(git, "SECONDS", 0.05)
    if patch is None:
        with pytest.raises(subprocess.SubprocessError):
            git._difference("HEAD", str(tmp_path), dict(os.environ))
    else:
        assert git._difference("HEAD", str(tmp_path), dict(os.environ)) == patch
    assert not Path("LATE").exists()


def library(path: str, version: str) -> dict[str, Any]:
    return {"user_api": "blas", "internal_api": "openblas", "version": version, "filepath": path, "num_threads": 1}


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("/x/site-packages/numpy.libs/libscipy_openblas64_-1.so", ["/x/site-packages/scipy.libs/libscipy_openblas-2.so", "/usr/lib/libopenblas.so.0"]),
        ("/x/site-packages/numpy/.dylibs/libopenblas.dylib", ["/x/site-packages/a/.dylibs/libopenblas.dylib"]),
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


def test_a_record_says_with_how_many_threads_products_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "threadpool_info", lambda: [library("/usr/lib/libopenblas.so.0", "0.3")])
    found = {"internal_api": "openblas", "version": "0.3", "architecture": None, "threading_layer": None}
    assert provenance._blas(None) == {**found, "num_threads": 1}
    assert provenance._blas(3) == {**found, "num_threads": 3}
    monkeypatch.setattr(provenance, "threadpool_info", lambda: [{"user_api": "openmp"}])
    assert provenance._blas(3) is None


@pytest.mark.parametrize(
    ("lines", "processor", "named"),
    [
        ("processor\t: 0\nmodel name\t: A CPU: the 1st\nprocessor\t: 1\nmodel name\t: another\n", "x", "A CPU: the 1st"),
        ("processor\t: 0\n", "x", "x"),
        ("processor\t: 0\n", "", "m"),
        (None, "x", "x"),
    ],
)  # fmt: skip
def test_a_processor_has_the_name_that_the_system_tells(
    lines: str | None, processor: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(self: Path, **more: Any) -> str:
        if lines is None:
            raise FileNotFoundError(str(self))
        return lines

    monkeypatch.setattr(Path, "read_text", read)
    monkeypatch.setattr("platform.processor", lambda: processor)
    monkeypatch.setattr("platform.machine", lambda: "m")
    assert provenance._cpu() == named


def test_two_processes_of_one_machine_record_the_same() -> None:
    pytest.importorskip("scipy")
    code = "import json; from gancli.runs.provenance import machine; print(json.dumps(machine(1)))"
    ways = [
        f"{first}; {code}" for first in ("import numpy", "import scipy.linalg", "import scipy.linalg, numpy.linalg")
    ]
    found = {subprocess.run([sys.executable, "-c", way], capture_output=True, text=True).stdout for way in ways}
    assert len(found) == 1 and json.loads(found.pop())["blas"]


@pytest.mark.parametrize("how", ["huge", "a link", "other bytes"])
def test_an_index_that_is_none_leaves_the_commit_and_nothing_is_said(
    repository: Path, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    index = repository / ".git" / "index"
    commit = run_git("rev-parse", "HEAD")
    index.unlink()
    if how == "huge":
        with index.open("wb") as file:
            file.truncate(3_000_000_000)
    elif how == "a link":
        index.symlink_to("/dev/zero")
    else:
        index.write_bytes(b"none")
    assert git.git_of(str(repository)) == git.Git(commit, None, None)
    assert capfd.readouterr() == ("", "")
