"""How many threads NumPy's matrix products take: a matter of one call, whose bits nothing else in a process changes.

The last bits of a product depend on the number of threads that BLAS divides it among. That number belongs to the
library, and so to the whole process: whoever computes products sets it, and gives back what was there before.
"""

import contextlib
import functools
import threading
from collections.abc import Callable
from typing import Any

from threadpoolctl import ThreadpoolController

Pool = tuple[Callable[[], int], Callable[[int], Any]]
"""Two functions of a library: how many threads it has, and have so many."""

_lock = threading.Lock()
_entered: list[int] = []
"""The numbers asked for by all who are within `with BlasThreads(n):` now; the last one holds."""
_now = 0
"""The number that BLAS was given; 0 while it has its own."""
_own: list[int] = []
"""That of each library, while it has another."""


class BlasThreads(contextlib.ContextDecorator):
    """Within `with BlasThreads(n):`, or a function that it decorates, BLAS has n threads; then as many as before.

    It can be nested, which costs 0.2 µs. Several Python threads may be within if all ask for the same number, for there
    is only one.
    """

    def __init__(self, count: int):
        self.count = count

    def __enter__(self) -> None:
        _entered.append(self.count)
        if _now != self.count:
            _settle()

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        _entered.pop()
        if not _entered or _entered[-1] != self.count:
            _settle()


def _settle() -> None:
    """Give BLAS the number of whoever entered last or, where nobody is left, its own."""
    global _now  # noqa: PLW0603 - it says how the library stands, of which there is one
    with _lock:
        before, _now = _now, 0  # whoever enters from here on comes here too, and waits for the lock
        wanted = _entered[-1:]
        if wanted and not before:
            _own[:] = [get() for get, _ in pools()]
        if wanted or before:
            for (get, put), own in zip(pools(), _own, strict=False):
                count = wanted[0] if wanted else own
                if get() != count:
                    put(count)
        if wanted:
            _now = wanted[0]


@functools.cache
def pools() -> tuple[Pool, ...]:
    """Those of every loaded BLAS, looked up once; `pools.cache_clear()` where another one has been loaded since."""
    return tuple(_functions(library) for library in ThreadpoolController().select(user_api="blas").lib_controllers)


def _functions(library: Any) -> Pool:
    """OpenBLAS's own where its threads are the process's: threadpoolctl's take three times as long.

    (And those of threadpoolctl 3.8 do nothing, in silence, in any Python thread but the first that called them.)
    """
    if library.internal_api == "openblas" and library.threading_layer == "pthreads":
        for prefix, suffix in ((prefix, suffix) for prefix in ("", "scipy_") for suffix in ("", "64_", "_64")):
            get, put = (f"{prefix}openblas_{verb}_num_threads{suffix}" for verb in ("get", "set"))
            if hasattr(library.dynlib, get) and hasattr(library.dynlib, put):
                return getattr(library.dynlib, get), getattr(library.dynlib, put)
    return library.get_num_threads, library.set_num_threads
