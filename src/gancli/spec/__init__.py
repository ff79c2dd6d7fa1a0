"""The contract: YAML text in, a frozen and fully resolved experiment out, or every problem at once."""

from gancli.spec.errors import Problem, SpecError
from gancli.spec.load import Resolved, load, resolve
from gancli.spec.models import KINDS, SAMPLE_SHAPES, TARGETS, Experiment, Gan, Supervised, Wgan
from gancli.spec.schema import json_schema

__all__ = [
    "KINDS",
    "SAMPLE_SHAPES",
    "TARGETS",
    "Experiment",
    "Gan",
    "Problem",
    "Resolved",
    "SpecError",
    "Supervised",
    "Wgan",
    "json_schema",
    "load",
    "resolve",
]
