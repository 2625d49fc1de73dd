"""The job worker: fetches jobs from Procrastinate and runs their handlers in threads.

It exits rather than limps: on an outage, on a hanging loop, on a stop that takes too long. The
process manager starts it again, and the start frees what the slot's former process had claimed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg_pool import PoolTimeout

from services import logs
from services.access import sign_in_tidy
from services.archive import archive_nightly
from services.config import Settings
from services.enrichment import enrichment_plan, enrichment_wake
from services.errors import Unavailable
from services.imports import upload_tidy
from services.matching import embedding_runs, match_tidy
from services.operations import metrics_files
from services.operations.process_figures import Teller
from services.privacy import erasure_nightly
from services.runs import jobs, worker_process
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import search_purge
from services.servers import allocator

GRACE_S = 25.0
# One of them is for comparisons, which take turns, and one for vectors; one looks after launches while there are any.
QUICK_CONCURRENCY = 5
POLL_S = 2.0
NIGHTLY_TASK = "nightly"
# UTC; the queue sees to it that one worker does it, however many there are.
NIGHTLY_CRON = "17 2 * * *"
BATCHES_TASK = "batches"
BATCHES_CRON = "* * * * *"
SHEETS_TASK = "sheets"
SHEETS_CRON = "* * * * *"
ENRICHMENTS_TASK = "enrichments"
ENRICHMENTS_CRON = "* * * * *"
LAUNCHES_CRON = "* * * * *"
FETCHES_TASK = "fetches"
FETCHES_CRON = "* * * * *"
EMBEDDINGS_CRON = "* * * * *"

_log = logging.getLogger(__name__)


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Raises Unavailable when the database is away for longer than seconds."""
    allocator.give_back()
    logs.configure(settings)
    metrics_files.enable(settings.home)
    metrics_files.join(settings.home)
    rt = Runtime(settings, kind="worker")
    rt.open()
    figures = Teller(rt)
    figures.start()
    try:
        with worker_process.slot(settings.home) as name:
            asyncio.run(serve(Runner(rt, name), signals=True))
    finally:
        figures.stop()
        rt.close()
    _log.info("stopped")


async def serve(runner: Runner, *, signals: bool = False, ready: threading.Event | None = None) -> None:
    """Run jobs until runner.stop() or a signal. `ready` is set once jobs are fetched.

    Raises Unavailable when the database does not answer. A handler that does not come to an end
    within 25 s of a stop is left behind with its process (signals=True only).
    """
    settings = runner.rt.settings
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    app.task(name=jobs.TASK)(runner.execute)
    schedule(app, runner)
    loop = asyncio.get_running_loop()
    # The default executor has CPU + 4 threads, and more jobs than that would say "doing" and wait.
    threads = settings.job_concurrency + QUICK_CONCURRENCY
    loop.set_default_executor(ThreadPoolExecutor(threads + 2, thread_name_prefix="job"))
    workers = [
        _Worker(runner, app, queue="long", concurrency=settings.job_concurrency, exits=signals),
        _Worker(runner, app, queue="quick", concurrency=QUICK_CONCURRENCY, exits=signals),
    ]
    try:
        async with worker_process.queue_pool(settings) as pool, app.open_async(pool):
            await asyncio.to_thread(runner.rescue, own_slot=True)
            await asyncio.to_thread(erasure_nightly.at_start, runner.rt)
            runner.start(rescues=True)
            with (
                worker_process.stopping_signals(loop, runner.stop, signals),
                worker_process.watchdog(loop, signals),
            ):
                # These first: a worker that begins forgets that it was told to stop before.
                running = asyncio.gather(*(worker.run() for worker in workers))  # type: ignore[no-untyped-call]
                stopper = asyncio.create_task(_stop_when_asked(runner, workers))
                _log.info("working as %s", runner.instance)
                if ready is not None:
                    ready.set()
                await running
                stopper.cancel()
    except (ConnectorException, PoolTimeout) as error:
        raise Unavailable("The database does not answer; the job worker ends and is to be started again.") from error
    finally:
        runner.stop()
        runner.close()


def schedule(app: procrastinate.App, runner: Runner) -> None:
    """What is done by the clock."""
    nightly = app.task(name=NIGHTLY_TASK, queue="quick")(partial(_nightly, runner.rt))
    app.periodic(cron=NIGHTLY_CRON)(nightly)
    # One after the other: a round that takes longer than a minute is not overtaken.
    sheets = app.task(name=SHEETS_TASK, queue="quick", lock=SHEETS_TASK, queueing_lock=SHEETS_TASK)(
        partial(_sheets, runner)
    )
    if runner.rt.settings.google_service_account:
        app.periodic(cron=SHEETS_CRON)(sheets)
    batches = app.task(name=BATCHES_TASK, queue="quick", lock=BATCHES_TASK, queueing_lock=BATCHES_TASK)(
        partial(_batches, runner)
    )
    if runner.rt.settings.openai_api_key:
        app.periodic(cron=BATCHES_CRON)(batches)
    # Also run out of turn, right after a launch: see jobs.wake().
    watching = app.task(name=jobs.LAUNCHES_TASK, queue="quick", lock=jobs.LAUNCHES_TASK,
                        queueing_lock=jobs.LAUNCHES_TASK)(partial(_launches, runner))  # fmt: skip
    fetches = app.task(name=FETCHES_TASK, queue="quick", lock=FETCHES_TASK, queueing_lock=FETCHES_TASK)(
        partial(_fetches, runner)
    )
    if runner.rt.settings.phantombuster_api_key:
        app.periodic(cron=LAUNCHES_CRON)(watching)
        app.periodic(cron=FETCHES_CRON)(fetches)

    enrichments = app.task(name=ENRICHMENTS_TASK, queue="quick", lock=ENRICHMENTS_TASK, queueing_lock=ENRICHMENTS_TASK)(
        partial(_enrichments, runner)
    )
    if enrichment_plan.available(runner.rt.settings):
        app.periodic(cron=ENRICHMENTS_CRON)(enrichments)
    # Also run out of turn, when someone waits for the vector of a text.
    embeddings = app.task(name=jobs.EMBEDDINGS_TASK, queue="quick", lock=jobs.EMBEDDINGS_TASK,
                          queueing_lock=jobs.EMBEDDINGS_TASK)(partial(_embeddings, runner))  # fmt: skip
    if runner.rt.settings.embedding_provider != "off":
        app.periodic(cron=EMBEDDINGS_CRON)(embeddings)


def _nightly(rt: Runtime, timestamp: int) -> None:
    """What is done once a night; that it fails is no reason for the queue to try again and again."""
    sign_in_tidy.run(rt)
    match_tidy.run(rt)
    upload_tidy.run(rt)
    archive_nightly.run(rt)
    search_purge.start_due(rt)
    erasure_nightly.run(rt)
    embedding_runs.start_nightly(rt)


def _sheets(runner: Runner, timestamp: int) -> None:
    """Lists whose sheets are to be read again. Imported late: not every worker ever reads a sheet."""
    if runner.rt.settings.google_service_account:
        from services.filtering import sheet_sync

        sheet_sync.sync_due(runner.rt, runner.stopping)


def _batches(runner: Runner, timestamp: int) -> None:
    """Screenings that go on by themselves. Imported late: not every worker ever asks a model."""
    if runner.rt.settings.openai_api_key:
        from services.screening import batches, screening_wake

        screening_wake.wake_due(runner.rt)
        batches.look_at_all(runner.rt)


def _enrichments(runner: Runner, timestamp: int) -> None:
    """Runs that wait for a vendor's next day, or for it to have found someone."""
    enrichment_wake.wake_due(runner.rt)


def _embeddings(runner: Runner, timestamp: int) -> None:
    """Vectors of texts, and of people after imports. Imported late: not every worker ever makes one."""
    if runner.rt.settings.embedding_provider != "off":
        from services.matching import embedding_wake

        embedding_wake.wake(runner.rt, runner.stopping)


def _launches(runner: Runner, timestamp: int) -> None:
    """What runs at PhantomBuster. Imported late: not every worker ever launches an agent."""
    if runner.rt.settings.phantombuster_api_key:
        from services.enrichment import launch_watch

        launch_watch.watch(runner.rt, runner.stopping)


def _fetches(runner: Runner, timestamp: int) -> None:
    """What is to be fetched from there by the clock."""
    if runner.rt.settings.phantombuster_api_key:
        from services.enrichment import fetch_schedules

        fetch_schedules.start_due_quietly(runner.rt)


class _Worker(Worker):
    """Procrastinate's worker for one queue; whatever stops it stops the handlers too."""

    def __init__(self, runner: Runner, app: procrastinate.App, *, queue: str, concurrency: int, exits: bool) -> None:
        settings = runner.rt.settings
        super().__init__(
            app,
            queues=[queue],
            name=queue,
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=GRACE_S,
            # The truth is in runs; what is done leaves no trace here.
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=settings.job_heartbeat_s,
            stalled_worker_timeout=runner.silence_s,
        )
        self._runner, self._exits = runner, exits

    def stop(self) -> None:
        self._runner.stop()
        super().stop()  # type: ignore[no-untyped-call]
        if self._exits:
            # A thread cannot be ended from outside, and Procrastinate would wait for it for ever.
            timer = threading.Timer(GRACE_S + 2, os._exit, (3,))
            timer.daemon = True
            timer.start()


async def _stop_when_asked(runner: Runner, workers: list[_Worker]) -> None:
    """One that stops stops the other; the event may be set in any thread."""
    while not runner.stopping.is_set():
        await asyncio.sleep(0.1)
    for worker in workers:
        worker.stop()
