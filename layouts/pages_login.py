"""The sign-in pages: plain HTML documents, so that they work without JavaScript.

`assets` are (stylesheet URLs, URL of theme.js, URL of the icon); `csrf` goes into a hidden field.
"""

from __future__ import annotations

from html import escape

from layouts import ids, text

Assets = tuple[list[str], str, str]


def login(assets: Assets, *, csrf: str, next_path: str, email: str = "", problem: str = "") -> str:
    """Form for address and password."""
    focus = ("", " autofocus") if email else (" autofocus", "")
    form = f"""
<form method="post" action="/login">
<input type="hidden" name="csrf_token" value="{escape(csrf)}">
<input type="hidden" name="next" value="{escape(next_path)}">
<label for="{ids.LOGIN_EMAIL}">{escape(text.LOGIN_EMAIL)}</label>
<input class="form-control" id="{ids.LOGIN_EMAIL}" name="email" type="email" autocomplete="username"
 maxlength="320" required value="{escape(email)}"{focus[0]}>
<label for="{ids.LOGIN_PASSWORD}">{escape(text.LOGIN_PASSWORD)}</label>
<input class="form-control" id="{ids.LOGIN_PASSWORD}" name="password" type="password"
 autocomplete="current-password" maxlength="1000" required{focus[1]}>
<button class="btn btn-primary" id="{ids.LOGIN_SUBMIT}" type="submit">{escape(text.LOGIN_SUBMIT)}</button>
</form>
<p class="sx-muted">{escape(text.LOGIN_HINT)}</p>"""
    return _document(assets, text.LOGIN_TITLE, _problem(problem) + form)


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
