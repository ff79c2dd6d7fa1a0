"""Where the pages are, and the modules of `scripts/` that make or change them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"


def script(name: str) -> ModuleType:
    """A module of `scripts/`, which is no package."""
    described = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert described is not None and described.loader is not None
    module = importlib.util.module_from_spec(described)
    sys.modules[name] = module
    described.loader.exec_module(module)
    return module
