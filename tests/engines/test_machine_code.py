"""Machine code on disk: only this user's, only what was written, and only of this machine and these versions."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gancli.engines import numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

import numpy as np

from gancli.engines.replay import layout, store

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture(autouse=True)
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, in a process that has loaded nothing yet."""
    monkeypatch.setattr(store, "_loaded", {})
    monkeypatch.setenv("GANCLI_KERNELS", str(tmp_path / "kernels"))
    return tmp_path / "kernels"


def filled(address: int) -> list[float]:
    """What the kernel `fill` leaves in three numbers, given 7."""
    out, op, numbers = np.zeros(3), np.zeros(layout.WIDTH, np.int64), np.zeros(layout.NUMBERS)
    op[[layout.ROWS, layout.COLUMNS, layout.FIRST, layout.FIRST + 1]] = 1, 3, out.ctypes.data, 3
    numbers[0] = 7.0
    layout.KERNEL(address)(0, 1, 0, op.ctypes.data, numbers.ctypes.data, None)
    return out.tolist()  # type: ignore[no-any-return]


def test_what_is_compiled_is_written_and_then_loaded(kernels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bool] = []
    assert filled(store.addresses(["fill"], 8, said.append)["fill"]) == [7.0] * 3
    (path,) = kernels.glob("*/fill-8")
    assert said == [True] and path.parent.stat().st_mode & 0o077 == 0 and path.stat().st_mode & 0o077 == 0
    assert not store.knows("play") and store.knows("fill")
    store.addresses(["fill"], 8, said.append)
    assert said == [True], "this process has it"
    monkeypatch.setattr(store, "_loaded", {})
    monkeypatch.setattr(store, "_compile", None)
    assert filled(store.addresses(["fill"], 8, said.append)["fill"]) == [7.0] * 3 and said == [True]


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"[]\ncode"),
        lambda path: path.write_bytes(b'{"symbol": 3, "sha256": 4}\ncode'),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["cut", "changed", "empty", "another head", "foreign", "a folder"],
)
def test_what_is_not_what_was_written_is_compiled_again(
    harm: object, kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.addresses(["fill"], 8, lambda kept: None)
    (path,) = kernels.glob("*/fill-8")
    harm(path)  # type: ignore[operator]
    monkeypatch.setattr(store, "_loaded", {})
    said: list[bool] = []
    assert filled(store.addresses(["fill"], 8, said.append)["fill"]) == [7.0] * 3 and said == [True]


@pytest.mark.skipif(os.name != "posix", reason="permissions")
@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_to_is_not_used(mode: int, kernels: Path) -> None:
    (kernels / store.stamp()).mkdir(parents=True)
    (kernels / store.stamp()).chmod(mode)
    said: list[bool] = []
    assert filled(store.addresses(["fill"], 8, said.append)["fill"]) == [7.0] * 3
    assert said == [False] and not list(kernels.glob("*/*"))


def test_a_folder_of_somebody_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345, raising=False)
    assert store.folder() is None


@pytest.mark.parametrize("base", ["/proc/kernels", "relative"])
def test_without_a_folder_of_ones_own_nothing_is_kept(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANCLI_KERNELS", base)
    assert store.folder() is None and not Path("relative").exists()


def test_a_full_disk_keeps_nothing_and_stops_nothing(kernels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.tempfile, "mkstemp", full)
    assert filled(store.addresses(["fill"], 8, lambda kept: None)["fill"]) == [7.0] * 3
    assert not list(kernels.glob("*/*"))


def test_other_sources_versions_or_processors_have_a_folder_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {store.stamp()}
    version = store.importlib.metadata.version
    for library in ("numba", "llvmlite", "numpy"):
        with monkeypatch.context() as patch:
            patch.setattr(
                store.importlib.metadata,
                "version",
                lambda name, library=library: "0" if name == library else version(name),
            )
            found.add(store.stamp())
    with monkeypatch.context() as patch:
        patch.setattr(store.llvm, "get_host_cpu_name", lambda: "abacus")
        found.add(store.stamp())
    read = Path.read_bytes
    for changed in ("compiled/few.py", "replay/layout.py", "numpy_batches.py", "numpy_schedules.py"):
        with monkeypatch.context() as patch:
            patch.setattr(
                Path,
                "read_bytes",
                lambda path, changed=changed: b"" if path.as_posix().endswith(changed) else read(path),
            )
            found.add(store.stamp())
    assert len(found) == 9


@pytest.mark.slow
def test_kernels_of_several_processes_are_kept_apart(kernels: Path) -> None:
    """Each the first that its process compiles: what they are made of has the same names then, for Numba counts."""
    names = "relu_gradient", "multiply", "tanh_gradient"
    for name in names:
        code = f"from gancli.engines.replay import store; store.addresses(['{name}'], 8, lambda kept: None)"
        subprocess.run([sys.executable, "-c", code], check=True)
    said: list[bool] = []
    found = store.addresses(names, 8, said.append)
    x, results = np.array([0.5, -2.0]), []
    for name in names:
        y, op, numbers = np.ones(2), np.zeros(layout.WIDTH, np.int64), np.full(layout.NUMBERS, 0.25)
        op[layout.ROWS : layout.FIRST + 4] = 1, 2, 0, x.ctypes.data, 2, y.ctypes.data, 2
        layout.KERNEL(found[name])(0, 1, 0, op.ctypes.data, numbers.ctypes.data, None)
        results.append(y.tolist())
    assert said == [] and results == [[1.0, 0.25], [0.5, -2.0], [0.0625 - 0.25, 0.0625 - 4.0]]


def test_addresses_are_of_functions() -> None:
    address = store.addresses(["play"], 4, lambda kept: None)["play"]
    assert address == store.addresses(["play"], 8, lambda kept: None)["play"], "the loop is one for all numbers"
    assert ctypes.c_void_p(address).value
