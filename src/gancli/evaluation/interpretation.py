"""What the measures of a generator mean, in sentences, by one rule.

**The rule.** A measure is spoken of where it is beyond its bound (`Metric.bound`), a multiple of the real data's value:
under it where higher is better; over it, counted with the real data's interval, where lower is better; beyond either
where the real data's value is best. The score is counted from 1, and of real data of one class it says nothing. Counts,
of classes and modes, are spoken of where half of one is missing. Where the intervals of both, or a twentieth of the
bound, leave it open, the sentence begins with "borderline".
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gancli.intervals import text
from gancli.metrics import CLASS_SHARE, Metric, metric

NOTHING = "no sign of collapse, missing classes or copies"
PRAISED = 0.8
"""Share of the real data's precision from which precision alone would praise a generator."""
MARGIN = 0.05
"""Share of a bound within which it is a matter of luck on which side a value falls."""
ONE_CLASS = 0.5
"""The score of real data is this near to 1 where they are of one class; there it says nothing."""
BORDERLINE = "borderline"

Measures = Mapping[str, Mapping[str, Any]]
"""By name: `value` and `real` of the same measure, `±` and `real ±` half their intervals; None where not known."""


class Pair(NamedTuple):
    """A measure of samples and of real data, and half the intervals of both."""

    value: float
    real: float
    half: float = 0.0
    real_half: float = 0.0


def interpret(measures: Measures) -> list[str]:
    """A sentence for each thing that is wrong; empty where nothing is."""
    sentences = []
    for name in measures:
        one, pair = metric(name), _pair(measures, name)
        outcome = None if pair is None else verdict(one, pair)
        if pair is None or outcome is None or name.startswith(CLASS_SHARE):  # shares are in the sentence on classes
            continue
        line = SENTENCES.get(name, _plain)(one, pair, measures)
        sentences.append(f"{BORDERLINE}: {line}" if outcome == BORDERLINE else line)
    return sentences


def sentence(sentences: Sequence[str]) -> str:
    """All sentences in one line."""
    return "; ".join(sentences) or NOTHING


def verdict(one: Metric, pair: Pair) -> str | None:
    """`beyond`, `borderline` or None, by the rule of this module."""
    if one.bound is None or one.better is None:
        return None
    if one.is_count:
        missing, doubt = pair.real - pair.value, math.hypot(pair.half, pair.real_half)
        beyond, surely = missing >= 0.5, missing > doubt
        return "beyond" if beyond and surely else BORDERLINE if beyond or surely else None
    if one.low > 0 and pair.real - one.low < ONE_CLASS:
        return None
    margin, scale = _margin(one, pair)
    doubt = 0.0 if one.better == "lower" else one.bound * pair.real_half  # which is in that bound already
    band = max(math.hypot(pair.half, doubt), MARGIN * abs(scale))
    if scale == 0 and one.better == "lower":
        return None
    return BORDERLINE if abs(margin) <= band else "beyond" if margin < 0 else None


def _margin(one: Metric, pair: Pair) -> tuple[float, float]:
    """How far a value is on the good side of its bound, and that bound, both from the lowest value above 0, if any."""
    assert one.bound is not None
    low = max(one.low, 0.0)
    value, real = pair.value - low, pair.real - low
    if one.better == "lower":
        most = one.bound * (abs(real) + pair.real_half)
        return most - value, most
    least = real - (1.0 - one.bound) * abs(real)
    if one.better == "higher":
        return value - least, least
    return min((value - least, least), (real / one.bound - value, real / one.bound))


def _plain(one: Metric, pair: Pair, measures: Measures) -> str:
    """The value, and where it lies to the bound; of a borderline one, that it is about there."""
    assert one.bound is not None
    over = pair.value > pair.real
    factor = one.bound if over == (one.better == "lower") else 1 / one.bound
    open_ = verdict(one, pair) == BORDERLINE
    side = "about" if open_ else "over" if over else "under"
    if over:
        real = text(pair.real, pair.real_half or None)
        return f"{one.name}: {pair.value:.3g}, {side} {factor:g} times the real data's {real}"
    return f"{one.name}: {pair.value:.3g}, {side} {factor:g} of the real data's {pair.real:.3g}"


def _coverage(one: Metric, pair: Pair, measures: Measures) -> str:
    line = (
        f"collapse: samples come near {_percent(pair.value)} of the real samples (coverage), where held-out real data "
        f"come near {_percent(pair.real)}"
    )
    precision = _pair(measures, "precision")
    if precision is not None and precision.value >= PRAISED * precision.real:
        line += f"; precision alone, {_percent(precision.value)}, would have praised it"
    return line


def _classes(one: Metric, pair: Pair, measures: Measures) -> str:
    shares = {name: _pair(measures, name) for name in measures if name.startswith(CLASS_SHARE)}
    rare = [
        name.removeprefix(CLASS_SHARE)
        for name, share in shares.items()
        if share is not None and share.value < share.real and verdict(metric(name), share) == "beyond"
    ]
    line = f"classes: {pair.value:.3g} of {pair.real:.3g}"
    return f"{line}; hardly any {', '.join(rare)}" if rare else line


def _modes(one: Metric, pair: Pair, measures: Measures) -> str:
    return f"collapse: {pair.value:.3g} modes of {pair.real:.3g}"


def _duplicates(one: Metric, pair: Pair, measures: Measures) -> str:
    return f"near-duplicates: {_percent(pair.value)} of the samples; of real ones {_percent(pair.real)}"


def _nearest_train(one: Metric, pair: Pair, measures: Measures) -> str:
    if pair.value > pair.real:
        return _plain(one, pair, measures)
    near = f"{pair.value:.2g} from the nearest training sample"
    return f"learned by heart: samples are {near}, held-out ones {pair.real:.2g}"


SENTENCES = {
    "coverage": _coverage,
    "classes": _classes,
    "modes": _modes,
    "duplicates": _duplicates,
    "nearest_train": _nearest_train,
}
"""Measures that have a sentence of their own."""


def _pair(measures: Measures, name: str) -> Pair | None:
    """The value of the samples and of real data, where both are known."""
    row = measures.get(name)
    if row is None or row["value"] is None or row["real"] is None:
        return None
    return Pair(float(row["value"]), float(row["real"]), float(row.get("±") or 0), float(row.get("real ±") or 0))


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
