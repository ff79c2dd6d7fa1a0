"""The documentation has all: every command and key, every formula."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from docs.pages import DOCS, ROOT, script
from gancli import __version__
from gancli.cli.training import TIME_IS_OVER
from gancli.games import FIELDS, UPDATES
from gancli.leaving import STOPS
from gancli.loggers import LOGGERS
from gancli.metrics import METRICS
from gancli.nn.activations import ACTIVATIONS
from gancli.nn.adversarial_losses import ADVERSARIAL, F_DIVERGENCES
from gancli.nn.initializers import INITIALIZERS
from gancli.nn.layers import LAYERS
from gancli.nn.losses import LOSSES
from gancli.nn.optimizers import OPTIMIZERS
from gancli.nn.schedules import SCHEDULES
from gancli.plots.curves import LINES
from helpers import gancli


def test_the_reference_is_what_the_code_says(tmp_path: Path) -> None:
    reference = script("reference")
    assert reference.main(check=True) == [], "run: python scripts/reference.py"
    assert reference.main(tmp_path, check=True) == ["commands.md", "keys.md"] and list(tmp_path.iterdir()) == []
    assert reference.main(tmp_path) == ["commands.md", "keys.md"] and reference.main(tmp_path) == []
    assert (tmp_path / "keys.md").read_bytes() == (DOCS / "reference" / "keys.md").read_bytes()


def test_no_key_is_without_words_and_no_section_there_twice() -> None:
    page = (DOCS / "reference" / "keys.md").read_text("utf-8")
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 200 and [row[0] for row in rows if len(row) != 4 or not row[3].strip()] == []
    headings = re.findall(r"^## (.+)", page, re.MULTILINE)
    assert len(set(headings)) == len(headings) and {"optimizer: adam", "training.labels", "data"} <= set(headings)
    loss = [row[1] for row in rows if row[0].strip() == "`loss`"]
    assert any("`hinge`" in value and "[f](#trainingloss-f)" in value for value in loss)


def test_each_command_that_help_lists_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "commands.md").read_text("utf-8")
    listed = re.findall(r"^  (\w+) ", gancli("--help").output.partition("Commands:")[2], re.MULTILINE)
    assert len(listed) > 10
    for name in listed:
        _, _, section = page.partition(f"\n## gancli {name}\n")
        options = set(re.findall(r"--[a-z][a-z-]+", gancli(name, "--help").output)) - {"--help", "--debug"}
        own = section.partition("\n## ")[0]
        assert all(len(re.split(r"(?<!\\)\|", line)) == 5 for line in own.splitlines() if line.startswith("| `-"))
        assert not re.search(r"^\| `-[^|]*` \| \|", own, re.MULTILINE), f"an option of {name} has no words"
        assert section and options <= set(re.findall(r"--[a-z][a-z-]+", section)), name


@pytest.mark.parametrize("page", ["configuration.md", "reliability.md", "reference/commands.md"])
def test_exit_codes_are_the_same_list_on_every_page(page: str) -> None:
    codes = " ".join(script("reference").EXIT_CODES.split())
    assert codes in " ".join((DOCS / page).read_text("utf-8").split())
    assert TIME_IS_OVER == 124 and f"{TIME_IS_OVER} `--max-time`" in codes
    numbers = ", ".join(f"{128 + number}" for number in sorted(STOPS))
    assert f"{numbers} ended by SIGHUP, Ctrl-C, SIGTERM" in codes


def sections(page: str) -> dict[str, str]:
    return {part.partition("\n")[0].strip("# "): part for part in re.split(r"^##+ ", page, flags=re.MULTILINE)[1:]}


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("Layers", LAYERS), ("Activations", ACTIVATIONS), ("Initial weights", INITIALIZERS), ("Losses", LOSSES),
        ("Optimisers", OPTIMIZERS), ("Schedules", SCHEDULES), ("Measures", METRICS),
        ("Games of two numbers", [*FIELDS, *UPDATES]), ("Divergences", {name for name, _ in F_DIVERGENCES}),
    ],
)  # fmt: skip
def test_the_mathematics_has_each_entry_of_the_tables_and_no_other(section: str, names: Iterable[str]) -> None:
    text = sections((DOCS / "mathematics.md").read_text("utf-8"))[section]
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(names)


def test_the_mathematics_has_each_loss_of_a_game_with_each_of_the_generators() -> None:
    text = sections((DOCS / "mathematics.md").read_text("utf-8"))["Losses of games"]
    rows = re.findall(r"^\| `(\w+)` \| (?:`(\w+)` )?\|", text, re.MULTILINE)
    assert sorted(rows) == sorted((loss, other or "") for loss, other in ADVERSARIAL)
    generators = {other for _, other in F_DIVERGENCES}
    assert all(
        f"`{other}`" in sections((DOCS / "mathematics.md").read_text("utf-8"))["Divergences"] for other in generators
    )


MARK = re.compile(r"(?<![\w-])([A-ZÀ-Ž][\w-]+(?: and [A-ZÀ-Ž][\w-]+| et al\.)?) \(?((?:18|19|20)\d\d)\b")
"""`Adam et al. 2015`, `Adam and Eve (2015)`."""


def marks(text: str) -> set[str]:
    return {f"{author} {year}" for author, year in MARK.findall(" ".join(text.split()))}


def test_what_is_cited_on_any_page_is_among_the_references_and_nothing_else_is() -> None:
    own, _, references = (DOCS / "mathematics.md").read_text("utf-8").partition("\n## References\n")
    others = [path.read_text("utf-8") for path in DOCS.rglob("*.md") if path.name != "mathematics.md"]
    cited = set().union(*map(marks, [own, *others]))
    listed = re.findall(r"^- \*\*(.+?)\*\*", references, re.MULTILINE)
    assert len(cited) > 60 and sorted(listed, key=str.casefold) == listed
    assert cited == set(listed)


def test_the_glossary_is_in_order() -> None:
    page = (DOCS / "glossary.md").read_text("utf-8").replace("é", "e").replace("μ", "mu")
    terms = [term.casefold() for term in re.findall(r"^\*\*(.+?)\.?\*\*", page, re.MULTILINE)]
    wanted = (
        "activation, batch normalisation, epoch, f-divergence, learning ratio, optimiser, pack, spectral norm, status"
    )
    assert terms == sorted(terms) and set(wanted.split(", ")) <= set(terms)


def test_the_page_of_loggers_has_each_of_them_with_what_brings_it() -> None:
    page = (DOCS / "loggers.md").read_text("utf-8")
    for name in LOGGERS:
        assert f"| `{name}` | `pip install 'gancli[{name}]'`" in page


def test_the_citation_has_the_version_and_the_day_of_its_release() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == __version__
    assert f"## [{__version__}] - {citation['date-released']}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_figure_has_its_row_on_the_page_of_figures() -> None:
    page = (DOCS / "figures.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src" / "gancli" / "plots").glob("*.py"))
    fixed = re.findall(r'target / f"(\w+)\.', source) + re.findall(r'figures\["(\w+)"\]', source)
    families = re.findall(r'f"(\w[\w-]*)-\{(?:network|metric)\}', source)
    assert {"pictures", "judged", "confusion"} <= set(fixed) and {"weights", "last-bias", "curves"} <= set(families)
    for name in [*LINES, *fixed, "pairs", "columns", "animation.gif"]:
        assert f"`{name}`" in page, name
    for name in families:
        assert f"`{name}-NETWORK`" in page or f"`{name}-METRIC`" in page, name


def test_brackets_are_quoted_for_the_shells_that_read_them() -> None:
    own = {DOCS / "reference" / "commands.md"}  # what the commands' own help says
    for path in {*DOCS.rglob("*.md"), ROOT / "README.md"} - own:
        bare = re.findall(r"--(?:set|grid|zip) [^'\"\s`]*[\[{]\S*", path.read_text("utf-8"))
        assert bare == [], path
        assert not re.search(r"pip install (?:-\w )*[^'\s]*\[", path.read_text("utf-8")), path


def test_every_configuration_is_named_on_a_page() -> None:
    paths = [*DOCS.rglob("*.md"), ROOT / "README.md"]
    text = "".join(path.read_text("utf-8") for path in paths)
    names = [path.stem for path in (ROOT / "configs").rglob("*.yaml")]
    assert len(names) > 60 and [name for name in names if not re.search(rf"\b{name}\b", text)] == []
