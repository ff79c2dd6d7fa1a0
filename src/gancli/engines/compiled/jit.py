"""How functions are compiled that only compiled code calls: they are lowered and linked into their callers.

NaN and infinities keep their meaning, for they tell a run that diverged; sums may be taken in any order, and products
fused with sums. Division is not checked for zero, which would keep it from being vectorised. References to arrays are
not counted, for kernels look at memory by its address.

Numba optimises every function together with all that it calls, and makes machine code of it, before it looks at the
function's own caller: what lies five calls deep is optimised five times. Here only kernels get all of that, and loops,
small functions that call little, are optimised once before they are linked (inlined first and vectorised later, some
come out slower). The passes are chosen in Numba's documented way ("Customizing the Compiler"), but the libraries lean
on its inside; where a version of Numba makes them otherwise, functions are compiled in its own way, which takes longer.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from numba import cfunc, njit
from numba.core import codegen
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.extending import intrinsic as _intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])
FAST = ("contract", "reassoc", "nsz")
"""What LLVM may do with sums and products."""
intrinsic: Any = _intrinsic
"""Code written in LLVM's own terms."""
_Library: Any = getattr(codegen, "JITCodeLibrary", object)
_register: Any = register_pass(mutates_CFG=True, analysis_only=False)
KNOWN = all(
    hasattr(_Library, name)
    for name in (
        "_optimize_functions", "_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals",
        "_ensure_finalized", "get_pointer_to_function", "codegen",
    )
)  # fmt: skip
"""Does Numba make its libraries in the way that is known here?"""


def part(function: Function) -> Function:
    """A function that kernels call, optimised together with them."""
    return _inner(function, PartCompiler)


def loop(function: Function) -> Function:
    """Likewise, but a loop over numbers, which is optimised by itself first."""
    return _inner(function, LoopCompiler)


def inlined(function: Function) -> Function:
    """A loop that becomes part of each of its callers: the call would take as long as the work."""
    return _inner(function, LoopCompiler, forceinline=True)


def exact(function: Function) -> Function:
    """A part, its sums and products as they are written: none fused, none in another order."""
    return _inner(function, PartCompiler, fastmath=())


def _inner(function: Function, pipeline: Any, fastmath: Any = frozenset(FAST), **settings: Any) -> Function:
    own = {"pipeline_class": pipeline} if KNOWN else {}
    compiler: Any = njit
    made: Any = compiler(
        function, nogil=True, error_model="numpy", fastmath=set(fastmath) or False, no_cfunc_wrapper=True,
        no_cpython_wrapper=True, _nrt=True, **own, **settings,
    )  # fmt: skip
    return made  # type: ignore[no-any-return]


def address_taken(function: Callable[..., None], signature: Any, exactly: bool = False) -> Any:
    """A function that is called by its address, as what `numba.cfunc` makes of it."""
    options: dict[str, Any] = {"error_model": "numpy", "_nrt": False} | ({} if exactly else {"fastmath": set(FAST)})
    return cfunc(signature, **options)(function)


def object_code(made: Any) -> tuple[str, bytes] | None:
    """The name and the object code of what `address_taken` made; None where this Numba does not give it.

    (It has no public way; without it, kernels are compiled in each process.)
    """
    try:
        return made._wrapper_name, made._library.serialize_using_object_code()[2][0]
    except (AttributeError, TypeError, IndexError):
        return None


class _NoEnvironment:
    """Stands for the code generator where Numba tells it the address of a function's Python environment."""

    def set_env(self, name: str, env: Any) -> None:
        """Nothing: there is no such function in machine code."""


class PartLibrary(_Library):  # type: ignore[misc]
    """A function's code as it was lowered."""

    codegen = _NoEnvironment()

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave it to the callers."""
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        """Leave it to the callers."""

    def _finalize_final_module(self) -> None:
        """Make no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """None: it has no address."""
        self._ensure_finalized()
        return 0


class LoopLibrary(PartLibrary):
    """A function's code, optimised by itself."""

    def _optimize_functions(self, ll_module: Any) -> None:
        super(PartLibrary, self)._optimize_functions(ll_module)

    def _optimize_final_module(self) -> None:
        super(PartLibrary, self)._optimize_final_module()


class _Lowering(NativeLowering):
    """Numba's last pass, into a library of another kind."""

    library: ClassVar[Any]

    def run_pass(self, state: Any) -> bool:
        """Lower."""
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.targetctx = state.targetctx.subtarget(enable_nrt=False)
        return bool(super().run_pass(state))


@_register
class PartLowering(_Lowering):
    """Of a part."""

    _name: Any = "part_lowering"
    library = PartLibrary


@_register
class LoopLowering(_Lowering):
    """Of a loop."""

    _name: Any = "loop_lowering"
    library = LoopLibrary


class PartCompiler(CompilerBase):
    """Numba's passes, but for the last."""

    lowering: Any = PartLowering

    def define_pipelines(self) -> list[Any]:
        """One: there is no other way to compile it."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [(self.lowering if made is NativeLowering else made, why) for made, why in passes.passes]
        passes.finalize()
        return [passes]


class LoopCompiler(PartCompiler):
    """Likewise."""

    lowering = LoopLowering
