"""Recording a game, and replaying it: nothing is left out, nothing freezes, no share overtakes another."""

import ctypes
import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from test_both_engines import CASES

import helpers
from gancli.engines import BlasThreads, EngineError, numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from gancli.engines.arrays import CHANGED, READ, WRITTEN
from gancli.engines.replay import layout, lowering
from gancli.engines.replay.passes import STEPS, without
from gancli.engines.replay.replay import Replay, Stretch
from gancli.engines.replay.tape import Ref
from gancli.nn.layers import MaxPool, Mixed

pytestmark = pytest.mark.usefixtures("compiled")
SOME = [
    "one example at a time", "optimizer adam", "momentum with rmsprop centered", "loss cross_entropy, softmax",
    "gan, all four ratios", "labels flipped, all four ratios", "penalty through sigmoids", "penalty, noise beside inputs",
    "wgan rescale", "wgan, two steps of the generator", "wgan by 33", "noise concat", "dropout", "moving average",
    "batch normalisation of two batches at once", "similarity, dropout and noise", "kernel, of two batches at once",
    "dirac game, alternating", "dirac game with r1, consensus, an optimiser each", "wgan_gp game, optimistic",
    "wgan_clip game, extragradient, negative momentum", "convolutions with r1",
    "pools and enlargements with r1, through sigmoids",
    "nesterov, by 64", "schedule linear", "schedules of a wgan", "gradients clipped of a wgan",
    "gan that looks ahead", "wgan that looks ahead from the past",
]  # fmt: skip
SHARED = [
    "one example at a time",
    "images by 64",
    "gan, all four ratios",
    "wgan, two at a time",
    "wgan by 33",
    "batch normalisation",
    "similarity, dropout and noise",
    "convolutions",
]


def built(name: str, threads: int = 2, *more: str) -> Any:
    text, settings = CASES[name]
    return helpers.game(text, *settings, "engine=numba", "dtype=float64", f"threads={threads}", *more)


def stored(game: Any) -> list[np.ndarray[Any, Any]]:
    return [*game.arrays(), *([game._codes] if hasattr(game, "_codes") else [])]


def tables(game: Any) -> list[np.ndarray[Any, Any]]:
    """Of pools and enlargements, which pixels are mixed and how much: nobody writes them."""
    layers = [layer for player in game.players.values() for layer in player.network.layers]
    mixed = [one for layer in layers if isinstance(layer, Mixed) for one in (*layer._there, *layer._back)]
    return mixed + [layer._pixels for layer in layers if isinstance(layer, MaxPool)]


def octets(ref: Ref) -> np.ndarray[Any, Any]:
    """The bytes of an array, from its first element to its last."""
    pointer = ctypes.cast(ref.address, ctypes.POINTER(ctypes.c_uint8))
    return np.ctypeslib.as_array(pointer, (ref.stop - ref.address,))


@pytest.mark.parametrize("name", SOME)
def test_recording_computes_nothing_and_draws_nothing(name: str) -> None:
    """No array changes, of those that it names: whatever does is written by something that is no kernel."""
    game = built(name)
    game.play(2)
    refs = {ref for op in game.engine.record(game).ops for _, ref in op.arrays(READ, CHANGED, WRITTEN)}
    before = {ref: octets(ref).copy() for ref in refs}
    states = [stream.bit_generator.state for stream in getattr(game, "_streams", {}).values()]
    played, counts = game.played, [player.optimizer.count for player in game.players.values()]
    game.engine.record(game)
    assert all(np.array_equal(octets(ref), bytes_) for ref, bytes_ in before.items())
    assert states == [stream.bit_generator.state for stream in getattr(game, "_streams", {}).values()]
    assert (played, counts) == (game.played, [player.optimizer.count for player in game.players.values()])


@pytest.mark.parametrize("name", SOME)
def test_nothing_is_read_that_no_kernel_has_written(name: str) -> None:
    """But for what a game keeps from one to the next."""
    game = built(name)
    written = [Ref.of(array.reshape(-1)) for array in stored(game) + tables(game)]
    for op in game.engine.record(game).ops:
        for what, ref in op.arrays(READ, CHANGED):
            left: Iterable[tuple[int, int]] = [(ref.address, ref.stop)]
            for one in written:
                left = list(without(left, one)) if one.whole else [] if one.overlaps(ref) else left
            assert not left, f"{op.name} reads {what}"
        written += [ref for _, ref in op.arrays(WRITTEN)]


@pytest.mark.parametrize("name", SOME)
def test_what_changes_from_game_to_game_is_no_number_of_an_operation(name: str) -> None:
    game = built(name)
    one = game.engine.record(game)
    games = getattr(game, "penalties", None)
    game.play(3 * max([1, *(penalty.every for penalty in games.all)] if games else [1]))
    other = game.engine.record(game)
    assert [op.name for op in one.ops] == [op.name for op in other.ops]
    for first, second in zip(one.ops, other.ops, strict=True):
        assert first.args == second.args
    assert [stream.size for stream in one.streams] == [stream.size for stream in other.streams]


def test_an_array_that_is_bound_anew_is_found_out() -> None:
    """Compiled code would go on with the old one."""
    game = built("gan non_saturating")
    game.play()
    game.generator.network.params = game.generator.network.params.copy()
    with pytest.raises(EngineError, match="bound anew"):
        game.play()


# --- shares


def share_by_share(replay: Replay, game: int, order: tuple[int, ...], without: int | None = None) -> None:
    """One game, each stretch between two waits played by one share after another; without one of the waits."""
    (part,) = replay.parts
    assert isinstance(part, Stretch)
    starts = [start for k, start in enumerate(part.starts) if k != without]
    for start, stop in itertools.pairwise(starts):
        for share in order:
            for k in range(start, stop):
                row, numbers = part.table[k], part.numbers[k]
                layout.KERNEL(int(row[layout.ADDRESS]))(
                    share, len(order), game, row.ctypes.data, numbers.ctypes.data, None
                )


@BlasThreads(1)  # as in a run: of more, an old OpenBLAS rounds otherwise on some processors
def after_two_games(
    name: str, order: tuple[int, int], without: int | None = None
) -> tuple[np.ndarray[Any, Any], Replay]:
    game = built(name)
    replay = Replay(game, game.engine)
    drawn = [replay._draw(stream, 2) for stream in replay.streams]
    replay.given[:] = [array.ctypes.data for array in drawn], [stream.size for stream in replay.streams]
    for which in range(2):
        share_by_share(replay, which, order, without)
    return np.concatenate([player.network.params for player in game.players.values()]), replay


@pytest.mark.parametrize("name", SOME)
def test_shares_between_two_waits_may_be_played_in_any_order(name: str) -> None:
    (one, _), (other, _) = (after_two_games(name, order) for order in ((0, 1), (1, 0)))
    game = built(name)
    game.play(2)
    assert np.array_equal(one, other)
    assert game.make() != built(name).make() or np.array_equal(
        one, np.concatenate([player.network.params for player in game.players.values()])
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARED)
def test_every_wait_is_needed(name: str) -> None:
    """Each left out in turn: the shares' order then shows."""
    count = len(after_two_games(name, (0, 1))[1].parts[0].starts) - 1  # type: ignore[union-attr]
    needless = [
        k
        for k in range(1, count)
        if np.array_equal(after_two_games(name, (0, 1), k)[0], after_two_games(name, (1, 0), k)[0])
    ]
    assert needless == []


# --- passes


@pytest.mark.parametrize("off", [("merge",), ("step",), ("merge", "step")], ids=str)
@pytest.mark.parametrize("name", SOME)
def test_a_pass_changes_nothing_but_rounding(name: str, off: tuple[str, ...]) -> None:
    found = []
    for without_ in ((), off):
        game = built(name)
        replay = Replay(game, game.engine, off=without_)
        for _ in range(3):
            key = game.make()
            if key == game.make():
                replay.play(1)
        found.append(np.concatenate([player.network.params for player in game.players.values()]))
    assert found[0] == pytest.approx(found[1], rel=1e-8, abs=1e-10)


@pytest.mark.parametrize(
    ("name", "fused"),
    [
        ("optimizer adamw", True),
        ("weight decay with adam", True),
        ("nesterov, by 64", True),
        ("schedule constant", True),
        ("schedule linear", True),
        ("schedules of a wgan", True),
        ("gradient clipped", False),
    ],
)
def test_a_step_is_one_with_its_gradient_unless_all_of_that_is_needed_first(name: str, fused: bool) -> None:
    game = built(name)
    game.play(8)
    for replay in game.engine.replays.values():
        used = {op.name for op in replay.ops}
        assert ("step_params" in used, bool(used & set(STEPS))) == (fused, not fused)


# --- what has no kernel in machine code

ALL_BUT_GIVEN = tuple(sorted({*lowering.LOWERED, *lowering.ELEMENTWISE} - {"load", "encode", "draw", "step_params"}))


@pytest.mark.parametrize("name", CASES)
def test_every_operation_is_compiled(name: str) -> None:
    game = built(name)
    assert [op.name for op in game.engine.record(game).ops if not lowering.is_compiled(op)] == []


@pytest.mark.parametrize(
    "missing", [("sigmoid", "mse", "relu_gradient"), ("copy", "fill"), ("normalize",), ALL_BUT_GIVEN], ids=str
)
@pytest.mark.parametrize(
    "name",
    ["images by 64", "wgan by 33", "batch normalisation of two batches at once", "noise concat", "optimizer adam"],
)
def test_what_is_not_is_played_by_numpy_between_stretches(
    name: str, missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    game, other = built(name), built(name)
    other.play(3)
    monkeypatch.setattr(lowering, "LOWERED", {key: how for key, how in lowering.LOWERED.items() if key not in missing})
    monkeypatch.setattr(lowering, "ELEMENTWISE", lowering.ELEMENTWISE - set(missing))
    game.play(3)
    (replay,) = game.engine.replays.values()
    used = {op.name for op in replay.ops}
    assert replay.by_numpy == sorted(used & set(missing))
    for one, two in zip(game.players.values(), other.players.values(), strict=True):
        assert one.network.params == pytest.approx(two.network.params, rel=1e-9, abs=1e-11)
