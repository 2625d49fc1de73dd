"""A model is replaced while people work: built beside the one in use, switched to, dropped. And no pgvector at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql as pgsql

from services.access.identity import Actor, create_user
from services.config import Settings
from services.errors import Conflict, Forbidden, NotFound, Unavailable
from services.matching import embedding_models, embedding_queries, embedding_runs, matching_admin, matching_state
from services.runtime import Runtime
from services.servers import migrate
from services.servers.servers import Servers
from tests.change_runs import change, work
from tests.embedding import FakeModel, embed, one, person, quick_model, rows
from tests.stubs.embeddings_server import EmbeddingsStub


@pytest.fixture(autouse=True)
def model() -> Iterator[FakeModel]:
    with quick_model() as fake:
        yield fake


@pytest.fixture
def endpoint(rt: Runtime) -> Iterator[Settings]:
    """Settings that name another model, at a stub."""
    with EmbeddingsStub() as stub:
        yield replace(
            rt.settings, embedding_provider="openai", embedding_base_url=f"{stub.url}/v1", embedding_api_key=stub.key,
            embedding_rpm=100_000, embedding_tpm=100_000_000,
        )  # fmt: skip


def states(rt: Runtime) -> dict[str, str]:
    return {row["name"]: row["state"] for row in rows(rt, "SELECT name, state FROM embedding_models")}


# -- side by side ------------------------------------------------------------------------------------


def test_another_model_is_built_beside_the_one_in_use_then_switched_to_and_the_old_one_dropped(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings
) -> None:
    ada = person(rt)
    embed(rt, alice)
    local = matching_state.state(rt, alice).model
    assert local is not None and (local.name, local.state) == (embedding_models.LOCAL, "live")

    rt.settings = endpoint
    embed(rt, alice)
    assert states(rt) == {local.name: "live", "text-embedding-3-small": "building"}
    # Both know her, and pages still compare by the first.
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings WHERE profile_id = %s", ada)) == 2
    still = matching_state.state(rt, alice).model
    assert still is not None and still.id == local.id

    new = embedding_models.switch(rt, admin)
    now = matching_state.state(rt, alice)
    assert now.model is not None and (now.model.id, now.on) == (new.id, True)
    assert states(rt) == {local.name: "retired", new.name: "live"}

    embedding_models.drop(rt, admin, local.id)
    assert states(rt) == {new.name: "live"}
    assert one(rt, "SELECT to_regclass(%s) AS t", f"profile_embeddings_{local.id}")["t"] is None
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings WHERE profile_id = %s", ada)) == 1


def test_nobody_switches_to_what_is_not_complete(rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings) -> None:
    person(rt)
    embed(rt, alice)
    with pytest.raises(NotFound, match="no other model"):
        embedding_models.switch(rt, admin)
    rt.settings = endpoint
    with rt.db.connection() as conn:
        embedding_models.ensure(conn, rt.settings)
    with pytest.raises(Conflict, match="does not know everyone"):
        embedding_models.switch(rt, admin)


def test_the_model_in_use_is_not_dropped_and_a_missing_one_is_said_to_be(
    rt: Runtime, alice: Actor, admin: Actor
) -> None:
    embed(rt, alice)
    with pytest.raises(Conflict, match="Switch to another one first"):
        embedding_models.drop(rt, admin, one(rt, "SELECT id FROM embedding_models")["id"])
    with pytest.raises(NotFound):
        embedding_models.drop(rt, admin, 999)


def test_the_database_itself_keeps_the_model_in_use(rt: Runtime, alice: Actor) -> None:
    person(rt)
    embed(rt, alice)
    assert one(rt, "SELECT drop_embedding_model(id) AS gone FROM embedding_models")["gone"] is False
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings")) == 1


def test_only_admins_switch_drop_and_look(rt: Runtime, alice: Actor) -> None:
    for forbidden in (
        lambda: embedding_models.switch(rt, alice),
        lambda: embedding_models.drop(rt, alice, 1),
        lambda: matching_admin.overview(rt, alice),
    ):
        with pytest.raises(Forbidden):
            forbidden()


def test_one_that_was_left_is_taken_up_again_with_what_it_has(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings, model: FakeModel
) -> None:
    person(rt)
    embed(rt, alice)
    first = rt.settings
    rt.settings = endpoint
    embed(rt, alice)
    embedding_models.switch(rt, admin)
    model.asked.clear()
    rt.settings = first
    assert embed(rt, alice)["total"] == 0
    assert embedding_models.switch(rt, admin).name == embedding_models.LOCAL
    assert model.asked == []


def test_a_run_for_another_model_does_not_count_as_the_one_that_goes_on(
    rt: Runtime, alice: Actor, endpoint: Settings
) -> None:
    """Settings may change under a run that waits: it makes what they name by then."""
    person(rt)
    run_id = embedding_runs.start(rt, alice)
    rt.settings = endpoint
    work(rt, run_id)
    assert states(rt)["text-embedding-3-small"] == "building"
    # And those of the one in use, which pages compare by until someone switches.
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings")) == 2


def test_while_another_is_built_whoever_comes_can_be_compared_at_once(
    rt: Runtime, alice: Actor, endpoint: Settings
) -> None:
    person(rt)
    embed(rt, alice)
    rt.settings = endpoint
    embed(rt, alice)
    late = person(rt, "Bo Example", title="Nurse")
    run = embed(rt, alice)
    assert (run["state"], run["done"], run["total"], run["counts"]["made"]) == ("done", 2, 2, 2)
    found = rows(rt, "SELECT m.state FROM profile_embeddings e JOIN embedding_models m ON m.id = e.model_id"
                     " WHERE e.profile_id = %s ORDER BY 1", late)  # fmt: skip
    assert [row["state"] for row in found] == ["building", "live"]


def test_by_itself_both_are_kept_up_to_date(rt: Runtime, admin: Actor, endpoint: Settings) -> None:
    person(rt)
    embed(rt, admin)
    rt.settings = replace(endpoint, embeddings="auto")
    embed(rt, admin)
    assert embedding_runs.start_due(rt) is None
    person(rt, "Bo Example", title="Nurse")
    run_id = embedding_runs.start_due(rt)
    work(rt, run_id)
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings")) == 4
    assert embedding_runs.start_due(rt) is None


def test_one_that_cannot_answer_any_more_does_not_hold_up_the_other(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings, model: FakeModel
) -> None:
    person(rt)
    embed(rt, alice)
    person(rt, "Bo Example", title="Nurse")
    rt.settings = endpoint
    model.failing = Unavailable("The local model's files are not installed.")
    run_id = embedding_runs.start(rt, alice)
    for _ in range(3):
        work(rt, run_id)
    run = rows(rt, "SELECT state, message FROM runs WHERE id = %s", run_id)[0]
    assert (run["state"], run["message"]) == ("failed", "The local model's files are not installed.")
    errors = {row["state"]: row["last_error"] for row in rows(rt, "SELECT state, last_error FROM embedding_models")}
    assert errors == {"live": run["message"], "building": ""}
    # All are known to the new one, so that it can take over.
    assert embedding_models.switch(rt, admin).name == "text-embedding-3-small"


def test_what_failed_by_one_is_begun_with_when_it_is_taken_up_again(
    rt: Runtime, alice: Actor, endpoint: Settings, model: FakeModel
) -> None:
    person(rt)
    embed(rt, alice)
    late = person(rt, "Bo Example", title="Nurse")
    rt.settings = endpoint
    model.failing = Unavailable("away")
    run_id = embedding_runs.start(rt, alice)
    work(rt, run_id)
    model.failing = None
    work(rt, run_id)
    assert rows(rt, "SELECT state FROM runs WHERE id = %s", run_id)[0]["state"] == "done"
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings WHERE profile_id = %s", late)) == 2


def test_nobody_who_can_be_compared_is_left_out_by_a_switch(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings
) -> None:
    person(rt)
    embed(rt, alice)
    rt.settings = endpoint
    embed(rt, alice)
    # Complete, and a person later: as where a run was cut short behind the first model.
    late = person(rt, "Bo Example", title="Nurse")
    embed(rt, alice)
    change(rt, "DELETE FROM profile_embeddings e USING embedding_models m WHERE m.id = e.model_id"
               " AND m.state = 'building' AND e.profile_id = %s", late)  # fmt: skip
    with pytest.raises(Conflict, match="Make missing vectors"):
        embedding_models.switch(rt, admin)
    embed(rt, alice)
    assert embedding_models.switch(rt, admin).name == "text-embedding-3-small"


def test_what_was_built_is_left_when_the_settings_name_the_one_in_use_again(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings
) -> None:
    person(rt)
    embed(rt, alice)
    first = rt.settings
    rt.settings = endpoint
    embed(rt, alice)
    rt.settings = first
    embed(rt, alice)
    assert states(rt) == {embedding_models.LOCAL: "live", "text-embedding-3-small": "retired"}
    with pytest.raises(NotFound):
        embedding_models.switch(rt, admin)


def test_what_would_be_made_anew_at_once_is_not_dropped(
    rt: Runtime, alice: Actor, admin: Actor, endpoint: Settings
) -> None:
    embed(rt, alice)
    rt.settings = endpoint
    embed(rt, alice)
    built = one(rt, "SELECT id FROM embedding_models WHERE state = 'building'")["id"]
    with pytest.raises(Conflict, match="The settings name this model"):
        embedding_models.drop(rt, admin, built)
    # Another process may have other settings, and make it still.
    run_id = embedding_runs.start(rt, alice)
    rt.settings = replace(rt.settings, embedding_model="another")
    with pytest.raises(Conflict, match="Cancel that run first"):
        embedding_models.drop(rt, admin, built)
    change(rt, "UPDATE runs SET state = 'done' WHERE id = %s", run_id)
    assert embedding_models.drop(rt, admin, built).id == built


# -- without pgvector --------------------------------------------------------------------------------


@pytest.fixture
def bare(servers: Servers, rt: Runtime) -> Iterator[tuple[Runtime, str]]:
    """(a runtime on a database whose server does not let pgvector be added, the superuser's URL of it)."""
    assert servers.postgres is not None
    name = f"bare_{uuid.uuid4().hex}"
    superuser = servers.postgres.url("postgres", name)
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        servers.postgres.create_database(conn, name)
    with psycopg.connect(superuser, autocommit=True) as conn:
        for extension in ("pg_trgm", "unaccent"):
            conn.execute(pgsql.SQL("CREATE EXTENSION {}").format(pgsql.Identifier(extension)))
    owner, app = (servers.postgres.url(role, name) for role in ("sourcingx_owner", "sourcingx_app"))
    migrate.migrate(owner, app)
    settings = replace(rt.settings, database_url=app, database_owner_url=owner, database_direct_url=app)
    runtime = Runtime(settings)
    runtime.open()
    yield runtime, superuser
    runtime.close()
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute(pgsql.SQL("DROP DATABASE {} WITH (FORCE)").format(pgsql.Identifier(name)))


def test_without_pgvector_matching_is_off_says_so_and_begins_when_it_is_there(bare: tuple[Runtime, str]) -> None:
    rt, superuser = bare
    ada = create_user(rt, "ada@example.com", "Ada", "admin")
    person(rt)
    state = matching_state.state(rt, ada, counts=True)
    assert (state.on, state.possible, state.made) == (False, False, 0)
    assert "pgvector" in state.reason and "sourcingx migrate" in state.reason
    with pytest.raises(Unavailable, match="pgvector"):
        embedding_runs.start(rt, ada)
    asked = embedding_queries.embed_query(rt, ada, "Engineer")
    assert (asked.state, asked.error) == ("off", state.reason)
    assert matching_admin.overview(rt, ada).rows == ()
    assert one(rt, "SELECT embedding_snapshot('{1}') AS s")["s"] == []

    with psycopg.connect(superuser, autocommit=True) as conn:
        conn.execute("CREATE EXTENSION vector")
    assert migrate.migrate(rt.settings.database_owner_url, rt.settings.database_url) == []
    assert embed(rt, ada)["state"] == "done"
    state = matching_state.state(rt, ada, counts=True)
    assert (state.on, state.made, state.missing) == (True, 1, 0)


def test_migrating_again_changes_nothing(rt: Runtime, alice: Actor) -> None:
    person(rt)
    embed(rt, alice)
    migrate.migrate(rt.settings.database_owner_url, rt.settings.database_url)
    assert len(rows(rt, "SELECT 1 AS x FROM profile_embeddings")) == 1


def test_an_index_that_was_made_otherwise_is_made_anew_for_every_model(rt: Runtime, alice: Actor) -> None:
    """As a dump of an older version brings it."""
    person(rt)
    embed(rt, alice)
    with psycopg.connect(rt.settings.database_owner_url or rt.settings.database_url, autocommit=True) as conn:
        conn.execute("DROP INDEX profile_embeddings_near")
        conn.execute("CREATE INDEX profile_embeddings_near ON profile_embeddings"
                     " USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)")  # fmt: skip
    migrate.migrate(rt.settings.database_owner_url, rt.settings.database_url)
    made = rows(rt, "SELECT reloptions FROM pg_class WHERE relname IN ('profile_embeddings_near',"
                    " 'profile_embeddings_1_embedding_idx') ORDER BY 1")  # fmt: skip
    assert [row["reloptions"] for row in made] == [["m=24", "ef_construction=100"]] * 2


def test_the_index_is_used_and_gives_the_nearest(rt: Runtime, alice: Actor) -> None:
    """What the ranking relies on: one index a model, over cosine."""
    for number in range(300):
        person(rt, title=f"Engineer of {number}")
    embed(rt, alice)
    change(rt, "ANALYZE profile_embeddings")
    nearest = (
        "SELECT profile_id FROM profile_embeddings WHERE model_id = 1 ORDER BY embedding <=>"
        " (SELECT embedding FROM profile_embeddings WHERE profile_id = %s) LIMIT 3"
    )
    wanted = rows(rt, "SELECT id FROM profiles ORDER BY id LIMIT 1 OFFSET 7")[0]["id"]
    with rt.db.connection() as conn:
        conn.execute("SET LOCAL enable_seqscan = off")
        conn.execute("SET LOCAL enable_sort = off")
        plan = "\n".join(row["QUERY PLAN"] for row in conn.execute(f"EXPLAIN {nearest}", [wanted]))
        found = [row["profile_id"] for row in conn.execute(nearest, [wanted])]
    assert "profile_embeddings_1_embedding_idx" in plan
    assert found[0] == wanted
