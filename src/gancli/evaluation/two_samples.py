"""Can a classifier tell real samples from generated ones? (Lopez-Paz and Oquab 2017.)"""

import math
from typing import Any

import numpy as np

from gancli import installing
from gancli.errors import MissingLibrary
from gancli.evaluation.estimate import Array, Estimate, Rng, of_share

MOST = 1000
"""Of each kind."""
FOLDS = 5
TREES = 100


class MissingScikit(MissingLibrary):
    """scikit-learn is not there."""

    library = "scikit-learn"


def two_sample_accuracy(real: Array, samples: Array, rng: Rng) -> Estimate:
    """The cross-validated share of rows (n, features) that a random forest tells apart; ½ where it cannot.

    As many of both, at most `MOST`; with the 95 % interval of so many trials. Raises MissingScikit.
    """
    ensemble, selection = scikit()
    count = min(MOST, len(real), len(samples))
    if count < FOLDS:
        return Estimate(math.nan)
    x = np.concatenate([one[rng.permutation(len(one))[:count]] for one in (real, samples)])
    y = np.repeat([0, 1], count)
    forest = ensemble.RandomForestClassifier(TREES, min_samples_leaf=2, random_state=0)
    folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    accuracy = float(np.mean(selection.cross_val_predict(forest, x, y, cv=folds) == y))
    trials = 2 * count
    return of_share(Estimate(accuracy, 1.96 * math.sqrt(accuracy * (1.0 - accuracy) / trials)), trials)


def scikit() -> tuple[Any, Any]:
    """The library's `ensemble` and `model_selection`. Raises MissingScikit."""
    try:
        from sklearn import ensemble, model_selection
    except Exception as error:  # compiled for another NumPy, it raises ImportError, ValueError, …
        text = f"the two-sample test needs scikit-learn: {installing.command('evaluate')}"
        if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("sklearn"):
            raise MissingScikit(text) from None
        raise MissingScikit(f"{text} (it cannot be loaded: {error})") from error
    return ensemble, model_selection
