"""Commands that keep all of it somewhere else and bring it back: backup, restore."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from services import backup, backup_restore, backup_set, cli_base, pg_tools, run_state
from services import home as homes
from services.backup_set import Manifest
from services.config import Settings
from services.servers import attached


def add_parsers(subparsers: Any) -> None:
    made = cli_base.add_command(
        subparsers, "backup", "Write the database and its files to a folder, beside a running product.", _backup
    )
    made.add_argument("folder", metavar="FOLDER", type=Path, help="where the backup gets a folder of its own")
    made.add_argument("--verify", action="store_true", help="FOLDER is a backup: read all of it and make none")
    back = cli_base.add_command(subparsers, "restore", "Bring a backup back into an empty database.", _restore)
    back.add_argument("backup", metavar="BACKUP", type=Path, help="a folder that sourcingx backup has made")
    back.add_argument(
        "--force", metavar="DATABASE", default="",
        help="replace all that is in the database, whose name is typed to confirm it",
    )  # fmt: skip


def _backup(args: argparse.Namespace) -> int:
    if args.verify:
        return _verify(args)
    # Not migrated: before an upgrade is when one is made.
    with attached(Settings.from_env()) as (settings, _):
        path, manifest = backup.make(settings, args.folder, cli_base.version())
    cli_base.show(args, _shown(path, manifest))
    _warn(manifest)
    return 0


def _verify(args: argparse.Namespace) -> int:
    tools = pg_tools.find(backup_set.read(args.folder).tools)
    manifest = backup_set.verify(args.folder, tools)
    cli_base.show(args, _shown(args.folder, manifest))
    _warn(manifest)
    return 0


def _restore(args: argparse.Namespace) -> int:
    ready = homes.prepare(Settings.from_env())
    # Read before a server is started for it.
    backup_set.read(args.backup)
    with run_state.only_one(ready.home), attached(ready) as (settings, _):
        done = backup_restore.restore(settings, args.backup, replacing=args.force)
    cli_base.show(args, {**_shown(args.backup, done.manifest), "migrated": done.migrated})
    _warn(done.manifest)
    return 0


def _shown(path: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "backup": str(path), "made_at": manifest.made_at, "version": manifest.version, **manifest.holds,
        "files": len(manifest.files), "bytes": manifest.bytes, "missing": len(manifest.missing),
        "damaged": len(manifest.damaged),
    }  # fmt: skip


def _warn(manifest: Manifest) -> None:
    """What was wrong already when the backup was made."""
    if manifest.missing:
        sys.stderr.write(f"{len(manifest.missing)} files that the database speaks of were not there.\n")
    if manifest.damaged:
        sys.stderr.write(f"{len(manifest.damaged)} files of archives were damaged: look for them in older backups.\n")
