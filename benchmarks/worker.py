"""One peer, one row, one number of threads, in a process of its own that does as it is told on standard input.

python -m benchmarks.worker 'jax scan' D 2
"""

import contextlib
import importlib
import json
import os
import sys
import time
from typing import Any


def main(peer: str, letter: str, threads: int) -> None:
    """Serve: {"check": file} plays a check and gives the weights, {"play": games} the seconds that they took."""
    with contextlib.suppress(AttributeError):  # threads are held to so many processors, where the system can
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is not an answer
    from benchmarks.peers import PEERS

    module, cls = PEERS[peer]
    try:
        playing = getattr(importlib.import_module(module), cls)(letter, threads)
    except (ImportError, NotImplementedError) as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(playing, letter, json.loads(line))), file=answers, flush=True)


def answer(playing: Any, letter: str, order: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked."""
    try:
        if "check" in order:
            return {"check": check(playing, letter, order["check"])}
        start = time.perf_counter()
        playing.play(order["play"])
        return {"seconds": time.perf_counter() - start}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}


def check(playing: Any, letter: str, games: int) -> dict[str, float]:
    """Play with the numbers that gancli draws; the losses that gancli then measures with these weights."""
    from benchmarks import networks, work

    judge = work.make(letter, "numpy", 1)
    playing.check(*judge.numbers_of_a_check(games))
    for name, held in playing.weights().items():
        for views, values in zip(networks.arrays(judge.built.game.players[name]), held, strict=True):
            for view, value in zip(views, values, strict=True):
                view[...] = value
    metrics = judge.built.game.measure()
    keys = ("loss", "discriminator_loss", "generator_loss", "wasserstein_estimate")
    return {key: metrics[key] for key in keys if key in metrics}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
