"""The contract: YAML text in, a frozen and fully resolved experiment out, or every problem at once."""

from gancli.spec.counts import parameters
from gancli.spec.data import CLASSES, SAMPLE_SHAPES, TARGETS, Data
from gancli.spec.data_checks import sizes
from gancli.spec.differences import differences, flat
from gancli.spec.errors import Problem, SpecError
from gancli.spec.load import LENGTH, Resolved, from_plain, identity, load, resolve, without_log
from gancli.spec.models import (
    KINDS,
    Experiment,
    Game2d,
    Gan,
    Learning,
    Supervised,
    Wgan,
)
from gancli.spec.named import load_named
from gancli.spec.networks import width
from gancli.spec.plain import as_document
from gancli.spec.schema import json_schema
from gancli.spec.sweeps import Cell, Sweep, is_sweep, load_sweep
from gancli.spec.yaml import Document, load_file

__all__ = [
    "CLASSES",
    "KINDS",
    "LENGTH",
    "SAMPLE_SHAPES",
    "TARGETS",
    "Cell",
    "Data",
    "Document",
    "Experiment",
    "Game2d",
    "Gan",
    "Learning",
    "Problem",
    "Resolved",
    "SpecError",
    "Supervised",
    "Sweep",
    "Wgan",
    "as_document",
    "differences",
    "flat",
    "from_plain",
    "identity",
    "is_sweep",
    "json_schema",
    "load",
    "load_file",
    "load_named",
    "load_sweep",
    "parameters",
    "resolve",
    "sizes",
    "width",
    "without_log",
]
