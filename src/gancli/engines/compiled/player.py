"""Plays the games of a plan in compiled code."""

from typing import Any

import numpy as np

from gancli.engines.blas_threads import BlasThreads
from gancli.engines.compiled import clock, losses, program, programs
from gancli.engines.compiled.columns import COUNT
from gancli.engines.compiled.threads import Team
from gancli.engines.plan import AdversarialPlan, SupervisedPlan


class CompiledPlayer:
    """`seconds` (data, generator, opponent, optimiser, –) grow while `profile` is set."""

    def __init__(self, plan: SupervisedPlan | AdversarialPlan, team: Team):
        made = programs.make(plan, team.size)
        self._plan = plan  # its vectors are known to compiled code by their addresses: they must live as long as this
        self.team, self.profile, self.seconds = team, False, np.zeros(clock.SIZE)
        self._off = np.zeros(0)
        self._nets, self._operations, self.noise = made.nets, made.table(), tuple(made.noise)
        network = plan.network if isinstance(plan, SupervisedPlan) else plan.generator
        dtype = network.params.dtype
        self._memory = np.zeros(made.memory.size, dtype)
        self._terms, self._targets = np.zeros((1, 3)), (np.zeros(1, np.int64), np.zeros((1, 1), dtype), 0)
        if isinstance(plan, SupervisedPlan):
            labels, codes = np.array(plan.labels, np.int64), np.array(plan.codes, dtype)
            self._targets = (labels, codes, losses.SUPERVISED[plan.loss])
        else:
            self._terms = programs.terms(plan)
        self._data = _samples(plan.samples, plan.factor, dtype)
        self._prepare(dtype)

    def _prepare(self, dtype: Any) -> None:
        """Compile, or fetch from disk, before the first game: nothing is played here."""
        none = np.zeros((0, 0), dtype)
        taken = (self._nets, self._operations, self._terms, self._data, self._targets, np.zeros((0, 0), np.int64))
        program.play((0, 1), self.team.shared, self._off, *taken, none, none, self._memory)

    def play(self, rows: Any, latents: Any, noise: Any, counts: tuple[int, ...]) -> tuple[int, ...]:
        """One game for each of `rows` (games, samples) int64, `latents` and `noise` (games, numbers).

        `counts` are the steps that each network has taken; returns how many now.
        """
        for net, count in zip(self._nets, counts, strict=False):
            net.numbers[COUNT] = count
        taken = (self._nets, self._operations, self._terms, self._data, self._targets)
        clock_ = self.seconds if self.profile else self._off
        with BlasThreads(1):  # each thread of the team calls BLAS for its share
            self.team.run(program.play, clock_, *taken, rows, latents, noise, self._memory)
        return tuple(int(net.numbers[COUNT]) for net in self._nets[: len(counts)])


def _samples(samples: Any, factor: float, dtype: Any) -> tuple[Any, Any, float]:
    """(bytes, reals, factor), one of the two empty, both read-only: one compiled function serves every data set."""
    octets, reals = np.zeros((0, 0), np.uint8), np.zeros((0, 0), dtype)
    if samples.dtype == np.uint8:
        octets = np.ascontiguousarray(samples).view()
    else:
        reals = np.ascontiguousarray(samples, dtype).view()
    for array in (octets, reals):
        array.flags.writeable = False
    return octets, reals, float(factor)
