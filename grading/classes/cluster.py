"""Spread a class over many processes or machines with Dask; the coordinator alone writes.

Workers get bytes and settings and return JSON (grading/classes/worker.py). A worker that dies loses nothing: Dask
gives its submission to another one.
"""

import contextlib
import itertools
import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.security import Security
from distributed.utils import get_mp_context

from grading.classes.tasks_under_way import TasksUnderWay
from grading.classes.worker import record_of_lost
from grading.errors import GradingError
from grading.judging.records import SubmissionResult

NO_GPU = (
    "No worker offers a GPU, so --gpu would wait for ever. Expected workers started with --resources GPU=1. "
    "Got {} without. Leave out --gpu, or start some."
)
LARGEST_TASK = "1 GiB"
AT_ONCE = 4  # submissions per worker that are under way: enough to keep it busy, few enough to hold in memory


@contextlib.contextmanager
def open_cluster(
    workers: int = 1,
    scheduler: str | None = None,
    tls: tuple[str, str, str] | None = None,
    project: Path | None = None,
    *,
    gpu: bool = False,
) -> Iterator[Client]:
    """Connect to a scheduler, or start a cluster on this machine.

    Args:
        workers: processes of the cluster on this machine.
        scheduler: address of a running scheduler, such as tls://host:8786; then `workers` is not used.
        tls: (certificate authority, certificate, key) as file paths, for tls:// addresses.
        project: the project's root, for workers on this machine; those of a scheduler have a copy of their own.
        gpu: workers of this machine offer one unit of the resource "GPU" each.

    Yields:
        `distributed.Client`.

    Raises:
        GradingError: when the scheduler does not answer.
    """
    for name in ("distributed", "distributed.client"):  # Dask's log of lost workers; the records say it, too
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # A notebook of many MB travels with its task; what it may have at most is in `Limits`.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_TASK})
    with _connect(scheduler, tls) if scheduler else _start_cluster(workers, project, gpu=gpu) as client:
        yield client


def _connect(scheduler: str, tls: tuple[str, str, str] | None) -> Client:
    try:
        return Client(scheduler, security=_security(tls), timeout=20)
    except (OSError, TimeoutError) as error:
        raise GradingError(f"The scheduler at {scheduler} does not answer: {error}. Is it running?") from error


@contextlib.contextmanager
def _start_cluster(workers: int, project: Path | None, *, gpu: bool) -> Iterator[Client]:
    options: dict[str, Any]
    options = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "host": "127.0.0.1"}
    options["silence_logs"] = logging.CRITICAL  # of the scheduler and the workers, too
    options["env"] = {"DNN_PROJECT": str(project)} if project else {}
    options |= {"resources": {"GPU": 1}} if gpu else {}
    options |= {"protocol": "tls", "security": True}  # others on this machine reach its loopback addresses, too
    # A worker that was killed is started again by its nanny; Dask gives both up when that takes longer than this.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"})
    with _forked_workers(), LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


@contextlib.contextmanager
def _forked_workers() -> Iterator[None]:
    """Make workers forks of one process that has imported what they need, in place of one import for each."""
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        # Dask's own list comes first; ours replaces it, and holds from the first worker that this process starts.
        get_mp_context().set_forkserver_preload(["grading.classes.worker"])
        yield


def grade_on(
    client: Client, tasks: Iterable[dict[str, Any]], *, gpu: bool = False
) -> Iterator[tuple[SubmissionResult, dict[str, Any]]]:
    """Grade tasks on a cluster, as they finish.

    Args:
        client: from `open_cluster`.
        tasks: iterable of what `make_task` of grading/classes/worker.py packed; read lazily, as a large class is large.
        gpu: ask for one unit of the resource "GPU" for each task.

    Yields:
        (`SubmissionResult`, rebuilt notebook) in the order in which they finish.

    Raises:
        GradingError: when a worker refuses, or keeps dying.
    """
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    if gpu and workers and not any(worker.get("resources", {}).get("GPU") for worker in workers):
        raise GradingError(NO_GPU.format(len(workers)))
    under_way = TasksUnderWay(client, {"resources": {"GPU": 1}} if gpu else {})
    waiting, suspects = iter(tasks), []
    for task in itertools.islice(waiting, AT_ONCE * max(1, len(workers))):
        under_way.send(task)
    for task, document in under_way.finished():
        if document is None:
            suspects.append(task)  # its workers were lost, perhaps by another submission on the same ones
        for following in itertools.islice(waiting, 1):
            under_way.send(following)
        if document is not None:
            yield SubmissionResult.from_json(document["result"]), document["notebook"]
    for task in suspects:
        under_way.send(task)  # alone
        for _, document in under_way.finished():
            found = document or json.loads(record_of_lost(task))
            yield SubmissionResult.from_json(found["result"]), found["notebook"]


def _security(tls: tuple[str, str, str] | None) -> Security | None:
    if tls is None:
        return None
    authority, certificate, key = (str(path) for path in tls)
    return Security(tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key, require_encryption=True)
