"""Put wrong lines into the code, one at a time, and see whether the tests notice: `nox -s mutants -- nn`.

mutmut makes the mutants of a folder (another number, operator, argument, order or call) and, in a process forked for
each one, runs those tests of the folder that reach it. Here stands which tests these are, which mutants are of
interest, how they are divided, and the count. It works in a copy of the tree below `.nox/mutants` and remembers there
what came out: what is run again tries only what is new or changed, and with `--again` what was not noticed.
"""

import argparse
import functools
import itertools
import os
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import libcst
import yaml
from mutmut import __main__ as mutmut
from mutmut.configuration import reset_config
from mutmut.mutation import mutators, trampoline
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".nox" / "mutants"
NOTICED = "noticed.txt"
SECONDS = 15
"""The tests of a mutant take so long at most: what only the slowest notice, where hundreds reach it, is not noticed."""
EQUIVALENT = ROOT / "tests" / "equivalent_mutants.yaml"

TESTS = {
    "engines": ["engines", "nn"],
    "nn": ["nn", "games"],
    "games": ["games"],
    "runs": ["runs"],
    "spec": ["spec"],
    "evaluation": ["evaluation"],
    "sweeps": ["sweeps"],
    "experiment": ["experiment"],
    "plots": ["plots"],
    "report": ["report"],
    "cli": ["cli"],
    "data": ["data"],
    "api": ["api"],
    "loggers": ["loggers"],
}
"""The folders of tests that are to notice a wrong line in a folder of `src/gancli`."""

SLOW = {
    "api/test_notebook.py",
    "api/test_python_page.py",
    "cli/test_output.py",
    "engines/test_blas.py",
    "engines/test_gemm.py",
    "engines/test_machine_code.py",
    "evaluation/test_evaluate.py",
    "experiment/test_memory.py",
    "experiment/test_speed_options.py",
    "experiment/test_threads.py",
    "plots/test_style.py",
    "report/test_page.py",
    "runs/test_hostile.py",
    "sweeps/test_cluster.py",
    "sweeps/test_current_folder.py",
    "sweeps/test_stops.py",
    "sweeps/test_sweep.py",
}
"""But not these files, whose tests train, start processes or draw for seconds: what only they notice does not count."""

SETTINGS = """[mutmut]
source_paths=src
only_mutate=src/gancli/{folder}/*
do_not_mutate=src/gancli/engines/compiled/*
also_copy=
    README.md
    CHANGELOG.md
    configs
    docs
    benchmarks
    scripts
pytest_add_cli_args=
    -n0
    -pno:cacheprovider
pytest_add_cli_args_test_selection=
    {tests}
do_not_mutate_patterns=
    ^\\s*raise\\b
timeout_multiplier=4
timeout_constant=4
"""
"""What is raised is what kind of error, which the tests of wrong inputs hold, and a text."""


def main() -> None:
    """Mutate one folder, or print the table of what came out so far."""
    parser = argparse.ArgumentParser(prog="nox -s mutants --", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", choices=[*TESTS, "table"], help="a folder of src/gancli, or the table of all so far")
    parser.add_argument("--part", default="1/1", metavar="I/N", help="the I-th of N parts of the mutants")
    parser.add_argument("--sample", type=int, metavar="N", help="so many of the mutants, drawn at random")
    parser.add_argument("--since", metavar="COMMIT", help="only lines that have changed since this commit")
    parser.add_argument("--again", action="store_true", help="those that were not noticed")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many mutants at a time (default 2)")
    options = parser.parse_args()
    if options.folder == "table":
        for folder in TESTS:
            show(folder, WORK / folder)
        return
    place = WORK / (f"{options.folder}-since" if options.since else options.folder)
    mutate(options, place)
    show(options.folder, place)


def mutate(options: argparse.Namespace, place: Path) -> None:
    """Try the mutants that are asked for, in a copy of the tree."""
    copy_tree(place, options.folder)
    if options.since:
        shutil.rmtree(place / "mutants" / "src", ignore_errors=True)  # of other lines
    os.chdir(place)
    reset_config()  # read from the settings that lie here now
    mutators.mutation_operators[:] = OPERATORS
    first = not Path("mutants/mutmut-stats.json").exists()
    if options.since:
        state()._covered_lines = changed_lines(options.since)
    all_of_them = mutmut.collect_source_file_mutation_data

    def chosen(*, mutant_names: Any) -> Any:
        mutants, data = all_of_them(mutant_names=mutant_names)
        return choose(mutants, options), data

    mutmut.collect_source_file_mutation_data = chosen
    mutmut.set_mutant_under_test = here_alone
    PytestRunner.run_tests = functools.partialmethod(run_tests, first)
    mutmut._run([], options.jobs)


def here_alone(name: str) -> None:
    """Collect statistics, say, in this process and not in those that tests start: mutmut would find no settings there.

    A mutant, which is set elsewhere, is in all of them.
    """
    trampoline._mutant_under_test = name


def run_tests(self: PytestRunner, first: bool, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    """Run tests until one fails: those that noticed others of the function, then the quickest, for SECONDS."""
    if first and trampoline._mutant_under_test == "":
        return 0  # all tests have just passed without a mutant, when they were timed
    noticed = Path(NOTICED).absolute()
    function = (mutant_name or "").rpartition("__mutmut_")[0]

    class Noted:
        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed and mutant_name:
                with noticed.open("a", encoding="utf-8") as file:
                    file.write(f"{function} {report.nodeid}\n")

    tests = list(tests)
    lines = reversed(noticed.read_text(encoding="utf-8").splitlines()) if noticed.exists() else ()
    known = [line.removeprefix(f"{function} ") for line in lines if line.startswith(f"{function} ")]
    spent = itertools.accumulate((state().duration_by_test[test] for test in tests[1:]), initial=0.0)
    quick = [test for test, seconds in zip(tests, spent, strict=bool(tests)) if seconds < SECONDS]
    ordered = dict.fromkeys([*(test for test in known if test in tests), *quick])
    with change_cwd("mutants"):
        return int(self.execute_pytest(self._pytest_args_regular_run(ordered), plugins=[Noted()]))


def choose(mutants: list[Any], options: argparse.Namespace) -> list[Any]:
    """This part or sample of the mutants, the same each time, in the order of their names."""
    mutants = sorted(mutants, key=lambda mutant: mutant[1])
    if options.sample:
        mutants = random.Random(0).sample(mutants, min(options.sample, len(mutants)))
    part, parts = map(int, options.part.split("/"))
    mutants = mutants[part - 1 :: parts]
    if options.again:
        mutants = [(data, name, None) for data, name, code in mutants if came_out(code) != "noticed"]
    return mutants


def without_one(call: libcst.Call) -> Iterator[libcst.Call]:
    """The call without one of its arguments; texts, messages for the most part, are left in."""
    for i, argument in enumerate(call.args):
        if len(call.args) > 1 and not isinstance(argument.value, libcst.BaseString):
            yield call.with_changes(args=[*call.args[:i], *call.args[i + 1 :]])


def exchanged(call: libcst.Call) -> Iterator[libcst.Call]:
    """The call with its first two arguments in the other order, where the order can matter."""
    name = call.func.attr if isinstance(call.func, libcst.Attribute) else call.func
    if isinstance(name, libcst.Name) and name.value in COMMUTATIVE:
        return
    if len(call.args) > 1 and not any(argument.keyword or argument.star for argument in call.args[:2]):
        one, other, *rest = call.args
        if not one.value.deep_equals(other.value):
            yield call.with_changes(
                args=[one.with_changes(value=other.value), other.with_changes(value=one.value), *rest]
            )


COMMUTATIVE = {"add", "multiply", "max", "min", "maximum", "minimum", "logaddexp"}


def left_out(statement: libcst.Expr) -> Iterator[libcst.Pass]:
    """Nothing where something is called for what it does."""
    if isinstance(statement.value, libcst.Call | libcst.Await):
        yield libcst.Pass()


OPERATORS = [
    *[
        (kind, operator)
        for kind, operator in mutators.mutation_operators
        if operator not in (mutators.operator_string, mutators.operator_arg_removal, mutators.operator_assignment)
    ],
    (libcst.Call, without_one),
    (libcst.Call, exchanged),
    (libcst.Expr, left_out),
]
"""mutmut's, without texts and without None in the place of each value and argument, which nearly any test notices."""


def copy_tree(place: Path, folder: str) -> None:
    """Bring a copy of the project up to date, and say there what to mutate and with which tests."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    names = {name for name in os.fsdecode(listed).split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        new, old = ROOT / name, place / name
        if not old.exists() or old.read_bytes() != new.read_bytes():
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(new, old)  # as of now, so that mutmut sees that it is newer
    for old in [path for path in place.rglob("*.py") if "mutants" not in path.relative_to(place).parts]:
        if str(old.relative_to(place)) not in names:
            old.unlink()
    shutil.rmtree(place / "mutants" / "tests", ignore_errors=True)
    files = sorted(path for name in TESTS[folder] for path in (ROOT / "tests" / name).glob("test_*.py"))
    quick = [str(path.relative_to(ROOT)) for path in files if f"{path.parent.name}/{path.name}" not in SLOW]
    tests = "\n    ".join(quick)
    (place / "setup.cfg").write_text(SETTINGS.format(folder=folder, tests=tests), encoding="utf-8")


def changed_lines(commit: str) -> dict[str, set[int]]:
    """The lines of each source file that are not as they were at a commit."""
    words = ["git", "diff", "--unified=0", "--no-color", commit, "--", "src"]
    text = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    lines: dict[str, set[int]] = {}
    for line in text.splitlines():
        if line.startswith("+++ b/"):
            lines[name := str((Path("mutants") / line[6:]).absolute())] = set()
        elif found := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, count = int(found[1]), int(found[2] or 1)
            lines[name] |= set(range(start, start + count))
    return lines


def came_out(code: int | None) -> str:
    """What is known of a mutant, by what its tests ended with."""
    status = str(mutmut.status_by_exit_code[code])
    return {"killed": "noticed", "timeout": "noticed", "segfault": "noticed"}.get(status, status)


def show(folder: str, place: Path) -> None:
    """The table of a folder, and what was not noticed, as differences."""
    if not (place / "mutants").exists():
        return
    os.chdir(place)
    reset_config()
    known = Equivalents()
    rows: Counter[tuple[str, str]] = Counter()
    unnoticed = []
    for path in sorted(mutmut.walk_mutatable_files()):
        data = mutmut.SourceFileMutationData(path=path)
        data.load()
        for name, code in data.exit_code_by_key.items():
            outcome = came_out(code)
            if outcome in ("survived", "no tests"):
                old, new = change(name, path)
                if known.has(str(path.relative_to("src/gancli")), old, new):
                    outcome = "equivalent"
                else:
                    unnoticed.append(f"{path} {name} ({outcome})\n  - {old}\n  + {new}")
            rows[str(path), outcome] += 1
    print_table(folder, rows)
    listed = place.with_name(f"{place.name}.txt")
    listed.write_text("\n".join([*unnoticed, ""]), encoding="utf-8")
    print(f"not noticed: {len(unnoticed)}, in {listed.relative_to(ROOT)}")


def print_table(folder: str, rows: Counter[tuple[str, str]]) -> None:
    """Tried, noticed, equivalent and unnoticed mutants of each file that has any, and of the folder."""
    print(f"{'':40}{'tried':>8}{'noticed':>9}{'equiv.':>8}{'not':>6}{'':>8}")
    for title, paths in [*((path, {path}) for path in sorted({path for path, _ in rows})), (folder, None)]:
        count: Counter[str] = Counter()
        for (path, outcome), number in rows.items():
            if paths is None or path in paths:
                count[outcome] += number
        missed = count["survived"] + count["no tests"]
        tried = count["noticed"] + missed
        if tried:
            print(
                f"{title.removeprefix('src/gancli/'):40}{tried + count['equivalent']:8}{count['noticed']:9}"
                f"{count['equivalent']:8}{missed:6}{100 * count['noticed'] / tried:7.1f}%"
            )


def change(name: str, path: Path) -> tuple[str, str]:
    """The lines that a mutant takes away and puts in, without their indentation."""
    lines = mutmut.get_diff_for_mutant(name, path=path).splitlines()[2:]
    return only(lines, "-"), only(lines, "+")


def only(lines: Iterable[str], sign: str) -> str:
    return " ".join(line[1:].strip() for line in lines if line.startswith(sign))


class Equivalents:
    """The changes that make no difference, as the file that lists them says with the reason of each."""

    def __init__(self) -> None:
        listed = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
        self.anywhere = [(entry["was"], entry["is"]) for entry in listed.pop("anywhere", [])]
        names = "|".join(listed.pop("appearance", ["-"]))
        self.appearance = re.compile(rf"\b(?:{names})=(?:[^,()\[\]]|\([^()]*\)|\[[^\[\]]*\])*|[\s,]")
        self.changes = {(name, entry["was"], entry["is"]) for name, entries in listed.items() for entry in entries}

    def has(self, name: str, old: str, new: str) -> bool:
        """Is this change of a file listed: by itself, as without difference anywhere, or of appearance alone?"""
        bare = [self.appearance.sub("", line) for line in (old, new)]
        return (
            (name, old, new) in self.changes
            or bare[0] == bare[1]
            or any(
                old[:at] + other + old[at + len(one) :] == new
                for one, other in self.anywhere
                for at in range(len(old))
                if old.startswith(one, at)
            )
        )


if __name__ == "__main__":
    main()
