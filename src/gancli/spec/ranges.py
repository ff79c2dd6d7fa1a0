"""Ranges of values for a sweep: `0.001..10:log:9`, `0..1:5`, `1..6`."""

import re
from typing import Any

_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_RANGE = re.compile(r"(.+?)\.\.(.+?)(?::(lin|log))?(?::([0-9]+))?")
DIGITS = 6
"""Significant digits of the values of a range: 0.00316228, not 0.0031622776601683794."""
MAX_COUNT = 1000


def spread(values: Any) -> Any:
    """The values of an axis: a list with each range in it written out, or a range alone. Raises ValueError."""
    listed = [values] if isinstance(values, str) and ".." in values else values
    if not isinstance(listed, list | tuple):
        return values
    return [value for entry in listed for value in (_written_out(entry) if isinstance(entry, str) else [entry])]


def _written_out(text: str) -> list[Any]:
    match = _RANGE.fullmatch(text)
    if match is None or not all(re.fullmatch(_NUMBER, end) for end in match.groups()[:2]):
        return [text]
    low, high = float(match[1]), float(match[2])
    if match[4] is None:
        return _integers(text, match)
    count = int(match[4])
    if not 2 <= count <= MAX_COUNT:
        raise ValueError(f"a range must have 2 to {MAX_COUNT} values; {text} has {count}")
    steps = [index / (count - 1) for index in range(count)]
    if match[3] == "log":
        if low <= 0 or high <= 0:
            raise ValueError(f"a log range must lie above 0; got {text}")
        return _between(low, [low * (high / low) ** step for step in steps[1:-1]], high)
    return _between(low, [low + (high - low) * step for step in steps[1:-1]], high)


def _between(low: float, inner: list[float], high: float) -> list[float | int]:
    """The ends as they are written, and what is between rounded."""
    ends = [int(end) if end.is_integer() and abs(end) < 1e15 else end for end in (low, high)]
    return [ends[0], *map(_rounded, inner), ends[1]]


def _integers(text: str, match: re.Match[str]) -> list[Any]:
    ends = [int(end) if re.fullmatch(r"[-+]?[0-9]+", end) else None for end in match.groups()[:2]]
    if match[3] is not None or ends[0] is None or ends[1] is None or not 0 <= ends[1] - ends[0] < MAX_COUNT:
        raise ValueError(f"say how many values: {text}:9, or from one integer up to another: 1..6")
    return list(range(ends[0], ends[1] + 1))


def _rounded(value: float) -> float | int:
    """With so many digits that people would write; an integer where it is one."""
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
