"""The files of deploy/: what they name is there, what they promise adds up."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.config import SETTINGS
from services.operations import metrics, metrics_page

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MACHINE_MB = 4096
# What a browser asks for when it comes for the first time.
FILES_OF_A_PAGE, CALLS_OF_A_PAGE = 35, 15


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def megabytes(limit: str) -> int:
    assert limit.endswith("m"), limit
    return int(limit[:-1])


def test_all_containers_fit_on_the_machine(compose: Any) -> None:
    limits = {name: megabytes(service["mem_limit"]) for name, service in compose["services"].items()}
    # migrate has ended before the others begin; a backup goes on beside them for minutes.
    served = sum(mb for name, mb in limits.items() if name not in {"migrate", "backup"})
    assert served <= MACHINE_MB - 400, limits
    assert served + limits["backup"] <= MACHINE_MB - 150, limits


def test_large_temporary_files_of_jobs_are_on_a_disk(compose: Any) -> None:
    """A folder of the image that the worker's user may write, in a volume."""
    worker = compose["services"]["worker"]
    folder = worker["environment"]["TMPDIR"]
    assert folder not in worker["tmpfs"]
    (volume,) = (name for name, path in (v.split(":") for v in worker["volumes"]) if path == folder)
    assert volume in compose["volumes"]
    assert f"install --directory --owner=sourcingx --mode=0700 {folder}" in (ROOT / "Dockerfile").read_text()


def test_what_nginx_writes_has_room_in_its_container(compose: Any) -> None:
    """Its temporary folders are memory: the cache is smaller than its own, and they leave some for nginx."""
    nginx = compose["services"]["nginx"]
    sizes = dict(place.split(":size=") for place in nginx["tmpfs"])
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    most, free = re.findall(r"proxy_cache_path (?:\S+\s+)*?max_size=(\d+m) min_free=(\d+m)", text)[0]
    assert "proxy_cache_path /var/cache/nginx/" in text
    assert megabytes(most) + megabytes(free) <= megabytes(sizes["/var/cache/nginx"])
    assert "proxy_max_temp_file_size 0;" in text
    assert sum(map(megabytes, sizes.values())) + 48 <= megabytes(nginx["mem_limit"])


def test_no_log_of_a_container_fills_the_disk(compose: Any) -> None:
    for name, service in compose["services"].items():
        most = service["logging"]["options"]
        assert megabytes(most["max-size"]) * int(most["max-file"]) <= 200, name


def test_no_process_of_a_container_gets_more_rights_than_it_began_with(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert "no-new-privileges:true" in service["security_opt"], name


def test_an_office_behind_one_address_is_taken_for_no_attack() -> None:
    """All 50 who open their page at once, each with its files and its calls; and then work on."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    rates = {name: int(rate) for name, rate in re.findall(r"zone=(\w+):\d+m rate=(\d+)r/s;", text)}
    bursts = {name: {int(b) for n, b in re.findall(r"limit_req zone=(\w+) burst=(\d+)", text) if n == name}
              for name in rates}  # fmt: skip
    assert rates["all"] >= 50 * (0.5 + 0.2) and min(bursts["all"]) >= 50 * CALLS_OF_A_PAGE
    assert min(bursts["static"]) >= 50 * FILES_OF_A_PAGE
    (at_once,) = map(int, re.findall(r"limit_conn connections (\d+);", text))
    (taken,) = map(int, re.findall(r"worker_connections (\d+);", text))
    # By HTTP/2 each request counts; nginx has room for those of one address twice, and of others.
    assert 50 * CALLS_OF_A_PAGE <= at_once <= taken / 4
    assert "limit_conn_status 429;" in text


def test_nginx_is_the_one_that_is_tested_and_has_what_its_configuration_asks_for(compose: Any) -> None:
    nginx = compose["services"]["nginx"]
    image = (ROOT / nginx["build"]["dockerfile"]).read_text(encoding="utf-8")
    assert "nginx-light" in image and "libnginx-mod-http-brotli-filter" in image
    # What the container's health is asked with.
    assert nginx["healthcheck"]["test"][1] in image
    mounted = dict(volume.split(":")[:2] for volume in nginx["volumes"])
    assert all((ROOT / name).exists() for name in mounted)
    assert mounted["./deploy/brotli.conf"].startswith("/etc/nginx/sourcingx/")
    assert "include /etc/nginx/sourcingx/*.conf;" in (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def test_workers_are_replaced_before_their_container_is_full(compose: Any) -> None:
    environment = compose["services"]["web"]["environment"]
    most = int(environment["WEB_WORKERS"]) * int(environment["WEB_MEMORY_MB"])
    assert most + 100 <= megabytes(compose["services"]["web"]["mem_limit"])


def test_every_setting_is_one_that_there_is(compose: Any) -> None:
    known = {s.name for s in SETTINGS} | {f"{s.name}_FILE" for s in SETTINGS if s.secret} | {"TMPDIR"}
    for name in ("web", "worker", "migrate", "backup"):
        assert set(compose["services"][name]["environment"]) <= known


def test_all_other_settings_can_be_given(compose: Any) -> None:
    """What is no secret by a file of settings, each secret by a file of its own."""
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert service["env_file"] == [{"path": "deploy/settings.env", "required": False}]
        given = {n.removesuffix("_FILE") for n in service["environment"]}
        # The others are no use here: Redis has no password, nothing stands between the pools and Postgres, and the old
        # tables are read by a command.
        elsewhere = {"DATABASE_OWNER_URL", "DATABASE_DIRECT_URL", "LEGACY_DATABASE_URL"}
        wanted = {s.name for s in SETTINGS if s.secret} - elsewhere
        assert wanted <= given
    assert "deploy/settings.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_only_what_serves_nobody_knows_the_owner_of_the_tables(compose: Any) -> None:
    knows = {name for name, service in compose["services"].items()
             if "owner" in json.dumps([service.get("environment", {}), service.get("secrets", [])])}  # fmt: skip
    # Postgres makes the role, with the script.
    assert knows == {"postgres", "migrate", "backup"}
    assert compose["services"]["backup"]["profiles"] == ["backup"]
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                assert Path(value).name in service["secrets"], (name, variable)


def test_secrets_come_from_files_that_the_script_makes(compose: Any) -> None:
    named = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    used = {name for service in compose["services"].values() for name in service.get("secrets", [])}
    assert used == set(compose["secrets"])
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            secret = any(s.secret and name.startswith(s.name) for s in SETTINGS) and name != "REDIS_URL"
            assert not secret or str(value).startswith("/run/secrets/"), name
    given = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", " ".join(_gives().values())))
    assert given == named


def _gives() -> dict[str, str]:
    """User → what the script gives them."""
    text = (DEPLOY / "make-secrets.sh").read_text(encoding="utf-8").replace("\\\n", " ")
    return dict(re.findall(r'^give "?([$\w]+)"? (.*)$', text, re.MULTILINE))


def test_each_secret_is_for_the_user_of_the_containers_that_read_it(compose: Any) -> None:
    owner = {name: user for user, names in _gives().items() for name in names.split()}
    user_of = {"postgres": "$postgres", "nginx": "0"}
    for name, service in compose["services"].items():
        for secret in service.get("secrets", []):
            assert owner[secret] == user_of.get(name, "$app"), (name, secret)
    script = (DEPLOY / "make-secrets.sh").read_text(encoding="utf-8")
    (uid,) = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"app=${{APP_UID:-{uid}}}" in script


@pytest.fixture
def deploy() -> Iterator[Path]:
    """A folder with the script that any user may come to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "make-secrets.sh").write_bytes((DEPLOY / "make-secrets.sh").read_bytes())
        (folder / "make-secrets.sh").chmod(0o755)
        yield folder


def _make(deploy: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(deploy / "make-secrets.sh")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def test_nobody_but_who_must_reads_the_secrets(compose: Any, deploy: Path) -> None:
    if os.getuid() != 0:
        done = _make(deploy)
        assert (done.returncode, "run it as root" in done.stderr) == (1, True)
        return
    assert _make(deploy).returncode == 0
    folder = deploy / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    found = {path.name: path for path in folder.iterdir()}
    assert set(found) == {Path(secret["file"]).name for secret in compose["secrets"].values()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.values()} == {0o600}
    uids = {"$app": 10001, "$postgres": 999, "0": 0}
    for user, names in _gives().items():
        assert {found[name].stat().st_uid for name in names.split()} == {uids[user]}
    made = {name: path.read_text().strip() for name, path in found.items()}
    for role in ("app", "owner"):
        url = f"postgresql://sourcingx_{role}:{made[f'{role}_password']}@postgres:5432/sourcingx"
        assert made["database_url" if role == "app" else "database_owner_url"] == url
    assert len({made[n] for n in ("postgres_password", "owner_password", "app_password", "secret_key")}) == 4

    # The second time keeps what is there, and gives away what an admin has put there.
    found["openai_api_key"].unlink()
    found["openai_api_key"].write_text("a key")
    found["openai_api_key"].chmod(0o644)
    assert _make(deploy).returncode == 0
    assert {path.name: path.read_text().strip() for path in folder.iterdir()} == made | {"openai_api_key": "a key"}
    info = found["openai_api_key"].stat()
    assert (stat.S_IMODE(info.st_mode), info.st_uid) == (0o600, 10001)


def test_the_script_refuses_to_make_secrets_that_it_cannot_give_away(deploy: Path) -> None:
    done = _make(deploy, **({"user": 65534, "group": 65534} if os.getuid() == 0 else {}))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "run it as root" in done.stderr
    assert not (deploy / "secrets").exists()


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


def test_the_dashboard_asks_by_labels_that_there_are() -> None:
    panels = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    page = Path(metrics_page.__file__).read_text(encoding="utf-8")
    known: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, metrics.Count | metrics.Time):
            ends = ("",) if isinstance(metric, metrics.Count) else ("_bucket", "_count", "_sum")
            known |= {metric.name + end: {*metric.labels, "le"} for end in ends}
    process = {"kind", "host", "pid"}
    for name in set(re.findall(r'"(sourcingx_\w+)"', page)):
        known[name] = {"server", "kind", "state", "vendor", "what"} | process
    for expression in (t["expr"] for p in panels for t in p["targets"]):
        wanted = {w.strip() for by in re.findall(r"by \(([^)]*)\)", expression) for w in by.split(",")}
        wanted |= set(re.findall(r"[{,]\s*(\w+)\s*=", expression))
        for name in re.findall(r"sourcingx_\w+", expression):
            assert wanted <= known[name], expression
