"""What is chosen by a metric: when a run ends, and which checkpoint stays."""

from collections.abc import Iterator

from gancli import metrics
from gancli.errors import did_you_mean
from gancli.spec.models import Experiment, Game2d, Gan, Supervised, Wgan
from gancli.spec.network_checks import Finding
from gancli.spec.yaml import KeyPath

MODES = ("modes", "quality", "reverse_kl")
JUDGED = ("frechet", "score", "classes", "shares_kl", "precision", "coverage")
"""What tests measure of points, and of images, where `evaluate` is due."""


def tested(spec: Experiment) -> tuple[str, ...]:
    """The metrics that tests may measure and that have a direction."""
    if isinstance(spec, Game2d):
        return ("distance",)
    if isinstance(spec, Supervised):
        own = ("loss",) if spec.data.targets is not None else ("accuracy", "loss")
        return (*own, *(f"validation_{name}" for name in own if spec.test.validation))
    judged: tuple[str, ...] = (
        MODES if not spec.data.images else (*JUDGED, "asked") if spec.condition is not None else JUDGED
    )
    others = () if spec.evaluate is None else spec.evaluate.metrics
    return (*judged, *(name for name in others if _has_a_best(name)))


def _has_a_best(name: str) -> bool:
    """Is it good to be high, or low? Of a metric whose package is not installed here, nobody knows: it may."""
    one = metrics.metric(name)
    return one.better in ("higher", "lower") or one.why == metrics.UNKNOWN


def findings(spec: Experiment) -> Iterator[Finding]:
    """Of `evaluate.metrics`, `checkpoint.best` and `stop`."""
    if isinstance(spec, Gan | Wgan) and spec.evaluate is not None:
        yield from _of_packages(spec.evaluate.metrics)
    if spec.checkpoint.best is not None:
        yield from _chosen(spec, ("checkpoint", "best"), spec.checkpoint.best)
    stop = None if isinstance(spec, Game2d) else spec.stop
    if stop is None:
        return
    if (stop.patience is None) != (stop.metric is None):
        missing = "metric" if stop.metric is None else "patience"
        yield Finding(("stop", missing), "`patience` and `metric` go together: {patience: 5, metric: coverage}")
    if stop.metric is not None:
        yield from _chosen(spec, ("stop", "metric"), stop.metric)


def _of_packages(names: tuple[str, ...]) -> Iterator[Finding]:
    """Are they named once, and none of gancli's own?"""
    for place, name in enumerate(names):
        path: KeyPath = ("evaluate", "metrics", place)
        if metrics.is_own(name):
            own = ", ".join((*JUDGED, *MODES))
            yield Finding(path, f"{name} is gancli's own: tests measure {own} unasked, `gancli evaluate` the others")
        elif name in names[:place]:
            yield Finding(path, f"{name} is named twice")


def _chosen(spec: Experiment, path: KeyPath, name: str) -> Iterator[Finding]:
    """Is it measured while a run trains, and are some of its values better than others?"""
    allowed = tested(spec)
    if name not in allowed:
        why = metrics.metric(name).why if name in metrics.METRICS else ""
        text = f"must be a metric that tests measure, with a direction: {', '.join(allowed)}; got {name!r}"
        held_out = name.startswith("validation_") and isinstance(spec, Supervised)
        hint = f" ({why})" if why else "; give `test.validation`" if held_out else did_you_mean(name, allowed)
        yield Finding(path, text + hint)
    elif isinstance(spec, Gan | Wgan) and spec.evaluate is None:
        yield Finding(path, f"{name} is measured by `evaluate: {{every: …}}`, which is not given; give it")
