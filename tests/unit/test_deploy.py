"""The files of deploy/: what they name is there, what they promise adds up."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from services import metrics, metrics_page
from services.config import SETTINGS

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MACHINE_MB = 4096


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def megabytes(limit: str) -> int:
    assert limit.endswith("m"), limit
    return int(limit[:-1])


def test_all_containers_fit_on_the_machine(compose: Any) -> None:
    limits = {name: megabytes(service["mem_limit"]) for name, service in compose["services"].items()}
    # migrate has ended before the others begin.
    assert sum(mb for name, mb in limits.items() if name != "migrate") <= MACHINE_MB - 400, limits


def test_workers_are_replaced_before_their_container_is_full(compose: Any) -> None:
    environment = compose["services"]["web"]["environment"]
    most = int(environment["WEB_WORKERS"]) * int(environment["WEB_MEMORY_MB"])
    assert most + 100 <= megabytes(compose["services"]["web"]["mem_limit"])


def test_every_setting_is_one_that_there_is(compose: Any) -> None:
    known = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret}
    for name in ("web", "worker", "migrate"):
        assert set(compose["services"][name]["environment"]) <= known


def test_secrets_come_from_files_that_the_script_makes(compose: Any, tmp_path: Path) -> None:
    named = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    used = {name for service in compose["services"].values() for name in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            secret = any(s.secret and name.startswith(s.name) for s in SETTINGS) and name != "REDIS_URL"
            assert not secret or str(value).startswith("/run/secrets/"), name
    script = tmp_path / "make-secrets.sh"
    script.write_bytes((DEPLOY / "make-secrets.sh").read_bytes())
    made = {}
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True, timeout=60)
        before, made = made, {f.name: f.read_text() for f in (tmp_path / "secrets").iterdir()}
        # The second time keeps what the first one made.
        assert before in ({}, made)
    assert set(made) == named
    assert made["database_url"].strip() == (
        f"postgresql://sourcingx_app:{made['app_password'].strip()}@postgres:5432/sourcingx"
    )
    assert len({made[n] for n in ("postgres_password", "owner_password", "app_password", "secret_key")}) == 4


def test_nothing_of_the_secrets_gets_into_the_repository_or_the_image() -> None:
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*" and "!deploy" not in ignored


def test_only_the_proxy_is_trusted(compose: Any) -> None:
    address = compose["services"]["nginx"]["networks"]["inside"]["ipv4_address"]
    assert compose["services"]["web"]["environment"]["TRUSTED_PROXIES"] == address
    assert "ports" not in compose["services"]["web"]


def test_the_image_copies_what_there_is_and_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line
    user = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert user and user[-1] not in {"root", "0"}
    assert "HEALTHCHECK" in text


def test_the_dashboard_shows_figures_that_there_are() -> None:
    text = (DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8")
    panels = json.loads(text)["panels"]
    assert len(panels) == len({p["id"] for p in panels}) >= 12
    asked = {name for p in panels for t in p["targets"] for name in re.findall(r"sourcingx_\w+", t["expr"])}
    counted = {m.name for m in vars(metrics).values() if isinstance(m, metrics.Count)}
    timed = {f"{m.name}_{end}" for m in vars(metrics).values() if isinstance(m, metrics.Time)
             for end in ("bucket", "count", "sum")}  # fmt: skip
    now = set(re.findall(r'"(sourcingx_\w+)"', Path(metrics_page.__file__).read_text(encoding="utf-8")))
    assert asked - counted - timed - now == set()
    # Nothing is counted that nobody looks at.
    assert {m for m in counted if m not in asked} == set()
