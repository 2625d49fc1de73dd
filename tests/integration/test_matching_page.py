"""`/admin/matching`, and `sourcingx embed`: where matching stands, making vectors, switching, dropping."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.matching import embedding_models
from services.runtime import Runtime
from tests.change_runs import change, rows, work
from tests.embedding import FakeModel, embed, embedded, one, person, quick_model
from tests.integration.test_admin_users import page
from tests.integration.test_command_line import CommandLine, sourcingx
from tests.web import Browser, call

__all__ = ["sourcingx"]

ClientFor = Callable[[Actor], Browser]
BUTTONS = f"..{ids.MATCHING_ANSWER}.children...{ids.MATCHING_MODELS}.children.."


@pytest.fixture(autouse=True)
def model() -> Iterator[FakeModel]:
    with quick_model() as fake:
        yield fake


def shown(client: Browser) -> str:
    return page(client, "/admin/matching").get_data(as_text=True)


def press(client: Browser, button: Any) -> str:
    return call(client, BUTTONS, [button]).get_data(as_text=True)


def ask_drop(
    client: Browser, model: int, button: str = "drop-model", *, clicks: int | None = 1, status: int = 0
) -> str:
    """What is asked, or what comes of the question; "" where nothing does."""
    pressed = [[(ids.admin_act(model, name), "n_clicks", clicks if name == button else None)]
               for name in ("drop-model", "drop-keep")]  # fmt: skip
    name = json.dumps(ids.admin_act(model, button), sort_keys=True, separators=(",", ":"))
    response = call(client, f"{ids.MATCHING_ANSWER}.children", pressed, triggered=f"{name}.n_clicks")
    assert status in (0, response.status_code)
    return response.get_data(as_text=True) if response.status_code == 200 else ""


def build(client: Browser) -> str:
    return press(client, (ids.MATCHING_BUILD, "n_clicks", 1))


def clock(client: Browser, seen: Any = None) -> dict[str, Any]:
    """What the page is told every few seconds: component → its properties."""
    parts = (f"{ids.MATCHING_FIGURES}.children", f"{ids.MATCHING_RUN}.children", f"{ids.MATCHING_MODELS}.children",
             f"{ids.MATCHING_SWITCH}.hidden", f"{ids.MATCHING_SWITCH}.disabled", f"{ids.MATCHING_BUILD}.disabled",
             f"{ids.MATCHING_SEEN}.data")  # fmt: skip
    response = call(client, f"..{'...'.join(parts)}..", [(ids.MATCHING_CLOCK, "n_intervals", 1)],
                    [(ids.MATCHING_SEEN, "data", seen)])  # fmt: skip
    return dict(response.get_json()["response"])


def test_only_admins_see_it_and_press_its_buttons(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    assert page(client, "/admin/matching").status_code == 403
    for button in (ids.MATCHING_BUILD, ids.MATCHING_SWITCH):
        assert call(client, BUTTONS, [(button, "n_clicks", 1)]).status_code == 403


def test_an_admin_makes_the_missing_vectors(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    person(rt)
    client = client_for(admin)
    assert text.MATCHING_NO_MODELS in shown(client)
    assert text.MATCHING_STARTED in build(client)
    (run,) = rows(rt, "SELECT id FROM runs WHERE kind = 'embed'")
    work(rt, run["id"])
    told = json.dumps(clock(client))
    assert text.MATCHING_ON.format(model=embedding_models.LOCAL) in told
    assert f'"{text.MATCHING_MISSING}"' in told
    assert text.MATCHING_STATES["live"] in shown(client)


def test_a_model_is_switched_to_and_the_old_one_dropped(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    person(rt)
    embed(rt, admin)
    old = one(rt, "SELECT id FROM embedding_models")["id"]
    client = client_for(admin)
    assert embedding_models.NOTHING_TO_SWITCH in press(client, (ids.MATCHING_SWITCH, "n_clicks", 1))
    rt.settings = replace(rt.settings, embedding_provider="openai", embedding_api_key="key")
    client.application.config["SOURCINGX_RUNTIME"].settings = rt.settings
    with rt.db.connection() as conn:
        new = embedding_models.ensure(conn, rt.settings)
    assert text.MATCHING_STATES["building"] in shown(client)
    assert embedding_models.NOT_COMPLETE in press(client, (ids.MATCHING_SWITCH, "n_clicks", 1))
    change(rt, "UPDATE embedding_models SET complete_at = now()")
    # She can be compared now, and could not be then.
    assert embedding_models.LEFT_OUT in press(client, (ids.MATCHING_SWITCH, "n_clicks", 1))
    change(rt, "INSERT INTO profile_embeddings (profile_id, model_id, text_hash, embedding, seen_at)"
               " SELECT profile_id, %s, text_hash, embedding, seen_at FROM profile_embeddings", new.id)  # fmt: skip
    assert text.MATCHING_SWITCHED.format(model=new.name) in press(client, (ids.MATCHING_SWITCH, "n_clicks", 1))
    # A button of a row: its callback gets those of all rows. Nothing is dropped before she says so again.
    assert text.MATCHING_DROP_ASK[0].format(model=embedding_models.LOCAL, n=1) in ask_drop(client, old)
    assert len(rows(rt, "SELECT FROM embedding_models")) == 2
    told = press(client, [(ids.admin_act(old, "drop-sure"), "n_clicks", 1)])
    assert text.MATCHING_DROPPED.format(model=embedding_models.LOCAL) in told
    assert [row["name"] for row in rows(rt, "SELECT name FROM embedding_models")] == [new.name]
    # On a page that stood open meanwhile.
    assert embedding_models.NO_MODEL in ask_drop(client, old)


def test_a_model_is_kept_by_whoever_thinks_again(
    rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor
) -> None:
    for n in range(2):
        person(rt, f"Ada {n}")
    embed(rt, admin)
    model = one(rt, "SELECT id FROM embedding_models")["id"]
    client = client_for(admin)
    # What she could not drop anyhow is told at once, instead of asked.
    assert embedding_models.IS_LIVE in ask_drop(client, model)
    change(rt, "UPDATE embedding_models SET state = 'retired'")
    assert embedding_models.IS_WANTED in ask_drop(client, model)
    runtime = client.application.config["SOURCINGX_RUNTIME"]
    runtime.settings = replace(rt.settings, embedding_provider="openai", embedding_api_key="key")
    assert text.MATCHING_DROP_ASK[1].format(model=embedding_models.LOCAL, n=2) in ask_drop(client, model)
    change(rt, "UPDATE profile_embeddings SET embedding = NULL")
    assert text.MATCHING_DROP_NONE.format(model=embedding_models.LOCAL) in ask_drop(client, model)
    kept = ask_drop(client, model, "drop-keep")
    assert '"children":null' in kept.replace(" ", "") and len(rows(rt, "SELECT FROM embedding_models")) == 1
    # Buttons that only appeared ask and answer nothing.
    for button in ("drop-model", "drop-keep"):
        assert json.loads(ask_drop(client, model, button, clicks=None))["response"] == {}
    assert ask_drop(client_for(alice), model, status=403) == ""


def test_while_the_page_stands_its_buttons_follow_and_are_not_drawn_anew_for_nothing(
    rt: Runtime, client_for: ClientFor, admin: Actor
) -> None:
    person(rt)
    embed(rt, admin)
    client = client_for(admin)
    first = clock(client)
    assert first[ids.MATCHING_SWITCH] == {"hidden": True, "disabled": True}
    assert {ids.MATCHING_RUN, ids.MATCHING_MODELS} <= set(first)
    seen = first[ids.MATCHING_SEEN]["data"]
    again = clock(client, seen)
    assert not {ids.MATCHING_RUN, ids.MATCHING_MODELS} & set(again)
    runtime = client.application.config["SOURCINGX_RUNTIME"]
    runtime.settings = rt.settings = replace(rt.settings, embedding_provider="openai", embedding_api_key="key")
    assert "text-embedding-3-small: the next run" in json.dumps(clock(client, seen))
    with rt.db.connection() as conn:
        new = embedding_models.ensure(conn, rt.settings)
    built = clock(client, seen)
    assert built[ids.MATCHING_SWITCH] == {"hidden": False, "disabled": True}
    assert text.MATCHING_BUILDING.format(model=new.name, made=0, people=1) in json.dumps(built)
    assert text.MATCHING_STATES["building"] in json.dumps(built[ids.MATCHING_MODELS])
    change(rt, "UPDATE embedding_models SET complete_at = now()")
    ready = clock(client, built[ids.MATCHING_SEEN]["data"])
    assert ready[ids.MATCHING_SWITCH] == {"hidden": False, "disabled": False}
    assert text.MATCHING_COMPLETE in json.dumps(ready) and ids.MATCHING_MODELS not in ready


def test_what_went_wrong_is_shown(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    embed(rt, admin)
    change(rt, "UPDATE embedding_models SET last_error = 'The endpoint does not take the key.', last_error_at = now()")
    assert "The endpoint does not take the key." in shown(client_for(admin))


def test_where_matching_is_off_the_page_says_why(rt: Runtime, server: Any, client_for: ClientFor, admin: Actor) -> None:
    runtime = server.config["SOURCINGX_RUNTIME"]
    runtime.settings = replace(runtime.settings, embedding_provider="off")
    told = shown(client_for(admin))
    assert "EMBEDDING_PROVIDER is off" in told
    assert "EMBEDDING_PROVIDER is off" in build(client_for(admin))


# -- the command -------------------------------------------------------------------------------------


def test_the_command_makes_them_here_and_says_how_many(rt: Runtime, admin: Actor, sourcingx: CommandLine) -> None:
    ada = person(rt)
    done = sourcingx.json("embed")
    assert (done["state"], done["people"], done["made"]) == ("done", 1, 1)
    assert embedded(rt) == [ada]
    assert sourcingx.json("embed", "--all")["same"] == 1
    told = sourcingx.json("embed", "--status")
    assert told["on"] is True
    assert [(one["state"], one["made"], one["missing"]) for one in told["models"]] == [("live", 1, 0)]
    code, out, _ = sourcingx("embed", "--status")
    assert (code, "1 up to date, 0 missing" in out) == (0, True)


def test_the_command_refuses_in_one_line(rt: Runtime, admin: Actor, alice: Actor, sourcingx: CommandLine) -> None:
    embed(rt, admin)
    for words, said in (
        (("--switch",), embedding_models.NOTHING_TO_SWITCH),
        (("--drop", "nothing"), "There is no model of this name"),
        (("--drop", embedding_models.LOCAL), embedding_models.IS_LIVE),
        (("--switch", "--user", "alice@example.com"), "admin"),
    ):
        code, out, err = sourcingx("embed", *words)
        assert (code, out) == (2, "")
        assert said in err and err.count("\n") == 1
    change(rt, "INSERT INTO runs (kind, user_id, state) VALUES ('embed', %s, 'running')", admin.user_id)
    code, _, err = sourcingx("embed")
    assert (code, "makes them already" in err) == (2, True)
