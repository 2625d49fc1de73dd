"""The web application as gunicorn gets it: warmed up, and with nothing open before the fork."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app import create_wsgi
from services.config import Settings, child_environ


@pytest.fixture
def wsgi(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    for name, value in child_environ(settings).items():
        monkeypatch.setenv(name, value)
    handlers = logging.root.handlers[:]
    yield create_wsgi()
    logging.root.handlers[:] = handlers


def test_nothing_is_open_before_the_fork(wsgi: Flask) -> None:
    runtime = wsgi.config["SOURCINGX_RUNTIME"]
    with pytest.raises(RuntimeError):
        _ = runtime.db
    with pytest.raises(RuntimeError):
        _ = runtime.redis


def test_first_requests_at_once_all_get_their_files(wsgi: Flask, client_for, alice) -> None:
    """Dash registers its files within the first request, without a lock; unless that was made before."""
    page = client_for(alice).get("/").get_data(as_text=True)
    files = re.findall(r'<script src="(/_dash-component-suites/[^"]+)"', page)
    assert len(files) > 5

    def fetch(path: str) -> int:
        with wsgi.test_client() as client:
            return client.get(path, buffered=True).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(fetch, files * 3)) == {200}
