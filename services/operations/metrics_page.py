"""What /metrics says: what processes counted, what they tell of themselves, and what stands in Postgres."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import sql
from services import db
from services.cache import CacheDown
from services.config import SETTINGS
from services.errors import ProductError
from services.operations import health, metrics, metrics_files, process_figures
from services.runtime import Runtime

CONTENT_TYPE = CONTENT_TYPE_LATEST

# How the names of settings end that say what a vendor allows a minute.
_LIMITS = {"RPM": "requests", "TPM": "tokens"}

_Q = sql.queries("metrics")


def render(rt: Runtime) -> bytes:
    """Prometheus text. A server that is away is a figure too (sourcingx_up), never an error."""
    registry = CollectorRegistry()
    if not metrics_files.collect(rt.settings.home, registry):
        registry.register(metrics.REGISTRY)
    registry.register(_Now(rt))
    return generate_latest(registry)


class _Now(Collector):
    """Figures of this moment, the same whichever process is asked."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("sourcingx_up", "Whether a server answers.", labels=["server"])
        try:
            found = list(self._processes())
            up.add_metric(["redis"], 1)
        except CacheDown:
            found = []
            up.add_metric(["redis"], 0)
        try:
            found += list(self._runs())
            up.add_metric(["postgres"], 1)
        except ProductError:
            up.add_metric(["postgres"], 0)
        yield up
        yield from found
        yield from self._limits()

    def _processes(self) -> Iterator[Metric]:
        labels = ["kind", "host", "pid"]
        pss = GaugeMetricFamily("sourcingx_process_pss_bytes", "Proportional set size.", labels=labels)
        rss = GaugeMetricFamily("sourcingx_process_rss_bytes", "Resident set size.", labels=labels)
        age = GaugeMetricFamily("sourcingx_process_age_seconds", "Since its start.", labels=labels)
        pool = GaugeMetricFamily("sourcingx_pool_connections", "Pool of a process.", labels=[*labels, "state"])
        waits = GaugeMetricFamily("sourcingx_pool_waits", "Since a process began.", labels=[*labels, "what"])
        for process in process_figures.processes(self._rt):
            at = [process.kind, process.host, str(process.pid)]
            pss.add_metric(at, process.pss)
            rss.add_metric(at, process.rss)
            age.add_metric(at, process.age_s)
            # Of another version they may be called otherwise: hosts are upgraded one by one.
            told = process.pool.get
            free, waiting = told("pool_available", 0), told("requests_waiting", 0)
            for state, value in (("used", told("pool_size", 0) - free), ("free", free), ("waiting", waiting)):
                pool.add_metric([*at, state], value)
            waits.add_metric([*at, "waited"], told("requests_queued", 0))
            waits.add_metric([*at, "refused"], told("requests_errors", 0))
        yield from (pss, rss, age, pool, waits)

    def _runs(self) -> Iterator[Metric]:
        with self._rt.db.connection() as conn:
            queue = db.rows(conn, _Q.fetch_queue)
            dead = db.one(conn, _Q.fetch_dead)
            silence = db.one(conn, _Q.fetch_silence)
        seconds = silence["seconds"] if silence else None
        runs = GaugeMetricFamily("sourcingx_runs", "Runs that have not ended.", labels=["kind", "state"])
        oldest = GaugeMetricFamily("sourcingx_runs_oldest_seconds", "Age of the oldest.", labels=["kind", "state"])
        for row in queue:
            runs.add_metric([row["kind"], row["state"]], row["runs"])
            oldest.add_metric([row["kind"], row["state"]], row["oldest_s"])
        yield runs
        yield oldest
        yield GaugeMetricFamily(
            "sourcingx_runs_failed", "Failed in the last 30 days.", value=dead["runs"] if dead else 0
        )
        # One that was stopped in good order has left no sign: then there is no silence, and still nobody who works.
        lively = seconds is not None and seconds <= health.MISSED_HEARTBEATS * self._rt.settings.job_heartbeat_s
        yield GaugeMetricFamily("sourcingx_job_worker_up", "Whether a job worker shows signs of life.", int(lively))
        if seconds is not None:
            yield GaugeMetricFamily(
                "sourcingx_job_worker_silence_seconds", "Since a job worker's last sign of life.", seconds
            )

    def _limits(self) -> Iterator[Metric]:
        """What each vendor's two settings say, so that a new vendor's are here from its first day."""
        labels = ["vendor", "what"]
        limits = GaugeMetricFamily("sourcingx_vendor_limit", "What a vendor allows a minute.", labels=labels)
        for setting in SETTINGS:
            vendor, _, end = setting.name.rpartition("_")
            if what := _LIMITS.get(end):
                value = getattr(self._rt.settings, setting.field)
                limits.add_metric([vendor.lower().replace("_", "-"), what], value)
        yield limits
