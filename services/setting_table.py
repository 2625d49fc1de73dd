"""Every setting: one environment variable a row, how it is parsed, what it is without one, what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.setting_parsers import choice as _choice
from services.setting_parsers import integer as _integer
from services.setting_parsers import money as _money
from services.setting_parsers import order as _order
from services.setting_parsers import path as _path
from services.setting_parsers import price_table as _prices
from services.setting_parsers import seconds as _seconds
from services.setting_parsers import text as _text
from services.setting_parsers import words as _words


@dataclass(frozen=True)
class Setting:
    """One environment variable: how it is parsed, what it is without it, what it is for."""

    name: str
    parse: Callable[[str], Any]
    default: str
    help: str
    secret: bool = False
    # Whether NAME_FILE may hold it though it is no secret.
    filed: bool = False

    @property
    def field(self) -> str:
        return self.name.lower().removeprefix("sourcingx_")


SETTINGS: tuple[Setting, ...] = (
    Setting("SOURCINGX_HOME", _path, ".sourcingx", "Data, uploads, exports, logs; embedded servers keep theirs here."),
    Setting("HOST", _text, "127.0.0.1", "Address the web server listens on."),
    Setting("PORT", _integer(0, 65535), "8050", "Port of the web server; 0 picks a free one."),
    Setting("DATABASE_URL", _text, "", "Postgres 18; empty starts the embedded one.", secret=True),
    Setting("DATABASE_OWNER_URL", _text, "", "Role that migrates; empty means DATABASE_URL.", secret=True),
    Setting("DATABASE_DIRECT_URL", _text, "", "Past a pooler, for LISTEN; empty: DATABASE_URL.", secret=True),
    Setting("REDIS_URL", _text, "", "Redis or Valkey; empty starts the embedded one.", secret=True),
    Setting("SECRET_KEY", _text, "", "Signs tokens; empty makes one and keeps it in SOURCINGX_HOME.", secret=True),
    Setting(
        "SUPPRESSION_KEY",
        _text,
        "",
        "Hashes what erased people were known by; keep it for good. Empty makes one and keeps it in SOURCINGX_HOME.",
        secret=True,
    ),
    Setting("WEB_WORKERS", _integer(1, 64), "2", "gunicorn worker processes; one a core is a good start."),
    Setting("WEB_THREADS", _integer(1, 64), "4", "Threads of each gunicorn worker = requests it answers at once."),
    Setting("WEB_POOL", _integer(0, 200), "0", "Most Postgres connections of a web worker; 0: WEB_THREADS + 2."),
    Setting(
        "WEB_MEMORY_MB",
        _integer(0, 65536),
        "400",
        "A web worker above this ends its requests and is replaced; 0: none.",
    ),
    Setting(
        "WEB_MAX_REQUESTS", _integer(0, 10_000_000), "2000", "Requests after which a web worker is replaced; 0: never."
    ),
    Setting(
        "WEB_MAX_REQUESTS_JITTER",
        _integer(0, 1_000_000),
        "400",
        "Up to this many more, so that workers end at different times.",
    ),
    Setting("WEB_TIMEOUT_S", _integer(5, 3600), "60", "A web worker without a sign of life this long is killed."),
    Setting("WEB_GRACEFUL_S", _integer(1, 600), "30", "Seconds that requests are given when a web worker ends."),
    Setting("WEB_KEEPALIVE_S", _integer(1, 600), "65", "Seconds an idle connection is kept; longer than the proxy's."),
    Setting("WEB_BACKLOG", _integer(64, 65536), "2048", "Connections that may wait to be accepted."),
    Setting(
        "TRUSTED_PROXIES", _text, "127.0.0.1,::1", "Proxies whose word is taken for https and the client's address."
    ),
    Setting("JOB_CONCURRENCY", _integer(1, 16), "3", "Long jobs that run at once in all; more wait in the queue."),
    Setting("JOB_HEARTBEAT_S", _seconds, "10", "Seconds between a job worker's signs of life."),
    Setting("JOB_RESCUE_S", _seconds, "30", "A job whose worker was silent this long is started again."),
    Setting("MAX_UPLOAD_MB", _integer(1, 100_000), "200", "Largest file that may be uploaded, in MB."),
    Setting("SESSION_IDLE_MIN", _integer(1, 1440), "30", "Minutes without use after which a sign-in ends."),
    Setting("SESSION_MAX_H", _integer(1, 168), "8", "Hours after which a sign-in ends in any case."),
    Setting(
        "PASSWORD_SIGN_IN",
        _choice("on", "off"),
        "on",
        "off: nobody signs in by a password but admins with break glass (sourcingx user break-glass).",
    ),
    Setting("OIDC_ISSUER", _text, "", "Address of the identity provider (OpenID Connect); empty: none."),
    Setting("OIDC_CLIENT_ID", _text, "", "What SourcingX is called at the provider."),
    Setting(
        "OIDC_CLIENT_SECRET",
        _text,
        "",
        "Secret of SourcingX at the identity provider; empty for a public client.",
        secret=True,
    ),
    Setting(
        "OIDC_EMAIL_TRUST",
        _choice("claim", "issuer"),
        "claim",
        "issuer: addresses count as verified where the provider does not say whether they are; see docs/security.md.",
    ),
    Setting("OIDC_NAME", _text, "single sign-on", "What people call the provider, on the button of the sign-in page."),
    Setting(
        "OIDC_NEW_USERS",
        _choice("invited", "viewer", "recruiter"),
        "invited",
        "Who may come in by it for the first time: invited people only, or everyone of OIDC_DOMAINS, as this.",
    ),
    Setting(
        "OIDC_SIGN_OUT",
        _choice("on", "off"),
        "on",
        "on: who signs out here is signed out at the provider, too, where it has a way; off: here only.",
    ),
    Setting("OIDC_DOMAINS", _words, "", "Domains of e-mail addresses, separated by commas; see OIDC_NEW_USERS."),
    Setting("RESULT_SET_TTL_S", _integer(1, 86_400), "900", "Seconds a view's list stays in Redis after its last use."),
    Setting(
        "RESULT_SET_MAX_ROWS",
        _integer(1, 50_000_000),
        "5000000",
        "Most rows of a view's list; larger views do without.",
    ),
    Setting("RESULT_SET_SEARCH_MB", _integer(1, 4096), "64", "Most Redis memory for the lists of one search, in MB."),
    Setting("RESULT_SET_TOTAL_MB", _integer(1, 65536), "256", "Most Redis memory for all lists together, in MB."),
    Setting(
        "ARCHIVE_AUTO",
        _choice("off", "suggest", "run"),
        "suggest",
        "What is done about searches that nobody uses: nothing, a suggestion to their owner, or archive them nightly.",
    ),
    Setting("ARCHIVE_AFTER_DAYS", _integer(1, 36500), "180", "Days without use after which a search is archived."),
    Setting("ARCHIVE_COLD_DAYS", _integer(1, 36500), "365", "Days without use after which raw records are put away."),
    Setting("ARCHIVE_COLD_ROWS", _integer(1, 1_000_000_000), "100000", "People from which on an archive is cold."),
    Setting(
        "SEARCH_DELETED_DAYS",
        _integer(1, 3650),
        "30",
        "Days in which a deleted search can be had back; then it is removed.",
    ),
    Setting("LEGACY_DATABASE_URL", _text, "", "Postgres of the old SourcingX, for import-legacy.", secret=True),
    Setting("FIGURES_S", _seconds, "15", "Seconds between two looks at the memory of a process."),
    Setting("METRICS_TOKEN", _text, "", "Bearer token of /metrics; without one there is no /metrics.", secret=True),
    Setting("LOG_FORMAT", _choice("text", "json"), "text", "Log lines for people, or one JSON object a line."),
    Setting("LOG_LEVEL", _choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "How much is logged."),
    Setting(
        "GOOGLE_SERVICE_ACCOUNT",
        _text,
        "",
        "JSON key of the service account that lists' sheets are shared with; empty: none are read.",
        secret=True,
    ),
    Setting("GOOGLE_SHEETS_BASE_URL", _text, "https://sheets.googleapis.com", "Where Google Sheets is."),
    Setting("GOOGLE_SHEETS_RPM", _integer(1, 100_000), "60", "Reads a minute that Google allows the account."),
    Setting(
        "PHANTOMBUSTER_API_KEY", _text, "", "Key to launch agents and take results; empty: not set up.", secret=True
    ),
    Setting("PHANTOMBUSTER_BASE_URL", _text, "https://api.phantombuster.com/api/v2", "Where PhantomBuster's API is."),
    Setting(
        "PHANTOMBUSTER_STORAGE_URL",
        _text,
        "https://phantombuster.s3.amazonaws.com",
        "Where an agent's result file is when a run names none.",
    ),
    Setting(
        "PHANTOMBUSTER_FILE_HOSTS",
        _words,
        "phantombuster.s3.amazonaws.com,cache1.phantombooster.com",
        "Hosts that result files may be read from, separated by commas; host:port where the port is unusual.",
    ),
    Setting(
        "PHANTOMBUSTER_HOUR_USD",
        _money,
        "",
        "What an hour of an agent's time costs, in US dollars; empty: not known.",
    ),
    Setting("OPENAI_API_KEY", _text, "", "Key for screening; empty switches screening off.", secret=True),
    Setting("OPENAI_BASE_URL", _text, "https://api.openai.com/v1", "Any OpenAI-compatible endpoint."),
    Setting("OPENAI_API", _choice("responses", "chat"), "responses", "Responses API, or chat completions."),
    Setting("OPENAI_MODEL", _text, "gpt-6-luna", "Model that screens."),
    Setting("OPENAI_RPM", _integer(1, 1_000_000), "500", "Requests a minute allowed by the account."),
    Setting("OPENAI_TPM", _integer(100, 1_000_000_000), "200000", "Tokens a minute allowed by the account."),
    Setting(
        "OPENAI_PRICES",
        _prices,
        "",
        "Prices of other models: a day, then model=input/cached/output, US dollars per million tokens.",
        filed=True,
    ),
    Setting(
        "EMBEDDING_PROVIDER",
        _choice("local", "openai", "off"),
        "local",
        "Who makes vectors for matching: a small model in the job worker, an OpenAI-compatible endpoint, or nobody.",
    ),
    Setting(
        "EMBEDDINGS",
        _choice("auto", "off"),
        "auto",
        "auto: vectors are made by themselves after imports and enrichments; off: when someone starts it.",
    ),
    Setting(
        "EMBEDDING_MODEL",
        _text,
        "",
        "Model at the endpoint; empty: text-embedding-3-small. The local one is all-MiniLM-L6-v2.",
    ),
    Setting("EMBEDDING_BASE_URL", _text, "", "Where the endpoint is; empty: OPENAI_BASE_URL."),
    Setting("EMBEDDING_API_KEY", _text, "", "Its key; empty: OPENAI_API_KEY, at OPENAI_BASE_URL only.", secret=True),
    Setting("EMBEDDING_RPM", _integer(1, 1_000_000), "500", "Requests a minute that the endpoint allows the account."),
    Setting("EMBEDDING_TPM", _integer(100, 1_000_000_000), "200000", "Tokens a minute that it allows the account."),
    Setting("EMBEDDING_THREADS", _integer(1, 64), "1", "Threads of the local model; what it takes, pages do without."),
    Setting(
        "EMBEDDING_IDLE_S", _integer(1, 86_400), "300", "Seconds without use after which the local model is put away."
    ),
    Setting("CRUSTDATA_API_KEY", _text, "", "Key for careers from Crustdata; empty: none are fetched.", secret=True),
    Setting("CRUSTDATA_BASE_URL", _text, "https://api.crustdata.com", "Where Crustdata is."),
    Setting(
        "CRUSTDATA_API_GENERATION",
        _choice("legacy", "current"),
        "current",
        "Which of Crustdata's two interfaces the key is for.",
    ),
    Setting("CRUSTDATA_RPM", _integer(1, 100_000), "15", "Requests a minute that Crustdata allows the account."),
    Setting("CRUSTDATA_DAILY", _integer(0, 10_000_000), "0", "Most people that it is asked about a day; 0: no limit."),
    Setting("CRUSTDATA_CREDITS", _integer(0, 1000), "3", "Credits that a person costs whom it knows."),
    Setting("CRUSTDATA_CREDIT_USD", _money, "", "What one of its credits costs, in US dollars; empty: not known."),
    Setting("SALESQL_API_KEY", _text, "", "Key for e-mails and phones from SalesQL; empty: none.", secret=True),
    Setting("SALESQL_BASE_URL", _text, "https://api-public.salesql.com/v1", "Where SalesQL is."),
    Setting("SALESQL_RPM", _integer(1, 100_000), "180", "People a minute that SalesQL may be asked about."),
    Setting("SALESQL_DAILY", _integer(0, 10_000_000), "5000", "People a day, found or not; 0: no limit."),
    Setting("SALESQL_BATCH", _integer(1, 100), "25", "People in one request; 1: each one alone."),
    Setting("SALESQL_CREDIT_USD", _money, "", "What one of its credits costs, in US dollars; empty: not known."),
    Setting("VENDOR_DAY_STARTS_H", _integer(0, 23), "0", "Hour (UTC) at which the day of vendors' limits begins."),
    Setting("VENDOR_CONCURRENCY", _integer(1, 50), "2", "Requests under way at one vendor, over all processes."),
    Setting("ENRICH_FRESH_DAYS", _integer(0, 3650), "90", "Nobody is asked about the same person within so many days."),
    Setting("ENRICH_HISTORY", _order("crustdata"), "crustdata", "Who is asked for jobs, schools and skills, in order."),
    Setting(
        "ENRICH_EMAIL", _order("salesql", "crustdata"), "salesql,crustdata", "Who is asked for an e-mail, in order."
    ),
    Setting("ENRICH_PHONE", _order("salesql"), "salesql", "Who is asked for a telephone number, in order."),
    Setting(
        "ENRICH_EMAIL_FIRST", _choice("work", "private"), "work", "Which of several e-mails becomes a person's own."
    ),
)
