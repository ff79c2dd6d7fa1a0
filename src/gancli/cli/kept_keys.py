"""The keys that are completed: those of the models, which take longer to load than a person waits for a completion.

They are kept in the user's cache, under a name that changes with the models' files.
"""

import json
import os
from pathlib import Path
from typing import Any


def keys() -> dict[str, dict[str, list[str]]]:
    """By kind and key, from the cache or, the first time, from the models."""
    path = _cache()
    try:
        known = json.loads(path.read_bytes()) if path is not None else None
    except (OSError, ValueError):
        known = None
    if not _is_known(known):
        from gancli.spec.keys import keys_by_kind

        known = keys_by_kind()
        if path is not None:
            _keep(path, json.dumps(known))
    assert isinstance(known, dict)
    return known


def _is_known(data: Any) -> bool:
    return isinstance(data, dict) and all(
        isinstance(keys, dict) and "engine" in keys and all(isinstance(values, list) for values in keys.values())
        for keys in data.values()
    )


def _cache() -> Path | None:
    """None where this user has no cache."""
    from platformdirs import user_cache_dir

    models = Path(__file__).parents[1] / "spec"
    try:
        facts = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(models.glob("*.py"))]
        folder = Path(user_cache_dir("gancli"))
    except (OSError, RuntimeError):
        return None
    import hashlib

    name = hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
    return folder / "completion" / f"keys-{name}.json" if folder.is_absolute() else None


def _keep(path: Path, text: str) -> None:
    """In place of those of other models; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
        for other in path.parent.glob("keys-*.json"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError:
        return
