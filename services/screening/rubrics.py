"""Rubrics: the criteria by which a search is screened, in versions that never change.

Criteria are typed, or proposed by the model in a run of the kind "propose" (the web has no model
client). A rubric that is saved as it was is the same version, and verdicts of a question that did
not change stay good in a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, get_args
from uuid import UUID

import sql
from services import db
from services.access.identity import Actor, audit
from services.errors import BadInput, NotFound
from services.runs import jobs
from services.runtime import Runtime
from services.screening.prompts import JOB_DESCRIPTION_TOKENS, QUESTION_TOKENS, estimate_tokens
from services.screening.protected_traits import asked_about
from services.screening.rubric_scoring import Kind
from services.searches.searches import not_editable, refusal

MAX_CRITERIA = 12
MAX_TITLE = 80
MAX_QUESTION = 300
MAX_JOB_DESCRIPTION = 30_000
KINDS: tuple[Kind, ...] = get_args(Kind)
OFF = (
    "Screening is off because no model is set up: set OPENAI_API_KEY (or OPENAI_API_KEY_FILE) and start SourcingX "
    "again. OPENAI_BASE_URL may name any server that speaks OpenAI's API."
)

PROTECTED = (
    "“{title}” asks about {trait}, by which nobody is chosen here; what tells it is withheld from the model. "
    "Ask about what the job needs, or remove the criterion."
)

_Q = sql.queries("screening")


@dataclass(frozen=True)
class Criterion:
    """One question about a profile that is answered with yes or no. weight: 0.1 to 10; id: None until saved."""

    title: str
    question: str
    kind: Kind
    weight: Decimal
    id: int | None = None


@dataclass(frozen=True)
class Rubric:
    """A saved version."""

    id: int
    version: int
    job_description: str
    criteria: tuple[Criterion, ...]
    created_by: str
    created_at: Any


@dataclass(frozen=True)
class Proposal:
    """A run that proposes: `criteria` once it is done, `message` where it failed."""

    open: bool
    criteria: tuple[Criterion, ...]
    message: str


def criterion(title: Any, question: Any, kind: Any, weight: Any) -> Criterion:
    """Check what was typed. Raises BadInput with what to mend."""
    name, asked = _line(title), _line(question)
    if not name or not asked:
        raise BadInput("Each criterion needs a title and a question that a profile can answer with yes or no.")
    if len(name) > MAX_TITLE:
        raise BadInput(f"A criterion's title has at most {MAX_TITLE} characters.")
    if len(asked) > MAX_QUESTION:
        raise BadInput(f"A criterion's question has at most {MAX_QUESTION} characters; “{name}” has more.")
    if estimate_tokens(asked) > QUESTION_TOKENS:
        raise BadInput(f"The question of “{name}” is too long for the model: say it in fewer words.")
    if trait := asked_about(name, asked):
        raise BadInput(PROTECTED.format(title=name, trait=trait))
    if kind not in KINDS:
        raise BadInput(f"A criterion is one of {', '.join(KINDS)}.")
    try:
        size = Decimal(str(weight)).quantize(Decimal("0.1"))
    except InvalidOperation as error:
        raise BadInput("A criterion's weight is a number.") from error
    if not size.is_finite() or not Decimal("0.1") <= size <= 10:
        raise BadInput("A criterion's weight is from 0.1 to 10.")
    return Criterion(name, asked, kind, size)


def check_together(criteria: Sequence[Criterion]) -> None:
    """Raises BadInput for none, too many, or the same question twice."""
    if not 1 <= len(criteria) <= MAX_CRITERIA:
        raise BadInput(f"Screening needs 1 to {MAX_CRITERIA} criteria.")
    if len({one.question.casefold() for one in criteria}) < len(criteria):
        raise BadInput("Two criteria ask the same question; remove one.")


def newest(rt: Runtime, actor: Actor, search_id: UUID | str, rubric_id: int | None = None) -> Rubric | None:
    """The newest version, or the one with this id; None where there is none that the actor may see."""
    with rt.db.connection() as conn:
        return _fetch(conn, actor, search_id, rubric_id)


def save(
    rt: Runtime, actor: Actor, search_id: UUID | str, job_description: str, criteria: Sequence[Criterion]
) -> Rubric:
    """The next version; the newest one itself where nothing changed. Raises BadInput, Forbidden."""
    job = clean_job_description(job_description)
    check_together(criteria)
    with rt.db.connection() as conn:
        _lock(conn, search_id)
        _keep_job_description(conn, actor, search_id, job)
        known = _fetch(conn, actor, search_id)
        if known is not None and known.job_description == job and _plain(known.criteria) == _plain(criteria):
            return known
        row = db.one(conn, _Q.insert_rubric, {"search_id": search_id, "job_description": job, **actor.params})
        assert row is not None
        db.run(conn, _Q.insert_criteria, {
            "rubric_id": row["id"],
            "titles": [one.title for one in criteria],
            "questions": [one.question for one in criteria],
            "kinds": [one.kind for one in criteria],
            "weights": [one.weight for one in criteria],
        })  # fmt: skip
        audit(conn, actor, "rubric.save", str(search_id), rubric=row["id"], criteria=len(criteria))
        saved = _fetch(conn, actor, search_id, row["id"])
    assert saved is not None
    return saved


def propose(rt: Runtime, actor: Actor, search_id: UUID | str, job_description: str) -> int:
    """Keep the job description and start a run that proposes criteria from it; returns the run's id.

    Who asks for the very same again while it is under way, as by a double click, gets that run. Raises BadInput
    without a job description or a model, Forbidden.
    """
    with rt.db.connection() as conn:
        _lock(conn, search_id)
        job = _to_propose_from(conn, rt, actor, search_id, job_description)
        given = {"search_id": search_id, "job": blake2b(job.encode(), digest_size=16).hexdigest()}
        going_on = db.one(conn, _Q.fetch_open_proposal, {**given, **actor.params})
        if going_on is not None:
            return int(going_on["id"])
        return jobs.start_run(conn, actor, "propose", str(search_id), {"job": given["job"]})


def open_proposal(rt: Runtime, actor: Actor, search_id: UUID | str) -> int | None:
    """The actor's own run that proposes criteria for a search now, the newest."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_open_proposal, {"search_id": search_id, "job": None, **actor.params})
    return None if row is None else int(row["id"])


def keep_job_description(rt: Runtime, actor: Actor, search_id: UUID | str, job_description: str) -> None:
    """Save what criteria are to be proposed from. Raises as propose()."""
    with rt.db.connection() as conn:
        _to_propose_from(conn, rt, actor, search_id, job_description)


def usable(proposed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What of a model's criteria could be saved as it is: a person may keep it unchanged. Each question once."""
    kept: dict[str, dict[str, Any]] = {}
    for one in proposed:
        with suppress(BadInput):
            kept.setdefault(criterion(**one).question.casefold(), dict(one))
    return list(kept.values())


def proposal(rt: Runtime, actor: Actor, run_id: int) -> Proposal:
    """How far a proposal is; one small query. Raises NotFound for a run of someone else."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_proposal, {"run_id": run_id, **actor.params})
    if row is None:
        raise NotFound("This proposal does not exist, or someone else asked for it.")
    made = tuple(criterion(**one) for one in row["criteria"] or ()) if row["state"] == "done" else ()
    return Proposal(row["state"] in ("queued", "running", "paused"), made, row["message"])


def job_description_of(rt: Runtime, actor: Actor, search_id: UUID | str) -> str:
    """The search's job description. Raises Forbidden unless the actor may change the search."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_job_description, {"search_id": search_id, **actor.params})
        if row is None:
            raise refusal(conn, actor, search_id)
    return str(row["job_description"])


def clean_job_description(raw: Any) -> str:
    """As kept: trimmed, line ends as \\n. Raises BadInput when it is too long."""
    text = raw if isinstance(raw, str) else ""
    text = "\n".join(line.rstrip() for line in text.replace("\0", "").splitlines()).strip()
    if len(text) > MAX_JOB_DESCRIPTION:
        raise BadInput(f"A job description has at most {MAX_JOB_DESCRIPTION:,} characters.")
    return text


def is_cut(job_description: str) -> bool:
    """Whether the model will only read its beginning."""
    return estimate_tokens(job_description) > JOB_DESCRIPTION_TOKENS


def _fetch(conn: db.Conn, actor: Actor, search_id: UUID | str, rubric_id: int | None = None) -> Rubric | None:
    row = db.one(conn, _Q.fetch_rubric, {"search_id": search_id, "rubric_id": rubric_id, **actor.params})
    if row is None:
        return None
    criteria = tuple(Criterion(**one) for one in db.rows(conn, _Q.fetch_criteria, {"rubric_id": row["id"]}))
    return Rubric(row["id"], row["version"], row["job_description"], criteria, row["created_by"], row["created_at"])


def _lock(conn: db.Conn, search_id: UUID | str) -> None:
    db.run(conn, _Q.lock_screening, {"search_id": str(search_id)})


def _keep_job_description(conn: db.Conn, actor: Actor, search_id: UUID | str, job: str) -> None:
    given = {"search_id": search_id, "job_description": job, **actor.params}
    if db.run(conn, _Q.update_job_description, given) == 0:
        raise not_editable(conn, actor, search_id)


def _to_propose_from(conn: db.Conn, rt: Runtime, actor: Actor, search_id: UUID | str, raw: str) -> str:
    job = clean_job_description(raw)
    if not job:
        raise BadInput("Paste the job description first.")
    # Rights come first: whoever may not see the search learns nothing else.
    _keep_job_description(conn, actor, search_id, job)
    if not rt.settings.openai_api_key:
        raise BadInput(OFF)
    return job


def _plain(criteria: Sequence[Criterion]) -> list[tuple[str, str, str, Decimal]]:
    return [(one.title, one.question, one.kind, one.weight) for one in criteria]


def _line(raw: Any) -> str:
    return " ".join(raw.replace("\0", "").split()) if isinstance(raw, str) else ""
