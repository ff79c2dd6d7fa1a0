"""The configurations that come with gancli: found in a clone and in a wheel, and what their comments say."""

import re
import tomllib
from pathlib import Path

import pytest

from gancli import shipped

ROOT = Path(__file__).parents[1]
WANTED = {
    "wgan_mnist7": ("10 to 30 s", "A WGAN of two small perceptrons that draws 7s: the report's shapes and ratio (section 4.4.2)"),
    "grid": ("2 min", "A GAN on a grid of twenty-five Gaussians that finds all twenty-five: with the penalty R1 and an η that falls to 0"),
    "collapse/lookahead": ("11 min", "Do players that look ahead leave out fewer modes than plain Adam (Gidel et al. 2019)?"),
}  # fmt: skip


def test_every_configuration_of_the_clone_has_a_name_and_says_what_it_is() -> None:
    names = shipped.names()
    assert set(names.values()) == set((ROOT / "configs").rglob("*.yaml"))
    for name, path in names.items():
        text = path.read_text(encoding="utf-8")
        assert names[name] == path and len(shipped.sentence(text)) > 15, name
        assert ("Takes " in text) == bool(shipped.takes(text)), name


def test_those_in_no_folder_come_first_and_numbers_are_in_their_order() -> None:
    names = list(shipped.names())
    assert names.index("xor") < names.index("collapse/beta1")
    assert names.index("report/fig1_9_mnist") < names.index("report/fig1_10_mnist_eta")


@pytest.mark.parametrize("name", WANTED)
def test_what_a_comment_says_in_a_line(name: str) -> None:
    text = shipped.names()[name].read_text(encoding="utf-8")
    assert (shipped.takes(text), shipped.sentence(text)) == WANTED[name]


def test_a_name_is_found_as_documentation_writes_it() -> None:
    path = ROOT / "configs" / "report" / "fig1_3_neuron.yaml"
    for name in ("report/fig1_3_neuron", "report/fig1_3_neuron.yaml", "configs/report/fig1_3_neuron.yaml"):
        assert shipped.find(name) == path
    assert shipped.find("fig1_3") is None and shipped.find("../configs/xor") is None
    assert shipped.name_of(path) == shipped.name_of(path.parent / ".." / "report" / path.name) == "report/fig1_3_neuron"
    assert shipped.name_of(Path("xor.yaml")) is None


def test_a_wheel_has_them_where_they_are_looked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert wheel["only-include"] == list(wheel["sources"]) == ["src/gancli", "configs"]
    code = Path(shipped.__file__).parent
    assert code.parent / wheel["sources"]["configs"] == shipped.PLACES[0]
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "one.yaml").write_text("# One.")
    monkeypatch.setattr(shipped, "PLACES", (tmp_path / "configs", ROOT / "configs"))
    assert shipped.names() == {"one": tmp_path / "configs" / "one.yaml"}
    monkeypatch.setattr(shipped, "PLACES", ())
    assert shipped.names() == {}


def test_a_copy_of_a_sweep_has_its_base_beside_it(tmp_path: Path) -> None:
    names = shipped.names()
    for name, base in (("report/sec4_5_clip", "wgan_mnist7.yaml"), ("tuning/wgan_mnist7", "wgan_mnist7_base.yaml")):
        target = tmp_path / names[name].name
        copies = shipped.copies(names[name], target)
        assert (
            copies.keys() == {target, tmp_path / base} and copies[tmp_path / base] == names["wgan_mnist7"].read_bytes()
        )
        differing = zip(copies[target].decode().splitlines(), names[name].read_text().splitlines(), strict=True)
        assert [one for one, other in differing if one != other] == [f"  base: {base}"]
    target = tmp_path / "mine.yaml"
    assert shipped.copies(names["xor"], target) == {target: names["xor"].read_bytes()}


def test_each_sweep_names_its_base_in_a_way_that_a_copy_can_change() -> None:
    sweeps = [path for path in shipped.names().values() if re.search("^sweep:", path.read_text(), re.MULTILINE)]
    assert sweeps and all(len(shipped.copies(path, Path("x.yaml"))) == 2 for path in sweeps)
