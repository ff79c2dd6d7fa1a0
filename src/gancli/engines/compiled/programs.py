"""The programs of the games: what `games.Supervised.play`, `Gan.play` and `Wgan.play` do, as lists of operations."""

import math
from typing import Any

import numpy as np

from gancli.engines.compiled import clock, losses, program
from gancli.engines.compiled.columns import DY, OUTPUTS, SECTION, Y
from gancli.engines.compiled.tables import Memory, Net, table, twin
from gancli.engines.plan import AdversarialPlan, NetworkPlan, SupervisedPlan

GENERATOR, OPPONENT, TWIN = range(3)
"""Places in `Program.nets`; a supervised run's network is the opponent of nobody, at all three. The twin is the
opponent where a penalty looks at its slopes."""
REAL, FAKE, TEACH, SLOPE = range(4)
"""Places in `Program.terms`."""
TOGETHER = 2048
"""Fakes drawn at most in one product."""


class Program:
    """Operations under construction, with the networks' tables and the memory they work in."""

    def __init__(self, nets: tuple[Net, Net, Net], plans: tuple[NetworkPlan, NetworkPlan], memory: Memory):
        self.nets, self.memory = nets, memory
        self.noise: list[tuple[int, str, float]] = []
        """The layer noise of one game, in the order of its passes: how many numbers, their law and scale."""
        self._plans = plans
        self._operations: list[list[int]] = []

    def table(self) -> Any:
        """The operations as `program.play` takes them."""
        return np.array(self._operations, np.int64)

    def load(self, rows: int, to: int, first: int) -> None:
        """Rows first … first + rows of the game's samples."""
        self._add(program.LOAD, 0, rows, to=to, a=first, section=clock.DATA)

    def latents(self, numbers: int, to: int, first: int) -> None:
        """Numbers first … first + numbers of the game's latents."""
        self._add(program.LATENT, 0, 0, to=to, a=first, b=numbers, section=clock.DATA)

    def forward(self, net: int, rows: int, source: int, to: int | None = None) -> None:
        """A pass; the outputs go to `to`, or among the network's own."""
        own = int(self.nets[net].numbers[Y]) + rows * int(self.nets[net].layers[-1, OUTPUTS])
        first = sum(numbers for numbers, _, _ in self.noise)
        self._add(program.FORWARD, net, rows, source, own if to is None else to, a=first)
        found = (layer.noise for layer in self._plans[net].layers if layer.noise is not None)
        self.noise += [(rows * noise.size, noise.law, noise.scale) for noise in found]

    def keep_last(self, net: int, rows: int, batch: int) -> None:
        """Keep the last `batch` rows of a pass of `rows`, for the backward pass."""
        if rows > batch:
            self._add(program.KEEP, net, rows, a=batch)

    def target(self, net: int, rows: int) -> None:
        """The error of a supervised network's outputs."""
        self._add(program.TARGET, net, rows)

    def term(
        self, net: int, term: int, rows: int, begin: int = 0, of: int | None = None, labels: int | None = None
    ) -> None:
        """The error of the outputs begin … begin + rows of a pass of `of` rows.

        `labels`: where their targets begin among the game's latents, if they are drawn.
        """
        drawn = 0 if labels is None else labels + 1
        self._add(program.TERM, net, rows, rows if of is None else of, to=drawn, a=term, b=begin)

    def find_slopes(self, rows: int, source: int, to: int) -> None:
        """What the opponent's penalty learns from, after its pass over `rows` samples: v and, behind it, tangents."""
        self.term(TWIN, SLOPE, rows)
        self._add(program.BACKWARD, TWIN, rows, source, to=to, a=0, b=program.NOBODY)
        self._add(program.TANGENTS, OPPONENT, rows, to=to)

    def learn(self, net: int, rows: int, source: int, slopes: int = 0) -> None:
        """Backward from the last error, each parameter taking its step; also along a penalty's `slopes`."""
        how = program.LEARN_PENALTY if slopes else program.LEARN
        self._add(program.BACKWARD, net, rows, source, to=slopes, a=how, b=net)
        if self._plans[net].average is not None:
            self._add(program.FOLLOW, net, 0)

    def teach(self, rows: int, fakes: int, latents: int) -> None:
        """The generator learns from the opponent's last error on its fakes, and the opponent does not."""
        generator = self.nets[GENERATOR]
        top = int(generator.numbers[DY]) + rows * int(generator.layers[-1, OUTPUTS])
        self._add(program.BACKWARD, OPPONENT, rows, fakes, to=top, a=0, b=GENERATOR)
        self.learn(GENERATOR, rows, latents)

    def _add(
        self, code: int, net: int, rows: int, source: int = 0, to: int = 0, a: int = 0, b: int = 0,
        section: int | None = None,
    ) -> None:  # fmt: skip
        own = int(self.nets[net].numbers[SECTION])
        self._operations.append([code, net, rows, source, to, a, b, own if section is None else section])


def supervised(plan: SupervisedPlan, threads: int) -> Program:
    """One training: forward, error, backward, step."""
    memory = Memory()
    net = table(plan.network, memory, plan.batch, threads, clock.OPPONENT)
    x = memory.place(plan.batch * plan.network.inputs)
    made = Program((net, net, net), (plan.network, plan.network), memory)
    made.load(plan.batch, x, 0)
    made.forward(OPPONENT, plan.batch, x)
    made.target(OPPONENT, plan.batch)
    made.learn(OPPONENT, plan.batch, x)
    return made


def _nets(plan: AdversarialPlan, memory: Memory, rows: int, opponents: int, threads: int) -> tuple[Net, Net, Net]:
    generator = table(plan.generator, memory, rows, threads, clock.GENERATOR)
    opponent = table(plan.opponent, memory, opponents, threads, clock.OPPONENT)
    return generator, opponent, twin(opponent, memory, plan.batch) if plan.penalty else opponent


def gan(plan: AdversarialPlan, threads: int) -> Program:
    """D on real samples, D on fresh fakes, G then D on shared fakes, G alone."""
    memory, batch, size = Memory(), plan.batch, plan.batch * plan.generator.inputs
    made = Program(_nets(plan, memory, batch, batch, threads), (plan.generator, plan.opponent), memory)
    x, fakes = (memory.place(batch * plan.opponent.inputs) for _ in range(2))
    z, slopes = memory.place(size), 0
    if plan.penalty:
        slopes = memory.place(batch * (plan.opponent.inputs + sum(layer.units for layer in plan.opponent.layers)))
    real, fresh, shared, alone = (plan.ratios[name] for name in ("real", "fake", "shared", "generator"))
    drawn = (fresh + shared + alone) * size  # targets follow the latents
    labels = iter(range(drawn, drawn + (real + fresh + shared) * batch, batch) if plan.labels else ())
    for step in range(real):
        made.load(batch, x, step * batch)
        made.forward(OPPONENT, batch, x)
        if plan.penalty:
            made.find_slopes(batch, x, slopes)
        made.term(OPPONENT, REAL, batch, labels=next(labels, None))
        made.learn(OPPONENT, batch, x, slopes)
    for step in range(fresh + shared + alone):
        made.latents(size, z, step * size)
        made.forward(GENERATOR, batch, z, fakes)
        made.forward(OPPONENT, batch, fakes)
        if step >= fresh:
            made.term(OPPONENT, TEACH, batch)
            made.teach(batch, fakes, z)
        if step < fresh + shared:
            made.term(OPPONENT, FAKE, batch, labels=next(labels, None))
            made.learn(OPPONENT, batch, fakes)
    return made


def wgan(plan: AdversarialPlan, threads: int) -> Program:
    """The critic learns over real samples and fakes at once, `critic` times; then the generator, `generator` times.

    The generator does not move while the critic learns, so several batches are drawn in one product, its own first one
    with them. They lie in a row, with room for one batch before them: the critic's real samples come before its fakes,
    where it is done with what was there.
    """
    memory, batch, features = Memory(), plan.batch, plan.opponent.inputs
    critics, generators = plan.ratios["critic"], plan.ratios["generator"]
    together = critics + min(generators, 1)
    ahead = max(1, min(TOGETHER // batch, together))
    if any(layer.noise for layer in plan.generator.layers + plan.opponent.layers):
        ahead, together = plan.together, critics  # noise is drawn pass by pass, and some passes at once
    size, half = batch * plan.generator.inputs, batch * features
    nets = _nets(plan, memory, ahead * batch, 2 * batch, threads)
    made = Program(nets, (plan.generator, plan.opponent), memory)
    z, samples = memory.place(ahead * size), memory.place((1 + ahead) * half)
    first = drawn = 0
    for step in range(critics + generators):
        if step == drawn:
            first, drawn = step, min(step + ahead, together) if step < together else step + 1
            made.latents((drawn - first) * size, z, first * size)
            made.forward(GENERATOR, (drawn - first) * batch, z, samples + half)
        both = samples + (step - first) * half
        if step < critics:
            made.load(batch, both, step * batch)
            made.forward(OPPONENT, 2 * batch, both)
            made.term(OPPONENT, REAL, batch, 0, 2 * batch)
            made.term(OPPONENT, FAKE, batch, batch, 2 * batch)
            made.learn(OPPONENT, 2 * batch, both)
        else:
            made.keep_last(GENERATOR, (drawn - first) * batch, batch)
            made.forward(OPPONENT, batch, both + half)
            made.term(OPPONENT, TEACH, batch)
            made.teach(batch, both + half, z + (step - first) * size)
    return made


def terms(plan: AdversarialPlan) -> Any:
    """The adversarial loss as `program.play` takes it; where slopes are looked at, ∂/∂D is √(γ / batch)."""
    slope = ("mean", math.sqrt(plan.penalty * plan.batch), 0.0)
    found = (plan.real, plan.fake, plan.teach, slope)
    return np.array([(losses.TERMS[name], *numbers) for name, *numbers in found], np.float64)


def make(plan: SupervisedPlan | AdversarialPlan, threads: int) -> Program:
    """The program of a plan, for a team of so many threads."""
    if isinstance(plan, SupervisedPlan):
        return supervised(plan, threads)
    return wgan(plan, threads) if "critic" in plan.ratios else gan(plan, threads)
