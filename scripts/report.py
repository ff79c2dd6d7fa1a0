"""Run the report's configurations by `gancli sweep`, and draw docs/report/*.png from them.

python scripts/report.py run [NAME…]     into runs/report/; what is finished is not run again
python scripts/report.py draw [NAME…]    the figures, and what was measured as a table on standard output

NAME is a file of configs/report without its ending; all of them where none is given.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gancli.intervals import mean_and_half
from gancli.plots.style import drawing
from gancli.runs import RunError, RunFolder, SweepFolder, find_sweep
from gancli.runs.files import by_game, game_of
from gancli.runs.summary_table import varied

CONFIGS, RUNS, DOCS = Path("configs/report"), Path("runs/report"), Path("docs/report")
FEW_SEEDS = 5
"""Of fewer, an interval of the mean says less than the runs themselves."""


def run(names: list[str]) -> None:
    """One sweep after the other, each with all processors."""
    for name in names:
        folder = sweep_of(name)
        words = [str(CONFIGS / f"{name}.yaml"), "--name", name] if folder is None else ["--resume", str(folder.path)]
        print(name, flush=True)
        subprocess.run([sys.executable, "-m", "gancli", "sweep", *words, "--runs", str(RUNS)], check=False)


def sweep_of(name: str) -> SweepFolder | None:
    """The sweep of a configuration, where it was run."""
    try:
        return find_sweep(RUNS, name)
    except RunError:
        return None


def groups(name: str) -> dict[str, list[RunFolder]]:
    """The runs of each combination of settings, over its seeds; settings that never change are left out."""
    folder, found = sweep_of(name), dict[str, list[RunFolder]]()
    cells = folder.cells() if folder is not None else []
    for cell in cells:
        label = "; ".join(f"{key}={json.dumps(cell['values'][key], ensure_ascii=False)}" for key in varied(cells))
        assert folder is not None
        found.setdefault(label.replace('"', ""), []).append(folder.run(cell["cell"]))
    return found


WORDS = {
    "network.optimizer.eta=": "η ", "network.optimizer=": "", "network.mu=": "μ ", "network.shape=": "", "game=": "",
    "updates=": "", "; optimizer.momentum=0": "", "optimizer.momentum=": "momentum ", "; r1=null": "",
    "r1={gamma: ": "R1 ",
    "generator.noise=null": "no noise", "generator.noise={mode: concat, size: 50}": "noise",
    "generator.layers=[{units: 300}, {units: 784}]": "bias",
    "generator.layers=[{units: 300}, {units: 784, bias: false}]": "no bias", "data.classes=": "digits ",
    "training.labels=": "labels ", "discriminator.minibatch=": "", "generator.noise=": "",
    "name=": "", "generator.optimizer=": "G ", "discriminator.optimizer=": "D ", "null": "none",
    "generator.optimizer.eta=": "η of G ", "critic.optimizer.eta=": "η of critic ", "name: ": "", "{": "", "}": "",
}  # fmt: skip


def short(label: str) -> str:
    """Settings as a figure names them."""
    for word, shorter in WORDS.items():
        label = label.replace(word, shorter)
    return label


def table(name: str, metrics: list[str]) -> None:
    """Last figures: mean, its 95 % interval (Student), and extremes over seeds."""
    print(f"\n## {name}")
    for label, folders in groups(name).items():
        rows = [folder.rows()[-1] for folder in folders]
        statuses = {folder.record()["status"] for folder in folders} - {"completed"}
        text = [f"{label or 'all'}: {len(rows)} seeds, {np.mean([row['seconds'] for row in rows]):.1f} s"]
        for metric in metrics:
            values = [row[metric] for row in rows if metric in row]
            if values:
                mean, half = mean_and_half(values)
                spread = "" if math.isnan(half) else f" ± {half:.4f}"
                text.append(f"{metric} {mean:.4f}{spread} ({min(values):.4f} to {max(values):.4f})")
        right = [value for folder in folders if (value := corners_right(folder)) is not None]
        if right:
            text.append(f"all four corners right in {sum(right)} of {len(right)}")
        print("; ".join(text), *statuses)


def corners_right(folder: RunFolder) -> bool | None:
    """Does the last picture of an XOR run answer the four corners right? None for another run."""
    if folder.record()["data"]["set"] != "xor":
        return None
    path = by_game(folder.images, "npz")[-1]
    with np.load(path, allow_pickle=False) as found:
        plane = found["plane"]
    return bool(plane[0, 0] < 0.5 < plane[0, -1] and plane[-1, -1] < 0.5 < plane[-1, 0])


def curves(
    name: str, metric: str, ylabel: str, title: str, low: float | None = None, file: str = "", scale: str = "linear"
) -> None:
    """Mean over seeds with its 95 % interval or, of few seeds, with each of them as a thin line."""
    from gancli.plots.style import colour_map, save, subplots

    figure, axes = subplots(figsize=(8, 4.6))
    colours = colour_map("viridis")
    found = groups(name)
    for number, (label, folders) in enumerate(found.items()):
        rows = [folder.rows() for folder in folders]
        games = [row["game"] for row in min(rows, key=len)]
        values = np.array([[row[metric] for row in run[: len(games)]] for run in rows])
        mean, colour = values.mean(axis=0), colours(0.92 * number / max(len(found) - 1, 1))
        dash = ("-", "--", "-.", ":")[number % 4]
        seeds = f"{len(rows)} seed{'s' if len(rows) > 1 else ''}"
        axes.plot(games, mean, dash, color=colour, label=f"{short(label) or 'all'} ({seeds})")
        if 1 < len(rows) < FEW_SEEDS:
            axes.plot(games, values.T, dash, color=colour, alpha=0.5, linewidth=0.6)
        elif len(rows) > 1:
            half = np.array([mean_and_half(column)[1] for column in values.T.tolist()])
            axes.fill_between(games, mean - half, mean + half, color=colour, alpha=0.2, linewidth=0)
    axes.set(xlabel="games played", ylabel=ylabel, title=title, yscale=scale)
    if low is not None:
        axes.set_ylim(low, 1.0 if scale == "linear" else None)
    figure.legend(loc="outside lower center", ncols=2 if len(found) > 4 else len(found), fontsize=8)
    save(figure, DOCS / f"{name}{file}.png")


def planes(name: str, count: int, columns: int, title: str) -> None:
    """The last answers over the plane of the first seeds, a row or more for each combination."""
    from gancli.plots.frames import frames
    from gancli.plots.style import save, subplots

    shown = [
        (label, seed, folder) for label, folders in groups(name).items() for seed, folder in enumerate(folders[:count])
    ]
    rows = -(-len(shown) // columns)
    figure, grid = subplots(rows, columns, figsize=(1.9 * columns, 2.15 * rows + 0.4), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, (label, seed, folder) in zip(grid.flat, shown, strict=False):
        frame = frames(folder.path)[-1]
        frame.draw(axes)
        axes.axis("on")
        axes.set(xticks=[], yticks=[])
        head = f"{short(label)}, " if label else ""
        axes.set_title(f"{head}seed {seed}: {folder.rows()[-1]['accuracy']:.2f}", fontsize=8)
    figure.suptitle(title)
    save(figure, DOCS / f"{name}.png")


def pictures(name: str, title: str) -> None:
    """The last picture of the first seed of each combination, side by side."""
    from gancli.plots.frames import read_png
    from gancli.plots.style import save, subplots

    found = groups(name)
    columns = 2 if len(found) == 4 else min(3, len(found))
    rows = -(-len(found) // columns)
    figure, grid = subplots(rows, columns, figsize=(4.2 * columns, 4.0 * rows + 0.4), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, (label, folders) in zip(grid.flat, found.items(), strict=False):
        path = by_game(folders[0].images, "png")[-1]
        axes.imshow(read_png(path), cmap="gray", vmin=0, vmax=255, interpolation="none")
        last = folders[0].rows()[-1]
        share = (
            f"; distance {last['sample_distance'] / last['real_distance']:.2f} of real"
            if "sample_distance" in last
            else ""
        )
        axes.set_title(f"{short(label).replace('; ', chr(10)) or name}\ngame {game_of(path):,d}{share}", fontsize=9)
    figure.suptitle(title)
    save(figure, DOCS / f"{name}.png")


def samples(name: str) -> None:
    """`pictures` of what generators draw at the end."""
    pictures(name, f"{name}: samples at the last game, one seed each")


def own(name: str, *files: str, label: str = "") -> None:
    """Figures that `gancli plot` draws of the first run whose settings contain `label`, copied."""
    from gancli.plots import plot_run

    folder = next(folders for settings, folders in groups(name).items() if label in settings)[0]
    plot_run(folder.path)
    for file in files:
        target = DOCS / f"{name}{'-' + file if len(files) > 1 else ''}.png"
        target.write_bytes((folder.path / "plots" / f"{file}.png").read_bytes())


def squared_steps(name: str, games: int = 120) -> None:
    """The critic's largest mean of squared steps, X of Adadelta, after each game, played again from each config."""
    from gancli.experiment import build, load_data
    from gancli.plots.style import BLUE, ORANGE, save, subplots
    from gancli.spec import load

    figure, axes = subplots(figsize=(7.2, 4.0))
    for colour, (label, folders) in zip((ORANGE, BLUE), groups(name).items(), strict=True):
        for number, folder in enumerate(folders):
            spec = load(folder.config).experiment
            built = build(spec, load_data(spec))
            vectors = built.game.players["critic"].optimizer.vectors
            largest = []
            with np.errstate(all="ignore"):
                for _ in range(games):
                    built.game.play()
                    largest.append(float(vectors["moved"].max()))
            text = short(label) if not number else None
            axes.plot(range(1, games + 1), largest, color=colour, linewidth=1, label=text)
    axes.set(yscale="log", ylim=(1e-6, 1e20), xlabel="games played", ylabel="largest mean of squared steps, X")
    axes.set_title("Adadelta for a critic, six seeds each: the centred form ends at infinity", fontsize=10)
    axes.legend()
    save(figure, DOCS / f"{name}.png")


def shrink(path: Path) -> None:
    """Fewer colours: the figures are committed."""
    from PIL import Image

    with Image.open(path) as image:
        if image.mode != "P":
            image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


def moves(name: str) -> None:
    """How far each layer of the generator went between two tests, a panel for each optimiser, a line for each seed."""
    from gancli.metrics import LAYER_MOVE
    from gancli.plots.style import BLUE, GREEN, ORANGE, save, subplots

    found = groups(name)
    figure, panels = subplots(1, len(found), figsize=(11, 3.6), sharey=True)
    for axes, (label, folders) in zip(panels, found.items(), strict=True):
        for layer, colour in ((1, BLUE), (2, ORANGE), (3, GREEN)):
            for number, folder in enumerate(folders):
                rows = folder.rows()[1:]
                values = [row[f"{LAYER_MOVE}generator_layer{layer}"] for row in rows]
                text = f"layer {layer}" if number == 0 else None
                axes.plot([row["game"] for row in rows], values, color=colour, linewidth=1, label=text)
        axes.set(xlabel="games played", yscale="log")
        axes.set_title(label.removeprefix("generator.optimizer="), fontsize=10)
    panels[0].set_ylabel("L2 distance in 200 games")
    panels[0].legend()
    save(figure, DOCS / f"{name}.png")


@drawing()
def main() -> None:
    word, *names = sys.argv[1:]
    names = names or sorted(path.stem for path in CONFIGS.glob("*.yaml"))
    if word == "run":
        run(names)
        return
    DOCS.mkdir(parents=True, exist_ok=True)
    for name in names:
        if groups(name):
            metrics, steps = FIGURES[name]
            table(name, metrics)
            for step in steps:
                step(name)
    for path in DOCS.glob("*.png"):
        shrink(path)


Step = Callable[[str], None]
DISTANCE = "distance to the equilibrium"
RATE = "share of 10,000 test images answered right"
DIVERSITY = ["sample_distance", "real_distance", "real_score", "fake_score"]


FIGURES: dict[str, tuple[list[str], list[Step]]] = {
    "fig1_3_neuron": (["accuracy"], [lambda n: own(n, "last")]),
    "fig1_5_xor_221": (["accuracy", "loss"], [lambda n: own(n, "last")]),
    "fig1_6_xor_eta": (
        ["accuracy", "loss"],
        [lambda n: planes(n, 6, 6, "XOR with 2-2-2-1 after 10,000 trainings, six seeds for each η")],
    ),
    "fig1_7a_xor_221": (["accuracy", "loss"], [lambda n: planes(n, 6, 6, "XOR with 2-2-1")]),
    "fig1_7b_xor_241": (["accuracy", "loss"], [lambda n: planes(n, 6, 6, "XOR with 2-4-1")]),
    "fig1_7c_xor_2221": (["accuracy", "loss"], [lambda n: own(n, "last")]),
    "fig1_8_xor_2221_seeds": (
        ["accuracy", "loss"],
        [lambda n: planes(n, 16, 8, "XOR with 2-2-2-1 and η = 0.5: the same parameters, sixteen seeds")],
    ),
    "sec1_4_structures": (
        ["accuracy", "loss"],
        [lambda n: planes(n, 6, 6, "XOR learned from points of the whole square")],
    ),
    "fig1_9_mnist": (["accuracy"], [lambda n: own(n, "confusion", "errors")]),
    "fig1_9_mnist_seeds": (
        ["accuracy"],
        [lambda n: curves(n, "accuracy", RATE, "784-300-10 on MNIST, η = 0.2, μ = 0.1", 0.7)],
    ),
    "fig1_10_mnist_eta": (
        ["accuracy"],
        [lambda n: curves(n, "accuracy", RATE, "784-300-10 on MNIST for several η, μ = 0.1", 0.7)],
    ),
    "fig1_11_mnist_mu": (
        ["accuracy"],
        [lambda n: curves(n, "accuracy", RATE, "784-300-10 on MNIST: two slopes for three η", 0.7)],
    ),
    "sec1_5_structures": (
        ["accuracy"],
        [lambda n: curves(n, "accuracy", RATE, "Three structures on MNIST, η = 0.2, μ = 0.1", 0.7)],
    ),
    "sec3_1_6_optimizers": (
        ["accuracy"],
        [lambda n: curves(n, "accuracy", RATE, "Optimisers on MNIST, 784-300-10, one image at a time", 0.7)],
    ),
    "sec3_1_layers": (
        [f"{family}generator_layer{layer}" for family in ("gradient_", "moved_") for layer in (1, 2, 3)],
        [moves],
    ),
    "sec3_1_4_adadelta": (["wasserstein_estimate"], [squared_steps]),
    "fig2_3_collapse": (DIVERSITY, [lambda n: own(n, "pictures")]),
    "fig2_4_noise_bias": (DIVERSITY, [samples]),
    "fig2_5_no_bias": (DIVERSITY, [samples]),
    "sec2_6_2_noise_modes": (DIVERSITY, [samples]),
    "sec2_6_3_labels": (DIVERSITY, [samples]),
    "sec2_6_4_minibatch": (DIVERSITY, [samples]),
    "fig2_6_fives": (DIVERSITY, [lambda n: own(n, "pictures")]),
    "fig2_7_digits": (DIVERSITY, [samples]),
    "sec3_1_6_two_optimizers": (DIVERSITY, [samples]),
    "fig4_1_field": (["distance"], [lambda n: own(n, "trajectory")]),
    "fig4_1_games": (
        ["distance"],
        [lambda n: curves(n, "distance", "distance to the equilibrium", "Games of two numbers, η = 0.05")],
    ),
    "fig4_1_updates": (
        ["distance"],
        [lambda n: curves(n, "distance", DISTANCE, "L = θφ, η = 0.1", 1e-6, scale="log")],
    ),
    "fig4_1_penalties": (
        ["distance"],
        [lambda n: curves(n, "distance", DISTANCE, "GANs of two numbers, η = 0.1", 1e-6, scale="log")],
    ),
    "fig4_3_wgan7": (
        ["wasserstein_estimate", *DIVERSITY],
        [lambda n: own(n, "pictures", "wasserstein")],
    ),
    "fig4_3_wgan7_eta": (
        ["wasserstein_estimate", *DIVERSITY],
        [
            samples,
            lambda n: own(n, "pictures", "wasserstein", label="0.0005"),
        ],
    ),
    "sec4_4_wgan_digits": (
        ["wasserstein_estimate", *DIVERSITY],
        [samples],
    ),
    "fig4_4_wgan7_noise": (
        ["wasserstein_estimate", *DIVERSITY],
        [
            samples,
            lambda n: curves(n, "wasserstein_estimate", "E f(x) − E f(G(z))", n, file="-wasserstein"),
        ],
    ),
}
"""The figures in the table of each configuration, and what is drawn of it."""


if __name__ == "__main__":
    main()
