"""Whether a key works, by a call that costs nothing: the list of models.

For web processes: the standard library's client, since openai's own would cost each of them 60 MB.
"""

from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import urlsplit

from services.errors import BadInput, Unavailable

TIMEOUT_S = 8.0
# More is no list of models.
_MOST = 2_000_000


def check(base_url: str, key: str, model: str, timeout_s: float = TIMEOUT_S) -> str:
    """What the server says of the key and the model, in a sentence. Never quotes the key or the answer.

    Raises BadInput for a key or address that is refused, Unavailable when nobody answers in time.
    """
    status, body = _get(base_url, key, timeout_s)
    if status in (401, 403):
        raise BadInput(f"The key is refused ({status}). Replace OPENAI_API_KEY.")
    if status == 404:
        raise BadInput("There is no list of models at OPENAI_BASE_URL. Check the address; it often ends in /v1.")
    if status == 429:
        return "The key is known, but its limit is used up just now (429)."
    if status != 200:
        raise Unavailable(f"The server at OPENAI_BASE_URL answers with an error ({status}).")
    known = _models(body)
    if model in known or not known:
        return f"The key works, and {model} can be used." if known else "The key works."
    return f"The key works, but {model} is not among its {len(known)} models: check OPENAI_MODEL."


def _get(base_url: str, key: str, timeout_s: float) -> tuple[int, bytes]:
    url = urlsplit(base_url)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise BadInput("OPENAI_BASE_URL is not an address: it begins with https://.")
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(
            url.hostname, url.port, timeout=timeout_s, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout_s)
    try:
        connection.request("GET", f"{url.path.rstrip('/')}/models", headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST)
    except (OSError, http.client.HTTPException) as error:
        # Its message may quote the address, and that may hold a password.
        raise Unavailable(f"Nobody answers at OPENAI_BASE_URL ({type(error).__name__}).") from error
    finally:
        connection.close()


def _models(body: bytes) -> set[str]:
    try:
        found = json.loads(body)
    except ValueError:
        return set()
    rows = found.get("data") if isinstance(found, dict) else None
    return {str(row.get("id")) for row in rows if isinstance(row, dict)} if isinstance(rows, list) else set()
