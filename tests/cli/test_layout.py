"""What is laid out for a terminal is no wider than it; what goes elsewhere is complete."""

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.stand_ins import Terminal
from gancli.cli import layout, main
from gancli.cli.output import print_rows, say

MEASURES = (
    "frechet",
    "coverage",
    "precision",
    "recall",
    "density",
    "score",
    "classes",
    "shares_kl",
    "sliced_wasserstein",
)
WIDE = [
    {"eta": eta, "generator.optimizer.beta1": 0.5, "seeds": "2 of 2", **dict.fromkeys(MEASURES, "0.5198 ± 0.0084")}
    for eta in (0.1, 0.2)
]
RANKED = [
    {"rank": 1, "generator.optimizer.eta": 0.1, "modes.final": 3, "±": 12.71, "std": 1.414, "min": 2, "max": 4, "seeds": "2 of 2"},
    {"rank": 2, "generator.optimizer.eta": 0.2, "modes.final": 1.5, "±": 6.353, "std": 0.7, "min": 1, "max": 2, "seeds": "2 of 2",
     "to the first": "-1.5 ± 110, not told apart"},
]  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is printed on terminals of so many columns: standard output and standard error."""

    def show(columns: int, call: Any) -> tuple[list[str], list[str]]:
        with monkeypatch.context() as patched:
            patched.setenv("COLUMNS", str(columns))
            patched.setattr(sys, "stdout", out := Terminal())
            patched.setattr(sys, "stderr", err := Terminal())
            call()
        return out.getvalue().splitlines(), err.getvalue().splitlines()

    return show


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("rows", [WIDE, RANKED])
def test_a_wide_table_fits_and_every_value_is_whole(columns: int, rows: list[dict[str, Any]], shown: Any) -> None:
    out, err = shown(columns, lambda: print_rows(rows, "table"))
    assert max(map(len, out + err)) <= columns
    text = "\n".join(out)
    assert text.count("0.5198 ± 0.0084") == (18 if rows is WIDE else 0)
    assert rows is WIDE or "-1.5 ± 110, not told" in text


def test_what_does_not_fit_stands_below_with_the_settings_again(shown: Any) -> None:
    out, err = shown(80, lambda: print_rows(WIDE, "table"))
    heads = [line for line in out if line.startswith("eta  beta1  seeds")]
    assert len(heads) == 3 and heads[0].split()[3:] == ["frechet", "coverage", "precision"] and err == []
    assert [name for head in heads for name in head.split()[3:]] == list(MEASURES)


def test_what_is_left_out_is_said_with_what_shows_it(shown: Any) -> None:
    out, err = shown(80, lambda: print_rows(RANKED, "table"))
    assert out[0].split() == ["rank", "eta", "modes.final", "±", "std", "min", "seeds", "to", "the", "first"]
    assert err == ["(left out: max, for 80 columns; `| cat` has all)"]
    assert shown(120, lambda: print_rows(RANKED, "table")) == (layout.plain(_cells(RANKED)), [])


def test_a_sign_stands_for_which_way_is_better_and_says_so(shown: Any) -> None:
    rows = [
        {
            "measure": "sliced_wasserstein",
            "samples": "0.2129 ± 0.0024",
            "real data": "0.0188 ± 0.014",
            "": "lower is better",
        }
    ]
    out, err = shown(60, lambda: print_rows(rows, "table"))
    assert out[1].endswith("↓") and err == ["(↓ lower is better)"]


def test_rows_that_fit_in_no_table_are_blocks(shown: Any) -> None:
    rows = [
        {"name": "n" * 40, "frechet": "a value of so many words that it is longer than all", "x": "/p" * 10},
        {"name": "b"},
    ]
    out, _ = shown(30, lambda: print_rows(rows, "table"))
    assert out[-2:] == ["", "name: b"] and out[:2] == ["name:", "    " + "n" * 40], "a word stays whole"
    assert "frechet: a value of so many" in out


def test_elsewhere_a_table_is_complete(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(RANKED, "table")
    assert capsys.readouterr().out.splitlines() == layout.plain(_cells(RANKED))


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_list_of_data_sets_fits(columns: int, shown: Any) -> None:
    out, err = shown(columns, lambda: main(["data", "list"], standalone_mode=False))
    assert max(map(len, out)) <= columns and out[0].startswith("set ") and any("fetch NAME" in line for line in err)


def test_prose_ends_its_lines_with_words_and_a_command_or_path_is_whole(shown: Any) -> None:
    path, command = f"runs/{'x' * 40}/a.png", "gancli resume 20261128T053105Z-wgan_mnist7-5ed679 --runs elsewhere"
    said = [f"note: that is {path} which is long", f"to go on: {command}", "a: 1\nb: words " + "and " * 20]
    _, err = shown(40, lambda: [say(text, err=True) for text in said])
    assert err[:3] == ["note: that is", path, "which is long"]
    assert err[3:5] == ["to go on:", command]
    assert err[5:] == said[2].splitlines(), "text of several lines is as it is"


@given(st.text(st.sampled_from("ab /,±1"), max_size=60), st.integers(3, 30))
def test_folding_loses_nothing_and_is_as_narrow_as_asked(text: str, columns: int) -> None:
    lines = layout.folded(text, columns)
    assert max(map(len, lines)) <= columns
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def _cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    names = list(dict.fromkeys(key for row in rows for key in row))
    return [names, *([str(row.get(name, "")) for name in names] for row in rows)]


def test_a_number_and_its_interval_stay_together() -> None:
    assert layout.folded("-1.5 ± 110, not told apart", 15) == ["-1.5 ± 110, not", "told apart"]
    assert layout.folded(str(Path("one/two/three")), 8) == ["one/two/", "three"]
