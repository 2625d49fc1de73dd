"""A backup of before an erasure is restored elsewhere: the erased person is not in it any more."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.access.identity import Actor
from services.backups import backup, backup_restore
from services.privacy import erasure_log
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import Servers
from tests import canary
from tests.backups import ask, empty_database
from tests.integration.test_erasure import CANARY, HEADER, OTHER, erase, load


def test_who_was_erased_since_does_not_come_back(rt: Runtime, admin: Actor, servers: Servers, tmp_path: Path) -> None:
    search = str(searches.create_search(rt, admin, "Leads").id)
    load(rt, admin, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    made, _ = backup.make(rt.settings, tmp_path / "backups", "1.2.3")
    erase(rt, admin)
    with empty_database(servers, rt.settings, tmp_path / "elsewhere") as elsewhere:
        shutil.copy(erasure_log.path_in(rt.settings.home), elsewhere.home)
        backup_restore.restore(elsewhere, made)
        assert ask(elsewhere, "SELECT full_name FROM profiles") == [("Ada Example",)]
        assert canary.in_tables(elsewhere.database_owner_url) == set()
        assert ask(elsewhere, "SELECT count(*) FROM erasure_marks") == ask(
            rt.settings, "SELECT count(*) FROM erasure_marks"
        )
