"""Which models' vectors are kept: of one that is live, one beside it that is being built, older ones until dropped.

    nobody → live            the first model: there is nothing that it could disturb
    nobody → building        the settings name another one; pages go on with the live one meanwhile
    building → live          switch(); the live one is retired then
    retired → building       the settings name it again: what it has is still there
    building → retired       the settings name the live one again: nobody waits for the other any more
    building, retired → gone drop(); at once, whatever its size

Names of models stand here, not at what loads them: web processes show them and load none.
"""

from __future__ import annotations

import sql
from services import db
from services.access.accounts import must_be_admin
from services.access.identity import Actor, audit
from services.config import Settings
from services.errors import Conflict, NotFound
from services.matching import matching_state
from services.matching.matching_state import Model
from services.runtime import Runtime

LOCAL = "all-MiniLM-L6-v2-int8"
ENDPOINT_DEFAULT = "text-embedding-3-small"

NOTHING_TO_SWITCH = "There is no other model to switch to: set EMBEDDING_PROVIDER and EMBEDDING_MODEL, then build it."
NOT_COMPLETE = "The new model does not know everyone yet. Switch when it is complete; pages use the old one until then."
LEFT_OUT = (
    "The new model does not know everyone yet whom the one in use knows. Make missing vectors, and switch then; pages"
    " use the old one until then."
)
IS_WANTED = (
    "The settings name this model, so it would be made anew at once. Change EMBEDDING_PROVIDER or EMBEDDING_MODEL"
    " first."
)
IS_MADE = "Vectors of this model are being made. Cancel that run first."
IS_LIVE = "People are compared by this model. Switch to another one first."
NO_MODEL = "This model is gone already."

_Q = sql.queries("embeddings")


def configured(settings: Settings) -> tuple[str, str]:
    """(provider, name) of the model that the settings name."""
    if settings.embedding_provider == "openai":
        return "openai", settings.embedding_model or ENDPOINT_DEFAULT
    return "local", LOCAL


def ensure(conn: db.Conn, settings: Settings) -> Model:
    """The model that the settings name, made if it was not there: live if there is no other, else building.

    What was being built and is named no more is retired.
    """
    provider, name = configured(settings)
    given = {"provider": provider, "name": name}
    db.run(conn, _Q.lock_models)
    wanted = _named(conn, provider, name)
    if (wanted is None or wanted.state != "building") and _building(conn) is not None:
        db.run(conn, _Q.retire_building)
    if wanted is None or wanted.state == "retired":
        db.run(conn, _Q.upsert_model, given)
        wanted = _named(conn, provider, name)
        assert wanted is not None
    db.run(conn, _Q.add_partition, {"model_id": wanted.id})
    return wanted


def in_use(conn: db.Conn) -> list[Model]:
    """Those that vectors are made of: the live one first, which pages compare by, then what is to follow it."""
    found = matching_state.models(conn)
    return [one for state in ("live", "building") for one in found if one.state == state]


def switch(rt: Runtime, actor: Actor) -> Model:
    """From now on people are compared by the model that was being built. For admins.

    Raises NotFound where none is, Conflict where it does not know everyone yet whom the live one knows.
    """
    must_be_admin(actor)
    with rt.db.connection() as conn:
        db.run(conn, _Q.lock_models)
        built, live = _building(conn), matching_state.live(conn)
        if built is None:
            raise NotFound(NOTHING_TO_SWITCH)
        if built.complete_at is None:
            raise Conflict(NOT_COMPLETE)
        # Complete is as of a moment: people may have come since.
        left_out = live and db.one(conn, _Q.find_left_out, {"live": live.id, "built": built.id})
        if left_out and left_out["found"]:
            raise Conflict(LEFT_OUT)
        db.run(conn, _Q.retire_live)
        db.run(conn, _Q.make_live, {"model_id": built.id})
        audit(conn, actor, "matching.switch", str(built.id), model=built.name)
    return built


def drop(rt: Runtime, actor: Actor, model_id: int) -> Model:
    """A model and its vectors go. For admins. Raises as droppable()."""
    must_be_admin(actor)
    with rt.db.connection() as conn:
        db.run(conn, _Q.lock_models)
        gone = droppable(conn, rt.settings, model_id)
        db.run(conn, _Q.drop_model, {"model_id": model_id})
        audit(conn, actor, "matching.drop", str(model_id), model=gone.name)
    return gone


def droppable(conn: db.Conn, settings: Settings, model_id: int) -> Model:
    """A model that nobody needs. Raises NotFound, Conflict for the live one, for one that the settings name, and while
    it is made."""
    found = next((one for one in matching_state.models(conn) if one.id == model_id), None)
    if found is None:
        raise NotFound(NO_MODEL)
    if found.state == "live":
        raise Conflict(IS_LIVE)
    if (found.provider, found.name) == configured(settings):
        raise Conflict(IS_WANTED)
    if found.state == "building" and db.one(conn, _Q.find_any_run) is not None:
        raise Conflict(IS_MADE)
    return found


def note_error(conn: db.Conn, model_id: int, message: str) -> None:
    """What went wrong last; "" when it goes well again. Holds no text and no key: a ProductError's message."""
    db.run(conn, _Q.note_error, {"model_id": model_id, "message": message[:500]})


def _building(conn: db.Conn) -> Model | None:
    return next((one for one in matching_state.models(conn) if one.state == "building"), None)


def _named(conn: db.Conn, provider: str, name: str) -> Model | None:
    found = matching_state.models(conn)
    return next((one for one in found if (one.provider, one.name) == (provider, name)), None)
