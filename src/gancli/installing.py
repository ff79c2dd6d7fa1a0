"""What brings the libraries of an extra, in the way in which gancli itself was installed."""

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def command(extra: str) -> str:
    """`pip install -e '.[fast]'` where gancli was installed from a folder, such as a clone; else from an index."""
    origin = _origin()
    if "dir_info" not in origin:
        local = "archive_info" in origin and _is_there(str(origin["url"]))
        source = f" @ {origin['url']}" if local else ""
        return f"{pip()} install {shlex.quote(f'gancli[{extra}]{source}')}"
    folder = Path(unquote(urlsplit(origin["url"]).path))
    editable = "-e " if origin["dir_info"].get("editable") else ""
    return f"{pip()} install {editable}{shlex.quote(f'{_shown(folder)}[{extra}]')}"


def pip() -> str:
    """`pip`, where the one that is called so installs for the interpreter that runs; else with that interpreter."""
    found = shutil.which("pip")
    beside = found is not None and Path(found).parent == Path(sys.executable).parent
    return "pip" if beside or not sys.executable else f"{shlex.quote(sys.executable)} -m pip"


def _is_there(url: str) -> bool:
    """Is it a file of this machine that has not gone? (Another address may hold a password.)"""
    return url.startswith("file:") and Path(unquote(urlsplit(url).path)).is_file()


def _origin() -> dict[str, Any]:
    """Where it was installed from, as pip writes it down (PEP 610): `url` and `dir_info` or `archive_info`."""
    import importlib.metadata

    try:
        text = importlib.metadata.distribution("gancli").read_text("direct_url.json")
        return dict(json.loads(text or "{}"))
    except (importlib.metadata.PackageNotFoundError, ValueError, OSError):
        return {}


def _shown(folder: Path) -> str:
    """`.` where one stands in it."""
    try:
        return "." if folder == Path.cwd() else str(folder)
    except OSError:  # one stands nowhere
        return str(folder)
