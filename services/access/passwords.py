"""Passwords: what a good one is, how it is kept, and the three ways to set one.

A person sets their own (knowing the old one), an admin hands out a one-time link that sets one, and the command
line sets one. Each ends the other sign-ins of that person, and links that were not used yet.
"""

from __future__ import annotations

import sql
from services import db
from services.access import sign_in_buckets, throttle
from services.access.identity import Actor, audit, digest, new_token, password_counts
from services.access.password_hashes import check, hashed, verify
from services.errors import BadInput, Forbidden, LimitReached, NotFound, NotSignedIn
from services.runtime import Runtime

LINK_MIN = 60
# Links that set a password, for one person in an hour.
MOST_LINKS = 5
# A sign-in this young may set a first password: someone has just shown who they are by a link or the provider.
FRESH_MIN = 15

BAD_LINK = "This link was used before or is too old. Ask an admin for a new one."
SWITCHED_OFF = "Passwords are switched off here: people sign in with {provider}."
OVERTAKEN = "Your password was changed elsewhere just now, or this sign-in was ended. Sign in again."
NOT_FRESH = "To set a first password, sign out, sign in again by a link, and come back within 15 minutes."

_Q = sql.queries("passwords")


def make_link(rt: Runtime, actor: Actor | None, user_id: int) -> str:
    """A one-time token for /login/password/<token>, good for an hour; earlier ones no longer work.

    actor: the admin, or None for the command line. Raises NotFound, BadInput and LimitReached.
    """
    token = new_token()
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.lock_user, {"user_id": user_id})
        if row is None or row["disabled_at"] is not None:
            raise NotFound("There is no active user of this kind. Enable them first.")
        if not password_counts(rt, row["break_glass"]):
            raise BadInput(SWITCHED_OFF.format(provider=rt.settings.oidc_name))
        made = db.one(conn, _Q.count_links, {"user_id": user_id})
        if made and made["made"] >= MOST_LINKS:
            raise LimitReached(f"{MOST_LINKS} such links were made for this person within the hour. Wait a while.")
        db.run(conn, _Q.end_links, {"user_id": user_id})
        db.run(conn, _Q.insert_link, {"token_hash": digest(token), "user_id": user_id, "minutes": LINK_MIN})
        audit(conn, actor, "user.password_link", str(user_id))
    return token


def link_is_good(rt: Runtime, token: str) -> bool:
    """Whether a link can still be used; it is not used up by asking."""
    with rt.db.connection() as conn:
        return db.one(conn, _Q.fetch_link, {"token_hash": digest(token)}) is not None


def set_by_link(rt: Runtime, token: str, password: str, again: str) -> None:
    """Use a link up. Raises NotSignedIn for a used or old one, BadInput for a bad password: the link stays good."""
    params = {"token_hash": digest(token)}
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_link, params)
    if row is None or not password_counts(rt, row["break_glass"]):
        raise NotSignedIn(BAD_LINK)
    if password != again:
        raise BadInput("The two passwords are not the same.")
    check(password, row["email"], row["name"])
    made = hashed(password)
    with rt.db.connection() as conn:
        now = db.one(conn, _Q.lock_user, {"user_id": row["id"]})
        good = now is not None and now["disabled_at"] is None and password_counts(rt, now["break_glass"])
        if not good or db.one(conn, _Q.consume_link, params) is None:
            raise NotSignedIn(BAD_LINK)
        _set(conn, row["id"], made, keep_session="")
        audit(conn, Actor(row["id"], row["role"]), "user.password", str(row["id"]), by="link")


def change(rt: Runtime, actor: Actor, old: str, password: str, again: str) -> None:
    """Set one's own password; all other sign-ins of the actor end.

    Raises Forbidden for a wrong old password, LimitReached after too many, BadInput for a bad new one. Who has no
    password yet sets the first one without, within 15 minutes of signing in.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_own, {"user_id": actor.user_id, "session_id": actor.session_id or None})
    if row is None:
        raise NotFound("This user does not exist any more.")
    if not password_counts(rt, row["break_glass"]):
        raise BadInput(SWITCHED_OFF.format(provider=rt.settings.oidc_name))
    if password != again:
        raise BadInput("The two new passwords are not the same.")
    check(password, row["email"], row["name"])
    bucket = sign_in_buckets.of_change(rt.settings, actor.user_id)
    tried: list[int] = []
    if row["password_hash"] is None:
        if not row["fresh"]:
            raise Forbidden(NOT_FRESH)
    else:
        tried = throttle.claim(rt, [bucket])
        if not verify(row["password_hash"], old):
            raise Forbidden("The old password is wrong.")
    made = hashed(password)
    with rt.db.connection() as conn:
        _check_unchanged(conn, actor, row["password_hash"])
        _set(conn, actor.user_id, made, keep_session=actor.session_id)
        throttle.forgive(conn, tried, bucket)
        audit(conn, actor, "user.password", str(actor.user_id), by="person")


def set_by_command(rt: Runtime, email: str, password: str) -> None:
    """For whoever can run commands on the server. All sign-ins of the user end. Raises BadInput, NotFound."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_by_email, {"email": email.strip()})
    if row is None or row["disabled_at"] is not None:
        raise NotFound("There is no active user with this e-mail address.")
    check(password, row["email"], row["name"])
    made = hashed(password)
    with rt.db.connection() as conn:
        _set(conn, row["id"], made, keep_session="")
        audit(conn, None, "user.password", str(row["id"]), by="command")


def set_break_glass(rt: Runtime, email: str, on: bool) -> None:
    """Whether an admin's password counts where passwords are switched off. Raises NotFound, BadInput."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_by_email, {"email": email.strip()})
        if row is None or row["disabled_at"] is not None:
            raise NotFound("There is no active user with this e-mail address.")
        if on and row["role"] != "admin":
            raise BadInput("Break glass is for admins only: make this user one first.")
        db.run(conn, _Q.set_break_glass, {"user_id": row["id"], "break_glass": on})
        audit(conn, None, "user.break_glass", str(row["id"]), on=on)


def _check_unchanged(conn: db.Conn, actor: Actor, password_hash: str | None) -> None:
    """Raises NotSignedIn when the password that was checked, or the sign-in that checked it, is good no more: a
    reset that was made meanwhile is not overwritten."""
    now = db.one(conn, _Q.lock_user, {"user_id": actor.user_id})
    ended = actor.session_id and db.one(conn, _Q.fetch_open_session, {
        "session_id": actor.session_id, "user_id": actor.user_id}) is None  # fmt: skip
    if now is None or now["disabled_at"] is not None or now["password_hash"] != password_hash or ended:
        raise NotSignedIn(OVERTAKEN)


def _set(conn: db.Conn, user_id: int, password_hash: str, *, keep_session: str) -> None:
    db.run(conn, _Q.set_password, {"user_id": user_id, "password_hash": password_hash})
    db.run(conn, _Q.end_sessions, {"user_id": user_id, "keep": keep_session or None})
    db.run(conn, _Q.end_all_links, {"user_id": user_id})
