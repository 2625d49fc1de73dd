"""Ids of the components that callbacks and browser tests name; docs/ids.md is compared with them by a test.

Widgets that stand in a row of a list have a dict id, made by a function. Written as ids.NAME, whichever module has it.
"""

from __future__ import annotations

from layouts.ids.admin import *
from layouts.ids.duplicates import *
from layouts.ids.filtering import *
from layouts.ids.imports import *
from layouts.ids.lists import *
from layouts.ids.person import *
from layouts.ids.rows import *
from layouts.ids.screening import *
from layouts.ids.search_page import *
from layouts.ids.searches import *
from layouts.ids.shell import *
from layouts.ids.sign_in import *
from layouts.ids.sources import *
from layouts.ids.usage import *
