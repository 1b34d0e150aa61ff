"""The submissions that a cluster works on now, and whether there is anybody who does."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from grading.classes.worker import grade_task
from grading.errors import GradingError

NO_WORKER = (
    "There has been no worker for {:.0f} seconds. Results so far are kept; when workers can be started again, the same "
    "command goes on from here."
)
TICK, LOOK_EVERY = 0.02, 2.0  # seconds between two looks for results, and for workers
REPLACE_AFTER = 60.0  # seconds with fewer workers than wanted
GIVE_UP_AFTER = 600.0  # seconds without any


class TasksUnderWay:
    """Tasks that were sent to a cluster and are not finished.

    Args:
        client: from `grading.classes.cluster.open_cluster`.
        options: of `Client.submit`.
    """

    def __init__(self, client: Client, options: Mapping[str, Any]) -> None:
        self._client, self._options = client, options
        self._running = as_completed(with_results=False)
        self._tasks: dict[str, dict[str, Any]] = {}
        self._wanted = len(client.cluster.worker_spec) if isinstance(client.cluster, LocalCluster) else 0
        self._full_at = self._seen_at = 0.0  # when all workers were there, and when one was

    def send(self, task: dict[str, Any]) -> None:
        """Send one more.

        Args:
            task: from `make_task`.
        """
        future = self._client.submit(grade_task, task, pure=False, retries=2, **self._options)
        self._tasks[future.key] = task
        self._running.add(future)

    def finished(self) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Yield tasks as they finish, until none is left; more may be sent meanwhile.

        Yields:
            (task, what the worker found), or (task, None) where one worker after the other was lost under it.

        Raises:
            GradingError: when a worker refuses, or fails by itself, or when there has been no worker for long.
        """
        self._full_at = self._seen_at = looked_at = time.monotonic()
        while self._running.count():
            batch = self._running.next_batch(block=False)
            for future in batch:
                yield self._tasks.pop(future.key), _document(future)
            if not batch:
                time.sleep(TICK)
            if time.monotonic() - looked_at > LOOK_EVERY:
                looked_at = time.monotonic()
                self._look_for_workers(looked_at)

    def _look_for_workers(self, now: float) -> None:
        """Start workers in the place of those that stay away: Dask itself waits for ever, for some of them in vain.

        A worker that ends while it starts leaves a nanny that starts none any more.
        """
        cluster = self._client.cluster
        workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
        self._seen_at = now if workers else self._seen_at
        self._full_at = now if workers >= self._wanted else self._full_at
        if now - self._seen_at > GIVE_UP_AFTER:
            raise GradingError(NO_WORKER.format(GIVE_UP_AFTER))
        if now - self._full_at > REPLACE_AFTER and isinstance(cluster, LocalCluster):
            self._full_at = now
            cluster.scale(len(cluster.worker_spec) + self._wanted - workers)


def _document(future: Future) -> dict[str, Any] | None:
    try:
        document = json.loads(future.result())
    except GradingError:
        raise
    except KilledWorker:
        return None
    except Exception as error:
        raise GradingError(f"A worker could not grade: {type(error).__name__}: {error}") from error
    future.release()
    return document
