"""A Dask cluster on this machine that nobody else can use: TLS with keys of its own, and no HTTP ports.

Whoever reaches a scheduler without TLS has it run code as its owner, and `LocalCluster` opens an HTTP port on every
network, without a dashboard too.
"""

import logging
from typing import Any

from distributed import Nanny, Scheduler, Security, SpecCluster, Worker


class PortlessScheduler(Scheduler):
    """A scheduler without an HTTP port."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""


class PortlessWorker(Worker):
    """A worker without an HTTP port."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing."""


def cluster(jobs: int) -> SpecCluster:
    """A scheduler in this process, and so many worker processes of one thread. Raises ImportError.

    The keys are new, only in memory, and reach the workers through the pipes that start them.
    """
    security = Security.temporary()  # type: ignore[no-untyped-call]
    common = {"host": "127.0.0.1", "protocol": "tls://", "security": security, "dashboard": False}
    options = {**common, "nthreads": 1, "worker_class": PortlessWorker, "silence_logs": logging.WARNING}
    worker = {"cls": Nanny, "options": options}
    return SpecCluster(  # type: ignore[no-untyped-call]
        scheduler={"cls": PortlessScheduler, "options": {**common, "port": 0}},
        workers=dict.fromkeys(range(jobs), worker),
        security=security,
        silence_logs=logging.WARNING,
    )
