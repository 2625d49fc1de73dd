"""Who is asking: users, sign-in by password or one-time link, sessions."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db, state_limits
from services.access import password_hashes, sign_in_buckets, throttle
from services.errors import BadInput, NotFound, NotSignedIn
from services.runtime import Runtime

Role = Literal["recruiter", "admin", "viewer"]
ROLES: tuple[Role, ...] = ("recruiter", "admin", "viewer")
LOGIN_LINK_MIN = 15
NO_ACTIVE_USER = "There is no active user with this e-mail address."
NO_SESSION = "This sign-in has ended already."
WRONG = "E-mail address or password is wrong."
OVERTAKEN = "Your account was changed just now, so you are not signed in. Try again, or ask an admin."

_Q = sql.queries("identity")
_log = logging.getLogger("sourcingx.security")


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


@dataclass(frozen=True)
class OwnSession:
    """One of a person's own sign-ins. own: the one that asks."""

    id: str
    created_at: datetime
    last_active: datetime
    own: bool


def digest(token: str) -> bytes:
    """SHA-256; for tokens of 256 random bits no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def create_user(rt: Runtime, email: str, name: str, role: str, password: str | None = None) -> Actor:
    """Add a user. Raises BadInput for a bad address, role or password, or a taken address."""
    with rt.db.connection() as conn:
        return add_user(conn, email, name, role, password)


def add_user(conn: db.Conn, email: str, name: str, role: str, password: str | None = None) -> Actor:
    """create_user() in the caller's transaction."""
    email, name = email.strip(), name.strip() or email.split("@")[0]
    if "@" not in email or len(email) > 320 or any(c.isspace() for c in email):
        raise BadInput("That is not an e-mail address.")
    if role not in ROLES:
        raise BadInput(f"The role must be one of {', '.join(ROLES)}.")
    if password is not None:
        password_hashes.check(password, email, name)
    row = db.one(conn, _Q.insert_user, {
        "email": email, "name": name, "role": role,
        "password_hash": password_hashes.hashed(password) if password else None,
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
        raise BadInput(NO_ACTIVE_USER)
    with rt.db.connection() as conn:
        return add_login_link(conn, actor.user_id)


def add_login_link(conn: db.Conn, user_id: int) -> str:
    """make_login_link() in the caller's transaction. Raises BadInput for who is disabled."""
    token = new_token()
    if db.one(conn, _Q.hold_user, {"user_id": user_id}) is None:
        raise BadInput(NO_ACTIVE_USER)
    db.run(conn, _Q.insert_login_link, {
        "token_hash": digest(token), "user_id": user_id, "minutes": LOGIN_LINK_MIN,
    })  # fmt: skip
    return token


def sign_in_with_link(rt: Runtime, token: str) -> str:
    """Consume a link; returns the session's token. Raises NotSignedIn when used up or too old."""
    given = {"token_hash": digest(token)}
    with rt.db.connection() as conn:
        # The person before the link, as everything that ends links does: nothing waits in a circle.
        row = db.one(conn, _Q.hold_user_of_link, given)
        if row is None or db.one(conn, _Q.consume_login_link, given) is None:
            raise NotSignedIn("This sign-in link was used before or is too old. Ask for a new one.")
        return start_session(conn, row["id"], "link")


def sign_in(rt: Runtime, email: str, password: str, device: str = "", address: str = "") -> str:
    """Check a password; returns the session's token. device: what device_token() gave this browser earlier;
    address: where the request comes from.

    Raises NotSignedIn (same message and time for unknown address and wrong password) and LimitReached after too
    many failures: see throttle.py for what counts where.
    """
    email = email.strip().replace("\0", "")
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_user_by_email, {"email": email})
    buckets = sign_in_buckets.of(rt.settings, email, row["id"] if row else 0, device, address)
    claimed = throttle.claim(rt, buckets)
    good = password_hashes.verify(row["password_hash"] if row else None, password)
    if not good or row is None or row["disabled_at"] is not None or not password_counts(rt, row["break_glass"]):
        _log.warning("sign-in by password refused")
        raise NotSignedIn(WRONG)
    with rt.db.connection() as conn:
        now = db.one(conn, _Q.hold_user, {"user_id": row["id"]})
        # Checking takes a while: the password may be another one by now.
        if now is None or now["password_hash"] != row["password_hash"] or not password_counts(rt, now["break_glass"]):
            _log.warning("sign-in by password refused: the account was changed meanwhile")
            raise NotSignedIn(WRONG)
        throttle.forgive(conn, claimed, buckets[0])
        return start_session(conn, row["id"], "password")


def password_counts(rt: Runtime, break_glass: bool) -> bool:
    """Whether someone may sign in by a password at all."""
    return rt.settings.password_sign_in == "on" or break_glass


def device_token(rt: Runtime, session_token: str) -> str:
    """For the cookie of a browser that has just signed in: nothing to store, and no way in by itself."""
    actor = actor_of(rt, session_token, counts_as_use=False)
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{sign_in_buckets.device_mac(rt.settings, actor.user_id, nonce)}" if actor else ""


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


def own_sessions(rt: Runtime, actor: Actor) -> list[OwnSession]:
    """The actor's sign-ins that are good now, newest use first; at most 100."""
    s = rt.settings
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_own_sessions, {
            "user_id": actor.user_id, "idle_min": s.session_idle_min, "max_h": s.session_max_h})  # fmt: skip
    return [
        OwnSession(str(r["id"]), r["created_at"], r["last_active"], str(r["id"]) == actor.session_id) for r in found
    ]


def end_own_session(rt: Runtime, actor: Actor, session_id: str) -> None:
    """Raises NotFound for what is no sign-in of the actor's, or has ended already."""
    try:
        wanted = UUID(session_id)
    except ValueError as error:
        raise NotFound(NO_SESSION) from error
    with rt.db.connection() as conn:
        if db.one(conn, _Q.revoke_own_session, {"user_id": actor.user_id, "session_id": wanted}) is None:
            raise NotFound(NO_SESSION)
        audit(conn, actor, "session.end", str(actor.user_id))


def preferences(rt: Runtime, actor: Actor) -> dict[str, Any]:
    """All preferences of the actor: name → JSON value."""
    with rt.db.connection() as conn:
        return {r["name"]: r["value"] for r in db.rows(conn, _Q.fetch_preferences, {"user_id": actor.user_id})}


def set_preference(rt: Runtime, actor: Actor, name: str, value: Any) -> None:
    """Keep a choice of the actor's. Raises StateTooLarge for what is none."""
    state_limits.check("a preference", value)
    with rt.db.connection() as conn:
        db.run(conn, _Q.upsert_preference, {"user_id": actor.user_id, "name": name, "value": Jsonb(value)})


def audit(conn: db.Conn, actor: Actor | None, action: str, subject: str = "", **detail: Any) -> None:
    """One line of the audit log, in the transaction of what it tells. No personal data in detail.

    actor: None for what was done on the server by a command, or by nobody in particular.
    """
    db.run(conn, _Q.insert_audit, {
        "user_id": actor.user_id if actor else None, "action": action, "subject": subject, "detail": Jsonb(detail),
    })  # fmt: skip


def start_session(conn: db.Conn, user_id: int, by: str) -> str:
    """A new sign-in, in the transaction of what allowed it; returns its token. by: password, link or provider.

    The person is held until that transaction ends: whoever disables them or resets their password comes before it,
    and it is refused, or after it, and finds a sign-in to end. Raises NotSignedIn.
    """
    if db.one(conn, _Q.hold_user, {"user_id": user_id}) is None:
        raise NotSignedIn(OVERTAKEN)
    token = new_token()
    db.run(conn, _Q.insert_session, {"token_hash": digest(token), "user_id": user_id})
    _log.info("signed in by %s: user %d", by, user_id)
    return token


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)
