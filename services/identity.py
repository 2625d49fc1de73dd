"""Who is asking: users, sign-in by password or one-time link, sessions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from psycopg.types.json import Jsonb

import sql
from services import db, state_limits
from services.errors import BadInput, LimitReached, NotSignedIn
from services.runtime import Runtime

Role = Literal["recruiter", "admin", "viewer"]
ROLES: tuple[Role, ...] = ("recruiter", "admin", "viewer")
LOGIN_LINK_MIN = 15
MAX_ATTEMPTS = 10
MIN_PASSWORD = 12

_Q = sql.queries("identity")
# OWASP password storage cheat sheet: Argon2id, 19 MiB, t=2, p=1. One hash at a time per process
# bounds the memory of a burst of sign-ins.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = threading.Lock()
# Verified when the address is unknown, so that both answers take the same time.
_UNKNOWN = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class Actor:
    """The person on whose behalf a service acts."""

    user_id: int
    role: Role
    name: str = ""
    session_id: str = ""

    @property
    def may_edit(self) -> bool:
        return self.role != "viewer"

    @property
    def params(self) -> dict[str, Any]:
        """The two parameters of search_visible() and search_editable()."""
        return {"actor": self.user_id, "role": self.role}


def digest(token: str) -> bytes:
    """SHA-256; for tokens of 256 random bits no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def create_user(rt: Runtime, email: str, name: str, role: str, password: str | None = None) -> Actor:
    """Add a user. Raises BadInput for a bad address, role or password, or a taken address."""
    email, name = email.strip(), name.strip() or email.split("@")[0]
    if "@" not in email or len(email) > 320 or any(c.isspace() for c in email):
        raise BadInput("That is not an e-mail address.")
    if role not in ROLES:
        raise BadInput(f"The role must be one of {', '.join(ROLES)}.")
    if password is not None and len(password) < MIN_PASSWORD:
        raise BadInput(f"A password needs at least {MIN_PASSWORD} characters.")
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.insert_user, {
            "email": email, "name": name, "role": role,
            "password_hash": _hash(password) if password else None,
        })  # fmt: skip
    if row is None:
        raise BadInput("Someone with this e-mail address is already a user.")
    return Actor(row["id"], row["role"], row["name"])


def find_user(rt: Runtime, email: str) -> Actor | None:
    """The user with this address, or None."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_user_by_email, {"email": email.strip()})
    return Actor(row["id"], row["role"], row["name"]) if row and row["disabled_at"] is None else None


def make_login_link(rt: Runtime, email: str) -> str:
    """A one-time token for /login/<token>, good for 15 minutes. Raises BadInput for a stranger."""
    actor = find_user(rt, email)
    if actor is None:
        raise BadInput("There is no active user with this e-mail address.")
    token = secrets.token_urlsafe(32)
    with rt.db.connection() as conn:
        db.run(conn, _Q.insert_login_link, {
            "token_hash": digest(token), "user_id": actor.user_id, "minutes": LOGIN_LINK_MIN,
        })  # fmt: skip
    return token


def sign_in_with_link(rt: Runtime, token: str) -> str:
    """Consume a link; returns the session's token. Raises NotSignedIn when used up or too old."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.consume_login_link, {"token_hash": digest(token)})
        if row is None:
            raise NotSignedIn("This sign-in link was used before or is too old. Ask for a new one.")
        return _start_session(conn, row["id"])


def sign_in(rt: Runtime, email: str, password: str, device: str = "") -> str:
    """Check a password; returns the session's token. device: what device_token() gave this browser earlier.

    Raises NotSignedIn (same message and time for unknown address and wrong password) and LimitReached
    after 10 failures in 15 minutes. Browsers that the account has signed in from count for themselves,
    all others together: a stranger who tries an address can lock out strangers, not its owner.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_user_by_email, {"email": email.strip()})
        bucket = {"email_hash": _bucket(rt, email, row["id"] if row else 0, device)}
        attempts = db.one(conn, _Q.count_attempts, bucket)
    if attempts and attempts["attempts"] >= MAX_ATTEMPTS:
        raise LimitReached("Too many failed sign-ins for this address. Wait 15 minutes or use a sign-in link.")
    good = _verify(row["password_hash"] if row and row["password_hash"] else _UNKNOWN, password)
    if not good or row is None or row["password_hash"] is None or row["disabled_at"] is not None:
        with rt.db.connection() as conn:
            db.run(conn, _Q.insert_attempt, bucket)
        raise NotSignedIn("E-mail address or password is wrong.")
    with rt.db.connection() as conn:
        db.run(conn, _Q.clear_attempts, bucket)
        return _start_session(conn, row["id"])


def device_token(rt: Runtime, session_token: str) -> str:
    """For the cookie of a browser that has just signed in: nothing to store, and no way in by itself."""
    actor = actor_of(rt, session_token, counts_as_use=False)
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_device_mac(rt, actor.user_id, nonce)}" if actor else ""


def actor_of(rt: Runtime, token: str, *, counts_as_use: bool = True) -> Actor | None:
    """The person of a session token, or None. Polling passes counts_as_use=False."""
    s = rt.settings
    given = {"token_hash": digest(token), "idle_min": s.session_idle_min, "max_h": s.session_max_h}
    with rt.db.reading() as conn:
        row = db.one(conn, _Q.fetch_session, given, often=True)
        if row is None:
            return None
        if row["needs_touch"] and counts_as_use:
            db.run(conn, _Q.touch_session, {"session_id": row["session_id"]})
    return Actor(row["id"], row["role"], row["name"], str(row["session_id"]))


def sign_out(rt: Runtime, token: str) -> None:
    with rt.db.connection() as conn:
        db.run(conn, _Q.revoke_session, {"token_hash": digest(token)})


def list_sessions(rt: Runtime) -> list[dict[str, Any]]:
    """Sign-ins that are good now, at most 500."""
    s = rt.settings
    with rt.db.connection() as conn:
        return [dict(r) for r in db.rows(conn, _Q.fetch_sessions, {
            "idle_min": s.session_idle_min, "max_h": s.session_max_h})]  # fmt: skip


def preferences(rt: Runtime, actor: Actor) -> dict[str, Any]:
    """All preferences of the actor: name → JSON value."""
    with rt.db.connection() as conn:
        return {r["name"]: r["value"] for r in db.rows(conn, _Q.fetch_preferences, {"user_id": actor.user_id})}


def set_preference(rt: Runtime, actor: Actor, name: str, value: Any) -> None:
    """Keep a choice of the actor's. Raises StateTooLarge for what is none."""
    state_limits.check("a preference", value)
    with rt.db.connection() as conn:
        db.run(conn, _Q.upsert_preference, {"user_id": actor.user_id, "name": name, "value": Jsonb(value)})


def audit(conn: db.Conn, actor: Actor, action: str, subject: str = "", **detail: Any) -> None:
    """One line of the audit log, in the transaction of what it tells. No personal data in detail."""
    db.run(conn, _Q.insert_audit, {
        "user_id": actor.user_id, "action": action, "subject": subject, "detail": Jsonb(detail)})  # fmt: skip


def _bucket(rt: Runtime, email: str, user_id: int, device: str) -> bytes:
    """Where failures are counted: with this account's browser, or with the address."""
    nonce, _, mac = device.partition(".")
    if user_id and nonce and hmac.compare_digest(mac.encode(), _device_mac(rt, user_id, nonce).encode()):
        return digest(f"device {user_id} {nonce}")
    return digest(email.strip().lower())


def _device_mac(rt: Runtime, user_id: int, nonce: str) -> str:
    key, said = rt.settings.secret_key.encode(), f"device:{user_id}:{nonce}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def _start_session(conn: db.Conn, user_id: int) -> str:
    token = secrets.token_urlsafe(32)
    db.run(conn, _Q.insert_session, {"token_hash": digest(token), "user_id": user_id})
    return token


def _hash(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    with _hashing:
        try:
            return bool(_hasher.verify(password_hash, password))
        except (VerifyMismatchError, InvalidHashError):
            return False
