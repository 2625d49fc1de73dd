"""Commands about people: user add, login-link, sessions."""

from __future__ import annotations

import argparse
from typing import Any

from services import cli_base, identity, run_state
from services.supervisor import base_url


def add_parsers(subparsers: Any) -> None:
    user = subparsers.add_parser("user", help="Manage users.", description="Manage users.")
    actions = user.add_subparsers(metavar="ACTION", required=True)
    add = cli_base.add_command(actions, "add", "Add a user, who signs in by a link.", _add_user)
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--role", required=True, choices=identity.ROLES)
    add.add_argument("--name", default="", help="shown to others; default: the address up to the @")
    link = cli_base.add_command(subparsers, "login-link", "Print a one-time sign-in link for a user.", _login_link)
    link.add_argument("email", metavar="EMAIL")
    cli_base.add_command(subparsers, "sessions", "List the sign-ins that are good now.", _sessions)


def _add_user(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        actor = identity.create_user(rt, args.email, args.name, args.role)
    cli_base.show(args, {"id": actor.user_id, "email": args.email.strip(), "role": actor.role, "name": actor.name})
    return 0


def _login_link(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        token = identity.make_login_link(rt, args.email)
        state = run_state.running(rt.settings.home)
        url = f"{state.url if state else base_url(rt.settings)}/login/{token}"
    cli_base.show(args, {"url": url, "minutes": identity.LOGIN_LINK_MIN}, url)
    return 0


def _sessions(args: argparse.Namespace) -> int:
    with cli_base.opened() as rt:
        rows = identity.list_sessions(rt)
    cli_base.show_rows(args, ("id", "email", "role", "created_at", "last_active"), rows)
    return 0
