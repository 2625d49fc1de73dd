"""The first admin, and the sign-in link that `sourcingx run` prints."""

from __future__ import annotations

import sql
from services import db
from services.access import accounts, identity
from services.access.identity import Actor
from services.errors import BadInput
from services.runtime import Runtime

FIRST_ADMIN = "admin@localhost"

_Q = sql.queries("bootstrap")


def admin_login_token(rt: Runtime, *, always: bool) -> str | None:
    """A fresh one-time token for the first admin, who is made when there is none.

    With always=False only the start that makes the admin gets one: on a server that others
    reach, whoever reads the log of a later start must not be able to sign in with it.
    """
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_first_admin)
    if row is None:
        accounts.add_by_command(rt, FIRST_ADMIN, "Admin", "admin")
    elif not always:
        return None
    return accounts.link_by_command(rt, row["email"] if row else FIRST_ADMIN)


def acting_as(rt: Runtime, email: str = "") -> Actor:
    """Whom a command acts for: the user with this address, else the first admin, who is made when there is none.

    Raises BadInput for an address that is no active user's.
    """
    if not email:
        with rt.db.connection() as conn:
            row = db.one(conn, _Q.fetch_first_admin)
        if row is None:
            return accounts.add_by_command(rt, FIRST_ADMIN, "Admin", "admin")
        email = row["email"]
    actor = identity.find_user(rt, email)
    if actor is None:
        raise BadInput("There is no active user with this e-mail address.")
    return actor
