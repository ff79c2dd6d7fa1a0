"""`gancli lipschitz`: how steep a run's critic is, which is the unit of what it says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gancli.cli.completion import only_runs
from gancli.cli.finding import find_run
from gancli.cli.output import print_json, print_rows, say
from gancli.cli.support import command, nested_format_option, runs_option

if TYPE_CHECKING:
    from gancli.experiment.lipschitz import Critic


@click.command()
@click.argument("run", shell_complete=only_runs)
@click.option(
    "--samples", type=click.IntRange(10, 100_000), default=1000, show_default=True, help="Of each side, at most."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is drawn.")
@nested_format_option
@runs_option
@command
def lipschitz(run: str, samples: int, seed: int, form: str, runs: Path) -> None:
    """Say how steep RUN's critic or discriminator is: its slope at samples, its Lipschitz constant, and a bound of it.

    The constant is exact for one hidden layer of up to 24 ReLUs or pairs of MaxMin, and for one or two inputs. A
    discriminator is measured by its log-odds.
    """
    from gancli.experiment.lipschitz import of_run

    found = of_run(find_run(runs, run), samples, seed)
    if form == "json":
        print_json(_as_data(found))
        return
    say(f"{found.network} at game {found.game:,d}, {found.samples:,d} samples of each side", err=True)
    print_rows(_rows(found), "table")
    if found.steepness.constant.value is None:
        say(f"no exact constant: {found.steepness.constant.why}")


def _rows(found: "Critic") -> list[dict[str, str]]:
    own = found.steepness
    rows = [
        {"": f"slope at {name} samples" if name != "between" else "slope between them", "mean": f"{at.mean:.4g}",
         "largest": f"{at.largest:.4g}"}
        for name, at in own.at.items()
    ]  # fmt: skip
    constant = own.constant.value
    rows.append(
        {"": "Lipschitz constant", "mean": "", "largest": "not known" if constant is None else f"{constant:.4g}"}
    )
    known, what = (own.steepest, "largest slope seen") if constant is None else (constant, "constant")
    times = f" ({own.bound / known:.3g} times the {what})" if known > 0.0 else ""
    rows.append({"": "its bound, by layers", "mean": "", "largest": f"{own.bound:.4g}{times}"})
    if found.network == "critic":
        distance = own.estimate / known if known > 0.0 else float("nan")
        rows.append({"": "estimate, E f(x) − E f(G(z))", "mean": f"{own.estimate:.4g}", "largest": ""})
        rows.append({"": f"estimate per {what}", "mean": f"{distance:.4g}", "largest": ""})
    return rows


def _as_data(found: "Critic") -> dict[str, Any]:
    own = found.steepness
    at = {name: {"mean": slopes.mean, "largest": slopes.largest} for name, slopes in own.at.items()}
    return {
        "network": found.network, "game": found.game, "samples": found.samples, "slopes": at,
        "lipschitz": own.constant.value, "why_not_exact": own.constant.why or None, "lipschitz_bound": own.bound,
        "estimate": own.estimate, "estimate_per_lipschitz": own.distance,
    }  # fmt: skip
