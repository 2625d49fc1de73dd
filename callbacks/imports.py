"""The page `/search/<id>/import`, uploads, and the download of rejected rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from dash import ALL, ClientsideFunction, Input, Output, State, ctx, no_update
from flask import Response, g, jsonify, request

from callbacks.errors import told_last
from callbacks.import_parts import parts_of
from callbacks.registry import Registry, Rule
from callbacks.session import check_sender, current_actor
from layouts import ids, import_form, pages_import
from services.access.identity import Actor
from services.archive import archives
from services.errors import Forbidden, ProductError
from services.imports import import_mapping, import_preview, import_readers, imports, uploads
from services.people import duplicates
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """A file field, or the import that ?run= names. Of an archived search, what to do first."""
    archive = archives.find(rt, actor, search_id)
    if archive is not None and archive.archived:
        return pages_import.archived(str(search_id))
    search = searches.get_search(rt, actor, search_id)
    if not search.editable:
        raise Forbidden(imports.READ_ONLY if archive is None else searches.FROZEN)
    run = _run_of_address(rt, actor, search.id)
    return pages_import.import_page(
        search_id=str(search.id), title=search.title, max_mb=rt.settings.max_upload_mb, run=run,
        compared=_compared(rt, actor, run) if run else None, upload=_upload_of_address(),
    )  # fmt: skip


def register(registry: Registry) -> None:
    _register_routes(registry)
    rt = registry.rt
    # An output of its own: callbacks without one are not called when a page appears.
    registry.clientside(
        ClientsideFunction("upload", "mount"), Output(ids.IMPORT_SLOT, "title"), Input(ids.IMPORT_SLOT, "id")
    )

    _register_look(registry)
    _register_start(registry)
    _register_dry_run(registry)

    @registry.callback(
        Output(ids.IMPORT_REPORT, "children"), Output(ids.IMPORT_SETUP, "hidden"), Output(ids.IMPORT_CLOCK, "disabled"),
        Input(ids.IMPORT_CLOCK, "n_intervals"), Input(ids.IMPORT_RUN, "data"), State(ids.IMPORT_SEARCH, "data"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def report(_: int | None, run_id: int | None, search_id: str) -> Any:
        if not isinstance(run_id, int):
            return no_update, no_update, True
        run = runs.get_run(rt, actor := current_actor(), run_id)
        compared = _compared(rt, actor, run)
        still = run["state"] in runs.OPEN or (compared is not None and compared.is_open)
        return pages_import.report(run, search_id, compared), True, not still


def _register_look(registry: Registry) -> None:
    rt = registry.rt

    def explain(error: ProductError) -> Any:
        # What a person set stays, to be set otherwise.
        kept = no_update if _set_by_hand() else None
        return kept, None, kept, True, True, error.message

    @registry.callback(
        Output(ids.IMPORT_FILES, "children"), Output(ids.IMPORT_PREVIEW, "children"),
        Output(ids.IMPORT_MAPPING, "children"), Output(ids.IMPORT_START, "hidden"),
        Output(ids.IMPORT_DRY_RUN, "hidden"), Output(ids.IMPORT_PROBLEM, "children"),
        Input(ids.IMPORT_UPLOAD, "data"), Input(ids.import_option(ALL, ALL), "value"),
        State(ids.import_option(ALL, ALL), "id"),
        State(ids.import_map(ALL), "name"), State(ids.import_map(ALL), "value"),
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=explain,
    )  # fmt: skip
    def look(uploaded: Any, values: list[Any], options: list[dict[str, Any]], *chosen: list[Any]) -> Any:
        if uploaded is None:
            return None, None, None, True, True, no_update
        by_hand = _set_by_hand()
        parts = parts_of(uploaded, options if by_hand else [], values if by_hand else [])
        before = zip(chosen[0], _fields(chosen[1]), strict=False) if by_hand else ()
        found = import_preview.preview(rt, current_actor(), parts, list(before))
        files = no_update if by_hand else import_form.files(found.files, import_readers.ENCODINGS)
        shown = import_form.preview([column.name for column in found.columns], found.rows)
        return files, shown, _mapping(found), False, False, ""


def _set_by_hand() -> bool:
    """Whether a control was changed, and not another file chosen."""
    return isinstance(ctx.triggered_id, dict)


def _mapping(found: import_preview.Preview) -> Any:
    return import_form.mapping(
        found.columns,
        import_mapping.FIELDS,
        header_known=found.header_known,
        used_by=found.used_by,
        used_at=found.used_at,
        uses=found.uses,
    )


# What an import is started from: files, how they are read, the search, and the field of each column.
_GIVEN = (
    State(ids.IMPORT_UPLOAD, "data"), State(ids.IMPORT_SEARCH, "data"), State(ids.import_option(ALL, ALL), "value"),
    State(ids.import_option(ALL, ALL), "id"), State(ids.import_map(ALL), "value"),
)  # fmt: skip
_Given = tuple[Any, str, list[Any], list[dict[str, Any]], list[str | None]]


def _arguments(given: _Given) -> tuple[str, list[dict[str, Any]], list[str | None]]:
    """Search, parts and mapping, as services.imports.imports takes them."""
    uploaded, search_id, values, options, fields = given
    return search_id, parts_of(uploaded, options, values), _fields(fields)


def _fields(chosen: Sequence[str | None]) -> list[str | None]:
    return [None if field == import_form.KEEP else field for field in chosen]


def _told(uploaded: Any, values: Sequence[Any], fields: Sequence[Any]) -> str:
    """A name for all that a trial is about: once anything of it is changed, its report is of something else."""
    return hashlib.blake2b(json.dumps([uploaded, values, fields]).encode(), digest_size=16).hexdigest()


def _register_start(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.IMPORT_RUN, "data"), Output(ids.URL, "search", allow_duplicate=True),
        Output(ids.IMPORT_PROBLEM, "children", allow_duplicate=True),
        Input(ids.IMPORT_START, "n_clicks"), *_GIVEN,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(3),
    )  # fmt: skip
    def start(clicks: int | None, *given: Any) -> Any:
        if not clicks or not given[0]:
            return no_update, no_update, no_update
        run_id = imports.start_import(rt, current_actor(), *_arguments(given))
        return run_id, f"?run={run_id}", ""


def _register_dry_run(registry: Registry) -> None:
    rt = registry.rt

    @registry.callback(
        Output(ids.IMPORT_DRY_RUN_RUN, "data"), Output(ids.IMPORT_PROBLEM, "children", allow_duplicate=True),
        Input(ids.IMPORT_DRY_RUN, "n_clicks"), *_GIVEN,
        rule=Rule.RECRUITER, prevent_initial_call=True, on_error=told_last(2),
    )  # fmt: skip
    def try_out(clicks: int | None, *given: Any) -> Any:
        if not clicks or not given[0]:
            return no_update, no_update
        uploaded, _, values, _, fields = given
        run_id = imports.start_dry_run(rt, current_actor(), *_arguments(given))
        return {"run": run_id, "of": _told(uploaded, values, fields)}, ""

    @registry.callback(
        Output(ids.IMPORT_DRY_RUN_REPORT, "children"), Output(ids.IMPORT_DRY_RUN_CLOCK, "disabled"),
        Input(ids.IMPORT_DRY_RUN_CLOCK, "n_intervals"), Input(ids.IMPORT_DRY_RUN_RUN, "data"),
        Input(ids.IMPORT_UPLOAD, "data"), Input(ids.import_option(ALL, ALL), "value"),
        Input(ids.import_map(ALL), "value"),
        rule=Rule.ANY, polling=True, prevent_initial_call=True,
    )  # fmt: skip
    def report_trial(_: int | None, trial: Any, uploaded: Any, values: list[Any], fields: list[Any]) -> Any:
        # Other files, read or mapped otherwise: what was found out before is of no use.
        if not isinstance(trial, dict) or trial.get("of") != _told(uploaded, values, fields):
            return None, True
        run = runs.get_run(rt, current_actor(), _number(str(trial.get("run"))))
        return pages_import.dry_run(run), run["state"] not in runs.OPEN


def _register_routes(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/uploads", rule=Rule.RECRUITER, methods=("POST",), any_size=True)
    def receive() -> Any:
        uploads.refuse_early(rt, request.content_length)
        request.max_content_length = uploads.max_bytes(rt) + uploads.ENVELOPE_BYTES
        boundary = request.mimetype_params.get("boundary", "") if request.mimetype == "multipart/form-data" else ""
        # The stream, never request.files: that would hold the file in memory or write it twice.
        return jsonify({"upload_id": uploads.save_upload(rt, current_actor(), request.stream.read, boundary)})

    @registry.route("/uploads/allowed", rule=Rule.RECRUITER, polling=True)
    def may_upload() -> Any:
        """What the proxy and the page ask before a file is sent: a refusal in the middle of one is easily lost."""
        check_sender(rt)
        return "", 204

    @registry.route("/imports/<run_id>/rejected.csv", rule=Rule.ANY)
    def rejected(run_id: str) -> Any:
        chunks = imports.rejected_csv(rt, current_actor(), _number(run_id))
        name = f"attachment; filename=rejected-{run_id}.csv"
        return Response(chunks, mimetype="text/csv", headers={"Content-Disposition": name})


def _compared(rt: Runtime, actor: Actor, run: dict[str, Any]) -> duplicates.AfterImport | None:
    """How comparing the people of an import stands, once that has ended."""
    return None if run["state"] in runs.OPEN else duplicates.after_import(rt, actor, run["id"])


def _run_of_address(rt: Runtime, actor: Actor, search_id: UUID) -> dict[str, Any] | None:
    """The import that the address names; an unknown or bad one is ignored."""
    try:
        run = runs.get_run(rt, actor, _number(parse_qs(str(g.get("page_query", ""))).get("run", [""])[0]))
    except Forbidden:
        return None
    return run if run["kind"] == "import" and run["search_id"] == search_id else None


def _upload_of_address() -> str:
    """The upload that the address names, to be looked at at once; whose it is, is asked then. "" for none."""
    raw = parse_qs(str(g.get("page_query", ""))).get("upload", [""])[0]
    try:
        return str(UUID(raw)) if raw else ""
    except ValueError:
        return ""


def _number(raw: str) -> int:
    """The id of a run; 0, which is no run's, for what is no number."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 18 else 0
