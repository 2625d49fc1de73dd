"""What admins do about people: invite, change a role, disable, end sign-ins. Everything is in the audit log.

Every function with an actor raises Forbidden for anyone who is no admin.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sql
from services import db
from services.access import identity, passwords
from services.access.identity import ROLES, Actor
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.runtime import Runtime

ADMINS_ONLY = "Only an admin can do this."
LAST_ADMIN = "This is the last admin. Make someone else an admin first."
NOT_YOURSELF = "You cannot disable yourself. Ask another admin."
NO_USER = "This user does not exist any more. Load the page again."

_Q = sql.queries("accounts")


@dataclass(frozen=True)
class User:
    """One row of the users page. sessions: sign-ins that are good now."""

    id: int
    name: str
    email: str
    role: str
    disabled: bool
    has_password: bool
    has_provider: bool
    break_glass: bool
    last_active: datetime | None
    sessions: int


@dataclass(frozen=True)
class Session:
    """One sign-in that is good now. own: the one that asks."""

    id: str
    name: str
    email: str
    role: str
    created_at: datetime
    last_active: datetime
    own: bool


@dataclass(frozen=True)
class Own:
    """One's own account. password_counts: whether a password signs them in; provider: what does where it does not."""

    name: str
    email: str
    role: str
    has_password: bool
    password_counts: bool
    provider: str


def must_be_admin(actor: Actor) -> None:
    """Raises Forbidden."""
    if actor.role != "admin":
        raise Forbidden(ADMINS_ONLY)


def users(rt: Runtime, actor: Actor) -> list[User]:
    """Everyone, those who may sign in first; at most 500."""
    must_be_admin(actor)
    s = rt.settings
    with rt.db.connection() as conn:
        found = db.rows(conn, _Q.fetch_users, {"idle_min": s.session_idle_min, "max_h": s.session_max_h})
    return [
        User(r["id"], r["name"], r["email"], r["role"], r["disabled_at"] is not None, r["has_password"],
             r["has_provider"], r["break_glass"], r["last_active"], r["sessions"])
        for r in found
    ]  # fmt: skip


def invite(rt: Runtime, actor: Actor, email: str, name: str, role: str) -> str:
    """Add a user; returns a one-time token for /login/<token>. Raises BadInput, nothing changed."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        made = identity.add_user(conn, email, name, role)
        identity.audit(conn, actor, "user.invite", str(made.user_id), role=role)
        return identity.add_login_link(conn, made.user_id)


def new_link(rt: Runtime, actor: Actor, user_id: int) -> str:
    """A one-time sign-in token for a user. Raises NotFound, Conflict."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_user, {"user_id": user_id})
        if row is None:
            raise NotFound(NO_USER)
        if row["disabled_at"] is not None:
            raise Conflict("This user is disabled. Enable them first.")
        identity.audit(conn, actor, "user.link", str(user_id))
        return identity.add_login_link(conn, user_id)


def add_by_command(rt: Runtime, email: str, name: str, role: str) -> Actor:
    """For whoever can run commands on the server. Raises BadInput."""
    with rt.db.connection() as conn:
        made = identity.add_user(conn, email, name, role)
        identity.audit(conn, None, "user.invite", str(made.user_id), role=role)
    return made


def link_by_command(rt: Runtime, email: str) -> str:
    """A one-time sign-in token, made on the server. Raises BadInput for a stranger."""
    found = identity.find_user(rt, email)
    if found is None:
        raise BadInput(identity.NO_ACTIVE_USER)
    with rt.db.connection() as conn:
        identity.audit(conn, None, "user.link", str(found.user_id))
        return identity.add_login_link(conn, found.user_id)


def new_password_link(rt: Runtime, actor: Actor, user_id: int) -> str:
    """A one-time token for /login/password/<token>. Raises NotFound, BadInput, LimitReached."""
    must_be_admin(actor)
    return passwords.make_link(rt, actor, user_id)


def own(rt: Runtime, actor: Actor) -> Own:
    """What the actor's own page shows. Raises NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_user, {"user_id": actor.user_id})
    if row is None:
        raise NotFound(NO_USER)
    counts = identity.password_counts(rt, row["break_glass"])
    return Own(row["name"], row["email"], row["role"], row["has_password"], counts, rt.settings.oidc_name)


def set_role(rt: Runtime, actor: Actor, user_id: int, role: str) -> None:
    """Raises BadInput for a role that there is not, Conflict for the last admin, NotFound."""
    must_be_admin(actor)
    if role not in ROLES:
        raise BadInput(f"The role must be one of {', '.join(ROLES)}.")
    with rt.db.connection() as conn:
        if role != "admin":
            _keep_an_admin(conn, user_id)
        if db.one(conn, _Q.set_role, {"user_id": user_id, "role": role}) is None:
            raise NotFound(NO_USER)
        identity.audit(conn, actor, "user.role", str(user_id), role=role)


def set_disabled(rt: Runtime, actor: Actor, user_id: int, disabled: bool) -> None:
    """Disable: all sign-ins end at once, links that were sent no longer work. Raises Conflict, NotFound."""
    must_be_admin(actor)
    if disabled and user_id == actor.user_id:
        raise Conflict(NOT_YOURSELF)
    with rt.db.connection() as conn:
        if disabled:
            _keep_an_admin(conn, user_id)
        if db.one(conn, _Q.disable if disabled else _Q.enable, {"user_id": user_id}) is None:
            raise NotFound(NO_USER)
        if disabled:
            db.run(conn, _Q.revoke_sessions_of, {"user_id": user_id})
            db.run(conn, _Q.delete_links_of, {"user_id": user_id})
        identity.audit(conn, actor, "user.disable" if disabled else "user.enable", str(user_id))


def sessions(rt: Runtime, actor: Actor) -> list[Session]:
    """Sign-ins that are good now, newest use first; at most 500."""
    must_be_admin(actor)
    return [
        Session(str(r["id"]), r["name"], r["email"], r["role"], r["created_at"], r["last_active"],
                str(r["id"]) == actor.session_id)
        for r in identity.list_sessions(rt)
    ]  # fmt: skip


def end_session(rt: Runtime, actor: Actor, session_id: str) -> None:
    """The next request of this sign-in is refused. Raises Conflict when it has ended already."""
    must_be_admin(actor)
    try:
        found = uuid.UUID(session_id)
    except ValueError as error:
        raise BadInput("That is not the id of a sign-in.") from error
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.revoke_session, {"session_id": str(found)})
        if row is None:
            raise Conflict("This sign-in has ended already.")
        identity.audit(conn, actor, "session.end", str(row["user_id"]))


def _keep_an_admin(conn: db.Conn, without: int) -> None:
    if [row["id"] for row in db.rows(conn, _Q.lock_admins)] == [without]:
        raise Conflict(LAST_ADMIN)
