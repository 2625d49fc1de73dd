"""The sign-in pages: plain HTML documents, so that they work without JavaScript.

`assets` are (stylesheet URLs, URL of theme.js, URL of the icon); `csrf` goes into a hidden field.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from layouts import ids, text

Assets = tuple[list[str], str, str]


def login(
    assets: Assets, *, csrf: str, next_path: str, email: str = "", problem: str = "", notice: str = "",
    provider: str = "", passwords: bool = True, emergency: bool = False,
) -> str:  # fmt: skip
    """A button for the identity provider where there is one, and the form for address and password.

    passwords: whether the form is for everyone; else it is shown in an emergency only.
    """
    ways = [_provider(provider, next_path)] if provider else []
    if passwords or emergency:
        ways.append(_form(csrf, next_path, email, alone=not provider))
        ways.append(f'<p class="sx-muted">{escape(text.LOGIN_HINT)}</p>')
    else:
        query = urlencode({"emergency": "1", "next": next_path})
        ways.append(f'<p class="sx-muted"><a href="/login?{escape(query)}">{escape(text.LOGIN_EMERGENCY)}</a></p>')
    said = f'<p class="sx-notice" role="status">{escape(notice)}</p>' if notice else ""
    return _document(assets, text.LOGIN_TITLE, said + _problem(problem) + "".join(ways))


def _provider(name: str, next_path: str) -> str:
    # A link: a form's answer may not lead to another site here (form-action in the Content-Security-Policy).
    href = escape("/login/oidc?" + urlencode({"next": next_path}))
    label = escape(text.LOGIN_PROVIDER.format(name=name))
    return f"""
<p class="sx-provider"><a class="btn btn-primary" id="{ids.LOGIN_PROVIDER}" href="{href}">{label}</a></p>"""


def _form(csrf: str, next_path: str, email: str, *, alone: bool) -> str:
    focus = ("", " autofocus") if email else (" autofocus" if alone else "", "")
    look = "btn-primary" if alone else "btn-outline-secondary"
    return f"""
<form method="post" action="/login">
<input type="hidden" name="csrf_token" value="{escape(csrf)}">
<input type="hidden" name="next" value="{escape(next_path)}">
<label for="{ids.LOGIN_EMAIL}">{escape(text.LOGIN_EMAIL)}</label>
<input class="form-control" id="{ids.LOGIN_EMAIL}" name="email" type="email" autocomplete="username"
 maxlength="320" required value="{escape(email)}"{focus[0]}>
<label for="{ids.LOGIN_PASSWORD}">{escape(text.LOGIN_PASSWORD)}</label>
<input class="form-control" id="{ids.LOGIN_PASSWORD}" name="password" type="password"
 autocomplete="current-password" maxlength="1000" required{focus[1]}>
<button class="btn {look}" id="{ids.LOGIN_SUBMIT}" type="submit">{escape(text.LOGIN_SUBMIT)}</button>
</form>"""


def password(assets: Assets, *, csrf: str, action: str, problem: str = "") -> str:
    """The page of a link that sets a password: twice the new one. Opening it uses nothing up."""
    fields = "".join(
        f"""
<label for="{name}">{escape(label)}</label>
<input class="form-control" id="{name}" name="{field}" type="password" autocomplete="new-password"
 minlength="12" maxlength="1000" required{focus}>"""
        for name, field, label, focus in (
            (ids.PASSWORD_NEW, "password", text.PASSWORD_NEW, " autofocus"),
            (ids.PASSWORD_AGAIN, "again", text.PASSWORD_AGAIN, ""),
        )
    )
    form = f"""
<p>{escape(text.PASSWORD_LINK_BODY)}</p>
<form method="post" action="{escape(action)}">
<input type="hidden" name="csrf_token" value="{escape(csrf)}">{fields}
<button class="btn btn-primary" id="{ids.PASSWORD_SAVE}" type="submit">{escape(text.PASSWORD_SAVE)}</button>
</form>
<p class="sx-muted">{escape(text.PASSWORD_RULES)}</p>"""
    return _document(assets, text.PASSWORD_LINK_TITLE, _problem(problem) + form)


def link(assets: Assets, *, csrf: str, action: str) -> str:
    """A button that uses a one-time link up; opening the page alone does not."""
    form = f"""
<p>{escape(text.LINK_BODY)}</p>
<form method="post" action="{escape(action)}">
<input type="hidden" name="csrf_token" value="{escape(csrf)}">
<button class="btn btn-primary" id="{ids.LOGIN_SUBMIT}" type="submit" autofocus>{escape(text.LINK_SUBMIT)}</button>
</form>"""
    return _document(assets, text.LINK_TITLE, form)


def _problem(message: str) -> str:
    return f'<p class="sx-problem" role="alert">{escape(message)}</p>' if message else ""


def _document(assets: Assets, title: str, body: str) -> str:
    sheets, theme_script, icon = assets
    links = "\n".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in sheets)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)} · {escape(text.PRODUCT)}</title>
<script src="{escape(theme_script)}"></script>
<link rel="icon" type="image/svg+xml" href="{escape(icon)}">
{links}
</head>
<body class="sx-login">
<main>
<p class="sx-brand">{escape(text.PRODUCT)}</p>
<h1>{escape(title)}</h1>{body}
</main>
</body>
</html>
"""
