"""`sourcingx doctor`: every check is failed once, and says in one sentence what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from services.config import Settings, child_environ
from services.operations import doctor
from services.servers.servers import ServerUrls
from tests.stubs.loopback import LoopbackServer, Reply

Examine = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def examine(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """examine(NAME="value"): (problems, notes) with these settings changed."""
    for name, value in child_environ(settings).items():
        monkeypatch.setenv(name, value)

    def run(**changed: str) -> tuple[list[str], list[str]]:
        for name, value in changed.items():
            monkeypatch.setenv(name, value)
        found = doctor.examine()
        return [f.text for f in found if f.wrong], [f.text for f in found if not f.wrong]

    return run


def one(found: list[str], part: str) -> None:
    assert len([text for text in found if part in text]) == 1, found


def test_nothing_is_wrong_here(examine: Examine) -> None:
    assert examine()[0] == []


def test_a_bad_setting(examine: Examine) -> None:
    assert examine(WEB_WORKERS="none")[0][0].startswith("WEB_WORKERS: 'none' is not valid")


def test_a_home_that_cannot_be_written(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    one(examine(SOURCINGX_HOME=str(tmp_path / "file" / "home"))[0], "cannot be written: set SOURCINGX_HOME")


def test_a_model_without_a_price(examine: Examine) -> None:
    one(examine(OPENAI_API_KEY="sk-x", OPENAI_MODEL="own-model")[1], "The price of own-model is not known")
    notes = examine(OPENAI_API_KEY="sk-x", OPENAI_MODEL="own-model", OPENAI_PRICES="2026-11-20 own-model=0/0/0")[1]
    assert not [note for note in notes if "The price of" in note]


def test_a_model_that_is_asked_in_the_clear(examine: Examine) -> None:
    one(examine(OPENAI_API_KEY="sk-x", OPENAI_BASE_URL="http://10.0.0.5:8000/v1")[1], "can be read on the way")


def test_little_room_on_the_disk(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_FREE_BYTES", 1 << 62)
    one(examine()[0], "make room, at least 2 GB")


def test_a_taken_port(examine: Examine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one(examine(PORT=str(taken.getsockname()[1]))[0], "set PORT to another one")


def test_a_port_that_our_own_web_server_has(examine: Examine) -> None:
    """`sourcingx web` by itself, as in a container, whose doctor is asked beside it."""
    own = LoopbackServer(lambda request: Reply(200, {"status": "ok"} if request.path == "/healthz" else {}))
    try:
        assert examine(PORT=str(own.port))[0] == []
    finally:
        own.stop()


def test_a_short_secret(examine: Examine) -> None:
    one(examine(SECRET_KEY="hunter2")[0], "SECRET_KEY is shorter than 32 characters")


def test_no_secret_on_a_machine_that_others_reach(examine: Examine) -> None:
    one(examine(HOST="0.0.0.0", SECRET_KEY="")[1], "several machines need the same")


def test_servers_that_do_not_answer(examine: Examine, tmp_path: Path) -> None:
    away = f"postgresql://app@/none?host={tmp_path}"
    problems, _ = examine(DATABASE_URL=away, REDIS_URL=f"unix://{tmp_path}/none.sock",
                          DATABASE_OWNER_URL=away + "&a=1", DATABASE_DIRECT_URL=away + "&b=2")  # fmt: skip
    for part in ("at DATABASE_URL", "at DATABASE_OWNER_URL, which migrations", "at DATABASE_DIRECT_URL, which the job",
                 "Redis does not answer at REDIS_URL"):  # fmt: skip
        one(problems, part)


def test_a_url_that_is_none(examine: Examine) -> None:
    one(examine(DATABASE_URL="postgresql://app@/x?nonsense=1")[0], "DATABASE_URL is not usable")


def test_an_old_postgres() -> None:
    found = doctor._version(170004)
    assert found is not None and found.wrong
    assert found.text == "PostgreSQL 18 or newer is needed; DATABASE_URL is 17."
    assert doctor._version(180000) is None


def test_a_superuser(examine: Examine, database: ServerUrls) -> None:
    one(examine(DATABASE_URL=database.superuser_url, DATABASE_DIRECT_URL="")[1], "give the app a role of its own")


def test_a_role_that_can_rewrite_the_audit_log(examine: Examine, database: ServerUrls) -> None:
    _, notes = examine(DATABASE_URL=database.database_owner_url, DATABASE_DIRECT_URL="")
    one(notes, "the audit log is not append-only")


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [("unaccent", True, "lacks the extension unaccent"), ("vector", False, "lacks pgvector: matching is off")],
)
def test_an_extension_that_the_server_lacks(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, name: str, wrong: bool, said: str
) -> None:
    # The server of these tests has them all.
    monkeypatch.setattr(doctor, "_lacking", lambda conn, names: {name})
    problems, notes = examine()
    one(problems if wrong else notes, said)


def test_migrations_that_are_missing_or_unknown(examine: Examine, database: ServerUrls) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as conn:
        last = conn.execute("DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"
                            " RETURNING number, name").fetchone()  # fmt: skip
        assert last is not None
        one(examine()[0], "1 migrations are not applied: run sourcingx migrate")
        conn.execute("INSERT INTO schema_migrations VALUES (%s, %s), (9001, 'later')", last)
        one(examine()[0], "of a newer version of SourcingX")


def test_more_connections_than_there_are(examine: Examine) -> None:
    one(examine(WEB_WORKERS="60")[0], "Postgres gives this role 97")


def test_a_pooler_is_told_what_it_must_take(examine: Examine, settings: Settings) -> None:
    _, notes = examine(DATABASE_DIRECT_URL=settings.database_url + "&application_name=direct")
    one(notes, "Behind a pooler: it must take 32 connections of us")


def test_a_redis_that_never_drops_anything(examine: Examine, redis: redis.Redis) -> None:
    before = redis.config_get("maxmemory-policy")["maxmemory-policy"]
    redis.config_set("maxmemory-policy", "noeviction")
    try:
        one(examine()[1], "set allkeys-lru")
    finally:
        redis.config_set("maxmemory-policy", before)


def test_what_is_off(examine: Examine) -> None:
    _, notes = examine()
    one(notes, "OPENAI_API_KEY is not set: screening is off")
    one(notes, "METRICS_TOKEN is not set")
    one(examine(METRICS_TOKEN="t" * 32)[1], "OPENAI_API_KEY")


def test_matching_that_is_off_is_said_to_be(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    one(examine(EMBEDDING_PROVIDER="off")[1], "EMBEDDING_PROVIDER is off: matching is off.")
    one(examine(EMBEDDING_PROVIDER="openai")[1], "there is no EMBEDDING_API_KEY")
    assert not [note for note in examine(EMBEDDING_PROVIDER="openai", OPENAI_API_KEY="sk-x")[1] if "matching" in note]
    monkeypatch.setattr(doctor.embedding_local, "is_installed", lambda: False)
    one(examine(EMBEDDING_PROVIDER="local")[0], "The local model's files are not installed")


def test_pgvector_that_was_not_added_is_named(examine: Examine, database: ServerUrls) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as conn:
        conn.execute("DROP EXTENSION vector CASCADE; DROP TABLE profile_embeddings, query_embeddings")
    one(examine()[1], "Have a superuser add the extension vector")
