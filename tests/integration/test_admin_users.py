"""What an admin does about people: invites, changes a role, disables, ends a sign-in; and what nobody else may."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access import accounts, identity
from services.access.identity import Actor
from services.errors import Conflict, Forbidden, NotFound, NotSignedIn, Unavailable
from services.runtime import Runtime
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]


def page(client: Browser, path: str) -> Any:
    return call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])


def invite(client: Browser, email: str, role: str = "recruiter") -> Any:
    return call(
        client,
        "..admin-link.children...admin-users.children...admin-problem.children...admin-invite-email.value..."
        "admin-invite-name.value..",
        [(ids.ADMIN_INVITE, "n_clicks", 1)],
        [(ids.ADMIN_INVITE_EMAIL, "value", email), (ids.ADMIN_INVITE_NAME, "value", "Dana Doe"),
         (ids.ADMIN_INVITE_ROLE, "value", role)],
    )  # fmt: skip


def press(client: Browser, output: str, *groups: tuple[str, list[Any]], on: tuple[str, Any]) -> Any:
    """Press the button `on` = (do, row) among the buttons of the page."""
    inputs: list[Any] = [[(ids.admin_act(row, do), "n_clicks", 1 if (do, row) == on else None) for row in rows]
              for do, rows in groups]  # fmt: skip
    name = json.dumps(ids.admin_act(on[1], on[0]), sort_keys=True, separators=(",", ":"))
    return call(client, output, inputs, triggered=f"{name}.n_clicks")


def audited(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.connection() as conn:
        return [(r["action"], r["subject"]) for r in conn.execute("SELECT action, subject FROM audit_log ORDER BY id")]


@pytest.mark.parametrize("path", ["/admin/users", "/admin/sessions", "/admin/workers", "/admin/jobs", "/admin/keys"])
def test_the_pages_are_for_admins_only(
    client_for: ClientFor, alice: Actor, charlie: Actor, admin: Actor, path: str
) -> None:
    for other in (alice, charlie):
        answer = page(client_for(other), path)
        assert answer.status_code == 403
        assert accounts.ADMINS_ONLY in answer.get_data(as_text=True)
    shown = page(client_for(admin), path)
    assert shown.status_code == 200
    assert "sx-admin-page" in shown.get_data(as_text=True)


def test_no_service_of_an_admin_serves_anyone_else(rt: Runtime, alice: Actor) -> None:
    tries = (
        lambda: accounts.users(rt, alice), lambda: accounts.sessions(rt, alice),
        lambda: accounts.invite(rt, alice, "new@example.com", "New", "admin"),
        lambda: accounts.new_link(rt, alice, alice.user_id),
        lambda: accounts.set_role(rt, alice, alice.user_id, "admin"),
        lambda: accounts.set_disabled(rt, alice, alice.user_id, True),
        lambda: accounts.end_session(rt, alice, "0" * 32),
    )  # fmt: skip
    for attempt in tries:
        with pytest.raises(Forbidden):
            attempt()
    assert identity.find_user(rt, "new@example.com") is None
    assert audited(rt) == []


def test_an_invited_person_signs_in_by_the_link(rt: Runtime, client_for: ClientFor, admin: Actor) -> None:
    answer = invite(client_for(admin), "dana@example.com")
    shown = answer.get_json()["response"]
    link = re.search(r"http://localhost/login/([\w-]{40,})", json.dumps(shown[ids.ADMIN_LINK]))
    assert link is not None
    assert "dana@example.com" in json.dumps(shown[ids.ADMIN_USERS])
    token = identity.sign_in_with_link(rt, link[1])
    found = identity.actor_of(rt, token)
    assert found is not None and found.role == "recruiter"
    assert audited(rt) == [("user.invite", str(found.user_id))]


@pytest.mark.parametrize(
    ("email", "role", "said"), [("dana", "recruiter", "not an e-mail"), ("a@b.ch", "boss", "role")]
)
def test_a_bad_invitation_says_why_and_changes_nothing(
    rt: Runtime, client_for: ClientFor, admin: Actor, email: str, role: str, said: str
) -> None:
    shown = invite(client_for(admin), email, role).get_json()["response"]
    assert set(shown) == {ids.ADMIN_PROBLEM}
    assert said in shown[ids.ADMIN_PROBLEM]["children"]
    assert len(accounts.users(rt, admin)) == 1


def test_who_could_not_be_written_down_was_not_invited(
    rt: Runtime, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person, their link and the line of the audit log are one."""

    def fails(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer; try again in a moment.")

    with monkeypatch.context() as patched:
        patched.setattr(identity, "audit", fails)
        for attempt in (lambda: accounts.invite(rt, admin, "dana@example.com", "Dana", "recruiter"),
                        lambda: accounts.new_link(rt, admin, admin.user_id)):  # fmt: skip
            with pytest.raises(Unavailable):
                attempt()
    with rt.db.connection() as conn:
        assert conn.execute("SELECT count(*) AS n FROM login_links").fetchone() == {"n": 0}
    assert accounts.invite(rt, admin, "dana@example.com", "Dana", "recruiter")


def test_a_disabled_person_is_out_at_once(rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor) -> None:
    theirs, ours = client_for(alice), client_for(admin)
    link = accounts.new_link(rt, admin, alice.user_id)
    rows = [admin.user_id, alice.user_id]
    answer = press(ours, "admin-users.children", ("disable", rows), ("enable", [0]), on=("disable", alice.user_id))
    assert answer.status_code == 200
    assert text.ADMIN_DISABLED_DONE in str(answer.get_json()["sideUpdate"])
    assert page(theirs, "/").status_code == 401
    with pytest.raises(NotSignedIn):
        identity.sign_in_with_link(rt, link)
    with pytest.raises(Conflict, match="Enable them first"):
        accounts.new_link(rt, admin, alice.user_id)
    press(ours, "admin-users.children", ("disable", [admin.user_id]), ("enable", [alice.user_id]),
          on=("enable", alice.user_id))  # fmt: skip
    # What was ended stays so; a new link works.
    assert page(theirs, "/").status_code == 401
    assert identity.sign_in_with_link(rt, accounts.new_link(rt, admin, alice.user_id))


def test_a_role_counts_from_the_next_request_on(rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor) -> None:
    theirs = client_for(alice)
    name = json.dumps(ids.admin_role(alice.user_id), sort_keys=True, separators=(",", ":"))
    roles: list[Any] = [(ids.admin_role(actor.user_id), "value", "admin") for actor in (admin, alice)]
    answer = call(client_for(admin), "admin-users.children", [roles], triggered=f"{name}.value")
    assert text.ADMIN_ROLE_DONE in str(answer.get_json()["sideUpdate"])
    assert page(theirs, "/admin/users").status_code == 200


def test_the_last_admin_stays(rt: Runtime, admin: Actor, alice: Actor) -> None:
    with pytest.raises(Conflict, match="last admin"):
        accounts.set_role(rt, admin, admin.user_id, "viewer")
    with pytest.raises(Conflict, match="yourself"):
        accounts.set_disabled(rt, admin, admin.user_id, True)
    accounts.set_role(rt, admin, alice.user_id, "admin")
    accounts.set_role(rt, admin, admin.user_id, "viewer")
    assert [u.role for u in accounts.users(rt, Actor(alice.user_id, "admin"))] == ["viewer", "admin"]


def test_somebody_who_is_not_there(rt: Runtime, admin: Actor) -> None:
    for attempt in (
        lambda: accounts.set_role(rt, admin, 999_999, "viewer"),
        lambda: accounts.set_disabled(rt, admin, 999_999, True),
        lambda: accounts.new_link(rt, admin, 999_999),
    ):
        with pytest.raises(NotFound, match="does not exist any more"):
            attempt()


def test_a_sign_in_is_ended_from_the_list(rt: Runtime, client_for: ClientFor, admin: Actor, alice: Actor) -> None:
    lost, kept, ours = client_for(alice), client_for(alice), client_for(admin)
    rows = accounts.sessions(rt, admin)
    assert sorted(r.name for r in rows) == ["Ada Admin", "Alice Owner", "Alice Owner"]
    cookie = lost.get_cookie("sx_session")
    assert cookie is not None
    found = identity.actor_of(rt, cookie.value)
    assert found is not None
    answer = press(ours, "admin-sessions.children", ("end", [r.id for r in rows]), on=("end", found.session_id))
    assert answer.status_code == 200
    assert found.session_id not in str(answer.get_json()["response"])
    assert (page(lost, "/").status_code, page(kept, "/").status_code) == (401, 200)
    with pytest.raises(Conflict, match="ended already"):
        accounts.end_session(rt, admin, found.session_id)
    assert audited(rt) == [("session.end", str(alice.user_id))]


def test_only_admins_see_the_way_there(client_for: ClientFor, admin: Actor, alice: Actor) -> None:
    for actor, seen in ((admin, True), (alice, False)):
        shown = str(client_for(actor).get("/_dash-layout").get_json())
        assert ("/admin/users" in shown) is seen
