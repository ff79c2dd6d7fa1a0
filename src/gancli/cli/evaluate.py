"""`gancli evaluate`: quality and diversity in numbers, real data beside them."""

import json
from pathlib import Path
from typing import Any

import click

from gancli.cli.support import command, print_rows, runs_option


@click.command()
@click.argument("run")
@click.option("--samples", type=click.IntRange(100, 100_000), default=10_000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of latents and subsets.")
@click.option("--judge", metavar="RUN", help="Judge by this run's network instead of the bundled one.")
@click.option("--critic", is_flag=True, help="Train fresh critics against it too: one scale for all generators.")
@click.option("--critic-seeds", type=click.IntRange(2, 100), default=3, show_default=True, help="How many critics.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@runs_option
@command
def evaluate(
    run: str, samples: int, seed: int, judge: str | None, critic: bool, critic_seeds: int, form: str, runs: Path
) -> None:
    """Say how good and how varied RUN's samples are, each number beside that of real data.

    The result is kept in the run folder as evaluation.json.
    """
    from gancli.experiment import evaluating
    from gancli.runs import find
    from gancli.runs.files import write_json

    folder = find(runs, run)
    chosen = evaluating.judge_of(find(runs, judge)) if judge is not None else None
    rows, facts = evaluating.evaluate(folder, samples, seed, chosen)
    result = evaluating.as_data(rows, facts)
    if critic:
        from gancli.experiment.critic import critic_distance

        found = critic_distance(folder, critic_seeds)
        result["measures"]["critic"] = {
            "value": found.value, "±": found.half, "real": found.real, "real ±": found.real_half, "better": "low"
        }  # fmt: skip
        result["critic"] = {"seeds": critic_seeds, "learnings": found.learnings, "converged": found.converged}
        if not found.converged:
            click.echo("warning: not every critic has settled; its distance is a lower bound", err=True)
    write_json(folder.path / "evaluation.json", result)
    if form == "json":
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    for key, value in facts.items():
        if value is not None:
            click.echo(f"{key}: {value}", err=True)
    print_rows([_line(name, found) for name, found in result["measures"].items()], "table")


def _line(name: str, found: dict[str, Any]) -> dict[str, str]:
    arrows = {"low": "lower is better", "high": "higher is better", "real": "as the real data's"}
    own, real = (_number(found[key], found[half]) for key, half in (("value", "±"), ("real", "real ±")))
    return {"measure": name, "samples": own, "real data": real, "": arrows[found["better"]]}


def _number(value: float | None, half: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" + (f" ± {half:.2g}" if half is not None else "")
