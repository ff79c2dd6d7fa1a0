"""The commands, in the order `gancli --help` lists them."""

from gancli.cli.compare import compare
from gancli.cli.config import check, schema
from gancli.cli.data import data
from gancli.cli.doctor import doctor
from gancli.cli.evaluate import evaluate
from gancli.cli.export import export
from gancli.cli.init import init
from gancli.cli.lipschitz import lipschitz
from gancli.cli.listing import ls
from gancli.cli.predict import predict
from gancli.cli.removing import rm
from gancli.cli.results import plot, report, sample
from gancli.cli.showing import show
from gancli.cli.sweep import sweep
from gancli.cli.training import resume, train

ALL = (
    init, train, resume, sweep, plot, report, sample, predict, evaluate, lipschitz, export, ls, show, compare, rm,
    check, schema, data, doctor,
)  # fmt: skip
