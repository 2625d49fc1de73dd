"""The frame of every page."""

from __future__ import annotations

# Shell, on every page
URL = "url"
PAGE = "page"
NAV = "nav"
NAV_MENU = "nav-menu"
USER_MENU = "user-menu"
SIGN_OUT = "sign-out"
THEME_TOGGLE = "theme-toggle"
MENTIONS = "mentions"
MENTIONS_CLOCK = "mentions-clock"
MENTIONS_LIST = "mentions-list"
MENTIONS_READ_ALL = "mentions-read-all"
MENTION_REQUEST = "mention-request"
MENTION_OFFER = "mention-offer"
TOAST = "toast"
UNDO = "undo"
UNDO_BATCH = "undo-batch"
