"""What is wrong, or changes nothing, in what an optimiser is told."""

from collections.abc import Iterator

from gancli.spec.models import Experiment, Game2d, Gan, Wgan
from gancli.spec.network_checks import Finding
from gancli.spec.optimizers import Adadelta, Adam, AnyOptimizer
from gancli.spec.schedules import ConstantRate, CosineRate, InverseRate, LinearRate, StepRate
from gancli.spec.yaml import KeyPath


def findings(spec: Experiment) -> Iterator[Finding]:
    """Of all optimisers of a spec."""
    for path, optimizer in optimizers(spec).items():
        yield from _momentum(path, optimizer)
        yield from _weight_decay(path, optimizer)
        if not isinstance(optimizer, Adadelta) and optimizer.schedule is not None:
            count = steps(spec, str(path[0]))
            count = 2 * count if count is not None and optimizer.lookahead else count
            yield from _schedule((*path, "schedule"), optimizer.schedule, count)
    yield from _lookahead(spec)


def optimizers(spec: Experiment) -> dict[KeyPath, AnyOptimizer]:
    """By where they stand."""
    if isinstance(spec, Game2d):
        players: dict[KeyPath, AnyOptimizer]
        players = {(key, "optimizer"): side.optimizer for key, side in spec.sides().items() if side}
        return players if len(players) == 2 else {("optimizer",): spec.optimizer, **players}
    return {(key, "optimizer"): network.optimizer for key, network in spec.networks().items()}


def steps(spec: Experiment, key: str) -> int | None:
    """Steps that a run takes of a network; None where samples, long phases or estimates decide."""
    games = spec.training.games
    if games is None:
        return None
    if isinstance(spec, Gan | Wgan) and spec.training.critic_until is not None and key != "generator":
        return None
    if isinstance(spec, Gan):
        ratios = spec.training.ratios
        of_real = 0 if spec.training.loss == "relativistic" else ratios.real
        own = ratios.generator if key == "generator" else of_real + ratios.fake
        return games * (ratios.shared + own)
    if isinstance(spec, Wgan):
        training = spec.training
        if key == "generator":
            return (games - training.warmup) * training.ratios.generator
        return None if training.long_phase is not None else games * training.ratios.critic
    return games


def _momentum(path: KeyPath, optimizer: AnyOptimizer) -> Iterator[Finding]:
    if optimizer.nesterov and not optimizer.momentum:
        yield Finding((*path, "nesterov"), "looks ahead along the momentum, which is 0: give `momentum`, such as 0.9")


def _lookahead(spec: Experiment) -> Iterator[Finding]:
    """It is for two networks; where each game is played twice, of both of them, with one step of each."""
    used = {path: optimizer.lookahead for path, optimizer in optimizers(spec).items() if optimizer.lookahead}
    if not isinstance(spec, Gan | Wgan):
        instead = "for a game2d: `updates: extragradient` or `optimistic`" if isinstance(spec, Game2d) else "remove it"
        for path in used:
            yield Finding((*path, "lookahead"), f"is for the networks of a GAN or WGAN; {instead}")
        return
    twice = [(*path, "lookahead") for path, name in used.items() if name == "extragradient"]
    if len(twice) == 1:
        yield Finding(twice[0], "extragradient plays each game twice: give it to both networks")
    for path in twice[:1]:
        if spec.training.critic_until is not None:
            yield Finding(path, "extragradient takes one step of each network a game: not with `critic_until`")
        elif several := sorted(name for name, count in _step_counts(spec).items() if count > 1):
            text = (
                f"extragradient takes one step of each network a game: set ratios to 1 (now more: {', '.join(several)})"
            )
            yield Finding(path, text)


def _step_counts(spec: Gan | Wgan) -> dict[str, int]:
    """Steps of a game from one and the same place, where it is played twice: real and fake are halves of D's."""
    ratios = spec.training.ratios.model_dump()
    if isinstance(spec, Wgan):
        return ratios if spec.training.long_phase is None else {**ratios, "long_phase": 2}
    return {
        "real": ratios["real"], "shared + fake": ratios["shared"] + ratios["fake"],
        "shared + generator": ratios["shared"] + ratios["generator"],
    }  # fmt: skip


def _weight_decay(path: KeyPath, optimizer: AnyOptimizer) -> Iterator[Finding]:
    """Warns of Adam's, which divides the decay by √v̂ as it does the gradient; and of one that turns weights around."""
    decay = optimizer.weight_decay or 0.0
    if isinstance(optimizer, Adam) and decay:
        text = "is divided by √v̂ with the gradient, so that what has large gradients hardly decays: `adamw` does not"
        yield Finding((*path, "weight_decay"), f"{text} (Loshchilov and Hutter 2019)", warning=True)
    eta = getattr(optimizer, "eta", None)
    if eta is not None and optimizer.name in ("sgd", "adamw") and eta * decay >= 1.0:
        text = f"times eta is {eta * decay:g}: from 1 on, each step turns the weights around"
        yield Finding((*path, "weight_decay"), text, warning=True)


def _schedule(
    path: KeyPath, schedule: ConstantRate | StepRate | LinearRate | CosineRate | InverseRate, steps: int | None
) -> Iterator[Finding]:
    """Warns of one that never acts, that stops all learning before the run ends, or that the run cuts off."""
    if isinstance(schedule, ConstantRate):
        if not schedule.warmup:
            yield Finding(path, "has no effect without a `warmup`: η is constant", warning=True)
        key, last = "warmup", schedule.warmup
    else:
        key = "every" if isinstance(schedule, StepRate) else "steps"
        last = schedule.warmup + (schedule.every if isinstance(schedule, StepRate) else schedule.steps)
    if steps is None:
        return
    if isinstance(schedule, LinearRate | CosineRate) and schedule.end == 0.0 and last < steps:
        text = f"η is 0 from step {last + 1:,d} on, and the run takes {steps:,d} steps of this network: give `end`"
        yield Finding((*path, key), text, warning=True)
    elif last > steps and not isinstance(schedule, InverseRate):
        text = f"ends at step {last:,d} (with its warm-up), and the run takes {steps:,d} steps of this network"
        yield Finding((*path, key), text, warning=True)
