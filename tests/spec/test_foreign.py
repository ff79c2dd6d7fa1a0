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
        ("critic.optimizer.betas", "`beta1` and `beta2` of an `optimizer`"),
        ("training.epochs", "`training.passes`"),
        ("training.Batch-Size", "`training.batch`"),
        ("latent.latent_dim", "the first number of `generator.shape`, or `generator.inputs`"),
        ("generator.hidden", "`shape`, which lists all widths from the inputs to the outputs: [100, 300, 784]"),
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
    assert text.startswith("unknown key; allowed here: ") and text.endswith(f"; gancli calls it {answer}")
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
