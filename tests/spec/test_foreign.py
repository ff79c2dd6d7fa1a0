"""Keys of other frameworks are answered with gancli's own."""

import re
from typing import Any

import pytest

from gancli import spec
from gancli.spec.foreign import CALLED, translation
from gancli.spec.yaml import load_text

WGAN = {
    "kind": "wgan",
    "generator": {"shape": [10, 20, 784], "optimizer": {"name": "adam"}},
    "critic": {"shape": [784, 20, 1], "clip": {"bound": 0.1}},
    "training": {"games": 10, "batch": 4},
}


def problem(key: str) -> str:
    """What is said of a WGAN with such a key, and of nothing else in it."""
    from gancli.spec import overrides

    document = load_text(str(WGAN), "f.yaml")
    overrides.apply(document, [f"{key}=1"])
    with pytest.raises(spec.SpecError) as caught:
        spec.resolve(document)
    (one,) = caught.value.problems
    assert one.key == key
    return one.text


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("lr", "`eta`, at the top for all or in a network's `optimizer`"),
        ("generator.optimizer.learning_rate", "`eta`, at the top for all or in a network's `optimizer`"),
        ("latent.dim", "the first number of `generator.shape`, or `generator.inputs`"),
        ("critic.optimizer.alpha", "`gamma`, of rmsprop"),
        ("critic.optimizer.betas", "`beta1` and `beta2` of an `optimizer`"),
        ("training.epochs", "`training.passes`"),
        ("training.Batch-Size", "`training.batch`"),
        ("latent.latent_dim", "the first number of `generator.shape`, or `generator.inputs`"),
        ("generator.hidden", "`shape`, which lists all widths from the inputs to the outputs, as [784, 300, 1]"),
        (
            "training.n_critic",
            "`training.ratios.critic`, and of a GAN `training.ratios.real` and `training.ratios.fake`",
        ),
        ("critic.clip_value", "`critic.clip.bound`"),
        ("training.lambda_gp", "`training.gradient_penalty.lambda`"),
        ("dataset", "`data.set`"),
        ("loss_fn", "`training.loss`"),
        ("generator.hidden_activation", "`activation`"),
    ],
)
def test_a_key_of_another_framework_is_told_what_gancli_calls_it(key: str, answer: str) -> None:
    text = problem(key)
    assert text == f"unknown key; gancli calls it {answer}"
    assert "did you mean" not in text


def test_what_is_misspelt_is_still_guessed() -> None:
    assert problem("training.bacth").endswith("; did you mean 'batch'?") and translation("bacth") == ""


def names(node: Any) -> set[str]:
    """Every key that the JSON Schema knows of, wherever it stands."""
    if isinstance(node, list):
        return set().union(*map(names, node))
    if isinstance(node, dict):
        return set(node.get("properties", {})).union(*map(names, node.values()))
    return set()


def test_every_answer_is_a_key_of_gancli_and_every_word_is_none() -> None:
    known = names(spec.json_schema())
    quoted = {key for answer in CALLED.values() for key in re.findall(r"`([^`]+)`", answer)}
    assert len(quoted) > 30 and not {part for key in quoted for part in key.split(".")} - known
    top = {key for kind in spec.KINDS.values() for key in kind.model_fields}
    assert not CALLED.keys() & top, "a word that is a key at the top is never unknown there"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("latent.distribution=normal", "must be 'uniform' or 'gaussian'; got 'normal'; gancli calls it 'gaussian'"),
        ("critic.activation=lrelu", "got 'lrelu'; gancli calls it 'leaky_relu'"),
        ("critic={inputs: 784, layers: [20, 1]}", "must be a mapping, such as {units: 300}: a list of widths is a network's `shape`"),
        ("stop.after=ages", "must be seconds, or a time such as 30s, 10m, 1.5h, 2d; got 'ages'"),
    ],
)  # fmt: skip
def test_what_another_framework_would_take_is_answered(setting: str, message: str) -> None:
    from gancli.spec import overrides

    document = load_text(str(WGAN), "f.yaml")
    overrides.apply(document, [setting])
    with pytest.raises(spec.SpecError) as caught:
        spec.resolve(document)
    assert message in str(caught.value)


def test_a_sweep_without_its_section_is_told_where_its_keys_stand() -> None:
    with pytest.raises(
        spec.SpecError, match="f.yaml:1: kind: is not given; `base` and `grid` of a sweep stand under `sweep:`"
    ):
        spec.resolve(load_text("base: xor\ngrid: {eta: [1, 2]}\n", "f.yaml"))
