"""What the interface says. Plain, calm, and about what to do next. Written as text.NAME, whichever module it is in."""

from __future__ import annotations

from layouts.text.actions import *
from layouts.text.admin import *
from layouts.text.analytics import *
from layouts.text.duplicates import *
from layouts.text.exports import *
from layouts.text.filter_panel import *
from layouts.text.filtering import *
from layouts.text.imports import *
from layouts.text.lists import *
from layouts.text.mentions import *
from layouts.text.person import *
from layouts.text.privacy import *
from layouts.text.runs import *
from layouts.text.screening import *
from layouts.text.search_page import *
from layouts.text.searches import *
from layouts.text.shell import *
from layouts.text.sign_in import *
from layouts.text.sources import *
from layouts.text.terms import *
from layouts.text.triage import *
from layouts.text.usage import *
