"""What is counted and timed: every figure of ours by its name, for Prometheus.

    metrics.CACHE.count("memo", "hit")
    metrics.REQUESTS.observe(seconds, "GET", "/readyz", "200")

Labels are few and fixed: never ids, names or anything that a person typed. In a process for which
services.operations.metrics_files.enable() was called, figures stand in a file that every process of the home
adds up; in any other (a command, a test) they stay in its memory.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

# Seconds. Pages are meant to take tens of milliseconds; what takes longer than 10 s was stopped.
WEB_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
JOB_BUCKETS = (1.0, 10.0, 60.0, 300.0, 1800.0, 7200.0)

# Of this process alone; what all count together is read by services.operations.metrics_page.
REGISTRY = CollectorRegistry()

_making = threading.Lock()


@dataclass
class _Metric:
    """Made at its first use: only then is it known whether this process shares its figures."""

    name: str
    help: str
    labels: tuple[str, ...]
    _real: Any = field(default=None, init=False, repr=False)

    def _get(self) -> Any:
        if self._real is None:
            with _making:
                if self._real is None:
                    self._real = self._make()
        return self._real

    def _make(self) -> Any:
        raise NotImplementedError


@dataclass
class Count(_Metric):
    """Only ever grows; its name ends in _total."""

    def count(self, *labels: str, by: float = 1) -> None:
        """Add to the figure of these labels, in the order of `labels`."""
        self._get().labels(*labels).inc(by)

    def _make(self) -> Any:
        return Counter(self.name, self.help, self.labels, registry=REGISTRY)


@dataclass
class Time(_Metric):
    """How often something was done and how long it took, in seconds."""

    buckets: tuple[float, ...] = WEB_BUCKETS

    def observe(self, seconds: float, *labels: str) -> None:
        """Note one duration (of a monotonic clock) for these labels, in the order of `labels`."""
        self._get().labels(*labels).observe(seconds)

    def _make(self) -> Any:
        return Histogram(self.name, self.help, self.labels, registry=REGISTRY, buckets=self.buckets)


REQUESTS = Time("sourcingx_http_request_seconds", "Requests by route.", ("method", "route", "status"))
CALLBACKS = Time("sourcingx_callback_seconds", "Callbacks by their outputs.", ("callback", "status"))
CACHE = Count("sourcingx_cache_requests_total", "Look-ups in Redis: hit, miss, or down.", ("cache", "result"))
LIST_BUILDS = Time("sourcingx_result_set_build_seconds", "Ordered id lists built in Postgres.", ("kept",))
RUNS = Time("sourcingx_run_seconds", "Runs that ended here, from claim to end.", ("kind", "state"), JOB_BUCKETS)
VENDOR_CALLS = Count("sourcingx_vendor_calls_total", "Calls to vendors by how they ended.", ("vendor", "outcome"))
VENDOR_WAITS = Count("sourcingx_vendor_limit_waits_total", "Calls that had to wait for a limit.", ("vendor", "why"))
REPLACED = Count("sourcingx_worker_replaced_total", "Web workers replaced for their memory.", ("why",))
