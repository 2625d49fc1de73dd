"""Notes that name the reader."""

from __future__ import annotations

# Notes that name the reader
MENTIONS_TITLE = "Mentions"
MENTIONS_LINK = "Mentions"
MENTIONS_LINK_UNREAD = "Mentions, {n} unread"
MENTIONS_MOST = "{n}+"
MENTIONS_HINT = "Notes in which a colleague wrote @ and your name. Opening the person marks them as read."
MENTIONS_EMPTY_TITLE = "Nobody has mentioned you yet"
MENTIONS_EMPTY_BODY = "When a colleague writes @ and your name in a note, it stands here."
MENTIONS_READ_ALL = "Mark all as read"
MENTIONS_ALL_READ = "Everything is marked as read."
MENTIONS_SAID = "{who} about "
MENTIONS_IN = "in “{title}”"
MENTIONS_UNREAD = "Unread"
MENTIONS_OLDER = "Show older ones"
MENTION_OFFER = "Colleagues who may see this search"
