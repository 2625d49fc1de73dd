"""Signing in by an identity provider that answers over HTTP, and everything that can go wrong on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from services.access import accounts, identity, oidc
from services.access.identity import Actor
from services.runtime import Runtime
from services.vendors.oidc_client import Identity, OidcClient, ProviderDown, UntrustedToken
from tests.stubs.oidc_server import CLIENT_ID, SECRET, OidcStub
from tests.web import Browser, browser, csrf_of, web_server

CALLBACK = "/login/oidc/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcStub]:
    with OidcStub() as stub:
        yield stub


@pytest.fixture
def stub(provider: OidcStub) -> OidcStub:
    """The provider as it is at first: making its keys takes most of a second."""
    provider.reset()
    return provider


@dataclass
class Site:
    """The product with a provider. visit() signs in as people do."""

    server: Flask
    rt: Runtime
    stub: OidcStub

    def begin(self, client: Browser, target: str = "/") -> str:
        """Where the browser is sent."""
        answer = client.get("/login/oidc", query_string={"next": target})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.location)

    def visit(self, client: Browser | None = None, target: str = "/") -> TestResponse:
        client = client or browser(self.server)
        return client.get(CALLBACK, query_string=self.stub.code_for(self.begin(client, target)))


@pytest.fixture
def site(rt: Runtime, stub: OidcStub) -> Iterator[Callable[..., Site]]:
    """site(**settings): each with a process of its own, as it were."""
    with ExitStack() as opened:

        def make(**settings: Any) -> Site:
            server = opened.enter_context(web_server(replace(rt.settings, **stub.settings, **settings)))
            return Site(server, server.config["SOURCINGX_RUNTIME"], stub)

        yield make


@pytest.fixture
def dana(rt: Runtime) -> Actor:
    """Invited, and not been here yet."""
    return identity.create_user(rt, "Dana@Example.com", "Dana", "recruiter")


def said(answer: TestResponse) -> str:
    """The problem that the sign-in page shows."""
    page = answer.get_data(as_text=True)
    return page.partition('role="alert">')[2].partition("</p>")[0].replace("&#x27;", "'")


def users(rt: Runtime) -> list[tuple[str, str, Any]]:
    with rt.db.connection() as conn:
        found = conn.execute("SELECT email, role, oidc_subject FROM users ORDER BY id").fetchall()
    return [(row["email"], row["role"], row["oidc_subject"]) for row in found]


def sessions(rt: Runtime) -> int:
    return len(identity.list_sessions(rt))


# ---- who comes in


def test_an_invited_person_comes_in_by_the_verified_address_and_is_then_known_by_subject(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor
) -> None:
    here = site()
    client = browser(here.server)
    page = client.get("/login?next=/runs").get_data(as_text=True)
    assert 'href="/login/oidc?next=%2Fruns"' in page and "Sign in with Example ID" in page
    answer = here.visit(client, "/search/x?q=a%26b")
    assert (answer.status_code, answer.location) == (303, "/search/x?q=a%26b")
    assert csrf_of(client)
    assert client.get_cookie("sx_flow", path="/login/oidc") is None
    assert users(rt) == [("Dana@Example.com", "recruiter", "subject-1")]
    # The address there may change, or be somebody else's by now.
    stub.claims |= {"email": "dana.new@example.com", "email_verified": False}
    assert here.visit().status_code == 303
    assert users(rt) == [("Dana@Example.com", "recruiter", "subject-1")]
    # Sign-out ends it here.
    assert client.send("/logout", headers={"X-CSRF-Token": csrf_of(client)}).status_code == 303
    assert client.get("/").status_code == 302


def test_what_is_sent_along_is_new_each_time_and_bound_to_one_browser(site: Callable[..., Site], dana: Actor) -> None:
    here = site()
    client = browser(here.server)
    first, second = (dict(parse_qsl(urlsplit(here.begin(client)).query)) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43 and first[name] != second[name]
    assert first["redirect_uri"] == f"http://localhost{CALLBACK}"
    cookie = next(c for c in client.get("/login/oidc").headers.getlist("Set-Cookie") if c.startswith("sx_flow="))
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/login/oidc", "Max-Age=600"))
    over_https = client.get("/login/oidc", base_url="https://localhost")
    assert any(c.startswith("__Secure-sx_flow=") and "Secure" in c for c in over_https.headers.getlist("Set-Cookie"))
    assert dict(parse_qsl(urlsplit(over_https.location).query))["redirect_uri"] == f"https://localhost{CALLBACK}"


def test_who_was_not_invited_stays_out(site: Callable[..., Site], rt: Runtime) -> None:
    answer = site().visit()
    assert (answer.status_code, users(rt)) == (403, [])
    assert "You have not been invited" in said(answer)


@pytest.mark.parametrize("role", ["viewer", "recruiter"])
def test_everyone_of_a_domain_comes_in_where_the_settings_say_so(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, role: str
) -> None:
    here = site(oidc_new_users=role, oidc_domains="example.com,other.example")
    assert here.visit().status_code == 303
    assert here.visit().status_code == 303
    assert users(rt) == [("dana@example.com", role, "subject-1")]
    for number, email in enumerate(["eve@evil.example", "eve@notexample.com", "eve@example.com.evil.example"]):
        stub.claims |= {"sub": f"eve-{number}", "email": email}
        assert "not been invited" in said(here.visit())
    assert len(users(rt)) == 1


@pytest.mark.parametrize("verified", [False, None, "false", "yes"])
def test_an_address_that_is_not_verified_counts_for_nothing(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, verified: object
) -> None:
    stub.claims["email_verified"] = verified
    answer = site(oidc_new_users="recruiter", oidc_domains="example.com").visit()
    assert answer.status_code == 403
    assert "has not verified your e-mail address" in said(answer)
    assert users(rt) == [("Dana@Example.com", "recruiter", None)]


def test_who_is_disabled_stays_out(site: Callable[..., Site], rt: Runtime, dana: Actor, admin: Actor) -> None:
    here = site()
    client = browser(here.server)
    assert here.visit(client).status_code == 303
    accounts.set_disabled(rt, admin, dana.user_id, True)
    assert client.get("/").status_code == 302
    answer = here.visit()
    assert (answer.status_code, said(answer)) == (403, oidc.DISABLED)
    # Nor by the address, from an account there that was never seen here.
    oidc.unlink(rt, "dana@example.com")
    assert said(here.visit()) == oidc.DISABLED
    assert users(rt)[0] == ("Dana@Example.com", "recruiter", None)


def test_an_address_that_came_to_somebody_else_opens_nothing(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor
) -> None:
    here = site()
    assert here.visit().status_code == 303
    stub.claims["sub"] = "someone-new"
    assert "belongs to another account" in said(here.visit())
    oidc.unlink(rt, "dana@example.com")
    assert here.visit().status_code == 303
    assert users(rt)[0][2] == "someone-new"


def test_the_address_is_asked_for_where_the_token_has_none(
    site: Callable[..., Site], stub: OidcStub, dana: Actor
) -> None:
    stub.claims |= {"email": None, "email_verified": None}
    stub.userinfo = {"email": "dana@example.com", "email_verified": True}
    here = site()
    assert here.visit().status_code == 303


def test_what_is_said_of_somebody_else_is_not_taken(site: Callable[..., Site], stub: OidcStub, dana: Actor) -> None:
    stub.claims |= {"email": None, "email_verified": None}
    stub.userinfo = {"sub": "another", "email": "dana@example.com", "email_verified": True}
    assert "has not verified" in said(site().visit())


def test_a_known_person_needs_no_address_at_all(site: Callable[..., Site], stub: OidcStub, dana: Actor) -> None:
    here = site()
    assert here.visit().status_code == 303
    stub.claims |= {"email": None, "email_verified": None}
    assert here.visit().status_code == 303


# ---- providers that do not say whether an address is verified


@pytest.mark.parametrize(
    ("said", "comes_in"),
    [
        ({"xms_edov": True}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": "true"}, True),
        ({"xms_edov": False}, False),
        ({"xms_edov": "0"}, False),
        ({"xms_edov": False, "email_verified": True}, False),
        ({}, False),
    ],
)
def test_what_entra_says_of_the_domain_counts(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, said: dict[str, Any], comes_in: bool
) -> None:
    stub.claims |= {"email_verified": None} | said
    assert site().visit().status_code == (303 if comes_in else 403)


@pytest.mark.parametrize(
    ("said", "comes_in"),
    [
        ({}, True),
        # What it does say counts all the same.
        ({"email_verified": False}, False),
        ({"xms_edov": False}, False),
        ({"email": None}, False),
        ({"email": "somebody@example.com"}, False),
    ],
)
def test_a_provider_is_trusted_with_addresses_where_the_settings_say_so(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, said: dict[str, Any], comes_in: bool
) -> None:
    stub.claims |= {"email_verified": None} | said
    assert site(oidc_email_trust="issuer").visit().status_code == (303 if comes_in else 403)
    assert users(rt) == [("Dana@Example.com", "recruiter", "subject-1" if comes_in else None)]


@pytest.mark.parametrize(
    ("more", "comes_in"),
    [
        ({"email": "DANA@example.com", "email_verified": True}, True),
        ({"email": "another@example.com", "email_verified": True}, False),
        ({"email_verified": True}, False),
        ({"email": "dana@example.com"}, False),
        ({"sub": "another", "email": "dana@example.com", "email_verified": True}, False),
    ],
    ids=["the same", "of another address", "of none", "nothing", "of somebody else"],
)
def test_an_address_is_verified_by_what_is_said_of_it_elsewhere(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, more: dict[str, Any], comes_in: bool
) -> None:
    stub.claims["email_verified"] = None
    stub.userinfo = more
    assert site().visit().status_code == (303 if comes_in else 403)


def test_a_yes_that_came_without_an_address_is_no_yes_to_another(
    site: Callable[..., Site], stub: OidcStub, dana: Actor
) -> None:
    stub.claims |= {"email": None, "email_verified": True}
    stub.userinfo = {"email": "dana@example.com"}
    assert site().visit().status_code == 403


def test_whoever_is_known_comes_in_while_only_that_question_fails(
    site: Callable[..., Site], stub: OidcStub, dana: Actor
) -> None:
    here = site()
    assert here.visit().status_code == 303
    stub.claims["email_verified"] = None
    stub.failing["userinfo"] = 500
    assert here.visit().status_code == 303


# ---- the way out


def sign_out(client: Browser) -> TestResponse:
    """As the page does it: a call, and then to where that leads."""
    answer = client.send("/logout", headers={"X-CSRF-Token": csrf_of(client)})
    assert (answer.status_code, client.get("/").status_code) == (303, 302)
    return client.get(answer.location)


def test_who_came_by_the_provider_is_signed_out_there_too(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor
) -> None:
    stub.says["end_session_endpoint"] = f"{stub.issuer}/logout?of=the+realm"
    here = site()
    client = browser(here.server)
    here.visit(client)
    answer = sign_out(client)
    place, _, query = answer.location.partition("?")
    assert (answer.status_code, place) == (303, f"{stub.issuer}/logout")
    assert dict(parse_qsl(query)) == {
        "of": "the realm", "client_id": CLIENT_ID, "post_logout_redirect_uri": "http://localhost/login"}  # fmt: skip
    assert sessions(rt) == 0
    # Once: whoever signs in here by other means afterwards has nothing to end there.
    assert client.get("/login/out").location == "/login"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"oidc_sign_out": "off"}, {"end_session_endpoint": "https://id.example/out"}),
        ({}, {}),
        ({}, {"end_session_endpoint": "http://id.example/out"}),
        ({}, {"end_session_endpoint": ["https://id.example/out"]}),
    ],
    ids=["switched off", "no such address", "not by https", "no address"],
)
def test_who_stays_signed_in_there_is_told_so(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, given: dict[str, Any], says: dict[str, Any]
) -> None:
    stub.says |= says
    here = site(**given)
    client = browser(here.server)
    here.visit(client)
    answer = sign_out(client)
    assert answer.status_code == 200
    assert "You are signed out here, but may still be signed in with Example ID." in answer.get_data(as_text=True)
    assert sessions(rt) == 0


def test_a_provider_that_is_down_keeps_nobody_signed_in_here(site: Callable[..., Site], stub: OidcStub) -> None:
    rt = site().rt
    stub.failing["discovery"] = 500
    provider = oidc.client(rt)
    assert provider is not None
    assert oidc.sign_out_url(rt, provider, "http://localhost/login") == ""


def test_who_came_by_a_link_signs_out_here(site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor) -> None:
    stub.says["end_session_endpoint"] = f"{stub.issuer}/logout"
    here = site()
    client = browser(here.server)
    here.visit(client)
    link = f"/login/{identity.make_login_link(rt, 'dana@example.com')}"
    client.get(link)
    form = client.get_cookie("sx_form")
    assert form is not None
    assert client.post(link, data={"csrf_token": form.value}).status_code == 303
    answer = sign_out(client)
    assert (answer.status_code, answer.location) == (303, "/login")


def test_another_site_signs_nobody_out_there(site: Callable[..., Site], stub: OidcStub, dana: Actor) -> None:
    """What says that there is something to end is sent from our own pages only."""
    answer = site().visit()
    told = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("sx_provider="))
    assert all(part in told for part in ("HttpOnly", "SameSite=Strict", "Path=/login/out"))


# ---- what is not trusted


@pytest.mark.parametrize(
    ("claims", "age_s"),
    [
        ({"nonce": "another"}, 0),
        ({"nonce": None}, 0),
        ({"aud": "somebody-else"}, 0),
        ({"aud": [CLIENT_ID, "somebody-else"]}, 0),
        ({"iss": "https://evil.example"}, 0),
        ({"sub": None}, 0),
        ({"exp": None}, 0),
        ({}, 300 + 120),
        ({}, -120),
    ],
    ids=["nonce", "no nonce", "audience", "azp", "issuer", "no subject", "no expiry", "expired", "from the future"],
)
def test_a_token_that_does_not_fit_signs_nobody_in(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, claims: dict[str, Any], age_s: float
) -> None:
    stub.claims |= claims
    stub.age_s = age_s
    answer = site().visit()
    assert answer.status_code == 401
    assert "cannot be trusted" in said(answer)
    assert (sessions(rt), users(rt)[0][2]) == (0, None)


@pytest.mark.parametrize("age_s", [300 + 30, -30])
def test_clocks_may_differ_by_a_minute(site: Callable[..., Site], stub: OidcStub, dana: Actor, age_s: float) -> None:
    stub.age_s = age_s
    assert site().visit().status_code == 303


def test_a_token_signed_by_another_key_signs_nobody_in(site: Callable[..., Site], stub: OidcStub, dana: Actor) -> None:
    stub.signing = RSAKey.generate_key(2048, {"kid": stub.keys[0].kid})
    answer = site().visit()
    assert (answer.status_code, "cannot be trusted" in said(answer)) == (401, True)


@pytest.mark.parametrize("header", ["none", "HS256"])
def test_a_token_that_anyone_could_have_signed_signs_nobody_in(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, header: str
) -> None:
    stub.forging = header
    answer = site().visit()
    assert (answer.status_code, "cannot be trusted" in said(answer)) == (401, True)


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_keys_that_the_provider_has_changed_are_fetched_once(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, kind: str
) -> None:
    here = site()
    assert here.visit().status_code == 303
    assert here.visit().status_code == 303
    assert (stub.asked["discovery"], stub.asked["keys"]) == (1, 1)
    stub.rotate(kind)
    assert here.visit().status_code == 303
    assert here.visit().status_code == 303
    assert (stub.asked["discovery"], stub.asked["keys"]) == (1, 2)


# ---- what was not begun here


@pytest.mark.parametrize("change", [{"state": "x" * 43}, {"state": ""}, {"iss": "https://evil.example"}])
def test_an_answer_to_another_question_is_refused(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, change: dict[str, str]
) -> None:
    here = site()
    client = browser(here.server)
    answer = client.get(CALLBACK, query_string=stub.code_for(here.begin(client)) | change)
    assert answer.status_code == 401
    assert "Try again" in said(answer)
    assert sessions(rt) == 0


def test_an_answer_in_another_browser_or_twice_is_refused(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor
) -> None:
    here = site()
    client = browser(here.server)
    query = stub.code_for(here.begin(client))
    assert said(browser(here.server).get(CALLBACK, query_string=query)) == oidc.STALE
    assert client.get(CALLBACK, query_string=query).status_code == 303
    assert said(client.get(CALLBACK, query_string=query)) == oidc.STALE
    assert sessions(rt) == 1


def test_a_cookie_that_was_made_up_or_is_ten_minutes_old_is_refused(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site()
    client = browser(here.server)
    query = stub.code_for(here.begin(client))
    kept = client.get_cookie("sx_flow", path="/login/oidc")
    assert kept is not None
    for value in ("", "made-up", kept.value[:-2] + "xx"):
        client.set_cookie("sx_flow", value, path="/login/oidc")
        assert said(client.get(CALLBACK, query_string=query)) == oidc.STALE
    client.set_cookie("sx_flow", kept.value, path="/login/oidc")
    monkeypatch.setattr("services.access.oidc.MINUTES", -1)
    assert said(client.get(CALLBACK, query_string=query)) == oidc.STALE


@pytest.mark.parametrize(("names_itself", "status"), [(True, 401), (False, 303), (None, 303)])
def test_an_answer_that_does_not_say_whose_it_is_counts_only_from_who_never_does(
    site: Callable[..., Site], stub: OidcStub, dana: Actor, names_itself: bool | None, status: int
) -> None:
    if names_itself is not None:
        stub.says["authorization_response_iss_parameter_supported"] = names_itself
    here = site()
    client = browser(here.server)
    query = stub.code_for(here.begin(client))
    del query["iss"]
    assert client.get(CALLBACK, query_string=query).status_code == status


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("from_where", ["cross-site", "same-site"])
def test_another_site_begins_no_sign_in(
    site: Callable[..., Site], stub: OidcStub, from_where: str, method: str
) -> None:
    """Nobody is signed in by a link or a form elsewhere: they get the sign-in page, where it takes a click."""
    client = browser(site().server)
    headers = {"Sec-Fetch-Site": from_where, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = getattr(client, method)("/login/oidc", query_string={"next": "/runs"}, headers=headers)
    assert (answer.status_code, answer.location) == ((303, "/login?next=%2Fruns") if method == "get" else (403, None))
    assert client.get_cookie("sx_flow", path="/login/oidc") is None
    assert stub.asked.get("discovery", 0) == 0
    for own in ("same-origin", "none"):
        begun = client.get("/login/oidc", headers={"Sec-Fetch-Site": own})
        assert begun.location.startswith(stub.issuer)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_sent_to_another_site_afterwards(site: Callable[..., Site], dana: Actor, target: str) -> None:
    assert site().visit(target=target).location == "/"


def test_an_address_too_long_for_a_cookie_is_left_out(site: Callable[..., Site], dana: Actor) -> None:
    here = site()
    assert here.visit(target="/search/x?q=" + "a" * 5000).location == "/"


def test_who_says_no_at_the_provider_is_told_so(site: Callable[..., Site], stub: OidcStub, dana: Actor) -> None:
    here = site()
    client = browser(here.server)
    query = stub.code_for(here.begin(client))
    answer = client.get(CALLBACK, query_string={
        "state": query["state"], "error": "access_denied", "error_description": "<b>canary</b>"})  # fmt: skip
    assert (answer.status_code, said(answer)) == (401, "Example ID did not let you in. Try again, or ask an admin.")
    assert "canary" not in answer.get_data(as_text=True)


# ---- a provider that does not work


@pytest.mark.parametrize(
    ("part", "wrong", "status", "word"),
    [
        ("token", 500, 503, "does not answer just now"),
        ("token", "<html>not JSON", 503, "does not answer just now"),
        ("token", ["a", "list"], 503, "does not answer just now"),
        ("token", {"access_token": "x", "token_type": "Bearer"}, 401, "cannot be trusted"),
        ("token", {"error": "invalid_client"}, 503, "not set up right"),
        ("token", {"error": "odd\nforged line"}, 401, "did not accept this sign-in"),
        ("keys", 500, 503, "does not answer just now"),
        ("keys", {"keys": "none"}, 401, "cannot be trusted"),
        ("keys", 302, 503, "does not answer just now"),
    ],
)
def test_each_fault_on_the_way_back_is_one_clear_message(
    site: Callable[..., Site], rt: Runtime, stub: OidcStub, dana: Actor, caplog: pytest.LogCaptureFixture,
    part: str, wrong: Any, status: int, word: str,
) -> None:  # fmt: skip
    stub.failing[part] = wrong
    with caplog.at_level(logging.INFO):
        answer = site().visit()
    assert answer.status_code == status
    assert word in said(answer)
    assert sessions(rt) == 0
    assert "sign-in by provider failed" in caplog.text
    for secret in (SECRET, "canary", "forged", "dana", "subject-1"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (500, "does not answer just now"),
        ("no JSON", "does not answer just now"),
        ({"issuer": "https://evil.example"}, "not set up right"),
        ("plain http", "not set up right"),
    ],
)
def test_each_fault_on_the_way_there_is_one_clear_message_too(
    site: Callable[..., Site], stub: OidcStub, wrong: Any, word: str
) -> None:
    if wrong == "plain http":
        stub.says["token_endpoint"] = "http://id.example/token"
    else:
        stub.failing["discovery"] = wrong
    answer = browser(site().server).get("/login/oidc")
    assert answer.status_code == 503
    assert word in said(answer)


def test_a_provider_that_is_down_or_hangs_is_left_alone_for_a_moment_and_then_asked_again(
    stub: OidcStub, dana: Actor
) -> None:
    clock = [0.0]
    client = OidcClient(stub.issuer, CLIENT_ID, SECRET, timeout_s=2, tick=lambda: clock[0])
    stub.hold.clear()
    query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
    with pytest.raises(ProviderDown, match="ReadTimeout"):
        client.identify(query["code"], "http://localhost/cb", "n", "v" * 43)
    stub.hold.set()
    asked = stub.asked["token"]
    with pytest.raises(ProviderDown, match="a moment ago"):
        client.identify(query["code"], "http://localhost/cb", "n", "v" * 43)
    assert stub.asked["token"] == asked
    clock[0] = 2.0
    query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
    found = client.identify(query["code"], "http://localhost/cb", "n", "v" * 43)
    assert found == Identity(stub.issuer, "subject-1", "dana@example.com", True, "Dana Doe")
    # What it published is asked for again after an hour.
    clock[0] = 3602.0
    client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43)
    assert stub.asked["discovery"] == 2


def test_the_proof_of_who_began_it_is_needed(stub: OidcStub) -> None:
    client = OidcClient(stub.issuer, CLIENT_ID, SECRET)
    query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
    with pytest.raises(Exception, match="invalid_grant"):
        client.identify(query["code"], "http://localhost/cb", "n", "w" * 43)


def test_nobody_listens_there() -> None:
    client = OidcClient("http://127.0.0.1:1/realm", CLIENT_ID, SECRET)
    with pytest.raises(ProviderDown):
        client.metadata()


def test_a_provider_that_takes_the_secret_in_the_body_only(stub: OidcStub) -> None:
    stub.says["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    client = OidcClient(stub.issuer, CLIENT_ID, SECRET)
    query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
    assert client.identify(query["code"], "http://localhost/cb", "n", "v" * 43).subject == "subject-1"


def test_a_token_without_a_name_or_with_an_odd_address(stub: OidcStub) -> None:
    client = OidcClient(stub.issuer, CLIENT_ID, SECRET)
    for email, kept in (("a b@example.com", ""), ("x" * 400 + "@example.com", ""), (7, ""), ("d@e.com", "d@e.com")):
        stub.claims |= {"email": email, "name": None}
        query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
        found = client.identify(query["code"], "http://localhost/cb", "n", "v" * 43)
        assert (found.email, found.name) == (kept, "")
    stub.claims["sub"] = ""
    query = stub.code_for(client.authorization_url("http://localhost/cb", "s" * 43, "n", "v" * 43))
    with pytest.raises(UntrustedToken):
        client.identify(query["code"], "http://localhost/cb", "n", "v" * 43)


# ---- no provider


def test_without_a_provider_there_is_no_button_and_no_way(stranger: Browser) -> None:
    assert "/login/oidc" not in stranger.get("/login").get_data(as_text=True)
    for path in ("/login/oidc", f"{CALLBACK}?{urlencode({'code': 'x', 'state': 'y'})}"):
        assert stranger.get(path).status_code == 404
