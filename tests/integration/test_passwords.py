"""A lost password, a new one, and passwords switched off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from layouts import ids, text
from services.access import accounts, identity, passwords
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, LimitReached, NotFound, NotSignedIn
from services.runtime import Runtime
from tests.integration.test_sign_in import PASSWORD, form_token
from tests.web import Browser, browser, call, web_server

NEW = "a quiet green meadow"
ClientFor = Callable[[Actor], Browser]


@pytest.fixture
def dora(rt: Runtime) -> Actor:
    return identity.create_user(rt, "dora@example.com", "Dora Password", "recruiter", PASSWORD)


def use_link(client: Browser, token: str, password: str = NEW, again: str | None = None) -> Any:
    path = f"/login/password/{token}"
    page = client.get(path)
    if page.status_code != 200:
        return page
    fields = {"csrf_token": form_token(page), "password": password, "again": password if again is None else again}
    return client.post(path, data=fields)


def audited(rt: Runtime) -> list[tuple[str, Any]]:
    with rt.db.connection() as conn:
        return [(r["action"], r["detail"]) for r in conn.execute("SELECT action, detail FROM audit_log ORDER BY id")]


# ---- by a link of an admin's


def test_a_link_sets_a_password_once_and_ends_every_sign_in(
    rt: Runtime, client_for: ClientFor, stranger: Browser, admin: Actor, dora: Actor
) -> None:
    at_home, other_link = client_for(dora), identity.make_login_link(rt, "dora@example.com")
    token = accounts.new_password_link(rt, admin, dora.user_id)
    answer = use_link(stranger, token)
    assert (answer.status_code, answer.location) == (303, "/login?password-set")
    assert text.PASSWORD_SET in stranger.get(answer.location).get_data(as_text=True)
    # Whoever sets it has to show that they know it.
    assert stranger.get_cookie("sx_session") is None
    assert at_home.get("/").status_code == 302
    with pytest.raises(NotSignedIn):
        identity.sign_in_with_link(rt, other_link)
    with pytest.raises(NotSignedIn):
        identity.sign_in(rt, "dora@example.com", PASSWORD)
    assert identity.sign_in(rt, "dora@example.com", NEW)
    again = use_link(stranger, token)
    assert again.status_code == 401
    assert passwords.BAD_LINK in again.get_data(as_text=True)
    assert audited(rt) == [("user.password_link", {}), ("user.password", {"by": "link"})]


def test_no_token_stands_in_the_database(rt: Runtime, admin: Actor, dora: Actor) -> None:
    sets = accounts.new_password_link(rt, admin, dora.user_id)
    signs_in = identity.make_login_link(rt, "dora@example.com")
    session = identity.sign_in(rt, "dora@example.com", PASSWORD)
    with rt.db.connection() as conn:
        tables = [conn.execute(f"SELECT * FROM {name}").fetchall() for name in ("login_links", "user_sessions")]
    kept = [bytes(row["token_hash"]) for table in tables for row in table]
    assert sorted(kept) == sorted(identity.digest(token) for token in (sets, signs_in, session))
    assert all(len(token) >= 43 and token not in repr(tables) for token in (sets, signs_in, session))


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", None, "at least 12"),
        (NEW, "another one altogether", "not the same"),
        ("dora@example.com", None, "guessed"),
    ],
)
def test_a_bad_password_is_explained_and_the_link_stays_good(
    rt: Runtime, stranger: Browser, admin: Actor, dora: Actor, password: str, again: str | None, said: str
) -> None:
    token = accounts.new_password_link(rt, admin, dora.user_id)
    answer = use_link(stranger, token, password, again)
    assert answer.status_code == 400
    assert said in answer.get_data(as_text=True)
    assert identity.sign_in(rt, "dora@example.com", PASSWORD)
    assert use_link(stranger, token).status_code == 303


def test_a_link_is_good_for_an_hour(rt: Runtime, stranger: Browser, admin: Actor, dora: Actor) -> None:
    token = accounts.new_password_link(rt, admin, dora.user_id)
    with rt.db.connection() as conn:
        conn.execute("UPDATE login_links SET expires_at = expires_at - interval '59 minutes'")
    assert stranger.get(f"/login/password/{token}").status_code == 200
    with rt.db.connection() as conn:
        conn.execute("UPDATE login_links SET expires_at = expires_at - interval '1 minute'")
    assert use_link(stranger, token).status_code == 401


def test_a_form_of_another_site_sets_nothing(rt: Runtime, stranger: Browser, admin: Actor, dora: Actor) -> None:
    path = f"/login/password/{accounts.new_password_link(rt, admin, dora.user_id)}"
    fields = {"password": NEW, "again": NEW}
    assert stranger.post(path, data=fields).status_code == 403
    fields["csrf_token"] = form_token(stranger.get(path))
    assert stranger.post(path, data=fields, headers={"Origin": "https://evil.example"}).status_code == 403
    assert identity.sign_in(rt, "dora@example.com", PASSWORD)


def test_a_new_link_ends_the_one_before_it_and_there_are_not_many(rt: Runtime, admin: Actor, dora: Actor) -> None:
    made = [accounts.new_password_link(rt, admin, dora.user_id) for _ in range(passwords.MOST_LINKS)]
    assert [passwords.link_is_good(rt, token) for token in made] == [False] * (passwords.MOST_LINKS - 1) + [True]
    with pytest.raises(LimitReached, match="within the hour"):
        accounts.new_password_link(rt, admin, dora.user_id)
    assert passwords.link_is_good(rt, made[-1])


def test_each_kind_of_link_does_its_own_only(rt: Runtime, stranger: Browser, admin: Actor, dora: Actor) -> None:
    sets, signs_in = (
        accounts.new_password_link(rt, admin, dora.user_id),
        identity.make_login_link(rt, "dora@example.com"),
    )
    with pytest.raises(NotSignedIn):
        identity.sign_in_with_link(rt, sets)
    assert use_link(stranger, signs_in).status_code == 401


def test_who_is_disabled_gets_no_link_and_uses_none(rt: Runtime, stranger: Browser, admin: Actor, dora: Actor) -> None:
    token = accounts.new_password_link(rt, admin, dora.user_id)
    accounts.set_disabled(rt, admin, dora.user_id, True)
    assert use_link(stranger, token).status_code == 401
    with pytest.raises(NotFound):
        accounts.new_password_link(rt, admin, dora.user_id)
    with pytest.raises(Forbidden):
        accounts.new_password_link(rt, dora, dora.user_id)


def test_the_admin_gets_it_from_the_list_of_users(
    rt: Runtime, client_for: ClientFor, admin: Actor, dora: Actor
) -> None:
    button = ids.admin_act(dora.user_id, "password")
    name = json.dumps(button, sort_keys=True, separators=(",", ":"))
    answer = call(client_for(admin), "admin-link.children", [[(button, "n_clicks", 1)]], triggered=f"{name}.n_clicks")
    shown = json.dumps(answer.get_json())
    link = re.search(r"http://localhost/login/password/([\w-]{40,})", shown)
    assert link, shown
    assert passwords.link_is_good(rt, link[1])


# ---- one's own


CHANGE = (
    "..password-old.value...password-new.value...password-again.value...password-problem.children..."
    "account-sessions.children.."
)


def change(client: Browser, old: str, new: str = NEW, again: str | None = None) -> Any:
    return call(client, CHANGE, [(ids.PASSWORD_SAVE, "n_clicks", 1)], [
        (ids.PASSWORD_OLD, "value", old), (ids.PASSWORD_NEW, "value", new),
        (ids.PASSWORD_AGAIN, "value", new if again is None else again)])  # fmt: skip


def test_ones_own_password_is_changed_by_who_knows_it_and_other_sign_ins_end(
    rt: Runtime, client_for: ClientFor, dora: Actor
) -> None:
    here, elsewhere = client_for(dora), client_for(dora)
    answer = change(here, PASSWORD)
    assert answer.status_code == 200
    fields = answer.get_json()["response"]
    assert (fields[ids.PASSWORD_OLD]["value"], fields[ids.PASSWORD_NEW]["value"]) == ("", "")
    assert text.PASSWORD_CHANGED in str(answer.get_json()["sideUpdate"])
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)
    assert identity.sign_in(rt, "dora@example.com", NEW)
    assert audited(rt) == [("user.password", {"by": "person"})]


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "said"),
    [
        ("not the password", NEW, None, 403, "old password is wrong"),
        (PASSWORD, "short", None, 200, "at least 12"),
        (PASSWORD, NEW, "something else entirely", 200, "not the same"),
    ],
)
def test_what_is_wrong_is_said_in_the_form_and_nothing_changes(
    rt: Runtime, client_for: ClientFor, dora: Actor, old: str, new: str, again: str | None, status: int, said: str
) -> None:
    here, elsewhere = client_for(dora), client_for(dora)
    answer = change(here, old, new, again)
    assert answer.status_code == status
    assert set(answer.get_json()["response"]) == {ids.PASSWORD_PROBLEM}
    assert said in answer.get_json()["response"][ids.PASSWORD_PROBLEM]["children"]
    assert elsewhere.get("/").status_code == 200
    assert identity.sign_in(rt, "dora@example.com", PASSWORD)


def test_the_old_password_is_not_to_be_guessed_here_either(client_for: ClientFor, dora: Actor) -> None:
    client = client_for(dora)
    said = [
        change(client, "not the password").get_json()["response"][ids.PASSWORD_PROBLEM]["children"] for _ in range(6)
    ]
    assert all("wrong" in message for message in said[:5])
    assert "Too many" in said[5]
    assert "Too many" in change(client, PASSWORD).get_json()["response"][ids.PASSWORD_PROBLEM]["children"]


def test_a_first_password_is_set_soon_after_signing_in_by_a_link(
    rt: Runtime, client_for: ClientFor, alice: Actor
) -> None:
    client = client_for(alice)
    with rt.db.connection() as conn:
        conn.execute("UPDATE user_sessions SET created_at = now() - interval '16 minutes'")
    assert passwords.NOT_FRESH in change(client, "").get_data(as_text=True)
    fresh = client_for(alice)
    assert change(fresh, "").status_code == 200
    assert identity.sign_in(rt, "alice@example.com", NEW)
    # From now on the old one is asked for.
    assert "wrong" in change(client_for(alice), "", "another quiet meadow").get_data(as_text=True)


def test_the_page_shows_ones_own_sign_ins_and_ends_them(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor
) -> None:
    here, lost, foreign = client_for(alice), client_for(alice), client_for(bob)
    shown = call(here, "page.children", [(ids.URL, "pathname", "/account")], [(ids.URL, "search", "")])
    assert shown.get_data(as_text=True).count('account-session"') == 2

    def end(client: Browser, session_id: str) -> Any:
        button = ids.account_end(session_id)
        name = json.dumps(button, sort_keys=True, separators=(",", ":"))
        return call(here, "account-sessions.children", [[(button, "n_clicks", 1)]], triggered=f"{name}.n_clicks")

    def session_of(client: Browser) -> str:
        cookie = client.get_cookie("sx_session")
        found = identity.actor_of(rt, cookie.value) if cookie else None
        assert found is not None
        return found.session_id

    # Somebody else's, and what is none, is nobody's to end.
    for wanted in (session_of(foreign), "0" * 32, "no session", "\0"):
        assert identity.NO_SESSION in str(end(here, wanted).get_json())
    assert foreign.get("/").status_code == 200
    assert end(here, session_of(lost)).status_code == 200
    assert (here.get("/").status_code, lost.get("/").status_code) == (200, 302)


# ---- passwords switched off


@pytest.fixture
def without(rt: Runtime) -> Iterator[Flask]:
    """The web application with a provider, and passwords switched off."""
    settings = replace(
        rt.settings,
        password_sign_in="off",
        oidc_issuer="https://id.example",
        oidc_client_id="x",
        oidc_name="Example ID",
    )
    with web_server(settings) as flask:
        yield flask


def test_switched_off_nobody_signs_in_by_a_password_but_an_admin_in_an_emergency(
    without: Flask, rt: Runtime, dora: Actor, admin: Actor
) -> None:
    client = browser(without)
    shown = client.get("/login").get_data(as_text=True)
    assert "Sign in with Example ID" in shown and ids.LOGIN_PASSWORD not in shown
    assert ids.LOGIN_PASSWORD in client.get("/login?emergency=1").get_data(as_text=True)
    passwords.set_by_command(rt, "admin@example.com", NEW)

    def emergency(email: str, password: str) -> Any:
        fields = {"email": email, "password": password, "csrf_token": form_token(client.get("/login?emergency=1"))}
        return client.post("/login", data=fields)

    for email, password in (("dora@example.com", PASSWORD), ("admin@example.com", NEW)):
        refused = emergency(email, password)
        assert refused.status_code == 401
        # What was typed is there to be corrected.
        assert ids.LOGIN_PASSWORD in refused.get_data(as_text=True)
    with pytest.raises(BadInput, match="admins only"):
        passwords.set_break_glass(rt, "dora@example.com", True)
    passwords.set_break_glass(rt, "admin@example.com", True)
    assert emergency("admin@example.com", NEW).status_code == 303


def test_switched_off_nobody_gets_a_link_for_one_or_sets_one(
    without: Flask, rt: Runtime, admin: Actor, dora: Actor
) -> None:
    off: Runtime = without.config["SOURCINGX_RUNTIME"]
    earlier = accounts.new_password_link(rt, admin, dora.user_id)
    with pytest.raises(BadInput, match="Example ID"):
        accounts.new_password_link(off, admin, dora.user_id)
    with pytest.raises(BadInput, match="Example ID"):
        passwords.change(off, dora, PASSWORD, NEW, NEW)
    with pytest.raises(NotSignedIn):
        passwords.set_by_link(off, earlier, NEW, NEW)


def test_break_glass_ends_with_the_role(rt: Runtime, admin: Actor, alice: Actor) -> None:
    accounts.set_role(rt, admin, alice.user_id, "admin")
    passwords.set_break_glass(rt, "alice@example.com", True)
    accounts.set_role(rt, admin, alice.user_id, "recruiter")
    assert [user.break_glass for user in accounts.users(rt, admin)] == [False, False]
