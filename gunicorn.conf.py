"""gunicorn, set from the same environment as everything else (docs/settings.md).

Not `wsgi_app`: `sourcingx web` and `sourcingx run` name it, so that this file stays settings only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.config import Settings

_settings = Settings.from_env()

# `sourcingx run` overrides this with a socket that it holds open across restarts.
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
# Processes: one a core; each costs about 30 MB of its own, the rest is shared with the master.
workers = _settings.web_workers
# Threads: requests mostly wait for Postgres, and each holds at most one of the pool's connections.
threads = _settings.web_threads
worker_class = "gthread"
# Imports and layouts are made once in the master and shared by all workers' memory.
preload_app = True
# A worker's sign of life, not a limit for requests: those are bound by the database's timeouts.
timeout = 60
# A worker that is told to end lets its requests finish for so long.
graceful_timeout = 30
# Longer than most pauses between two clicks, and than nginx's idle connections to us.
keepalive = 65
# Workers are replaced now and then, so that what leaks in a library cannot add up; the jitter
# keeps them from being replaced together.
max_requests = 2000
max_requests_jitter = 400
# The sign of life is a file: on a slow disk its writing would block; this is memory.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# On by default, and a way into the process that nothing here uses.
control_socket_disable = True
# Only a proxy on this machine may say for whom it asks.
forwarded_allow_ips = "127.0.0.1"
# The app logs requests itself, with the paths of sign-in links taken out.
accesslog = None
errorlog = "-"
loglevel = _settings.log_level.lower()
# Long filters travel in the URL; the default of 4094 would cut them off.
limit_request_line = 8190


def post_fork(server: Any, worker: Any) -> None:
    """Connections do not survive a fork: each worker opens its own."""
    server.app.callable.extensions["sourcingx"].open()


def worker_exit(server: Any, worker: Any) -> None:
    """Give connections back instead of leaving them to time out."""
    server.app.callable.extensions["sourcingx"].close()
