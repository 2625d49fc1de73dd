"""Users' addresses: one rule in Python and in Postgres, whatever the database's locale says."""

from __future__ import annotations

import pytest

from services.access import addresses, identity, oidc, sharing, throttle
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, LimitReached, NotSignedIn
from services.runtime import Runtime
from services.searches import searches
from services.vendors.oidc_client import Identity
from tests.integration.test_sign_in import PASSWORD

ODD = (
    "Dora@Example.COM", "stra\u00dfe@x.example", "\u212aim@x.example", "\u017fam@x.example", "\u0130da@x.example",
    "\u0131da@x.example", "\u00c4RNE@x.example", "\u01c5@x.example", "\u0390@x.example", "\uff24@x.example",
    "\u1e9e@x.example", "\u03a3\u03c2@x.example", "A\u0301@x.example", "@[`{~Z",
)  # fmt: skip


def test_postgres_has_the_same_rule(rt: Runtime) -> None:
    with rt.db.connection() as conn:
        found = conn.execute(
            "SELECT address_key(a) AS key FROM unnest(%s::text[]) WITH ORDINALITY AS u (a, n) ORDER BY n", [list(ODD)]
        ).fetchall()
    assert [row["key"] for row in found] == [addresses.key(one) for one in ODD]


def test_people_whose_addresses_look_alike_are_not_one(rt: Runtime) -> None:
    made = {
        identity.create_user(rt, one, "Someone", "recruiter").user_id
        for one in ("kim@example.com", "\u212aim@example.com", "strasse@example.com", "stra\u00dfe@example.com")
    }
    assert len(made) == 4
    for taken in ("KIM@example.com", " kim@EXAMPLE.com"):
        with pytest.raises(BadInput, match="already a user"):
            identity.create_user(rt, taken, "Someone", "recruiter")


def test_no_other_way_to_write_an_address_gets_tries_of_its_own(rt: Runtime) -> None:
    identity.create_user(rt, "Kim@example.com", "Kim Password", "recruiter", PASSWORD)
    spellings = ("kim@example.com", "KIM@EXAMPLE.COM", " kIm@example.com ", "kim@example.com\0", "Kim@Example.com")
    assert len(spellings) == throttle.account(b"").free
    for one in spellings:
        with pytest.raises(NotSignedIn):
            identity.sign_in(rt, one, "not the password")
    for one in (*spellings, "kiM@example.com"):
        with pytest.raises(LimitReached):
            identity.sign_in(rt, one, PASSWORD)
    # Whoever only looks like them is somebody else, here as there.
    with pytest.raises(NotSignedIn):
        identity.sign_in(rt, "\u212aim@example.com", PASSWORD)


@pytest.mark.parametrize("email", ["\u212aim@example.com", "kim@exam\u017fle.com", "k\u0131m@example.com"])
def test_the_provider_s_address_opens_no_account_that_only_looks_alike(rt: Runtime, email: str) -> None:
    identity.create_user(rt, "kim@example.com", "Kim", "admin")
    with pytest.raises(Forbidden, match="not been invited"):
        oidc._sign_in(rt, Identity("https://id.example", "someone", email, True, "Someone"))
    assert identity.list_sessions(rt) == []


def test_colleagues_are_named_in_either_case_and_once(rt: Runtime, alice: Actor, bob: Actor) -> None:
    found = sharing.find(rt, alice, ["BOB@example.com", "bob@Example.com "])
    assert [one.email for one in found] == ["bob@example.com"]
    made = searches.create_search(rt, alice, "Named", "named", {"Bob@Example.com": "view"})
    assert [(one.email, one.role) for one in sharing.members(rt, alice, made.id)] == [("bob@example.com", "view")]
    searches.edit_search(rt, alice, made.id, "Named", "named", {"BOB@example.com": "view"})
    with pytest.raises(BadInput, match="1 of 1 addresses"):
        searches.set_visibility(rt, alice, made.id, "named", {"bo\u212a@example.com": "view"})
