"""What the measures of a generator mean, in sentences: collapse, missing classes, copies."""

from collections.abc import Mapping, Sequence
from typing import Any

LOW = 0.5
"""Share of the real data's value under which coverage, or the distance to the training images, is said to be low."""
COPIES = 0.1
"""Share of near-duplicates above which they are said; of real images it is 1 % by definition."""
NOTHING = "no sign of collapse, missing classes or copies"
TRUSTED = 0.8
"""Share of the real data's precision from which precision alone would praise a generator."""

Measures = Mapping[str, Mapping[str, Any]]
"""By name: `value`, and `real` of the same measure."""


def findings(measures: Measures) -> list[str]:
    """A sentence for each thing that is wrong; empty where nothing is."""
    return [*_collapse(measures), *_missing(measures), *_copies(measures)]


def sentence(found: Sequence[str]) -> str:
    """All findings in one line."""
    return "; ".join(found) or NOTHING


def _collapse(measures: Measures) -> list[str]:
    coverage = _pair(measures, "coverage")
    if coverage is None or coverage[0] >= LOW * coverage[1]:
        return []
    text = (
        f"collapse: samples come near {_percent(coverage[0])} of the real images (coverage), where held-out real data "
        f"come near {_percent(coverage[1])}"
    )
    precision = _pair(measures, "precision")
    if precision is not None and precision[0] >= TRUSTED * precision[1]:
        text += f"; precision alone, {_percent(precision[0])}, would have praised it"
    return [text]


def _missing(measures: Measures) -> list[str]:
    lost = []
    classes, modes = _pair(measures, "classes"), _pair(measures, "modes")
    if classes is not None and classes[0] < classes[1]:
        shares = [
            (name.removeprefix("share_"), _pair(measures, name)) for name in measures if name.startswith("share_")
        ]
        rare = [label for label, pair in shares if pair is not None and pair[0] < 0.1 * pair[1]]
        text = f"classes: {classes[0]:g} of {classes[1]:g}"
        lost.append(f"{text}; hardly any {', '.join(rare)}" if rare else text)
    if modes is not None and modes[0] < modes[1]:
        lost.append(f"collapse: {modes[0]:g} modes of {modes[1]:g}")
    return lost


def _copies(measures: Measures) -> list[str]:
    found = []
    same, near = _pair(measures, "duplicates"), _pair(measures, "nearest_train")
    if same is not None and same[0] > COPIES:
        found.append(f"near-duplicates: {_percent(same[0])} of the samples; of real images {_percent(same[1])}")
    if near is not None and near[0] < LOW * near[1]:
        found.append(
            f"learned by heart: samples are {near[0]:.2g} from the nearest training image, test images {near[1]:.2g}"
        )
    return found


def _pair(measures: Measures, name: str) -> tuple[float, float] | None:
    """The value of the samples and of real data, where both are known."""
    row = measures.get(name)
    if row is None or row["value"] is None or row["real"] is None:
        return None
    return float(row["value"]), float(row["real"])


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
