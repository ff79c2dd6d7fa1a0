"""What a shell completes, as the shells ask for it; nothing heavy is loaded once the keys are kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cli.test_results import run, sweep
from gancli import shipped, spec
from gancli.cli import kept_keys, main
from gancli.cli.shells import KEY, Bash
from gancli.metrics import METRICS
from gancli.spec.keys import keys_by_kind


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache" / name))
    return tmp_path / "cache" / "gancli" / "completion"


def completed(*words: str) -> list[str]:
    """What is offered for the last word; of files and folders, what the shell is to complete by itself."""
    *before, last = words
    items = Bash(main, {}, "gancli", "_GANCLI_COMPLETE").get_completions(before, last)
    return [item.value if item.type in ("plain", KEY) else f"<{item.type}>" for item in items]


A, B = "20260101T000000Z-gan-aaaaaa", "20260102T000000Z-gan-bbbbbb"


def test_runs_are_completed_by_name_or_by_what_tells_them_apart() -> None:
    run(A)
    run(B)
    run("20260103T000000Z-one-cccccc")
    swept = sweep("s", [0.1], 1, {}).path.name
    Path("runs/other").mkdir()
    for command in ("plot", "report", "show", "compare", "sample", "evaluate", "lipschitz", "resume", "rm"):
        assert completed(command, "g") == ["gan-aaaaaa", "gan-bbbbbb"], command
    assert completed("show", "") == ["latest", "gan-aaaaaa", "gan-bbbbbb", "one", "s"], "each once"
    assert completed("show", "one-") == ["one-cccccc"] and completed("show", "20260101") == [A]
    for command in ("sample", "export", "predict", "lipschitz", "resume"):
        assert completed(command, "") == ["latest", "gan-aaaaaa", "gan-bbbbbb", "one"], "they refuse sweeps"
    assert completed("compare", "gan-aaaaaa", "gan-b") == ["gan-bbbbbb"]
    assert completed("show", "--runs", "elsewhere", "g") == completed("show", "runs/20") == ["<dir>"]
    run("20260101T000000Z-far-cccccc", place=Path("elsewhere"))
    assert completed("show", "--runs", "elsewhere", "f") == ["far"]
    assert completed("sweep", "--resume", "") == ["latest", "s"]
    assert completed("sweep", "--resume", "s-") == [swept.split("-", 1)[1]]
    assert completed("evaluate", "--judge", "lat") == ["latest"]
    assert completed("predict", "one", "") == ["<file>"]


def test_checkpoints_are_those_of_the_run() -> None:
    made = run(A, params=np.zeros(3))
    for command in ("sample", "plot", "export"):
        assert completed(command, "gan", "--checkpoint", "") == ["last", "30"], command
    (made.checkpoints / "best-000020.npz").touch()
    assert completed("sample", "gan", "--checkpoint", "") == ["last", "best", "20", "30"]
    assert completed("sample", "--checkpoint", "") == ["last", "best"]


def test_keys_and_values_of_ls_are_those_of_the_runs_and_loggers_are_known() -> None:
    run(A, kind="gan", spec={"kind": "gan", "discriminator": {"eta": 0.1}})
    run(B, kind="wgan", spec={"kind": "wgan", "critic": {"clip": {"bound": 0.2}}})
    assert completed("ls", "--where", "kind=") == ["kind=gan", "kind=wgan"]
    assert completed("ls", "--where", "critic.") == ["critic.clip.bound="]
    assert completed("ls", "--where", "critic.clip.bound=") == ["critic.clip.bound=0.2"]
    assert completed("ls", "--sort", "acc") == ["accuracy"] and completed("ls", "--sort=los") == ["--sort=loss"]
    for command in ("train", "sweep", "resume"):
        assert completed(command, "--log", "") == ["tensorboard", "mlflow", "wandb"]


def test_configurations_are_the_files_of_the_folder_and_those_that_come_along() -> None:
    Path("xor_mine.yaml").touch()
    Path("xor.txt").touch()
    for command in ("train", "check", "sweep"):
        assert completed(command, "xor") == ["xor_mine.yaml", "xor"], command
    assert completed("train", "report/fig1_3") == ["report/fig1_3_neuron"]
    assert completed("train", "configs/x") == ["<file>"], "which the shell completes by itself"
    assert completed("init", "xor") == ["xor"] and completed("init", "") == list(shipped.names())


def test_keys_are_those_of_the_kind_of_the_configuration() -> None:
    assert completed("train", "--set", "critic.clip") == ["critic.clip=", "critic.clip.bound=", "critic.clip.mode="]
    assert completed("train", "wgan_mnist7", "--set", "critic.clip.b") == ["critic.clip.bound="]
    assert completed("train", "xor", "--set", "critic.clip") == []
    Path("c.yaml").write_text("name: c\nkind: gan\n")
    assert completed("check", "c.yaml", "--set", "discriminator.optimizer.et") == ["discriminator.optimizer.eta="]
    assert completed("sweep", "xor", "--grid", "network.optimizer.bet") == [
        f"network.optimizer.beta{n}=" for n in (1, 2)
    ]
    assert completed("sweep", "--set", "training.gradient_penalty.l") == ["training.gradient_penalty.lambda="]
    Path("c.yaml").write_bytes(b"kind: \xff")
    assert completed("check", "c.yaml", "--set", "critic.clip.b") == ["critic.clip.bound="], "as without a kind"


def test_values_are_completed_where_they_are_few() -> None:
    assert completed("train", "--set", "engine=n") == ["engine=numba", "engine=numpy"]
    assert completed("train", "--set", "critic.spectral_norm=") == [
        f"critic.spectral_norm={word}" for word in ("true", "false")
    ]
    assert "critic.optimizer.name=adam" in completed("train", "--set", "critic.optimizer.name=")
    assert completed("train", "--set", "eta=") == completed("train", "--set", "nothing=") == []
    assert completed("train", "--engine", "") == ["auto", "numba", "numpy", "checked"]


def test_metrics_are_those_with_a_direction() -> None:
    assert completed("compare", "x", "--by", "co") == ["coverage", "correlations"]
    directed = [name for name, metric in METRICS.items() if metric.better is not None]
    assert completed("plot", "x", "--metric", "") == directed


def test_every_key_that_is_completed_is_one_and_every_field_is_completed() -> None:
    found = keys_by_kind()
    assert set(found) == set(spec.KINDS)
    for kind, model in spec.KINDS.items():
        assert {key for key in found[kind] if "." not in key} == set(model.model_fields)
        assert "training.games" in found[kind] and len(found[kind]) > 25


def test_keys_are_kept_and_made_anew_where_they_are_damaged_or_of_other_models(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = completed("train", "--set", "training.")
    (kept,) = cache.iterdir()
    made: list[Any] = []
    keys = keys_by_kind()
    monkeypatch.setattr("gancli.spec.keys.keys_by_kind", lambda: made.append(1) or keys)
    assert completed("train", "--set", "training.") == first and made == []
    for damage in ("{", "[]", '{"gan": {"eta": []}}', '{"gan": {"engine": 1}}'):
        kept.write_text(damage)
        assert completed("train", "--set", "training.") == first and made == [1]
        made.clear()
    old = kept.with_name("keys-0123456789abcdef.json")
    kept.rename(old)
    assert completed("train", "--set", "training.") == first and list(cache.iterdir()) == [kept]


def test_without_a_cache_keys_are_completed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").touch()
    for place in ("file/gancli", "~/gancli"):
        monkeypatch.setattr(
            "platformdirs.user_cache_dir",
            lambda name, place=place: str(Path(place).absolute()) if place[0] != "~" else place,
        )
        assert completed("train", "--set", "critic.clip.b") == ["critic.clip.bound="]


def test_a_shell_is_answered_and_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('HEAVY', sorted({'numpy', 'pydantic', 'matplotlib', 'yaml'} & set(sys.modules))))\n"
        "from gancli.cli import main\n"
        "main(prog_name='gancli')"
    )
    kept_keys.keys()
    cache_home = str(Path("cache").absolute())
    for words, answer in (
        ("train wgan_mnist7 --set critic.clip.b", "key,critic.clip.bound="),
        ("train report/fig1_3", "plain,report/fig1_3_neuron"),
    ):
        asked = {
            "_GANCLI_COMPLETE": "bash_complete",
            "COMP_WORDS": f"gancli {words}",
        }
        environment = {**os.environ, **asked, "XDG_CACHE_HOME": cache_home}
        result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
        assert result.stdout == f"{answer}\nHEAVY []\n", result.stdout + result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script_and_the_page_says_how(shell: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "install.md").read_text(encoding="utf-8")
    assert f"_GANCLI_COMPLETE={shell}_source gancli" in page


HOW = {
    "bash": """
        compopt() { :; }
        source ./script
        COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:' COMP_LINE="$1" COMP_POINT=${#1}
        _gancli_completion gancli
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "zsh": """
        autoload -U compinit && compinit -u -D
        source ./script
        compadd() { print -l -- "${(@P)@[-1]}"; }
        words=(${(z)1}) CURRENT=$#words PREFIX=$words[-1]
        _gancli_completion
    """,
    "fish": "source ./script; complete -C $argv[1]",
}
"""By shell, what prints how it would complete a line."""


@pytest.mark.slow
@pytest.mark.parametrize("shell", HOW)
def test_a_shell_completes_values_options_and_keys(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    kept_keys.keys()
    Path("bin").mkdir()
    Path("bin/gancli").write_text(f'#!/bin/sh\nexec {sys.executable} -m gancli "$@"\n')
    Path("bin/gancli").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{Path('bin').absolute()}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(Path("cache").absolute()),
    }

    def output(*words: str, **more: str) -> str:
        return subprocess.run(words, env={**environment, **more}, capture_output=True, text=True).stdout

    Path("script").write_text(output("gancli", _GANCLI_COMPLETE=f"{shell}_source"))
    bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    begin = "" if shell == "bash" else "critic.clip.mode="
    for line, expected in (
        ("gancli train wgan_mnist7 --set critic.clip.mode=", [f"{begin}clamp", f"{begin}rescale"]),
        ("gancli train wgan_mnist7 --set critic.clip.mode=c", [f"{begin}clamp"]),
        ("gancli train wgan_mnist7 --set critic.clip.b", ["critic.clip.bound="]),
        ("gancli train wgan_mnist7 --engine=numb", ["numba" if shell == "bash" else "--engine=numba"]),
    ):
        found = output(shell, *bare, "-c", HOW[shell], *([] if shell == "fish" else [shell]), line)
        assert found.split() == expected, line
