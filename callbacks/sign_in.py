"""Every way in, over plain HTTP: password, one-time link, identity provider, and the way out of that one; and the link
that sets a password."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, request

from callbacks import cookies, documents, session
from callbacks.registry import Registry, Rule
from layouts import pages_login, text
from services.access import identity, oidc, passwords
from services.errors import NotFound, ProductError
from services.runtime import Runtime

# How long a browser is known in which an account was signed in, and how long a sign-in form is good.
DEVICE_S = 365 * 86_400
FORM_S = 3600


def register(registry: Registry) -> None:
    _register_form(registry)
    _register_link(registry)
    _register_password_link(registry)
    _register_provider(registry)


def _register_form(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/login", rule=Rule.ANONYMOUS)
    def show_form() -> Any:
        notice = text.PASSWORD_SET if "password-set" in request.args else ""
        return _form_page(rt, request.args.get("next"), notice=notice, emergency="emergency" in request.args)

    @registry.route("/login", rule=Rule.ANONYMOUS, methods=("POST",))
    def submit_form() -> Any:
        email, target = request.form.get("email", ""), request.form.get("next")
        if not _form_is_ours():
            return _form_page(rt, target, email, text.LOGIN_STALE, 403, emergency=True)
        try:
            device = cookies.DEVICE.read()
            password = request.form.get("password", "")
            token = identity.sign_in(rt, email, password, device, session.client_address(rt))
        except ProductError as error:
            return _form_page(rt, target, email, error.message, error.status, emergency=True)
        return _signed_in(rt, token, session.safe_next(target))


def _register_link(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/login/<token>", rule=Rule.ANONYMOUS)
    def show_link(token: str) -> Any:
        csrf = _form_token()
        # The token goes back into the page as a path of unreserved characters only.
        page = pages_login.link(_assets(), csrf=csrf, action=f"/login/{quote(token, safe='')}")
        return _with_form_cookie(page, csrf, 200)

    @registry.route("/login/<token>", rule=Rule.ANONYMOUS, methods=("POST",))
    def use_link(token: str) -> Any:
        if not _form_is_ours():
            return _form_page(rt, None, problem=text.LOGIN_STALE, status=403)
        try:
            session_token = identity.sign_in_with_link(rt, token)
        except ProductError as error:
            return _form_page(rt, None, problem=error.message, status=error.status)
        return _signed_in(rt, session_token, "/")


def _register_password_link(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/login/password/<token>", rule=Rule.ANONYMOUS)
    def show_password_form(token: str) -> Any:
        if not passwords.link_is_good(rt, token):
            return _form_page(rt, None, problem=passwords.BAD_LINK, status=401)
        return _password_page(token)

    @registry.route("/login/password/<token>", rule=Rule.ANONYMOUS, methods=("POST",))
    def set_password(token: str) -> Any:
        if not _form_is_ours():
            return _password_page(token, text.LOGIN_STALE, 403)
        try:
            passwords.set_by_link(rt, token, request.form.get("password", ""), request.form.get("again", ""))
        except ProductError as error:
            if error.status == 401:
                return _form_page(rt, None, problem=error.message, status=401)
            return _password_page(token, error.message, error.status)
        return redirect("/login?password-set", 303)


def _register_provider(registry: Registry) -> None:
    rt = registry.rt
    provider = oidc.client(rt)

    @registry.route(cookies.FLOW.path, rule=Rule.ANONYMOUS)
    def go_to_provider() -> Any:
        if provider is None:
            raise NotFound(text.NOT_FOUND_TITLE)
        target = session.safe_next(request.args.get("next"))
        if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            # Another site cannot sign anybody in: it takes a click on our own page.
            return redirect(f"/login?{urlencode({'next': target})}", 303)
        try:
            begun = oidc.begin(rt, provider, _redirect_uri(), target)
        except ProductError as error:
            return _form_page(rt, target, problem=error.message, status=error.status)
        answer = redirect(begun.url, 303)
        cookies.FLOW.put(answer, begun.cookie, oidc.MINUTES * 60)
        return answer

    @registry.route(f"{cookies.FLOW.path}/callback", rule=Rule.ANONYMOUS)
    def come_back() -> Any:
        if provider is None:
            raise NotFound(text.NOT_FOUND_TITLE)
        cookie = cookies.FLOW.read()
        try:
            token, target = oidc.finish(rt, provider, _redirect_uri(), cookie, request.args)
            answer = _signed_in(rt, token, session.safe_next(target), by_provider=True)
        except ProductError as error:
            answer = _form_page(rt, None, problem=error.message, status=error.status)
        cookies.FLOW.drop(answer)
        return answer

    @registry.route(cookies.PROVIDER.path, rule=Rule.ANONYMOUS)
    def go_out() -> Any:
        """Where a browser goes that has signed out: the cookie says whether it has to end a sign-in elsewhere, too."""
        if provider is None or not cookies.PROVIDER.read():
            return redirect("/login", 303)
        away = oidc.sign_out_url(rt, provider, f"{request.host_url}login")
        answer = redirect(away, 303) if away else _form_page(rt, None, notice=oidc.still_there(rt))
        cookies.PROVIDER.drop(answer)
        return answer


def _redirect_uri() -> str:
    """As the browser sees this server; the provider takes only the address that is registered there."""
    return f"{request.host_url}{cookies.FLOW.path.removeprefix('/')}/callback"


def _assets() -> pages_login.Assets:
    return documents.stylesheets(), documents.asset_url("theme.js"), documents.asset_url("icon.svg")


def _form_page(
    rt: Runtime, target: str | None, email: str = "", problem: str = "", status: int = 200, *, notice: str = "",
    emergency: bool = False,
) -> Response:  # fmt: skip
    """The sign-in page. emergency: with the password form even where passwords are switched off."""
    s = rt.settings
    csrf = _form_token()
    page = pages_login.login(
        _assets(), csrf=csrf, next_path=session.safe_next(target), email=email, problem=problem, notice=notice,
        provider=s.oidc_name if s.oidc_issuer else "", passwords=s.password_sign_in == "on", emergency=emergency,
    )  # fmt: skip
    return _with_form_cookie(page, csrf, status)


def _password_page(token: str, problem: str = "", status: int = 200) -> Response:
    csrf = _form_token()
    action = f"/login/password/{quote(token, safe='')}"
    return _with_form_cookie(pages_login.password(_assets(), csrf=csrf, action=action, problem=problem), csrf, status)


def _form_token() -> str:
    """The cookie's value is kept while it lasts, so that two open sign-in tabs both work."""
    known = cookies.FORM.read()
    return known if len(known) == 43 and known.isascii() else secrets.token_urlsafe(32)


def _form_is_ours() -> bool:
    """Double submit: another site can make a browser send our cookie, but cannot read it into a field."""
    cookie = cookies.FORM.read()
    return bool(cookie) and hmac.compare_digest(cookie.encode(), request.form.get("csrf_token", "").encode())


def _with_form_cookie(page: str, csrf: str, status: int) -> Response:
    answer = make_response(page, status)
    cookies.FORM.put(answer, csrf, FORM_S)
    return answer


def _signed_in(rt: Runtime, token: str, target: str, *, by_provider: bool = False) -> Any:
    if before := cookies.SESSION.read():
        # This browser's earlier sign-in would live on, unseen by anyone.
        identity.sign_out(rt, before)
    answer = redirect(target, 303)
    cookies.SESSION.put(answer, token, rt.settings.session_max_h * 3600)
    cookies.DEVICE.put(answer, identity.device_token(rt, token), DEVICE_S)
    cookies.FORM.drop(answer)
    if by_provider:
        cookies.PROVIDER.put(answer, "1", rt.settings.session_max_h * 3600)
    else:
        cookies.PROVIDER.drop(answer)
    return answer
