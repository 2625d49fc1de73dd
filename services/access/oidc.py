"""Sign-in by an identity provider: from a click to a session, who is let in, and the way out.

Between the two requests of a sign-in nothing is kept on the server: state, nonce and PKCE verifier travel in a
signed cookie of the browser that began it, so another browser's answer does not fit.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

import sql
from services import db
from services.access import addresses
from services.access.identity import Actor, audit, start_session
from services.errors import Forbidden, NotSignedIn, ProductError, Unavailable
from services.runtime import Runtime
from services.vendors.oidc_client import (
    CodeRefused,
    Identity,
    OidcClient,
    ProviderDown,
    ProviderError,
    ProviderMisset,
    UntrustedToken,
)

MINUTES = 10
# A cookie has at most 4 KB; a longer address to go on to is left out.
LONGEST_NEXT = 2000

STALE = "This sign-in was begun in another browser, or more than 10 minutes ago. Try again."
DECLINED = "{name} did not let you in. Try again, or ask an admin."
DOWN = "{name} does not answer just now. Try again in a minute, or ask an admin for a sign-in link."
MISSET = "Signing in with {name} is not set up right. Tell your admin: sourcingx doctor says what is wrong."
CODE_REFUSED = "{name} did not accept this sign-in: it may have been open for too long. Try again."
UNTRUSTED = "What {name} answered cannot be trusted, so you are not signed in. Try again, or tell an admin."
UNVERIFIED = "{name} has not verified your e-mail address. Have it verified there, then sign in again."
STRANGER = "You have not been invited here. Ask an admin to add you, with the address that {name} knows."
DISABLED = "Your account here is disabled. Ask an admin."
STILL_THERE = "You are signed out here, but may still be signed in with {name}."
TAKEN = "Your address belongs to another account of {name} here. Ask an admin to separate them."

_Q = sql.queries("oidc")
_log = logging.getLogger("sourcingx.security")

_MESSAGES: dict[type[ProviderError], tuple[type[ProductError], str]] = {
    ProviderDown: (Unavailable, DOWN),
    ProviderMisset: (Unavailable, MISSET),
    CodeRefused: (NotSignedIn, CODE_REFUSED),
    UntrustedToken: (NotSignedIn, UNTRUSTED),
}


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and the value of the cookie that it comes back with."""

    url: str
    cookie: str


def client(rt: Runtime) -> OidcClient | None:
    """The provider of the settings, or None without one."""
    s = rt.settings
    if not s.oidc_issuer:
        return None
    vouches = s.oidc_email_trust == "issuer"
    return OidcClient(s.oidc_issuer, s.oidc_client_id, s.oidc_client_secret, vouches=vouches)


def begin(rt: Runtime, provider: OidcClient, redirect_uri: str, target: str) -> Begun:
    """Start a sign-in. target: the path to go on to. Raises Unavailable."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = provider.authorization_url(redirect_uri, state, nonce, verifier)
    except ProviderError as error:
        raise _told(rt, error) from error
    kept = {"state": state, "nonce": nonce, "verifier": verifier,
            "target": target if len(target) <= LONGEST_NEXT else "/"}  # fmt: skip
    return Begun(url, _signer(rt).dumps(kept))


def finish(
    rt: Runtime, provider: OidcClient, redirect_uri: str, cookie: str, answer: Mapping[str, str]
) -> tuple[str, str]:
    """End a sign-in: (the session's token, the path to go on to). answer: the query of the provider's redirect.

    Raises NotSignedIn, Forbidden and Unavailable, each with what the person can do.
    """
    kept = _kept(rt, cookie, answer.get("state", ""))
    if "error" in answer or not answer.get("code"):
        raise _refused(rt, NotSignedIn, DECLINED)
    try:
        _check_issuer(provider.metadata(), answer.get("iss"))
        found = provider.identify(answer["code"], redirect_uri, kept["nonce"], kept["verifier"])
    except ProviderError as error:
        raise _told(rt, error) from error
    return _sign_in(rt, found), str(kept["target"])


def sign_out_url(rt: Runtime, provider: OidcClient, back_to: str) -> str:
    """Where to send a browser whose sign-in here has ended; "" where it stays signed in at the provider: the settings
    have it so, or the provider has no way, or does not answer. Raises nothing: here it has ended in any case."""
    if rt.settings.oidc_sign_out == "off":
        return ""
    try:
        return provider.sign_out_url(back_to)
    except ProviderError as error:
        _told(rt, error)
        return ""


def _check_issuer(about: Mapping[str, Any], said: str | None) -> None:
    """RFC 9207: the answer of another provider is not taken for this one's. Raises UntrustedToken."""
    if said is None and about.get("authorization_response_iss_parameter_supported") is True:
        raise UntrustedToken("no iss")
    if said is not None and said != about["issuer"]:
        raise UntrustedToken("iss")


def _kept(rt: Runtime, cookie: str, state: str) -> Mapping[str, Any]:
    try:
        kept: dict[str, Any] = _signer(rt).loads(cookie, max_age=MINUTES * 60)
    except BadSignature as error:
        raise _refused(rt, NotSignedIn, STALE) from error
    if not hmac.compare_digest(str(kept["state"]).encode(), state.encode()):
        raise _refused(rt, NotSignedIn, STALE)
    return kept


def _sign_in(rt: Runtime, found: Identity) -> str:
    with rt.db.connection() as conn:
        user = db.one(conn, _Q.fetch_by_subject, {"issuer": found.issuer, "subject": found.subject})
        if user is None:
            if not found.email or not found.email_verified:
                raise _refused(rt, Forbidden, UNVERIFIED)
            user = _first_visit(rt, conn, found)
        if user["disabled_at"] is not None:
            raise _refused(rt, Forbidden, DISABLED)
        return start_session(conn, user["id"], "provider")


def _first_visit(rt: Runtime, conn: db.Conn, found: Identity) -> dict[str, Any]:
    """The user with this address, from now on known by subject; a new one where the settings let them in."""
    about = {"issuer": found.issuer, "subject": found.subject, "email": found.email}
    s = rt.settings
    if s.oidc_new_users != "invited" and addresses.domain(found.email) in s.oidc_domains.split(","):
        name = found.name or found.email.partition("@")[0]
        made = db.one(conn, _Q.insert_user, {**about, "name": name, "role": s.oidc_new_users})
        if made is not None:
            audit(conn, Actor(made["id"], made["role"]), "user.provider", str(made["id"]), new=True)
            return dict(made)
    user = db.one(conn, _Q.lock_by_email, about)
    if user is None:
        raise _refused(rt, Forbidden, STRANGER)
    if user["oidc_issuer"] == found.issuer and user["oidc_subject"] != found.subject:
        raise _refused(rt, Forbidden, TAKEN)
    if user["disabled_at"] is None:
        db.run(conn, _Q.link_user, {**about, "user_id": user["id"]})
        audit(conn, Actor(user["id"], user["role"]), "user.provider", str(user["id"]), new=False)
    return dict(user)


def still_there(rt: Runtime) -> str:
    """What to say to whom sign_out_url() leads nowhere."""
    return _about(rt, STILL_THERE)


def unlink(rt: Runtime, email: str) -> bool:
    """The next sign-in by the provider finds this user by address again. False where there is no such user."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.unlink_user, {"email": email.strip()})
        if row is not None:
            audit(conn, None, "user.provider_unlink", str(row["id"]))
    return row is not None


def _signer(rt: Runtime) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(rt.settings.secret_key, salt="sourcingx.oidc")


def _told(rt: Runtime, error: ProviderError) -> ProductError:
    kind, message = _MESSAGES[type(error)]
    _log.warning("sign-in by provider failed: %s (%s)", type(error).__name__, error)
    return kind(_about(rt, message))


def _refused(rt: Runtime, kind: type[ProductError], message: str) -> ProductError:
    _log.warning("sign-in by provider refused: %s", kind.__name__)
    return kind(_about(rt, message))


def _about(rt: Runtime, message: str) -> str:
    name = rt.settings.oidc_name
    return message.format(name=name[:1].upper() + name[1:] if message.startswith("{name}") else name)
