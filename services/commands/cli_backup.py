"""Commands that keep all of it somewhere else and bring it back: backup, restore.

They exit with 3 when they did what they should, but files were lost before: what there is, is there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.backups import backup, backup_restore, backup_set, pg_tools
from services.backups.backup_set import Lost, Manifest
from services.commands import cli_base
from services.config import Settings
from services.servers import home as homes
from services.servers import run_state
from services.servers.servers import attached

INCOMPLETE = 3
# Lines about lost files.
SHOWN = 20
ADVICE = {
    "archive": "An archived search cannot be brought back without its files: look for them in older backups, under "
    "files/ in place of storage/, and copy them to storage/ in SOURCINGX_HOME.",
    "export": "Exports can be made again; one that is deleted on its page is not missed any more.",
    "upload": "Uploads can be sent again.",
    "file": "Look for them in older backups, under files/ in place of storage/.",
}


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
    return _tell(args, path, manifest, manifest.lost)


def _verify(args: argparse.Namespace) -> int:
    tools = pg_tools.find(backup_set.read(args.folder).tools)
    manifest = backup_set.verify(args.folder, tools)
    return _tell(args, args.folder, manifest, manifest.lost)


def _restore(args: argparse.Namespace) -> int:
    ready = homes.prepare(Settings.from_env())
    # Read before a server is started for it.
    backup_set.read(args.backup)
    with run_state.only_one(ready.home), attached(ready) as (settings, _):
        done = backup_restore.restore(settings, args.backup, replacing=args.force)
    return _tell(args, args.backup, done.manifest, done.lost, migrated=done.migrated)


def _tell(args: argparse.Namespace, path: Path, manifest: Manifest, lost: list[Lost], **more: Any) -> int:
    """What is in a backup, and what is not; the exit code."""
    damaged = sum(file.damaged for file in lost)
    cli_base.show(args, {
        "backup": str(path), "made_at": manifest.made_at, "version": manifest.version, **manifest.holds,
        "files": len(manifest.files), "bytes": manifest.bytes, "missing": len(lost) - damaged, "damaged": damaged,
        **({"lost": [asdict(file) for file in lost]} if args.json else {}), **more,
    })  # fmt: skip
    if not lost:
        return 0
    sys.stderr.write("".join(f"{line}\n" for line in _what_is_lost(lost)))
    return INCOMPLETE


def _what_is_lost(lost: list[Lost]) -> Iterator[str]:
    yield f"{len(lost)} files that the database speaks of are missing or damaged:"
    for file in lost[:SHOWN]:
        of = f"{file.of} of search {file.id}" if file.of == "archive" else f"{file.of} {file.id}".rstrip()
        yield f"  {of}: storage/{file.key[:2]}/{file.key} is {'damaged' if file.damaged else 'missing'}"
    if len(lost) > SHOWN:
        yield f"  and {len(lost) - SHOWN} more: --json has them all"
    yield from (advice for of, advice in ADVICE.items() if any(file.of == of for file in lost))
