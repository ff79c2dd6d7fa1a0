"""The tree is the design's: who may import whom, registries against the vocabulary, light help."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from gancli import data, spec
from gancli.engines import ENGINES
from gancli.games import CLIPS, FIELDS, GAMES, UPDATES
from gancli.loggers import LOGGERS
from gancli.nn.activations import ACTIVATIONS
from gancli.nn.adversarial_losses import ADVERSARIAL
from gancli.nn.initializers import INITIALIZERS
from gancli.nn.layers import LAYERS
from gancli.nn.losses import LOSSES
from gancli.nn.optimizers import OPTIMIZERS
from gancli.nn.schedules import SCHEDULES
from gancli.spec import game2d, models, networks, schedules
from gancli.spec.data import OWN
from gancli.spec.loggers import BUILT_IN

SOURCE = Path(spec.__file__).parent.parent
ROOT = SOURCE.parent.parent

TABLES = {
    "metrics",
    "intervals",
    "errors",
    "leaving",
    "import_path",
    "standing",
    "disk",
    "shipped",
    "installing",
    "packages",
}
"""What everything may import, and what imports nothing of ours but of these what MAY_IMPORT says: the table of metrics, the statistics of an interval, the
base of the errors, what a signal does, where modules are looked for, where one stands, what it
takes to have a name on the disk, the configurations that come along, what brings a library,
what other packages bring."""
MAY_IMPORT = {
    "cli": {"report", "sweeps", "evaluation", "experiment", "export", "plots", "pictures", "runs", "data", "spec"},
    "api": {"export", "report", "sweeps", "experiment", "plots", "games", "runs", "data", "spec"},
    "sweeps": {"experiment", "runs", "data", "spec"},
    "experiment": {
        "games",
        "evaluation",
        "export",
        "nn",
        "engines",
        "loggers",
        "runs",
        "data",
        "spec",
        "pictures",
    },
    "games": {"nn", "engines"},
    "evaluation": {"nn"},
    "export": {"nn", "engines"},
    "nn": {"engines"},
    "plots": {"runs"},
    "report": {"plots", "runs"},
    "loggers": {"runs", "spec"},
    "engines": set(),
    "spec": set(),
    "data": set(),
    "runs": set(),
    "pictures": set(),
    **{name: set[str]() for name in TABLES},
    "packages": {"errors"},
    "metrics": {"packages"},
}
OUTSIDE = {"nn": {"pydantic", "click", "pathlib"}, "engines": {"pydantic", "click"}, "spec": {"numpy"}}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= set(names) if node.module == "gancli" else {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_nothing_imports_upwards(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if room in ("__init__", "__main__"):
        return
    for name in imports(path):
        head, *rest = name.split(".")
        if head == "gancli" and rest[0] != "__version__":
            allowed = {room} | MAY_IMPORT[room] | (TABLES if room not in TABLES else set())
            assert rest[0] in allowed, f"{path} imports {name}"
        assert head not in OUTSIDE.get(room, set()), f"{path} imports {name}"


def test_every_room_is_in_the_rule() -> None:
    rooms = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in SOURCE.rglob("*.py")}
    assert rooms - {"__init__", "__main__"} == set(MAY_IMPORT)


def literals(model: type, field: str) -> set[str]:
    return {str(value) for value in re.findall(r"'([a-z_0-9]+)'", str(model.model_fields[field].annotation))}  # type: ignore[attr-defined]


def names(union: object) -> set[str]:
    return {get_args(member.model_fields["name"].annotation)[0] for member in get_args(get_args(union)[0])}


def test_registries_are_the_vocabulary() -> None:
    assert names(networks.AnyActivation) | {"step"} == set(ACTIVATIONS)  # step is for display, not for training
    assert names(networks.AnyInit) == set(INITIALIZERS)
    assert names(networks.AnyOptimizer) == set(OPTIMIZERS)
    assert names(schedules.AnySchedule) == set(SCHEDULES)
    assert literals(networks.Clip, "mode") == set(CLIPS)
    assert literals(models.Wgan, "engine") - {"auto"} == set(ENGINES)
    assert literals(models.Data, "set") - set(OWN) == set(data.SETS) == set(spec.SAMPLE_SHAPES)
    assert names(game2d.AnyField) == set(FIELDS) and names(game2d.AnyUpdates) == set(UPDATES)
    assert names(networks.AnyMinibatch) < set(LAYERS)
    assert literals(models.SupervisedTraining, "loss") == set(LOSSES)
    assert literals(models.GanTraining, "loss") | {"wasserstein"} == {loss for loss, _ in ADVERSARIAL}
    assert set(spec.KINDS) == set(GAMES)
    assert set(BUILT_IN) == set(LOGGERS)


def test_what_the_vocabulary_says_of_data_sets_is_in_their_table() -> None:
    assert {name: info.shape for name, info in data.SETS.items()} == spec.SAMPLE_SHAPES
    assert {name: info.classes for name, info in data.SETS.items() if info.fetched} == spec.CLASSES
    outputs = {2: 1}  # of two classes, one output
    assert {
        name: outputs.get(len(info.classes), len(info.classes)) for name, info in data.SETS.items() if info.learned
    } == spec.TARGETS


@pytest.mark.parametrize("name", ["mnist", *(name for name, info in data.SETS.items() if not info.fetched)])
def test_what_the_table_says_of_a_set_is_so(name: str) -> None:
    info, loaded = data.SETS[name], data.load(name)
    assert (loaded.shape, loaded.classes, loaded.units.kind) == (info.shape, info.classes, info.kind)
    if name != "mnist":  # of which there is a subset
        assert (len(loaded.train.samples), len(loaded.test.samples)) == info.counts


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["data", "fetch", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from gancli.cli import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        "print('HEAVY', sorted({'numpy', 'matplotlib', 'pydantic', 'PIL', 'requests', 'yaml', 'tqdm'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "HEAVY []" in result.stdout, result.stdout + result.stderr


def test_numba_is_imported_by_compiled_code_alone() -> None:
    """Which sees to it that nothing of the folder one stands in is read."""
    importing = [path for path in SOURCE.rglob("*.py") if any(name.split(".")[0] == "numba" for name in imports(path))]
    assert importing and all(path.parent == SOURCE / "engines" / "compiled" for path in importing), importing


def test_no_pickle_and_no_eval_in_the_source() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
        assert "pickle" not in imports(path)
        assert "allow_pickle=True" not in path.read_text(encoding="utf-8")


def test_each_promise_names_a_test_that_exists() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"def {name}(" not in tests] == []
    for path in re.findall(r"`(benchmarks/\w+\.py|(?:cli|data|experiment|spec)/test_\w+\.py)`", text):
        assert (ROOT / path).exists() or (ROOT / "tests" / path).exists(), path


def test_what_the_fast_tests_need_has_a_lowest_release_to_pass_them_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [project["optional-dependencies"][name] for name in ("fast", "evaluate", "dask", "tensorboard", "test")]
    needed = sum(extras, start=project["dependencies"])
    assert [name for name in needed if ">=" not in name and not name.startswith("gancli[")] == []
    first = project["requires-python"].removeprefix(">=")
    assert f'PYTHONS = ["{first}", ' in (ROOT / "noxfile.py").read_text(encoding="utf-8"), "tried on the first promised"
