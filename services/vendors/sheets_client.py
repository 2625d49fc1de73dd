"""Google Sheets, through gspread: one request reads a whole range. Job workers only: importing it is heavy.

gspread's own objects ask three times for one range; its HTTP client asks once, and says how long to wait.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient
from gspread.urls import SPREADSHEETS_API_V4_BASE_URL

from services.vendors.sheets_errors import (
    ApiOff,
    BadKey,
    NoSuchRange,
    NoSuchSheet,
    NotSetUp,
    NotShared,
    SheetsDown,
    SheetTimedOut,
    TooManyReads,
)

SCOPES = ("https://www.googleapis.com/auth/spreadsheets.readonly",)
TIMEOUT_S = 20.0
# Google's quota is one of a minute.
RETRY_AFTER_S = 60.0


class SheetsClient:
    """One service account. key: its JSON; base_url: where the API is. Raises NotSetUp, BadKey."""

    def __init__(self, key: str, base_url: str) -> None:
        if not key:
            raise NotSetUp
        try:
            credentials = Credentials.from_service_account_info(json.loads(key), scopes=SCOPES)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadKey from error
        self._address: str = credentials.service_account_email
        self._http = _Client(credentials, base_url.rstrip("/"))
        self._http.set_timeout(TIMEOUT_S)

    def read(self, sheet_id: str, wanted: str) -> list[Sequence[Any]]:
        """The rows of a range, as they are shown; rows may be short, and there are none in an empty range.

        Raises a SheetError by cause.
        """
        try:
            answer = self._http.values_batch_get(sheet_id, [wanted], {"majorDimension": "ROWS"})
            return _rows(answer)
        except APIError as error:
            raise self._cause(error, wanted) from error
        except requests.Timeout as error:
            raise SheetTimedOut from error
        except TransportError as error:
            raise SheetsDown from error
        except GoogleAuthError as error:
            raise BadKey from error
        except (requests.RequestException, ValueError) as error:
            raise SheetsDown from error

    def close(self) -> None:
        self._http.session.close()

    def _cause(self, error: APIError, wanted: str) -> Exception:
        status = error.response.status_code
        if status == 429:
            return TooManyReads(_seconds(error.response.headers.get("Retry-After")))
        if status == 403 and "SERVICE_DISABLED" in error.response.text:
            return ApiOff()
        causes = {400: NoSuchRange(wanted), 401: BadKey(), 403: NotShared(self._address), 404: NoSuchSheet()}
        return causes.get(status, SheetsDown())


class _Client(HTTPClient):
    """gspread's client at another address."""

    def __init__(self, credentials: Credentials, base_url: str) -> None:
        super().__init__(credentials)
        self._base_url = base_url
        # The token would go along to wherever a redirect leads.
        self.session.max_redirects = 0

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
        path = endpoint.removeprefix(SPREADSHEETS_API_V4_BASE_URL)
        response = super().request(method, f"{self._base_url}/v4/spreadsheets{path}", *args, **kwargs)
        assert isinstance(response, requests.Response)
        return response


def _rows(answer: Any) -> list[Sequence[Any]]:
    """Raises ValueError for an answer that is none."""
    match answer:
        case {"valueRanges": [{"values": list(rows)}, *_]} if all(isinstance(row, list) for row in rows):
            return rows
        case {"valueRanges": [dict(), *_]}:
            return []
    raise ValueError("no ranges")


def _seconds(raw: str | None) -> float:
    return float(raw) if raw is not None and raw.isdigit() else RETRY_AFTER_S
