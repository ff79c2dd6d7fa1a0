"""The Dask cluster that a sweep makes for itself: what is asked of Dask."""

import inspect
import logging
from typing import Any

import pytest

pytest.importorskip("distributed")

import distributed

from gancli.sweeps import portless


def test_a_cluster_is_one_scheduler_and_so_many_workers_of_one_thread_with_keys_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []
    keys = [object(), object()]
    new = iter(keys)
    monkeypatch.setattr(portless, "SpecCluster", lambda **words: asked.append(words))
    monkeypatch.setattr(distributed.Security, "temporary", lambda: next(new))
    portless.cluster(3)
    portless.cluster(1)
    for words, key, jobs in zip(asked, keys, (3, 1), strict=True):
        inspect.signature(distributed.SpecCluster).bind(**words)
        common = {"host": "127.0.0.1", "protocol": "tls://", "security": key, "dashboard": False}
        options = {"nthreads": 1, "worker_class": portless.PortlessWorker, "silence_logs": logging.WARNING}
        worker = {"cls": distributed.Nanny, "options": common | options}
        assert words == {
            "scheduler": {"cls": portless.PortlessScheduler, "options": common | {"port": 0}},
            "workers": dict.fromkeys(range(jobs), worker),
            "security": key,
            "silence_logs": logging.WARNING,
        }
