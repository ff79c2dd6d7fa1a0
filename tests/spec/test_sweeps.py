"""Sweep files, written out cell by cell."""

from pathlib import Path

import pytest

from gancli import spec
from gancli.spec import ranges, sweeps
from gancli.spec.yaml import dump, load_file, load_text

BASE = """\
kind: supervised
data: {set: xor}
network: {shape: [2, 2, 1], optimizer: {name: sgd}}
training: {games: 10}
"""


def load(text: str) -> spec.Sweep:
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    Path("sweep.yaml").write_text(text, encoding="utf-8")
    return spec.load_sweep(Path("sweep.yaml"))


def test_a_grid_a_zip_and_seeds_make_cells() -> None:
    found = load(
        "sweep: {base: base.yaml, seeds: 2, grid: {eta: [1e-3, 2], network.shape: [[2, 1], [2, 3, 1]]}, "
        "zip: {mu: [1, 2], name: [a, b]}}"
    )
    assert len(found.cells) == 2 * 2 * 2 * 2
    last = found.cells[-1]
    assert last.settings == ("eta=2", "network.shape=[2, 3, 1]", "mu=2", 'name="b"') and last.seed == 1
    experiment = last.resolved.experiment
    assert experiment.eta == 2 and experiment.networks()["network"].shape == (2, 3, 1)
    assert experiment.name == "b" and experiment.seed == 1
    assert found.cells[0].resolved.experiment.eta == 1e-3
    assert len({(cell.settings, cell.seed) for cell in found.cells}) == 16
    assert spec.is_sweep(Path("sweep.yaml")) and not spec.is_sweep(Path("base.yaml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sweep: {}", "sweep.base: "),
        ("sweep: 3", "sweep: must be a mapping"),
        ("sweep: {base: none.yaml}", "none.yaml: no such file"),
        ("sweep: {base: base.yaml, gird: {}}", "did you mean 'grid'?"),
        ("sweep: {base: base.yaml, grid: {eta: []}}", "sweep.grid.eta: must have at least 1 entry; got []"),
        ("sweep: {base: base.yaml, grid: {eta: 3}}", "sweep.grid.eta: must be a list; got 3"),
        ("sweep: {base: base.yaml, grid: 3}", "sweep.grid: must be a mapping of keys to values; got 3"),
        ("sweep: {base: base.yaml, grid: {eta: [-1]}}", "--set eta=-1: eta: must be greater than 0.0; got -1"),
        ("sweep: {base: base.yaml, grid: {eta.x: [1]}}", "eta.x=1"),
        ("sweep: {base: base.yaml, zip: {eta: [1], mu: [1, 2]}}", "needs lists of one length; got eta: 1, mu: 2"),
        ("sweep: {base: base.yaml, seeds: 0}", "must be at least 1; got 0"),
        ("sweep: {base: base.yaml, seeds: 10000, grid: {eta: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}}", "110,000 cells"),
        ("sweep: {base: base.yaml}\nseed: 1", "unknown key; allowed here: sweep"),
        ("sweep: {base: sweep.yaml}", "is a sweep itself"),
        ("sweep: {base: base.yaml, grid: {eta: [1, 1.0]}}", "makes the same experiment twice"),
        ("sweep: {base: base.yaml, grid: {seed: [1, 2]}}", "use `seeds`"),
        ("sweep: {base: base.yaml, grid: {eta: [1]}, zip: {eta: [1]}}", "is in `grid` too"),
        ("sweep: {base: base.yaml, grid: {'eta ': [1]}}", "sweep.grid.eta : must be a dotted key of letters"),
        ("sweep: {base: base.yaml, zip: {'eta=1,x': [1]}}", "must be a dotted key of letters"),
        ("sweep: {base: base.yaml, grid: {eta: 0.1..1}}", "sweep.grid.eta: say how many values: 0.1..1:9"),
        ("sweep: {base: base.yaml, grid: {eta: 0..1:log:3}}", "must lie above 0"),
        ("sweep: {base: base.yaml, grid: {eta: 0..1:2000}}", "must have 2 to 1000 values"),
        ("sweep: {base: base.yaml, grid: {eta: 5..1}}", "from one integer up to another"),
    ],
)
def test_refusals(text: str, expected: str) -> None:
    with pytest.raises(spec.SpecError) as caught:
        load(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize("value", ["[2, a]", "[2, 0]"])
def test_a_wrong_value_of_a_grid_is_not_called_too_short(value: str) -> None:
    with pytest.raises(spec.SpecError) as caught:
        load(f"sweep: {{base: base.yaml, grid: {{network.shape: [[2, 1], {value}]}}}}")
    assert [problem.key for problem in caught.value.problems] == ["network.shape.1"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.001..10:log:5", [0.001, 0.01, 0.1, 1, 10]),
        ("0.001..0.01:log:3", [0.001, 0.00316228, 0.01]),
        ("1..2:lin:5", [1, 1.25, 1.5, 1.75, 2]),
        ("10..30:3", [10, 20, 30]),
        ("1..4", [1, 2, 3, 4]),
        ("1..1", [1]),
        ("1..2:2", [1, 2]),
        ("10..0.1:log:3", [10, 1, 0.1]),
        ("3..1:3", [3, 2, 1]),
        ("0.1..0.2:lin:4", [0.1, 0.133333, 0.166667, 0.2]),
        ("1e-3..1e-1:log:3", [0.001, 0.01, 0.1]),
        ("[0.2, 1..3, 10]", [0.2, 1, 2, 3, 10]),
        ("1e14..1e16:log:3", [10**14, 1e15, 1e16]),
    ],
)
def test_ranges(text: str, values: list[float]) -> None:
    found = load(f"sweep: {{base: base.yaml, grid: {{mu: {text}}}}}")
    assert repr([cell.values["mu"] for cell in found.cells]) == repr(values)  # an integer where it is one


@pytest.mark.parametrize(
    ("text", "count"),
    [("-2..1", 4), ("1..0:log:2", None), ("1..6:log", None), ("-1..1:log:3", None), ("0..1:log:2", None), ("0..1:1", None), ("0..1:1000", 1000), ("0..1:1001", None),
     ("1..1000", 1000), ("1..1001", None), ("1..1:3", 3), ("1..a", 1), ("a..b..c", 1), ("1..2.5", None), ("2..1", None)],
)  # fmt: skip
def test_how_many_values_a_range_has(text: str, count: int | None) -> None:
    if count is None:
        with pytest.raises(ValueError, match=r"\.\."):
            ranges.spread(text)
    else:
        assert len(ranges.spread(text)) == count


def test_cells_are_in_the_order_of_the_plan_its_last_key_first_then_seeds() -> None:
    found = load("sweep: {base: base.yaml, seeds: 2, grid: {eta: [2, 1], name: [b, a]}, zip: {mu: [4, 3]}}")
    keys = [(cell.values["eta"], cell.values["name"], cell.values["mu"], cell.seed) for cell in found.cells]
    assert keys == [(eta, name, mu, seed) for eta in (2, 1) for name in ("b", "a") for mu in (4, 3) for seed in (0, 1)]
    assert list(found.cells[0].values) == ["eta", "name", "mu"]
    assert [cell.resolved.experiment.seed for cell in found.cells[:2]] == [0, 1]


def test_a_zip_takes_the_values_side_by_side() -> None:
    found = load("sweep: {base: base.yaml, zip: {eta: [0.1, 0.2, 0.3], mu: 1..3}}")
    assert [(cell.values["eta"], cell.values["mu"]) for cell in found.cells] == [(0.1, 1), (0.2, 2), (0.3, 3)]


def test_the_name_of_a_cell_is_that_of_its_experiment_and_seed() -> None:
    one = load("sweep: {base: base.yaml, seeds: 2, grid: {eta: [1, 2], mu: [1, 2]}}").cells
    other = load("sweep: {base: base.yaml, seeds: 3, grid: {mu: [2, 1], eta: [2, 1]}}").cells
    assert len({cell.name for cell in one}) == 8 and {cell.name for cell in one} < {cell.name for cell in other}
    assert one[1].name == spec.load(Path("base.yaml"), ["eta=1", "mu=1", "seed=1"]).sha256()[:12]


def test_a_plan_is_allowed_up_to_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "MAX_CELLS", 6)
    assert len(load("sweep: {base: base.yaml, seeds: 2, grid: {eta: [1, 2, 3]}}").cells) == 6
    with pytest.raises(spec.SpecError, match="8 cells"):
        load("sweep: {base: base.yaml, seeds: 2, grid: {eta: [1, 2, 3, 4]}}")
    assert len(load("sweep: {base: base.yaml, grid: {eta: 1..6}}").cells) == 6
    with pytest.raises(spec.SpecError, match="7 cells"):
        load("sweep: {base: base.yaml, grid: {eta: 1..7}}")
    values = tuple(range(1, 1001))
    assert sweeps.Plan(base="b", grid={"eta": values}, seeds=10_000).grid["eta"] == values
    for wrong in ({"grid": {"eta": (*values, 0)}}, {"zip": {"eta": (*values, 0)}}, {"seeds": 10_001}, {"seeds": 0}):
        with pytest.raises(ValueError, match="sweep|Plan"):
            sweeps.Plan(base="b", **wrong)  # type: ignore[arg-type]


def test_the_command_line_adds_to_a_plan() -> None:
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    found = spec.load_sweep(
        Path("base.yaml"),
        grid=["eta=0.2,1..2", "network.shape=[2,1],[2,3,1]"],
        together=["mu=1,2", "network.optimizer={name: sgd},{name: adam}"],
        seeds=3,
        settings=["training.games=20"],
    )
    assert len(found.cells) == 3 * 2 * 2 * 3
    last = found.cells[-1]
    assert last.values == {"eta": 2, "network.shape": [2, 3, 1], "mu": 2, "network.optimizer": {"name": "adam"}}
    assert last.resolved.experiment.training.games == 20 and last.seed == 2
    Path("base2.yaml").write_text(dump(found.start), encoding="utf-8")
    Path("again.yaml").write_text(found.yaml("base2.yaml"), encoding="utf-8")
    again = spec.load_sweep(Path("again.yaml"))
    assert [cell.name for cell in again.cells] == [cell.name for cell in found.cells]
    for word, key in (("eta", ""), ("=1", ""), ("eta=", "sweep.grid.eta"), ("eta=[1", ""), ("eta=1..x:3", "eta")):
        with pytest.raises(spec.SpecError) as caught:
            spec.load_sweep(Path("base.yaml"), grid=[word])
        assert [problem.key for problem in caught.value.problems] == [key], word
    with pytest.raises(spec.SpecError, match="--grid eta=2: eta: is given twice"):
        spec.load_sweep(Path("base.yaml"), grid=["eta=1", "eta=2"])
    with pytest.raises(spec.SpecError, match=r"^base.yaml: sweep.seeds: "):
        spec.load_sweep(Path("base.yaml"), seeds=0)
    (cell,) = spec.load_sweep(load_file(Path("base.yaml")), grid=["name=a"]).cells
    assert cell.values == {"name": "a"}


def test_spaces_around_a_key_are_not_of_it() -> None:
    """They were in the columns of the summary, by which nothing could read the sweep again."""
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    by_words = spec.load_sweep(Path("base.yaml"), grid=["eta =0.1,0.2"], together=[" mu=1,2"])
    by_name = spec.load_sweep(Path("base.yaml"), grid={"eta ": [0.1, 0.2]}, together={"mu": [1, 2]})
    assert [list(found.cells[0].values) for found in (by_words, by_name)] == [["eta", "mu"]] * 2
    for grid in (["eta=1", "eta =2"], {"eta": [1], "eta ": [2]}):
        with pytest.raises(spec.SpecError, match="eta: is given twice"):
            spec.load_sweep(Path("base.yaml"), grid=grid)
    with pytest.raises(spec.SpecError, match="is in `grid` too"):
        spec.load_sweep(Path("base.yaml"), grid=["eta=1"], together=["eta =2"])


@pytest.mark.parametrize("wrong", ["3", "{base: base.yaml, grid: 3}", "{base: base.yaml, grid: null}"])
def test_what_the_command_line_cannot_add_to_is_refused_as_it_stands(wrong: str) -> None:
    Path("sweep.yaml").write_text(f"sweep: {wrong}", encoding="utf-8")
    for words in ([], ["eta=1"], ["eta=1", "eta=2"]):
        with pytest.raises(spec.SpecError) as caught:
            spec.load_sweep(Path("sweep.yaml"), grid=words, seeds=2)
        assert [(problem.where, problem.text[:17]) for problem in caught.value.problems] == [
            ("sweep.yaml:1", "must be a mapping")
        ]


def test_a_sweep_is_written_with_no_more_than_it_was_given() -> None:
    found = load("sweep: {base: base.yaml, grid: {eta: 1..2, network.shape: [[2, 1]]}}")
    assert found.yaml("b.yaml") == (
        "sweep:\n  base: b.yaml\n  grid:\n    eta: [1, 2]\n    network.shape:\n    - [2, 1]\n"
    )
    assert load_text(load("sweep: {base: base.yaml, zip: {mu: [1]}, seeds: 2}").yaml("b"), "here").data == {
        "sweep": {"base": "b", "zip": {"mu": [1]}, "seeds": 2}
    }


def test_the_settings_of_a_cell_are_words_for_the_command_line() -> None:
    Path("base.yaml").write_text(
        "kind: supervised\nnetwork: {shape: [784, 10]}\ntraining: {games: 1}\n", encoding="utf-8"
    )
    (cell,) = spec.load_sweep(Path("base.yaml"), grid=["data.path=/é=1", "network.shape=[784, 10]", "eta=1e-3"]).cells
    assert cell.settings == ('data.path="/é=1"', "network.shape=[784, 10]", "eta=0.001")


def test_a_problem_of_a_cell_has_the_place_that_it_comes_from() -> None:
    Path("base.yaml").write_text(BASE + "seed: -1\n", encoding="utf-8")
    with pytest.raises(spec.SpecError) as caught:
        spec.load_sweep(Path("base.yaml"), grid=["mu=-2"], settings=["network.shape.1=0"])
    assert [(problem.where, problem.key) for problem in caught.value.problems] == [
        ("--set mu=-2", "mu"), ("--set network.shape.1=0", "network.shape.1"), ("base.yaml:5", "seed"),
    ]  # fmt: skip


def test_without_seeds_it_is_the_bases_own() -> None:
    Path("base.yaml").write_text("seed: 7\n" + BASE, encoding="utf-8")
    found = spec.load_sweep(Path("base.yaml"), grid=["eta=1,2"])
    assert [cell.seed for cell in found.cells] == [7, 7]
    assert [cell.resolved.experiment.seed for cell in found.cells] == [7, 7]
    assert len({cell.name for cell in found.cells}) == 2
