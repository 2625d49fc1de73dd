"""Settings: the only module that reads the environment.

Every setting is one row of SETTINGS (setting_table.py); docs/settings.md is compared with it by a test.
A secret may also be given as NAME_FILE, the path of a file that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.config_checks import contradiction
from services.errors import BadInput
from services.setting_table import SETTINGS as SETTINGS
from services.setting_table import Setting

# For the admin's page: which secrets a process that started this one had read from files.
_FILED = "SOURCINGX_SECRETS_FROM_FILES"


@dataclass(frozen=True)
class Settings:
    """All settings, parsed. Field = variable name in lower case, SOURCINGX_HOME is `home`."""

    home: Path
    host: str
    port: int
    database_url: str
    database_owner_url: str
    database_direct_url: str
    redis_url: str
    secret_key: str
    suppression_key: str
    web_workers: int
    web_threads: int
    web_pool: int
    web_memory_mb: int
    web_max_requests: int
    web_max_requests_jitter: int
    web_timeout_s: int
    web_graceful_s: int
    web_keepalive_s: int
    web_backlog: int
    trusted_proxies: str
    job_concurrency: int
    job_heartbeat_s: float
    job_rescue_s: float
    max_upload_mb: int
    session_idle_min: int
    session_max_h: int
    password_sign_in: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_email_trust: str
    oidc_name: str
    oidc_new_users: str
    oidc_sign_out: str
    oidc_domains: str
    result_set_ttl_s: int
    result_set_max_rows: int
    result_set_search_mb: int
    result_set_total_mb: int
    archive_auto: str
    archive_after_days: int
    archive_cold_days: int
    archive_cold_rows: int
    search_deleted_days: int
    legacy_database_url: str
    figures_s: float
    metrics_token: str
    log_format: str
    log_level: str
    google_service_account: str
    google_sheets_base_url: str
    google_sheets_rpm: int
    phantombuster_api_key: str
    phantombuster_base_url: str
    phantombuster_storage_url: str
    phantombuster_file_hosts: str
    phantombuster_hour_usd: Decimal | None
    openai_api_key: str
    openai_base_url: str
    openai_api: str
    openai_model: str
    openai_rpm: int
    openai_tpm: int
    openai_prices: str
    embedding_provider: str
    embeddings: str
    embedding_model: str
    embedding_base_url: str
    embedding_api_key: str
    embedding_rpm: int
    embedding_tpm: int
    embedding_threads: int
    embedding_idle_s: int
    crustdata_api_key: str
    crustdata_base_url: str
    crustdata_api_generation: str
    crustdata_rpm: int
    crustdata_daily: int
    crustdata_credits: int
    crustdata_credit_usd: Decimal | None
    salesql_api_key: str
    salesql_base_url: str
    salesql_rpm: int
    salesql_daily: int
    salesql_batch: int
    salesql_credit_usd: Decimal | None
    vendor_day_starts_h: int
    vendor_concurrency: int
    enrich_fresh_days: int
    enrich_history: str
    enrich_email: str
    enrich_phone: str
    enrich_email_first: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Parse the environment. Raises BadInput with one line that names the variable."""
        env = os.environ if environ is None else environ
        if env.get("DASH_MCP_ENABLED", "").lower() in {"1", "true", "yes"}:
            raise BadInput("DASH_MCP_ENABLED publishes every callback as a tool: unset it to start SourcingX.")
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            raw = _raw(setting, env)
            try:
                values[setting.field] = setting.parse(raw)
            except ValueError as error:
                shown = "its value" if setting.secret else repr(raw)
                raise BadInput(f"{setting.name}: {shown} is not valid ({error}).") from error
        if problem := contradiction(values):
            raise BadInput(problem)
        return cls(**values)

    def __repr__(self) -> str:
        secret = {s.field for s in SETTINGS if s.secret}
        shown = {k: ("***" if k in secret and v else v) for k, v in self.__dict__.items()}
        return f"Settings({', '.join(f'{k}={v!r}' for k, v in shown.items())})"


def _raw(setting: Setting, env: Mapping[str, str]) -> str:
    if (setting.secret or setting.filed) and (file := env.get(f"{setting.name}_FILE")):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadInput(f"{setting.name}_FILE cannot be read: {error.strerror}.") from error
    # An empty variable means "not set": compose files pass ${NAME:-} this way.
    return env.get(setting.name) or setting.default


def origin(setting: Setting, settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """Where a secret came from: "file", "environment", or "" when it is not set."""
    env = os.environ if environ is None else environ
    if not getattr(settings, setting.field):
        return ""
    filed = env.get(f"{setting.name}_FILE") or setting.name in env.get(_FILED, "").split(",")
    return "file" if filed else "environment"


def announce_metrics_folder(folder: Path) -> None:
    """Where this process keeps its figures: prometheus_client reads it from the environment alone."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def announce_arrow_memory(pool: str) -> None:
    """pyarrow asks the environment, when it is imported, where its memory is to come from."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", pool)


def child_environ(settings: Settings) -> dict[str, str]:
    """The environment for a process that shall see exactly these settings."""
    environ = {name: value for name, value in os.environ.items() if name not in {f"{s.name}_FILE" for s in SETTINGS}}
    filed = [s.name for s in SETTINGS if s.secret and origin(s, settings) == "file"]
    return (
        environ
        | {_FILED: ",".join(filed)}
        | {s.name: "" if (value := getattr(settings, s.field)) is None else str(value) for s in SETTINGS}
    )


def serving_environ(settings: Settings) -> dict[str, str]:
    """The same for a process that serves people or jobs: without the URL of the role that owns the tables."""
    return child_environ(replace(settings, database_owner_url=settings.database_url))
