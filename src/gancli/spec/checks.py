"""What one field cannot know: shapes that must fit, settings that exclude each other or change nothing."""

from collections.abc import Iterator

from gancli.spec import (
    adversary_checks,
    data_checks,
    game2d_checks,
    metric_checks,
    network_checks,
    optimizer_checks,
)  # fmt: skip
from gancli.spec.data import TARGETS, Data
from gancli.spec.models import Experiment, Game2d, Supervised
from gancli.spec.network_checks import Finding, activation_names, uses_mu
from gancli.spec.optimizers import Adadelta
from gancli.spec.training import SupervisedTest


def findings(spec: Experiment) -> Iterator[Finding]:
    """All that is wrong with a spec whose fields are each right by themselves."""
    yield from _length(spec)
    yield from _unused(spec)
    yield from _log(spec)
    yield from optimizer_checks.findings(spec)
    yield from metric_checks.findings(spec)
    if isinstance(spec, Game2d):
        yield from _game2d(spec)
        return
    yield from data_checks.findings(spec)
    for key, network in spec.networks().items():
        yield from network_checks.layers(key, network)
        yield from network_checks.bounds(key, network)
        yield from network_checks.size(key, network, spec.training.rows(key))
        yield from network_checks.unused(key, network)
        yield from network_checks.batches(key, network, spec.training)
    yield from data_checks.sizes(spec, spec.data.sample_shape(), _outputs(spec.data))
    yield from _supervised(spec) if isinstance(spec, Supervised) else adversary_checks.findings(spec)


def _length(spec: Experiment) -> Iterator[Finding]:
    games, passes = spec.training.games, spec.training.passes
    if (games is None) == (passes is None):
        got = "neither" if games is None else "both"
        yield Finding(("training",), f"give `games` or `passes`, one of them; got {got}")


def _log(spec: Experiment) -> Iterator[Finding]:
    names = [one.name for one in spec.log or ()]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Finding(("log", place), f"{name} is named twice; leave one out")


def _game2d(spec: Game2d) -> Iterator[Finding]:
    if spec.training.passes is not None:
        yield Finding(("training", "passes"), "a game2d has no data to pass over; give `games`")
    if spec.training.batch != 1:
        yield Finding(("training", "batch"), "has no effect: a game2d has no data", warning=True)
    yield from game2d_checks.findings(spec)
    if spec.test.layers:
        yield Finding(("test", "layers"), "has no effect: a game2d has no layers", warning=True)


def _outputs(data: Data) -> tuple[int, ...]:
    """Of a supervised network; none where they are known once the data are read."""
    if data.targets is not None:
        return (len(data.targets),)
    return (TARGETS[data.set],) if data.set in TARGETS else ()


def _supervised(spec: Supervised) -> Iterator[Finding]:
    if not spec.network.sizes():
        return
    single = TARGETS.get(spec.data.set, spec.network.sizes()[-1]) == 1
    if spec.test.threshold != SupervisedTest().threshold and not single:
        yield Finding(
            ("test", "threshold"), "has no effect: the largest of several outputs is the prediction", warning=True
        )
    *hidden, output = activation_names(spec.network)
    if spec.data.targets is not None and spec.training.loss != "mse":
        text = f"numbers are learned with `loss: mse`; got {spec.training.loss!r}"
        yield Finding(("training", "loss"), text)
    if spec.training.loss == "cross_entropy" and output not in ("sigmoid", "softmax"):
        text = f"cross_entropy needs a network whose output is sigmoid or softmax; got {output!r}"
        yield Finding(("training", "loss"), text)
    if spec.pictures is not None and spec.pictures.heaviside and {*hidden, output} != {"sigmoid"}:
        others = ", ".join(sorted({*hidden, output} - {"sigmoid"}))
        yield Finding(("pictures", "heaviside"), f"stands for sigmoids; this network has {others} too")
    if spec.pictures is not None and spec.pictures.heaviside and TARGETS.get(spec.data.set) != 1:
        yield Finding(("pictures", "heaviside"), "is for points of the plane, such as `data.set: line`")
    if "softmax" in hidden or (output == "softmax" and spec.training.loss != "cross_entropy"):
        yield Finding(("network", "output"), "softmax is for an output layer with `training.loss: cross_entropy`")
    if output == "softmax" and single:
        yield Finding(("network", "output"), "softmax of a single output is always 1; use sigmoid")


def _unused(spec: Experiment) -> Iterator[Finding]:
    networks = spec.networks().values()
    optimizers = [network.optimizer for network in networks]
    optimizers = list(spec.optimizers().values()) if isinstance(spec, Game2d) else optimizers
    own_eta = [isinstance(optimizer, Adadelta) or optimizer.eta is not None for optimizer in optimizers]
    if spec.eta is not None and all(own_eta):
        yield Finding(("eta",), "has no effect: every optimizer has an `eta` of its own, or needs none", warning=True)
    if not isinstance(spec, Game2d) and spec.mu is not None and not any(uses_mu(network) for network in networks):
        yield Finding(("mu",), "has no effect: no sigmoid is without a `mu` of its own", warning=True)
