"""Every metric, in one table: what it is called, its unit, what it needs, which way it is good, and its range.

Rankings, "best" columns, arrows, axes, findings and the documentation derive from it. To add a metric is one entry
here, beside the code that measures it; another package brings one by an entry point of the group `gancli.metrics`.
"""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from gancli import packages

Direction = Literal["higher", "lower", "real"]
"""`real`: best at the value that real data have."""

BETTER: dict[Direction | None, str] = {
    "higher": "higher is better",
    "lower": "lower is better",
    "real": "best at the real data's",
    None: "says nothing of quality",
}
"""What a table says of a direction."""
CLASS_SHARE = "share_"
"""How the names of the shares of the classes begin: share_0, share_1, …"""
COLUMN_GAP = "ks_"
"""How the names of the gaps of a table's columns begin: ks_price, ks_x0, …"""
CLIPPED = "clipped_"
"""How the names of the shares of a network's steps begin that `grad_clip` shortened: clipped_critic, …"""
LAYER_GRADIENT, LAYER_MOVE = "gradient_", "moved_"
"""How the names of a layer's metrics begin: gradient_generator_layer1, moved_critic_layer2, …"""
FAMILIES = (CLASS_SHARE, COLUMN_GAP, CLIPPED, LAYER_GRADIENT, LAYER_MOVE)
"""How the names of metrics begin of which there is one for each class, column, network or layer."""


@dataclass(frozen=True)
class Metric:
    """One metric; `better` is None where no value is better than another, and `why` says why."""

    name: str
    label: str
    unit: str
    """`share` from 0 to 1, `classes` and `modes` for counts, `nats`, `L2`, `critic's` for a critic's own unit, …"""
    needs: str
    better: Direction | None
    low: float = -math.inf
    high: float = math.inf
    bound: float | None = None
    """Findings, and the alarm of a collapse, speak of a value beyond this multiple of the real data's."""
    why: str = ""

    @property
    def is_count(self) -> bool:
        """Does it count things, of which each that is missing matters?"""
        return self.unit in ("classes", "modes")

    def error(self, value: float, real: float | None) -> float | None:
        """How bad a value is: less is better. None without a direction, or the real data's value where it is needed."""
        if self.better == "real":
            return None if real is None else abs(value - real)
        return {"lower": value, "higher": -value, None: None}[self.better]


GROUP = "gancli.metrics"
OTHERS = "another package"
UNKNOWN = "gancli does not know it"


@dataclass(frozen=True, kw_only=True)
class SampleMetric(Metric):
    """A metric of samples beside real ones, which another package brings. Raises ValueError, TypeError.

    `measure` is called with samples (n, *shape) and real ones (m, *shape), single precision and not to be written into:
    images (channels, height, width) within [0, 1], points and rows (columns,) in the data's own units. It returns a
    number, NaN where that is undefined.
    """

    needs: str = OTHERS
    measure: Callable[[Any, Any], float]

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"name: must be a word of letters, digits and _; got {self.name!r}")
        if is_own(self.name):
            raise ValueError(f"name: {self.name!r} is a metric of gancli's own, or begins as some of those do")
        if self.better not in BETTER:
            known = ", ".join(map(repr, BETTER))
            raise ValueError(f"better: must be one of {known}; got {self.better!r}")
        if not callable(self.measure):
            raise TypeError(f"measure: must be a function of samples and real ones; got {self.measure!r}")


def _table(*metrics: Metric) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


_SCALE = "it is in the critic's own unit, so that a critic that hardly moves reads 0 whatever the generator draws"
_AGAINST = "it says how one network stands against the other of its game, not what the generator draws"
_STEEP = "it is the unit of what the critic says, not what the generator draws"
_LEARNED = "it is at most the true one, and nearer to it where the network that judges has learned more"
_LEARNING = "it says how a network learns, not what it has learned"
_SPREAD = "it is how far apart samples are, which is as large for noise as for varied images"

METRICS = _table(
    Metric("accuracy", "accuracy on test data", "share", "labels", "higher", 0.0, 1.0),
    Metric("frechet", "Fréchet distance of the judge's features", "features²", "a judge", "lower", 0.0, bound=10.0),
    Metric("asked", "samples of the class asked for", "share", "a judge", "higher", 0.0, 1.0, 0.5),
    Metric("coverage", "coverage: real images with a sample near", "share", "a judge", "higher", 0.0, 1.0, 0.5),
    Metric("modes", "modes with a sample near", "modes", "modes", "higher", 0.0, bound=1.0),
    Metric("quality", "samples within 3 σ of a mode", "share", "modes", "higher", 0.0, 1.0, 0.5),
    Metric("reverse_kl", "unevenness of the modes", "nats", "modes", "lower", 0.0, bound=10.0),
    Metric("precision", "precision: samples near a real image", "share", "a judge", "higher", 0.0, 1.0, 0.5),
    Metric("recall", "recall: real images within the samples' balls", "share", "a judge", "higher", 0.0, 1.0, 0.5),
    Metric("density", "density: real images around a sample", "balls", "a judge", "real", 0.0, bound=0.5),
    Metric("score", "Inception score, of this judge", "classes'", "a judge", "higher", 1.0, bound=0.5),
    Metric("classes", "classes of the data that are drawn", "classes", "a judge", "higher", 0.0, bound=1.0),
    Metric("shares_kl", "divergence of the classes' shares", "nats", "a judge", "lower", 0.0, bound=10.0),
    Metric("unsure", "samples that the judge is unsure of", "share", "a judge", "lower", 0.0, 1.0, 10.0),
    Metric("duplicates", "samples with a near-duplicate", "share", "images", "lower", 0.0, 1.0, 10.0),
    Metric("nearest_train", "distance to the nearest training image", "L2", "images", "real", 0.0, bound=0.5),
    Metric("wasserstein", "1-Wasserstein distance, exact", "L2", "POT", "lower", 0.0, bound=2.0),
    Metric("sliced_wasserstein", "1-Wasserstein distance, sliced", "L2", "data", "lower", 0.0, bound=10.0),
    Metric(
        "two_sample",
        "real and generated samples told apart by a classifier",
        "accuracy",
        "a table",
        "lower",
        0.0,
        1.0,
        1.5,
    ),
    Metric("ks", "largest Kolmogorov–Smirnov distance of a column", "probability", "a table", "lower", 0.0, 1.0, 10.0),
    Metric(
        "correlations", "mean difference of two columns' correlation", "correlation", "a table", "lower", 0.0, 2.0, 10.0
    ),
    Metric("parzen", "log-likelihood of test images, Parzen", "nats", "images", "higher", bound=0.5),
    Metric("critic", "distance by fresh critics, per mean slope", "L2", "--critic", "lower", bound=10.0),
    Metric("critic_steepest", "distance by fresh critics, per largest slope", "L2", "--critic", "lower", bound=10.0),
    Metric(CLASS_SHARE, "share of class", "share", "a judge", "real", 0.0, 1.0, 0.1),
    Metric(COLUMN_GAP, "Kolmogorov–Smirnov distance of", "probability", "a table", "lower", 0.0, 1.0),
    Metric("distance", "distance to the equilibrium", "L2", "a game2d", "lower", 0.0),
    Metric("loss", "loss on test data", "loss", "labels", "lower", 0.0),
    Metric("validation_accuracy", "accuracy on validation data", "share", "test.validation", "higher", 0.0, 1.0),
    Metric("validation_loss", "loss on validation data", "loss", "test.validation", "lower", 0.0),
    Metric("sample_distance", "mean distance of two samples", "L2", "batches", None, 0.0, bound=0.5, why=_SPREAD),
    Metric("real_distance", "mean distance of two real samples", "L2", "batches", None, 0.0, why="it is of the data"),
    Metric("wasserstein_estimate", "E f(x) − E f(G(z))", "critic's", "a WGAN", None, why=_SCALE),
    Metric("lipschitz", "Lipschitz constant of the critic", "f's per L2", "lipschitz", None, 0.0, why=_STEEP),
    Metric("lipschitz_bound", "bound of it, by layers' norms", "f's per L2", "lipschitz", None, 0.0, why=_STEEP),
    Metric("steepest_slope", "largest slope seen", "f's per L2", "lipschitz", None, 0.0, why=_STEEP),
    Metric("mean_slope", "mean slope between real and generated", "f's per L2", "lipschitz", None, 0.0, why=_STEEP),
    Metric("estimate_per_lipschitz", "estimate per Lipschitz constant", "L2", "lipschitz", None, why=_LEARNED),
    Metric(
        "critic_steps", "steps of D or the critic in the last game", "steps", "critic_until", None, 0.0, why=_AGAINST
    ),
    Metric("real_score", "D(x), or f(x), of real samples", "D's", "a game", None, why=_AGAINST),
    Metric("real_score_std", "its standard deviation over samples", "D's", "a game", None, 0.0, why=_AGAINST),
    Metric("fake_score", "D(G(z)), or f(G(z))", "D's", "a game", None, why=_AGAINST),
    Metric("fake_score_std", "its standard deviation over samples", "D's", "a game", None, 0.0, why=_AGAINST),
    Metric("divergence", "divergence that D's loss shows", "its own", "a GAN", None, why=_LEARNED),
    Metric("discriminator_loss", "loss of the discriminator", "loss", "a GAN", None, why=_AGAINST),
    Metric("generator_loss", "loss of the generator", "loss", "a GAN", None, why=_AGAINST),
    Metric("discriminator_gradient", "norm of its gradient", "L2", "a GAN", None, 0.0, why=_AGAINST),
    Metric("critic_gradient", "norm of its gradient", "L2", "a WGAN", None, 0.0, why=_AGAINST),
    Metric("generator_gradient", "norm of its gradient", "L2", "a game", None, 0.0, why=_AGAINST),
    Metric(CLIPPED, "gradients shortened by grad_clip:", "share", "grad_clip", None, 0.0, 1.0, why=_LEARNING),
    Metric(LAYER_GRADIENT, "norm of the gradient of", "L2", "test.layers", None, 0.0, why=_LEARNING),
    Metric(LAYER_MOVE, "distance since the last test of", "L2", "test.layers", None, 0.0, why=_LEARNING),
    Metric("theta", "θ", "θ", "a game2d", None, why="it is a place, not a quality"),
    Metric("phi", "φ", "φ", "a game2d", None, why="it is a place, not a quality"),
)
"""In the order in which a person asks for them."""


def metric(name: str) -> Metric:
    """The entry of a metric, of another package too; one without a direction for a name that nobody here knows."""
    family = _family(name)
    if family is not None and name != family and name not in METRICS:
        one = METRICS[family]
        return dataclasses.replace(one, name=name, label=f"{one.label} {name.removeprefix(family)}")
    return METRICS.get(name) or _brought(name) or Metric(name, name, "", "", None, why=UNKNOWN)


def is_own(name: str) -> bool:
    """Is it a metric of gancli's own, or called as one of a class, column, network or layer?"""
    return name in METRICS or _family(name) is not None


def of_package(name: str) -> SampleMetric:
    """The metric that an installed package brings. Raises packages.MissingPackage."""
    found, place = packages.load(GROUP, name, "metric")
    if not isinstance(found, SampleMetric) or found.name != name:
        wanted = f"a gancli.SampleMetric of the name {name!r}"
        raise packages.MissingPackage(f"the metric {name!r} ({place}) must be {wanted}; got {found!r}")
    return found


@functools.cache
def _brought(name: str) -> SampleMetric | None:
    """The same, None where it is not here: what was measured elsewhere can be looked at all the same."""
    try:
        return of_package(name) if name in packages.names(GROUP) else None
    except packages.MissingPackage:
        return None


def _family(name: str) -> str | None:
    return next((family for family in FAMILIES if name.startswith(family)), None)


def in_order(names: Iterable[str]) -> list[str]:
    """Names as the table has them: what answers a question first; unknown ones last."""
    places = {name: place for place, name in enumerate(METRICS)}

    def place(name: str) -> int:
        return places.get(name, places.get(_family(name) or name, len(places)))

    return sorted(dict.fromkeys(names), key=place)


def main_metric(names: Iterable[str]) -> str | None:
    """What runs are ranked by where nobody says by what: the first with a direction; None where there is none."""
    ranked = (name for name in in_order(names) if metric(name).better is not None)
    return next((name for name in ranked if _family(name) is None), None)


def shown_metric(names: Iterable[str]) -> str | None:
    """What to draw where nobody says: what runs are ranked by, else the first of all."""
    there = in_order(names)
    return main_metric(there) or next(iter(there), None)


def markdown() -> str:
    """The table as the documentation shows it."""
    lines = ["| metric | is | unit | needs | is better | range |", "| --- | --- | --- | --- | --- | --- |"]
    for one in METRICS.values():
        name = f"{one.name}N" if one.name == CLASS_SHARE else one.name
        ends = [("−∞" if one.low == -math.inf else f"{one.low:g}"), ("∞" if one.high == math.inf else f"{one.high:g}")]
        better = {"higher": "higher", "lower": "lower", "real": "at the real data's", None: "–"}[one.better]
        lines.append(f"| `{name}` | {one.label} | {one.unit} | {one.needs} | {better} | {ends[0]} to {ends[1]} |")
    return "\n".join(lines)
