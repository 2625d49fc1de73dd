"""/metrics: only with its token, and what all processes of a home counted together, the dead ones too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import requests
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.web import Web, serving, sign_in
from layouts import pages_operations
from layouts import text as layout_text
from services.access.identity import Actor
from services.config import SETTINGS, Settings
from services.enrichment import launches
from services.errors import Unavailable
from services.operations import metrics, metrics_files, metrics_page, process_figures
from services.operations.process_figures import ProcessFigures, Teller
from services.runs import jobs
from services.runtime import Runtime
from services.vendors.vendor_errors import VendorError
from tests.people import Person, add_people, add_search
from tests.stubs.loopback import LoopbackServer, Reply
from tests.waiting import until
from tests.web import Browser, web_server

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
    with web_server(replace(rt.settings, metrics_token=token)) as server:
        answer = server.test_client().get("/metrics", headers={"Authorization": header})
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
from services.operations import metrics, metrics_files
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


@pytest.mark.parametrize(
    "left", [b"", b"\x00" * 4096, b"\xff" * 4096, b"\x40\x00\x00\x00" * 1024, b"no figures at all"]
)
@pytest.mark.faults
def test_figures_that_a_power_cut_damaged_keep_nothing_from_starting(settings: Settings, left: bytes) -> None:
    """Neither those of a dead process nor those of all the dead; what others counted is kept."""
    folder = metrics_files.folder(settings.home)
    subprocess.run([sys.executable, "-c", COUNT, str(settings.home), "2", "killed"], timeout=60, cwd=Path.cwd())
    (folder / "counter_host-1.db").write_bytes(left)
    (folder / "histogram_folded.db").write_bytes(left)
    done = subprocess.run([sys.executable, "-c", COUNT, str(settings.home), "3", "ended"], timeout=60, cwd=Path.cwd())
    assert done.returncode == 0
    (folder / "counter_folded.db").write_bytes(left)
    registry = CollectorRegistry()
    assert metrics_files.collect(settings.home, registry)
    text = generate_latest(registry).decode()
    assert value(text, "sourcingx_run_seconds_sum", kind="export", state="done") == 5
    assert not [file for file in folder.glob("*.db") if metrics_files.FOLDED not in file.name]


def test_a_job_worker_that_was_stopped_is_missed(rt: Runtime) -> None:
    """It has taken its sign of life with it, so silence alone says nothing."""
    text = metrics_page.render(rt).decode()
    assert value(text, "sourcingx_job_worker_up") == 0
    assert "sourcingx_job_worker_silence_seconds " not in text
    with rt.db.connection() as conn:
        conn.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 hour')")
    assert value(metrics_page.render(rt).decode(), "sourcingx_job_worker_up") == 1
    with rt.db.connection() as conn:
        conn.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '90 seconds'")
    text = metrics_page.render(rt).decode()
    assert value(text, "sourcingx_job_worker_up") == 0
    assert value(text, "sourcingx_job_worker_silence_seconds") >= 90


def test_processes_of_another_version_are_passed_over(rt: Runtime) -> None:
    """While hosts are upgraded one by one there are both, and either may be asked."""
    own = ProcessFigures("web", "here", 1, 5, 100, 100, 0, {})
    later = json.dumps(asdict(own) | {"host": "there", "of_a_later_version": 1})
    for host, said in (("here", json.dumps(asdict(own))), ("there", later), ("odd", "[1"), ("other", "[]")):
        rt.redis.set(f"{process_figures.PREFIX}{host}:1", said)
    assert process_figures.processes(rt) == [own]
    text = metrics_page.render(rt).decode()
    assert value(text, "sourcingx_process_pss_bytes") == 100
    assert value(text, "sourcingx_pool_connections") == 0


def test_calls_to_phantombuster_are_counted_as_they_ended(settings: Settings) -> None:
    given: list[Reply] = [Reply(200, []), Reply(500, {}), Reply(200, "no JSON")]
    stub = LoopbackServer(lambda request: given.pop(0))
    before = {name: of_phantombuster(name) for name in ("ok", "refused", "NotUnderstood", "Unreachable")}
    some = replace(settings, phantombuster_api_key="k", phantombuster_base_url=f"http://127.0.0.1:{stub.port}")
    with launches.connect(some, 10.0) as client:
        assert client.agents() == []
        for _ in range(2):
            with pytest.raises(VendorError):
                client.agents()
    stub.stop()
    with launches.connect(some, 10.0) as client, pytest.raises(VendorError):
        client.agents()
    assert {name: of_phantombuster(name) - count for name, count in before.items()} == dict.fromkeys(before, 1)


def of_phantombuster(outcome: str) -> float:
    labels = {"vendor": "phantombuster", "outcome": outcome}
    return metrics.REGISTRY.get_sample_value("sourcingx_vendor_calls_total", labels) or 0.0
