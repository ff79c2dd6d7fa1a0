"""From a YAML file and overrides to a resolved experiment, or to every problem at once."""

import hashlib
import itertools
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gancli.errors import did_you_mean
from gancli.spec import checks, messages, overrides, paths
from gancli.spec.conditions import classes
from gancli.spec.data import Data
from gancli.spec.errors import Problem, SpecError
from gancli.spec.loggers import logger
from gancli.spec.models import KINDS, Experiment, Game2d, Gan, Learning
from gancli.spec.network_checks import Finding, uses_mu
from gancli.spec.networks import Linear, Network, Sigmoid
from gancli.spec.optimizers import DEFAULT_ETA, Adadelta, AnyOptimizer
from gancli.spec.yaml import Document, KeyPath, dump, load_file

LENGTH = {"games", "passes"}
"""The keys of `training` that say how long."""


@dataclass(frozen=True)
class Resolved:
    """An experiment with every default written out, and what to warn its user of."""

    experiment: Experiment
    warnings: tuple[Problem, ...]

    def data(self) -> dict[str, Any]:
        """The experiment as plain data, `kind` first."""
        return plain(self.experiment)

    def yaml(self) -> str:
        """The experiment as a configuration file that gives the same run again."""
        return dump(self.data())

    def sha256(self) -> str:
        """A name for all that the experiment says, but for where it is logged."""
        return _digest(without_log(self.data()))

    def logged(self, names: Iterable[str]) -> "Resolved":
        """The same, logged by these loggers too, without options; one that it names already keeps its own."""
        there = self.experiment.log or ()
        more = [logger(name) for name in dict.fromkeys(names) if name not in {one.name for one in there}]
        log = (*there, *more) or None
        return Resolved(self.experiment.model_copy(update={"log": log}), self.warnings)


def from_plain(data: dict[str, Any]) -> Resolved:
    """A resolved experiment from its `plain` data, with its warnings. Raises ValueError where it is none."""
    experiment = KINDS[data["kind"]].model_validate(data)
    unwise = [finding for finding in checks.findings(experiment) if finding.warning]
    return Resolved(experiment, tuple(Problem("", _key(finding), finding.text) for finding in unwise))


def plain(experiment: Experiment) -> dict[str, Any]:
    """An experiment as plain data, `kind` first."""
    data = experiment.model_dump(mode="json", exclude_none=True)
    return {"kind": data.pop("kind"), **data}


def without_log(data: dict[str, Any]) -> dict[str, Any]:
    """Plain data of an experiment, without what changes nothing that is computed."""
    return {key: value for key, value in data.items() if key != "log"}


def identity(experiment: Experiment) -> str:
    """A name for all that an experiment says but its length and its loggers: the same for one that was extended."""
    data = without_log(plain(experiment))
    return _digest({**data, "training": {key: data["training"][key] for key in data["training"].keys() - LENGTH}})


def _digest(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode("utf-8")).hexdigest()


def load(source: Path | Document, settings: overrides.Settings | None = None) -> Resolved:
    """Read and resolve a file, or what was read of one, with `settings`, each `dotted.key=value` or by dotted key.

    Raises SpecError with every problem.
    """
    document = load_file(source) if isinstance(source, Path) else source
    if "sweep" in document.data and "kind" not in document.data:
        text = f"holds a sweep of many runs; `gancli sweep {document.source}` plays them, `gancli check` lists them"
        raise SpecError([Problem(document.where(("sweep",)), "sweep", text)])
    overrides.apply(document, settings or [])
    paths.settle(document)
    return resolve(document)


def resolve(document: Document) -> Resolved:
    """Validate a document and write out its defaults. Raises SpecError with every problem."""
    model = _kind(document)
    fields: dict[KeyPath, Problem] = {}
    spec: Experiment | None
    try:
        spec = _with_defaults(model.model_validate(document.data))
    except ValidationError as error:
        fields = messages.problems(error.errors(), document, model.model_json_schema())
        spec = _without(model, document.data, list(fields))
    findings = [] if spec is None else list(checks.findings(spec))
    problems = list(fields.values())
    for finding in findings:
        about_known = any(
            path[: len(finding.path)] == finding.path or finding.path[: len(path)] == path for path in fields
        )
        if not finding.warning and not about_known:
            problems.append(_problem(finding, document))
    if problems or spec is None:
        raise SpecError(sorted(problems, key=lambda problem: _line(problem.where)))
    return Resolved(spec, tuple(_problem(finding, document) for finding in findings))


OF_A_SWEEP = ("base", "grid", "zip", "seeds")


def _kind(document: Document) -> type[Any]:
    kind = document.data.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind]
    allowed = ", ".join(KINDS)
    if kind is None and (keys := [key for key in OF_A_SWEEP if key in document.data]):
        text = f"is not given; {' and '.join(f'`{key}`' for key in keys)} of a sweep stand under `sweep:`"
        raise SpecError([Problem(document.where((keys[0],)), "kind", text)])
    received = f"got {kind!r}" + did_you_mean(kind, KINDS) if kind is not None else "it is not given"
    raise SpecError([Problem(document.where(("kind",)), "kind", f"must be one of {allowed}; {received}")])


def _with_defaults(spec: Experiment) -> Experiment:
    """Write out the defaults that depend on other keys, and only those that something uses."""
    count = 20
    if isinstance(spec, Game2d):
        spec = _game2d_with_eta(spec) if spec.eta is None else spec
    else:
        spec = _learning_with_defaults(spec)
        count = _shown(spec)
    if spec.pictures is not None and spec.pictures.count is None:
        spec = spec.model_copy(update={"pictures": spec.pictures.model_copy(update={"count": count})})
    return spec


def _shown(spec: Learning) -> int:
    """Samples on a picture: of a condition, ten of each class."""
    conditional = getattr(spec, "condition", None) is not None
    images = 10 * (classes(spec.data) or 2) if conditional else 20
    return images if spec.data.images else 2000


def _game2d_with_eta(spec: Game2d) -> Game2d:
    own = {"theta": spec.theta, "phi": spec.phi}
    sides = {key: side.model_copy(update={"optimizer": _with_eta(side.optimizer)}) for key, side in own.items() if side}
    return spec.model_copy(update={"optimizer": _with_eta(spec.optimizer), **sides})


def _learning_with_defaults(spec: Learning) -> Learning:
    unbounded = {"critic", *(["discriminator"] if isinstance(spec, Gan) and not spec.training.probabilities else [])}
    networks = {
        key: _network_with_defaults(key, network, spec.data, key in unbounded)
        for key, network in spec.networks().items()
    }
    spec = spec.model_copy(update=networks)
    if spec.mu is None and any(uses_mu(network) for network in networks.values()):
        spec = spec.model_copy(update={"mu": 1.0})
    if spec.eta is None:
        with_eta = {
            key: network.model_copy(update={"optimizer": _with_eta(network.optimizer)})
            for key, network in networks.items()
        }
        spec = spec.model_copy(update=with_eta)
    return spec


def _network_with_defaults(key: str, network: Network, data: Data, unbounded: bool) -> Network:
    if network.fixed is not None:
        network = _fixed(network, data)
    own = [layer.activation is not None for layer in network.layers or ()]
    own = own or [False] * (len(network.sizes()) - 1)
    hidden = network.activation or (Sigmoid(name="sigmoid") if not all(own[:-1]) else None)
    last = network.output
    if last is None and own and not own[-1]:
        linear = Linear(name="linear")
        roles = {
            "network": linear if data.targets is not None else network.activation,
            "generator": None if data.images else linear,
        }
        last = (linear if unbounded else roles.get(key)) or Sigmoid(name="sigmoid")
    return network.model_copy(update={"activation": hidden, "output": last})


def _fixed(network: Network, data: Data) -> Network:
    """From noise as large as a sample to a sample."""
    shape = network.shape
    if shape is None and network.layers is None and (sample := data.sample_shape()) is not None:
        shape = (math.prod(sample), math.prod(sample))
    return network.model_copy(update={"shape": shape, "output": network.output or Linear(name="linear")})


def _with_eta(optimizer: AnyOptimizer) -> AnyOptimizer:
    if isinstance(optimizer, Adadelta) or optimizer.eta is not None:
        return optimizer
    return optimizer.model_copy(update={"eta": DEFAULT_ETA[optimizer.name]})


def _without(model: type[Any], data: dict[str, Any], wrong: list[KeyPath]) -> Experiment | None:
    """The spec without the keys that are wrong, where what remains is valid, to find what else is.

    A list with a wrong entry is dropped entirely: what is left of it would be another list.
    """
    keys: set[KeyPath] = {tuple(itertools.takewhile(lambda key: isinstance(key, str), path)) for path in wrong}
    remaining = _copy_without(data, (), keys)
    try:
        return _with_defaults(model.model_validate(remaining))
    except ValidationError:
        return None


def _copy_without(data: Any, path: KeyPath, wrong: set[KeyPath]) -> Any:
    if isinstance(data, dict):
        rest = {key: value for key, value in data.items() if (*path, key) not in wrong}
        return {key: _copy_without(value, (*path, key), wrong) for key, value in rest.items()}
    return data


def _problem(finding: Finding, document: Document) -> Problem:
    return Problem(document.where(finding.path), _key(finding), finding.text)


def _key(finding: Finding) -> str:
    return ".".join(map(str, finding.path))


def _line(where: str) -> int:
    tail = where.rpartition(":")[2]
    return int(tail) if tail.isdecimal() else 0
