"""The table of data sets: every entry complete, in itself and with what is made of it."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gancli.data import plane
from gancli.data.cifar import RECORD
from gancli.data.sets import SETS, SetInfo, markdown
from gancli.data.store import PARSERS
from helpers import gancli

ROOT = Path(__file__).parents[2]
FETCHED = [name for name, info in SETS.items() if info.fetched]


@pytest.mark.parametrize("name", SETS)
def test_an_entry_is_complete(name: str) -> None:
    info = SETS[name]
    assert info.name == name and re.fullmatch("[a-z0-9_]+", name)
    assert info.title and info.about and info.licence and min(info.counts) > 0
    assert len(set(info.classes)) == len(info.classes) and bool(info.classes) != (name == "swissroll")
    assert len(info.shape) == {"images": 3, "points": 1, "vectors": 1}[info.kind]
    assert (name in plane.SETS) == (not info.fetched and name != "stacked_mnist")
    assert all(getattr(info, key) for key in ("citation", "mirrors", "files")) == info.fetched


@pytest.mark.parametrize("name", FETCHED)
def test_what_is_fetched_has_addresses_sizes_and_checksums(name: str) -> None:
    info = SETS[name]
    assert info.format in PARSERS
    for mirror in info.mirrors:
        parts = urlsplit(mirror)
        assert parts.scheme in ("http", "https") and parts.hostname and parts.path.endswith("/") and not parts.query
    sums = [sha256 for file in info.files for sha256 in (file.sha256, file.packed_sha256) if sha256]
    sums += [info.archive.sha256] if info.archive else []
    assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in sums) and len(set(sums)) == len(sums)
    assert bool(sums) != (name == "sheep"), "the one whose first download is held to"
    assert all(bool(file.packed) == (info.format == "idx") for file in info.files)
    assert sum(file.size for file in info.files) == sizes(info)


def sizes(info: SetInfo) -> int:
    """Bytes of all files, by their formats."""
    train, test = info.counts
    if info.format == "cifar":
        return (train + test) * RECORD
    if info.format == "bitmaps":
        return 80 + (train + test) * 784
    return 2 * (16 + 8) + (train + test) * 785


def test_sets_of_one_archive_are_in_one_folder() -> None:
    assert SETS["emnist_letters"].archive == SETS["emnist_digits"].archive
    for one in SETS.values():
        for other in SETS.values():
            if one.archive and other.archive and one is not other:
                assert (one.archive == other.archive) == (one.place == other.place)
                assert not {file.name for file in one.files} & {file.name for file in other.files}


def test_the_documentation_has_the_table() -> None:
    assert markdown() in (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_the_command_line_names_the_sets() -> None:
    assert [line.split()[0] for line in gancli("data", "list").stdout.splitlines()] == list(SETS)
    said = " ".join(gancli("data", "fetch", "--help").stdout.split())
    assert f"NAME is {', '.join(FETCHED[:-1])} or {FETCHED[-1]}." in said
    for words, allowed in ((["info", "cifar"], list(SETS)), (["fetch", "cifar"], FETCHED)):
        result = gancli("data", *words)
        assert result.exit_code == 2
        assert f"must be one of {', '.join(allowed)}; got 'cifar'; did you mean 'cifar10'?" in result.stderr
