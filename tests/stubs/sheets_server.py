"""Google Sheets over real HTTP, for tests: sign-in of a service account, and reading ranges. Loopback only.

with SheetsStub() as stub:
    stub.sheets["1abc…"] = {"Companies": [["Acme"], ["Beeb", "x"]]}
    stub.failing = 429, {"retry-after": "7"}     # until it is None again
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.stubs.loopback import LoopbackServer, Reply, Request

ADDRESS = "reader@sourcing-stub.iam.gserviceaccount.com"
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
           429: "RESOURCE_EXHAUSTED"}  # fmt: skip


class SheetsStub:
    """sheets: id → tab → rows. private: ids that are not shared. reads: how many reads were asked for."""

    def __init__(self) -> None:
        self.sheets: dict[str, dict[str, list[list[Any]]]] = {}
        self.private: set[str] = set()
        self.failing: tuple[int, Mapping[str, str]] | None = None
        self.refuses_key = False
        self.html = False
        self.reads = 0
        self.release = threading.Event()
        self.release.set()
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.stop()

    @property
    def key(self) -> str:
        """A service account's key, as Google gives it out."""
        pem = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps({
            "type": "service_account", "project_id": "sourcing-stub", "private_key_id": "1",
            "private_key": pem.decode(), "client_email": ADDRESS, "client_id": "1", "token_uri": f"{self.url}/token",
        })  # fmt: skip

    def _answer(self, request: Request) -> Reply:
        if request.path == "/token":
            if self.refuses_key:
                return Reply(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
            return Reply(200, {"access_token": "stub-token", "expires_in": 3600, "token_type": "Bearer"})
        self.reads += 1
        self.release.wait()
        if self.html:
            return Reply(200, "<html>A proxy</html>")
        if request.headers.get("authorization") != "Bearer stub-token":
            return _fault(401)
        if self.failing is not None:
            return _fault(self.failing[0], self.failing[1])
        parts = urlsplit(request.path)
        sheet_id = unquote(parts.path.removeprefix("/v4/spreadsheets/").partition("/")[0])
        if sheet_id in self.private:
            return _fault(403)
        if sheet_id not in self.sheets:
            return _fault(404)
        (wanted,) = parse_qs(parts.query)["ranges"]
        tab = wanted.partition("!")[0].strip("'")
        if tab not in self.sheets[sheet_id]:
            return _fault(400)
        rows = self.sheets[sheet_id][tab]
        # An empty range has no values at all.
        return Reply(200, {"spreadsheetId": sheet_id, "valueRanges": [
            {"range": wanted, "majorDimension": "ROWS"} | ({"values": rows} if rows else {})]})  # fmt: skip


def _fault(status: int, headers: Mapping[str, str] | None = None) -> Reply:
    body = {"error": {"code": status, "message": "Not this time", "status": _STATUS.get(status, "INTERNAL")}}
    return Reply(status, body, headers or {})
