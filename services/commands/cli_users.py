"""Commands about people: user add, password-link, set-password, break-glass and unlink; login-link, sessions."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from services.access import accounts, identity, oidc, passwords
from services.commands import cli_base
from services.errors import NotFound
from services.runtime import Runtime
from services.servers import run_state
from services.servers.supervisor import base_url


def add_parsers(subparsers: Any) -> None:
    user = subparsers.add_parser("user", help="Manage users.", description="Manage users.")
    actions = user.add_subparsers(metavar="ACTION", required=True)
    add = cli_base.add_command(actions, "add", "Add a user, who signs in by a link.", _add_user)
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--role", required=True, choices=identity.ROLES)
    add.add_argument("--name", default="", help="shown to others; default: the address up to the @")
    reset = cli_base.add_command(
        actions, "password-link", "Print a one-time link that sets a password.", _password_link
    )
    reset.add_argument("email", metavar="EMAIL")
    secret = cli_base.add_command(
        actions, "set-password", "Set a password, read from the terminal or, one line, from a pipe.", _set_password
    )
    secret.add_argument("email", metavar="EMAIL")
    glass = cli_base.add_command(
        actions, "break-glass", "Whether an admin's password counts though PASSWORD_SIGN_IN is off.", _break_glass
    )
    glass.add_argument("email", metavar="EMAIL")
    glass.add_argument("state", metavar="on|off", choices=("on", "off"))
    unlink = cli_base.add_command(
        actions, "unlink", "Forget what the identity provider calls a user; the address counts again.", _unlink
    )
    unlink.add_argument("email", metavar="EMAIL")
    link = cli_base.add_command(subparsers, "login-link", "Print a one-time sign-in link for a user.", _login_link)
    link.add_argument("email", metavar="EMAIL")
    cli_base.add_command(subparsers, "sessions", "List the sign-ins that are good now.", _sessions)


def _add_user(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = accounts.add_by_command(rt, args.email, args.name, args.role)
    cli_base.show(args, {"id": actor.user_id, "email": args.email.strip(), "role": actor.role, "name": actor.name})
    return 0


def _login_link(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        url = _url(rt, accounts.link_by_command(rt, args.email))
    cli_base.show(args, {"url": url, "minutes": identity.LOGIN_LINK_MIN}, url)
    return 0


def _password_link(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        url = _url(rt, "password/" + passwords.make_link(rt, None, _user(rt, args.email).user_id))
    cli_base.show(args, {"url": url, "minutes": passwords.LINK_MIN}, url)
    return 0


def _set_password(args: argparse.Namespace) -> int:
    # Never an argument: other people on the machine see those.
    password = getpass.getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with cli_base.opened() as rt:
        passwords.set_by_command(rt, args.email, password)
    cli_base.show(args, {"email": args.email}, "The password is set; all sign-ins of this user have ended.")
    return 0


def _break_glass(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        passwords.set_break_glass(rt, args.email, args.state == "on")
    cli_base.show(args, {"email": args.email, "break_glass": args.state}, f"Break glass is {args.state}.")
    return 0


def _unlink(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        _user(rt, args.email)
        oidc.unlink(rt, args.email)
    cli_base.show(args, {"email": args.email}, "The next sign-in by the provider finds this user by address.")
    return 0


def _user(rt: Runtime, email: str) -> identity.Actor:
    found = identity.find_user(rt, email)
    if found is None:
        raise NotFound("There is no active user with this e-mail address.")
    return found


def _url(rt: Runtime, path: str) -> str:
    state = run_state.running(rt.settings.home)
    return f"{state.url if state else base_url(rt.settings)}/login/{path}"


def _sessions(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        rows = identity.list_sessions(rt)
    cli_base.show_rows(args, ("id", "email", "role", "created_at", "last_active"), rows)
    return 0
