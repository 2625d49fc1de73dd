"""The download of exports."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from services.exports import exports


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/exports/<uuid:export_id>", rule=Rule.RECRUITER)
    def download(export_id: UUID) -> Response:
        actor = current_actor()
        found = exports.open_export(rt, actor, export_id)
        answer = _answer(found)
        if not found.file.closed:
            exports.note_download(rt, actor, found.export_id, answer.content_range.start or 0)
        return answer


def _answer(found: exports.Download) -> Response:
    """The file, or the part of it that was asked for; closed where nothing of it is sent."""
    answer = send_file(
        found.file, mimetype=found.mimetype, as_attachment=True, download_name=found.file_name, conditional=False,
        etag=found.export_id, last_modified=found.made_at,
    )  # fmt: skip
    # What send_file does with a path, for a file of any storage.
    answer.content_length = found.size
    try:
        answer.make_conditional(request, accept_ranges=True, complete_length=found.size)
    except RequestedRangeNotSatisfiable:
        found.file.close()
        raise
    if request.method == "HEAD" or answer.status_code == 304:
        found.file.close()
    answer.headers["Cache-Control"] = "no-store"
    return answer
