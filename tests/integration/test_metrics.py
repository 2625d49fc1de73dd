"""/metrics: only with its token, and what all processes of a home counted together, the dead ones too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from benchmarks.web import Web, serving, sign_in
from layouts import pages_operations
from layouts import text as layout_text
from services import jobs, metrics_files, metrics_page, process_figures
from services.config import SETTINGS, Settings
from services.errors import Unavailable
from services.identity import Actor
from services.process_figures import Teller
from services.runtime import Runtime
from tests.people import Person, add_people, add_search
from tests.waiting import until
from tests.web import Browser

TOKEN = "metrics-token-0123456789abcdef"


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {(s.name, frozenset(s.labels.items())): s.value
            for family in text_string_to_metric_families(text) for s in family.samples}  # fmt: skip


def value(text: str, name: str, **labels: str) -> float:
    """The sum over all samples of this name that have at least these labels."""
    return sum(v for (n, at), v in samples(text).items() if n == name and labels.items() <= dict(at).items())


def scrape(web: Web) -> str:
    answer = requests.get(f"{web.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("token", "header", "status"),
    [("", "Bearer ", 404), (TOKEN, "", 401), (TOKEN, "Bearer wrong", 401), (TOKEN, f"Bearer {TOKEN}", 200)],
)
def test_only_with_the_token(rt: Runtime, token: str, header: str, status: int) -> None:
    server: Flask = create_app(replace(rt.settings, metrics_token=token)).server
    server.config["SOURCINGX_RUNTIME"].open()
    answer = server.test_client().get("/metrics", headers={"Authorization": header})
    server.config["SOURCINGX_RUNTIME"].close()
    assert answer.status_code == status
    assert (b"sourcingx_up" in answer.data) is (status == 200)


def test_a_server_that_is_away_is_a_figure_and_no_error(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, database_url=f"postgresql://app@/none?host={tmp_path}", redis_url=f"unix://{tmp_path}/x")
    rt = Runtime(away)
    rt.open()
    try:
        text = metrics_page.render(rt).decode()
    finally:
        rt.close()
    assert value(text, "sourcingx_up", server="postgres") == 0
    assert value(text, "sourcingx_up", server="redis") == 0


def test_the_queue_is_told_by_kind_and_age(rt: Runtime, alice: Actor) -> None:
    with rt.db.connection() as conn:
        search_id = str(add_search(conn, alice))
        for _ in range(2):
            jobs.start_run(conn, alice, "export", search_id, {})
        conn.execute("UPDATE runs SET created_at = now() - interval '90 seconds'")
    text = metrics_page.render(rt).decode()
    assert value(text, "sourcingx_runs", kind="export", state="queued") == 2
    assert 90 <= value(text, "sourcingx_runs_oldest_seconds", kind="export", state="queued") < 200


def test_requests_that_waited_for_a_connection_are_told(rt: Runtime) -> None:
    few = Runtime(replace(rt.settings, web_pool=1))
    few.open()
    teller = Teller(few)
    try:
        with few.db.connection(), pytest.raises(Unavailable), few.db.connection():
            pass
        teller.start()
        until(lambda: process_figures.processes(rt), "nothing was told")
        text = metrics_page.render(rt).decode()
        assert value(text, "sourcingx_pool_waits", what="refused") == 1
        # The first one waits, too, where the pool is still connecting.
        waited = int(value(text, "sourcingx_pool_waits", what="waited"))
        assert waited in (1, 2)
        shown = str(pages_operations.worker_list(process_figures.processes(rt)))
        assert layout_text.ADMIN_POOL_WAITED.format(waited=waited, refused=1) in shown
    finally:
        teller.stop()
        few.close()


def test_the_limits_of_all_vendors_are_told(rt: Runtime) -> None:
    text = metrics_page.render(rt).decode()
    told = {dict(at)["vendor"] for name, at in samples(text) if name == "sourcingx_vendor_limit"}
    assert told == {s.name.removesuffix("_RPM").lower().replace("_", "-") for s in SETTINGS if s.name.endswith("_RPM")}
    assert value(text, "sourcingx_vendor_limit", vendor="openai", what="tokens") == rt.settings.openai_tpm


def test_workers_are_added_up_and_what_the_dead_counted_is_kept(
    rt: Runtime, alice: Actor, settings: Settings, tmp_path: Path
) -> None:
    with rt.db.connection() as conn:
        search_id = add_search(conn, alice)
        add_people(conn, search_id, [Person(full_name="Somebody")])
    home = tmp_path / "web"
    with serving(settings, home, {"WEB_WORKERS": "2", "METRICS_TOKEN": TOKEN, "FIGURES_S": "0.2"}) as web:
        session = sign_in(rt, web, "alice@example.com")
        for _ in range(10):
            session.rows(str(search_id), 0)
        grid = {"callback": "candidate-grid.getRowsResponse", "status": "200"}
        assert value(scrape(web), "sourcingx_callback_seconds_count", **grid) == 10
        before = web.workers()
        web.renew()
        until(lambda: len(web.workers()) == 2 and not web.workers() & before, "no worker was replaced")
        for _ in range(10):
            session.rows(str(search_id), 0)
        text = scrape(web)
        assert value(text, "sourcingx_callback_seconds_count", **grid) == 20
        assert value(text, "sourcingx_cache_requests_total", cache="list") >= 20

        def owners() -> set[int]:
            names = {file.stem.partition("_")[2] for file in metrics_files.folder(home).glob("*.db")}
            return {int(name.rpartition("-")[2]) for name in names - {metrics_files.FOLDED}}

        # Files of the living, and one of all the dead.
        until(lambda: scrape(web) and owners() <= web.workers(), "the dead have files")

        def told() -> set[int]:
            return {
                int(dict(at)["pid"]) for (name, at) in samples(scrape(web)) if name == "sourcingx_process_pss_bytes"
            }

        until(lambda: told() == web.workers(), "the figures are not those of the workers")


def test_labels_hold_nothing_of_people(rt: Runtime, stranger: Browser) -> None:
    stranger.get("/search/11111111-2222-3333-4444-555555555555?q=canary-q")
    stranger.get("/login/canary-token-of-more-than-twenty-characters")
    stranger.open("/healthz", method="CANARY")
    text = metrics_page.render(rt).decode()
    assert not re.search("canary|11111111", text, re.IGNORECASE)
    assert value(text, "sourcingx_http_request_seconds_count", route="/login/<token>") >= 1
    assert value(text, "sourcingx_http_request_seconds_count", method="other") >= 1


COUNT = """
import os, signal, sys
from pathlib import Path
from services import metrics, metrics_files
home = Path(sys.argv[1])
metrics_files.enable(home)
metrics_files.join(home)
metrics.CACHE.count("memo", "hit", by=int(sys.argv[2]))
metrics.RUNS.observe(float(sys.argv[2]), "export", "done")
if sys.argv[3] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("end", ["killed", "ended"])
def test_a_process_of_any_end_is_counted_once(settings: Settings, end: str) -> None:
    for number in (1, 2, 3):
        subprocess.run([sys.executable, "-c", COUNT, str(settings.home), str(number), end], timeout=60, cwd=Path.cwd())
    rt = Runtime(settings)
    rt.open()
    try:
        texts = [metrics_page.render(rt).decode() for _ in range(2)]
    finally:
        rt.close()
    for text in texts:
        assert value(text, "sourcingx_cache_requests_total", cache="memo", result="hit") == 6
        assert value(text, "sourcingx_run_seconds_count", kind="export", state="done") == 3
        assert value(text, "sourcingx_run_seconds_sum", kind="export", state="done") == 6
    left = os.listdir(metrics_files.folder(settings.home))
    assert sorted(left) == ["counter_folded.db", "fold.lock", "histogram_folded.db"]
