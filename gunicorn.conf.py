"""gunicorn, set from the same environment as everything else (docs/settings.md).

Not `wsgi_app`: `sourcingx web` and `sourcingx run` name it, so that this file stays settings only.
What is not a setting of ours can still be given in gunicorn's own GUNICORN_CMD_ARGS.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

from services import logs
from services.config import Settings
from services.operations import memory_guard, metrics_files
from services.servers import allocator

_settings = Settings.from_env()
# Before anything is counted: what the workers count has to be added up.
metrics_files.enable(_settings.home)

# HOST and PORT. `sourcingx run` overrides this with a socket that it holds open across restarts.
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
# WEB_WORKERS. Processes: one a core; each costs about 30 MB of its own, the rest is shared with the master.
workers = _settings.web_workers
# WEB_THREADS. Requests mostly wait for Postgres, and each holds at most one of the pool's connections.
threads = _settings.web_threads
# Threads, not greenlets: psycopg's pool and Dash are made for them, and nothing has to be patched.
worker_class = "gthread"
# Imports and layouts are made once in the master and shared by all workers' memory.
preload_app = True
# WEB_TIMEOUT_S. A worker's sign of life, not a limit for requests: those are bound by the database's timeouts.
timeout = _settings.web_timeout_s
# WEB_GRACEFUL_S. A worker that is told to end lets its requests finish for so long.
graceful_timeout = _settings.web_graceful_s
# WEB_KEEPALIVE_S. Longer than most pauses between two clicks. For browsers: nginx keeps no connection to us.
keepalive = _settings.web_keepalive_s
# WEB_BACKLOG. A burst waits in the kernel instead of being refused; more than this is an overload anyway.
backlog = _settings.web_backlog
# WEB_MAX_REQUESTS. Workers are replaced now and then, so that what leaks in a library cannot add up.
max_requests = _settings.web_max_requests
# WEB_MAX_REQUESTS_JITTER. Keeps workers from being replaced together.
max_requests_jitter = _settings.web_max_requests_jitter
# The sign of life is a file: on a slow disk its writing would block; this is memory.
_shm = "/dev/shm"  # nosec B108 # gunicorn makes a file of a random name there, and has it unlinked at once
worker_tmp_dir = _shm if Path(_shm).is_dir() else None
# On by default, and a way into the process that nothing here uses.
control_socket_disable = True
# TRUSTED_PROXIES. Only these may say that a browser came by https.
forwarded_allow_ips = _settings.trusted_proxies
# The app logs requests itself, with the paths of sign-in links taken out.
accesslog = None
errorlog = "-"
# LOG_LEVEL.
loglevel = _settings.log_level.lower()
# LOG_FORMAT. gunicorn's own lines look like ours, and secrets are taken out of them too.
logconfig_dict = logs.dictionary(_settings)
# Long filters travel in the URL; the default of 4094 would cut them off.
limit_request_line = 8190


def pre_fork(server: Any, worker: Any) -> None:
    """What the master has loaded is no garbage: a worker that went through it would copy all of its pages. What it
    needed for that moment goes back to the system."""
    gc.collect()
    allocator.trim()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Connections do not survive a fork: each worker opens its own."""
    # Seconds that a thread computes while others wait for their turn: Python's 5 ms, at each of a request's
    # round trips to Postgres, would be most of its time.
    sys.setswitchinterval(0.001)
    server.app.callable.extensions["sourcingx"].open()
    metrics_files.join(_settings.home)


def post_worker_init(worker: Any) -> None:
    """Each worker tells its memory, and ends in good order when it is too much."""
    memory_guard.watch(worker.wsgi.extensions["sourcingx"], lambda: memory_guard.end_gunicorn_worker(worker))


def worker_exit(server: Any, worker: Any) -> None:
    """Give connections back instead of leaving them to time out."""
    server.app.callable.extensions["sourcingx"].close()
