"""Machine code of kernels: kept on disk as object files, which LLVM loads in milliseconds and without Numba.

The files are native code, so they lie in this user's own cache (or in `$GANCLI_KERNELS`), in a folder that nobody else
can write to, and are loaded only if their content is what was written. Their folder is named by all that they depend
on: the sources, the processor, and the versions of Python, Numba, llvmlite and NumPy.
"""

import gc
import hashlib
import importlib.metadata
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
from platformdirs import user_cache_dir

from gancli.engines.replay import native

LOOP = "play"
"""The loop, which is the same for numbers of every size."""
Key = tuple[str, int]
"""A kernel's name, and the size of its numbers."""
_loaded: dict[Key, int] = {}
"""Addresses, in this process."""
_alive: list[Any] = []
"""What the addresses belong to."""


def addresses(names: Iterable[str], itemsize: int, compiling: Callable[[bool], None]) -> dict[str, int]:
    """Addresses of kernels; those that are not on disk are compiled, and `compiling` is told first, once.

    It is told whether what is compiled will be there next time.
    """
    keys = {name: (name, 8 if name == LOOP else itemsize) for name in names}
    missing = [key for key in keys.values() if key not in _loaded]
    place = folder() if missing else None
    found = {key: None if place is None else _read(place / f"{key[0]}-{key[1]}") for key in missing}
    code = {key: kept for key, kept in found.items() if kept is not None}
    if code:
        _load(code)
    if to_compile := [key for key in missing if key not in code]:
        compiling(place is not None)
        _compile(to_compile, place)
    return {name: _loaded[key] for name, key in keys.items()}


def _load(code: dict[Key, tuple[str, bytes]]) -> None:
    """Each by an engine of its own: files of two processes may have different functions of one name within."""
    native.register()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for key, (symbol, text) in code.items():
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        engine.add_object_file(llvm.ObjectFileRef.from_data(text))
        engine.finalize_object()
        _loaded[key] = engine.get_function_address(symbol)
        _alive.append(engine)


def knows(name: str) -> bool:
    """Is its machine code on disk?"""
    place = folder()
    return place is not None and _read(place / f"{name}-8") is not None


def _compile(keys: list[Key], place: Path | None) -> None:
    from gancli.engines.compiled import loop

    native.register()
    collecting = gc.isenabled()
    gc.disable()  # millions of objects are made, and nearly all stay
    try:
        for name, itemsize in keys:
            made = loop.compiled(name, itemsize)
            _alive.append(made)
            _loaded[name, itemsize] = made.address
            code = loop.object_code(made)
            if place is not None and code is not None:
                _write(place / f"{name}-{itemsize}", *code)
    finally:
        if collecting:
            gc.enable()


def _write(path: Path, symbol: str, code: bytes) -> None:
    head = json.dumps({"symbol": symbol, "sha256": hashlib.sha256(code).hexdigest()}).encode()
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(head + b"\n" + code)
        os.replace(beside, path)
    except OSError:  # a full disk: it is compiled again next time
        return


def _read(path: Path) -> tuple[str, bytes] | None:
    """Symbol and code; None where there is no such file, or not what was written."""
    try:
        head, code = path.read_bytes().split(b"\n", 1)
        facts = json.loads(head)
        symbol, digest = facts["symbol"], facts["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (symbol, code) if hashlib.sha256(code).hexdigest() == digest and isinstance(symbol, str) else None


def folder() -> Path | None:
    """Where the files of this machine and these versions lie; None where there is no folder of this user's alone."""
    path = Path(os.environ.get("GANCLI_KERNELS") or Path(user_cache_dir("gancli"), "kernels")) / stamp()
    try:
        if not path.is_absolute():
            return None
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = path.stat()
    except (OSError, RuntimeError):
        return None
    mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return path if mine and os.access(path, os.W_OK) else None


def stamp() -> str:
    """What the code depends on, as a name."""
    here = Path(__file__).parent.parent
    digest = hashlib.sha256()
    others = [here / "replay" / "layout.py", here / "numpy_batches.py", here / "numpy_schedules.py"]
    for path in sorted([*(here / "compiled").glob("*.py"), *others]):
        digest.update(path.read_bytes())
    for library in ("numba", "llvmlite", "numpy"):
        digest.update(f"{library} {importlib.metadata.version(library)}".encode())
    features = llvm.get_host_cpu_features().flatten()
    digest.update(f"{platform.python_version()} {llvm.get_host_cpu_name()} {features}".encode())
    return digest.hexdigest()[:16]
