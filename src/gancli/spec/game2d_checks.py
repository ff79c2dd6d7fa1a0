"""What one field of a game of two numbers cannot know: which updates go with which optimisers, and the like."""

from collections.abc import Iterator

from gancli.spec.game2d import WganClip
from gancli.spec.models import Game2d
from gancli.spec.network_checks import Finding
from gancli.spec.optimizers import Sgd

WITH_SGD = {
    "extragradient": "its first step is a plain −η g, which is no step of {name}",
    "optimistic": "it corrects a step by the gradient before, which is no correction of a step of {name}",
}
"""Updates that are defined for gradient steps alone, and why."""


def findings(spec: Game2d) -> Iterator[Finding]:
    """All that is wrong, and what has no effect."""
    if spec.r1 is not None and spec.game.name != "dirac":
        text = f"is for `game: dirac`, whose discriminator's slope it makes small; got {spec.game.name!r}"
        yield Finding(("r1",), text)
    if isinstance(spec.game, WganClip) and abs(spec.start[1]) > spec.game.clip:
        text = f"φ starts outside of what `clip` allows, and is put to its bound, {spec.game.clip:g}"
        yield Finding(("start",), text, warning=True)
    yield from _optimizers(spec)


def _optimizers(spec: Game2d) -> Iterator[Finding]:
    own = spec.sides()
    updates, optimizers = spec.updates.name, spec.optimizers()
    used = {(key, "optimizer") if own[key] else ("optimizer",): one.name for key, one in optimizers.items()}
    for path, name in used.items():
        if updates in WITH_SGD and name != "sgd":
            text = f"`updates: {updates}` goes with sgd: {WITH_SGD[updates].format(name=name)}; got {name!r}"
            yield Finding(path, text)
    plain = Sgd(eta=spec.optimizer.eta) if isinstance(spec.optimizer, Sgd) else None
    if ("optimizer",) not in used and spec.optimizer != plain:
        yield Finding(("optimizer",), "has no effect: `theta` and `phi` have their own", warning=True)
