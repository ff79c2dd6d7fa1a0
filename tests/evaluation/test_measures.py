"""Each measure against a case whose answer is known, and against an independent library where there is one."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import linalg, spatial, special, stats

from gancli import installing
from gancli.cli.failing import describe
from gancli.engines import make_engine
from gancli.evaluation import classes, judge, mixtures, neighbours, parzen, transport
from gancli.evaluation.estimate import Estimate, of_held_out, of_samples, of_sets
from gancli.evaluation.frechet import Gaussian, frechet_distance, gaussian
from gancli.evaluation.manifold import manifold, squared_distances
from gancli.evaluation.table import CARRIED
from gancli.intervals import paired, student
from gancli.nn import Network
from gancli.nn.activations import Linear
from gancli.nn.initializers import he
from gancli.nn.layers import BatchNorm, Dense, Noise

rng = np.random.default_rng(0)


def test_the_frechet_distance_of_gaussians_has_a_closed_form() -> None:
    a = Gaussian(np.array([1.0, 2.0]), np.diag([4.0, 9.0]))
    b = Gaussian(np.array([1.0, 5.0]), np.diag([1.0, 16.0]))
    assert frechet_distance(a, b) == pytest.approx(3**2 + (2 - 1) ** 2 + (3 - 4) ** 2)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-12)


def test_the_frechet_distance_is_that_of_scipys_matrix_root() -> None:
    x, y = rng.standard_normal((400, 12)) @ rng.standard_normal((12, 12)), rng.standard_normal((300, 12)) * 2 + 1
    a, b = gaussian(x), gaussian(y)
    root = linalg.sqrtm(a.covariance @ b.covariance).real
    expected = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)
    assert a.covariance == pytest.approx(np.cov(x.T))
    single = gaussian(x.astype(np.float32))
    assert single.covariance.dtype == np.float64 and single.mean == pytest.approx(x.mean(axis=0), abs=1e-7)


def test_the_frechet_distance_of_samples_comes_near_to_that_of_their_laws() -> None:
    x, y = rng.standard_normal((50_000, 3)), 2 * rng.standard_normal((50_000, 3)) + 1
    assert frechet_distance(gaussian(x), gaussian(y)) == pytest.approx(3 * 1 + 3 * 1, rel=0.05)


def test_the_score_goes_from_one_to_the_number_of_classes() -> None:
    sure = np.eye(10)[np.arange(1000) % 10]
    assert classes.score(sure) == pytest.approx(10.0)
    assert classes.score(np.full((100, 10), 0.1)) == pytest.approx(1.0)
    assert classes.score(np.eye(10)[np.zeros(50, int)]) == pytest.approx(1.0)
    single = rng.dirichlet(np.ones(7), 1000).astype(np.float32)
    assert classes.score(single) == classes.score(single.astype(np.float64)), "summed in double precision"
    p = rng.dirichlet(np.ones(5), 200)
    assert classes.score(p) == pytest.approx(np.exp(stats.entropy(p, p.mean(axis=0), axis=1).mean()), rel=1e-6)


def test_shares_presence_and_divergence() -> None:
    predictions = np.eye(4)[[0, 0, 0, 1]]
    own = classes.shares(predictions)
    assert own.tolist() == [0.75, 0.25, 0, 0]
    data = np.array([0.5, 0.5, 0.0, 0.0])
    assert classes.present(own, data) == 2 and classes.present(np.array([1.0, 0, 0, 0]), data) == 1
    assert classes.divergence(own, data) == pytest.approx(stats.entropy([0.75, 0.25], [0.5, 0.5]))
    assert classes.divergence(np.array([0.5, 0.0, 0.5, 0.0]), data) > 5, "a class that the data do not have"
    assert classes.unsure(np.array([[0.95, 0.05], [0.6, 0.4]])) == 0.5


def test_a_judge_sees_what_its_last_layer_is_given_and_answers_by_softmax(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the network's precision, the same each time though it draws noise, in portions, and as after training."""
    draw = np.random.default_rng(1)
    layers = [Noise(3, "add", None, "gaussian", 0.1), Dense(3, 4, Linear(), he()), BatchNorm(4, Linear(), 25)]
    network = Network(layers, make_engine("numpy"), "float32", draw)
    network.state[:] = [1.0, 2.0, 3.0, 4.0, 0.5, 1.0, 1.5, 2.0]
    x = draw.random((25, 3))
    outputs = network.forward(x.astype(np.float32), np.random.default_rng(0), training=False).copy()
    seen = network.features(x.astype(np.float32), np.random.default_rng(0)).copy()
    one = judge.Judge(network, "by hand", "none", (0, 1, 2, 3))
    for found in (one.predict(x), one.predict(x)):
        assert found.features.dtype == np.float32 and np.array_equal(found.features, seen)
        assert found.predictions == pytest.approx(
            np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True), rel=1e-5
        )
    last = Network([Dense(3, 2, Linear(), he(), bias=False)], make_engine("numpy"), "float32", draw)
    last.params[:] = [1.0, 0.0] * 3
    monkeypatch.setattr(judge, "ROWS", 10)
    found = judge.Judge(last, "by hand", "none", (0, 1)).predict(1000 * (x - 0.5))
    assert found.features.dtype == np.float32 and found.features == pytest.approx(1000 * (x - 0.5), rel=1e-6)
    odds = 1000 * (x.sum(axis=1) - 1.5)
    assert found.predictions[:, 0] == pytest.approx(special.expit(odds), abs=1e-3), "hundreds of either sign"


def test_neighbours_of_the_same_of_far_and_of_repeated_points() -> None:
    x = rng.standard_normal((300, 8))
    same = manifold(x, x)
    assert (same.precision, same.recall, same.coverage) == (1.0, 1.0, 1.0)
    far = manifold(x, x + 100)
    assert (far.precision, far.recall, far.density, far.coverage) == (0, 0, 0, 0)
    centre = x[np.argmin((x**2).sum(axis=1))]
    collapsed = manifold(x, np.repeat(centre[None], 300, axis=0) + 1e-6 * rng.standard_normal((300, 8)))
    assert collapsed.precision == 1.0 and collapsed.recall < 0.05 and collapsed.coverage < 0.3
    fresh = manifold(x, rng.standard_normal((300, 8)))
    assert fresh.density == pytest.approx(1.0, abs=0.2) and fresh.coverage == pytest.approx(1 - 0.5**5, abs=0.05)


def test_neighbours_are_those_of_a_tree() -> None:
    """Long numbers too, of which NumPy puts no more in order than it is asked to."""
    real, fake = rng.standard_normal((120, 4)), 1.5 * rng.standard_normal((100, 4))
    long = real.astype(np.longdouble), fake.astype(np.longdouble)
    for k, found in ((3, manifold(real, fake, k=3)), (5, manifold(real, fake)), (5, manifold(*long))):
        radii, own_radii = (spatial.cKDTree(x).query(x, k=k + 1)[0][:, k] for x in (real, fake))
        inside = spatial.distance.cdist(real, fake) < radii[:, None]
        assert found.precision == pytest.approx(inside.any(axis=0).mean())
        assert found.density == pytest.approx(inside.sum() / k / 100)
        assert found.coverage == pytest.approx(inside.any(axis=1).mean())
        assert found.recall == pytest.approx((spatial.distance.cdist(real, fake) < own_radii).any(axis=1).mean())
    assert np.sqrt(squared_distances(real, fake)) == pytest.approx(spatial.distance.cdist(real, fake), abs=1e-6)


def test_what_lies_on_the_edge_of_a_ball_is_not_in_it() -> None:
    """Each is a step from its nearest, and 3 from 2, in the only place where they meet."""
    found = manifold(np.arange(3.0)[:, None], np.arange(3.0, 6.0)[:, None], k=1)
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)
    found = manifold(np.arange(3.0)[:, None], np.arange(2.5, 5.0)[:, None], k=1)
    third = pytest.approx(1 / 3)
    assert (found.precision, found.recall, found.density, found.coverage) == (third, third, third, third)


def test_the_wasserstein_distance_of_a_shift_is_the_shift() -> None:
    x = rng.standard_normal((200, 3))
    assert transport.wasserstein(x, x + np.array([3.0, 4.0, 0.0])) == pytest.approx(5.0, rel=1e-6)
    assert transport.wasserstein(x, rng.permutation(x)) == pytest.approx(0.0, abs=1e-6)


def test_transport_may_take_as_many_steps_as_there_are_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short, it would be no distance."""
    words: list[dict[str, int]] = []
    fake = SimpleNamespace(emd2=lambda *sets, **more: words.append(more) or 0.0)
    monkeypatch.setattr(transport, "transport", lambda: fake)
    transport.wasserstein(np.zeros((2, 1)), np.ones((2, 1)))
    assert words == [{"numItermax": CARRIED**2}]


def test_on_a_line_wasserstein_and_sliced_are_scipys() -> None:
    x, y = rng.standard_normal((500, 1)), rng.exponential(size=(500, 1))
    expected = stats.wasserstein_distance(x[:, 0], y[:, 0])
    assert transport.wasserstein(x, y) == pytest.approx(expected, rel=1e-6)
    assert transport.sliced_wasserstein(x, y, rng) == pytest.approx(expected, rel=1e-6)
    shift = np.array([1.0, 0.0])
    plane = rng.standard_normal((300, 2))
    assert transport.sliced_wasserstein(plane, plane + shift, rng, 5000) == pytest.approx(2 / np.pi, rel=0.05)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("ImportError('numpy.core.multiarray failed to import')", "numpy.core.multiarray failed to import"),
        ("ValueError('numpy.dtype size changed, may indicate\\nmore')", "numpy.dtype size changed, may indicate"),
        ("RuntimeError('no such processor.')", "no such processor"),
        ("ModuleNotFoundError(\"No module named 'scipy'\", name='scipy')", "No module named 'scipy'"),
        ("AttributeError()", "AttributeError"),
    ],
)
def test_a_pot_that_cannot_be_loaded_is_not_called_missing(
    fault: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("ot.py").write_text(f"raise {fault}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(Path().absolute())
    monkeypatch.delitem(sys.modules, "ot", raising=False)
    with pytest.raises(transport.MissingPot) as caught:
        transport.transport()
    message, code = describe(caught.value)
    assert f"POT, which is installed but cannot be loaded ({reason}); reinstall it" in message
    assert code == 2 and "\n" not in message


def test_a_missing_pot_is_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(transport.MissingPot, match=re.escape(f"needs POT: {installing.command('evaluate')}")):
        transport.transport()


def test_parzen_windows_are_a_mixture_of_gaussians() -> None:
    samples, x = rng.standard_normal((40, 3)), rng.standard_normal((7, 3))
    found = parzen.log_likelihoods(x, samples, np.array([0.3, 1.0]))
    for column, width in enumerate((0.3, 1.0)):
        densities = [[stats.multivariate_normal(s, width**2 * np.eye(3)).pdf(p) for s in samples] for p in x]
        assert found[:, column] == pytest.approx(np.log(np.mean(densities, axis=1)))
    tried = 10 ** np.linspace(-1, 0, 10)
    near, far = samples[:5] + 0.02, samples[:5] + 1.0
    tight, wide = parzen.parzen(samples, near, far), parzen.parzen(samples, far, near)
    assert tight.width == pytest.approx(tried[0]) and wide.width > 0.5, "the first images choose, not those judged"
    expected = parzen.log_likelihoods(near, samples, tried).mean(axis=0)[np.searchsorted(tried, wide.width - 1e-9)]
    assert wide.likelihood == pytest.approx(expected)
    assert tried == pytest.approx(parzen.WIDTHS)
    chosen = parzen.parzen(
        rng.standard_normal((4000, 2)), rng.standard_normal((500, 2)), rng.standard_normal((2000, 2))
    )
    assert chosen.likelihood == pytest.approx(-np.log(2 * np.pi) - 1, abs=0.1), "the entropy of the distribution"


def test_modes_of_a_mixture() -> None:
    angles = np.arange(8) * np.pi / 4
    modes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    every = np.repeat(modes, 300, axis=0) + 0.01 * rng.standard_normal((2400, 2))
    found = mixtures.mixture(every, modes, 0.01)
    assert found.captured == 8 and found.reverse_kl == pytest.approx(0.0, abs=1e-3)
    assert found.quality == pytest.approx(1 - np.exp(-4.5), abs=0.01), "a Gaussian of two dimensions within 3 σ"
    one = mixtures.mixture(every[:300], modes, 0.01)
    assert one.captured == 1 and one.reverse_kl == pytest.approx(np.log(8))
    uneven = mixtures.mixture(np.repeat(modes[:2], [3, 1], axis=0), modes, 0.01)
    assert uneven.reverse_kl == pytest.approx(stats.entropy([0.75, 0.25, *[0] * 6], [1 / 8] * 8))
    noise = mixtures.mixture(rng.uniform(-1, 1, (2500, 2)), modes, 0.01)
    assert noise.quality < 0.02
    nothing = mixtures.mixture(modes + 0.3, modes, 0.01)
    assert nothing.captured == 0 and np.isnan(nothing.reverse_kl)


def test_copies_and_repetitions() -> None:
    train, fresh = rng.random((700, 20)), rng.random((600, 20))
    copies = neighbours.nearest(train[:50].astype(np.float32), train.astype(np.float32))
    assert (copies == 0.0).all(), "products would round it to some thousandths"
    expected = spatial.cKDTree(train).query(fresh)[0]
    assert neighbours.nearest(fresh, train) == pytest.approx(expected, abs=1e-6)
    assert neighbours.nearest_other(fresh) == pytest.approx(spatial.cKDTree(fresh).query(fresh, k=2)[0][:, 1], abs=1e-6)
    alone = neighbours.nearest_other(fresh)
    twice = neighbours.nearest_other(np.concatenate([fresh[:300], fresh[:300]]))
    close = neighbours.close_distance(alone)
    assert (twice == 0.0).all() and neighbours.duplicates(twice, close) == 1.0
    assert neighbours.duplicates(alone, close) == pytest.approx(0.01, abs=0.002)
    few = neighbours.nearest_other(rng.random((50, 20)))
    assert neighbours.duplicates(few, neighbours.close_distance(few)) == 0.04, "the two that are nearest to each other"


def test_intervals_by_hand() -> None:
    assert of_sets([1.0, 2.0, 3.0]) == Estimate(2.0, pytest.approx(4.302653 / np.sqrt(3), rel=1e-6))  # type: ignore[arg-type]
    assert of_sets([1.0, np.nan, 3.0]).value == 2.0 and np.isnan(of_sets([1.0]).half)
    one, two = of_held_out([5.0], [1.0, 2.0, 3.0]), of_held_out([4.0, 6.0], [1.0, 2.0, 3.0])
    assert (one.value, two.value) == (5.0, 5.0)
    assert one.half == pytest.approx(4.302653, rel=1e-6) and two.half == pytest.approx(one.half / np.sqrt(2))
    assert of_held_out([5.0], [1.0, 1.02]).half == pytest.approx(12.7062 * 0.02 / np.sqrt(2), rel=1e-5)
    assert np.isnan(of_held_out([5.0], [1.0]).half), "nothing says how far it may be off"
    values = rng.standard_normal(400)
    assert of_samples(values).half == pytest.approx(stats.t(399).ppf(0.975) * stats.sem(values))


def test_students_quantiles_are_scipys() -> None:
    for freedom in (1, 2, 5, 9, 30):
        for confidence in (0.5, 0.95, 0.999, 1 - 0.05 / 210):
            assert student(freedom, confidence) == pytest.approx(stats.t(freedom).ppf((1 + confidence) / 2), rel=1e-6)


def test_paired_differences_are_scipys_and_wider_for_many() -> None:
    one, other = rng.standard_normal(8), rng.standard_normal(8) + 0.3
    expected = stats.ttest_rel(one, other)
    mean, half = paired(list(one), list(other))
    low, high = expected.confidence_interval(0.95)
    assert (mean - half, mean + half) == (pytest.approx(low), pytest.approx(high))
    low, high = expected.confidence_interval(1 - 0.05 / 6)
    assert paired(list(one), list(other), 6)[1] == pytest.approx((high - low) / 2)
