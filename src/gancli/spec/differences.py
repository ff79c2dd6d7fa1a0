"""Two specs side by side."""

from typing import Any


def flat(data: Any, prefix: str = "") -> dict[str, Any]:
    """Dotted keys and plain values of nested mappings, and of lists of mappings; a list of numbers is one value."""
    if isinstance(data, dict):
        entries = data.items()
    elif isinstance(data, list) and any(isinstance(entry, dict) for entry in data):
        entries = dict(enumerate(data)).items()
    else:
        return {prefix: data}
    return {
        key: value
        for name, entry in entries
        for key, value in flat(entry, f"{prefix}.{name}" if prefix else str(name)).items()
    }


def differences(expected: dict[str, Any], got: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The dotted keys whose values differ: (expected, got), None for a key that one does not have."""
    left, right = flat(expected), flat(got)
    keys = dict.fromkeys([*left, *right])
    return {key: (left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)}
