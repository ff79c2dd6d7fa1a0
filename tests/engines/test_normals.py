"""Normal numbers and dropout in compiled code against NumPy's, to the bit, and the generator left where NumPy would leave it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gancli.engines import NumpyEngine, make_engine, numba_is_here

if not numba_is_here():
    pytest.skip("numba is not installed", allow_module_level=True)

from gancli.engines.replay import store
from gancli.engines.replay.normals import LEAST, WORDS, Normals

pytestmark = pytest.mark.usefixtures("compiled")


def normals() -> Normals:
    return Normals(lambda name: store.addresses([name], 4, lambda kept: None)[name])


sizes = st.lists(st.integers(1, 3) | st.integers(WORDS - 2, WORDS + 2) | st.integers(1, 5000), min_size=1, max_size=4)


@given(st.integers(0, 2**63), st.booleans(), sizes)
def test_numpys_numbers_and_its_state(seed: int, half: bool, counts: list[int]) -> None:
    one, other = np.random.default_rng(seed), np.random.default_rng(seed)
    for rng in (one, other) if half else ():
        rng.random(dtype=np.float32)  # leaves half of 64 bits behind
    for count in counts:
        found = np.empty(count, np.float32)
        normals().fill(one, found)
        assert found.tobytes() == other.standard_normal(count, np.float32).tobytes()
        assert one.bit_generator.state == other.bit_generator.state


@given(st.integers(0, 2**63), st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.75, 0.999]), sizes)
def test_the_references_dropout_and_its_state(seed: int, half: bool, rate: float, counts: list[int]) -> None:
    one, other = np.random.default_rng(seed), np.random.default_rng(seed)
    for rng in (one, other) if half else ():
        rng.random(dtype=np.float32)
    for count in counts:
        found, expected = np.empty(count, np.float32), np.empty(count, np.float32)
        normals().fill_dropout(one, rate, found)
        NumpyEngine().dropout(other, rate, expected)
        assert found.tobytes() == expected.tobytes()
        assert one.bit_generator.state == other.bit_generator.state


def test_every_branch_of_the_ziggurat() -> None:
    """Among three million numbers there are some 800 in the tail (beyond 3.65) and 40,000 beside their strips."""
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    found = np.empty(3_000_000, np.float32)
    normals().fill(one, found)
    assert (np.abs(found) > 3.66).sum() > 500
    np.testing.assert_array_equal(found, other.standard_normal(found.size, np.float32))
    assert one.bit_generator.state == other.bit_generator.state


def test_the_engine_draws_as_numpy_whatever_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, served = make_engine("numba", 1), []
    fill = Normals.fill
    monkeypatch.setattr(Normals, "fill", lambda *args: (served.append(1), fill(*args)))
    for kind, count, dtype, fast in (
        (np.random.PCG64, LEAST, np.float32, normals()._agree()),
        (np.random.PCG64, LEAST - 1, np.float32, False),
        (np.random.PCG64, LEAST, np.float64, False),
        (np.random.SFC64, LEAST, np.float32, False),
    ):
        out, served[:] = np.empty(count, dtype), []
        engine.normal(np.random.Generator(kind(5)), out)
        np.testing.assert_array_equal(out, np.random.Generator(kind(5)).standard_normal(count, dtype))
        assert bool(served) == fast


def test_a_numpy_that_draws_otherwise_is_left_to_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Normals, "fill", lambda self, rng, out: out.fill(0.0))
    out = np.empty(LEAST, np.float32)
    make_engine("numba", 1).normal(np.random.default_rng(0), out)
    np.testing.assert_array_equal(out, np.random.default_rng(0).standard_normal(LEAST, np.float32))
