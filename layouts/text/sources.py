"""People from vendors."""

from __future__ import annotations

# People from PhantomBuster
SOURCES_OPEN = "From PhantomBuster"
SOURCES_TITLE = "People from PhantomBuster"
SOURCES_FILE = "Import a file instead"
SOURCES_OFF_TITLE = "PhantomBuster is not set up"
SOURCES_OFF = (
    "An admin sets PHANTOMBUSTER_API_KEY (or PHANTOMBUSTER_API_KEY_FILE) and restarts SourcingX. The key is under "
    "Workspace settings → Third-party API keys at PhantomBuster. Until then a file that was downloaded there can be "
    "imported."
)
SOURCES_READ_ONLY = "You may look at this search but not fetch people into it."
SOURCES_LAUNCH_TITLE = "Launch an agent"
SOURCES_AGENT = "Agent"
SOURCES_AGENTS_LOADING = "Asking PhantomBuster for its agents…"
SOURCES_AGENT_CHOOSE = "Choose an agent"
SOURCES_NO_AGENTS = "This PhantomBuster account has no agents yet. Make one there, then ask again."
SOURCES_AGAIN = "Ask again"
SOURCES_AGENT_IDLE = "Free"
SOURCES_LAST = "Last run: {ended},"
SOURCES_AGENT_NEVER = "Free; it never ran"
SOURCES_AGENT_ELSEWHERE = "Busy: it runs at PhantomBuster and was not launched from here"
SOURCES_AGENT_BUSY = "Busy: {who}"
SOURCES_URL = "Address of the search"
SOURCES_URL_HINT = (
    "As the browser shows it. It is used for this launch only; what the agent has saved stays, its session cookie "
    "too. Leave it empty to launch the agent as it is set up."
)
SOURCES_URL_LIKE = "https:// …/sales/search/people?query=…"
SOURCES_MORE = "More"
SOURCES_ARGUMENT = "Name of the setting that holds the search"
SOURCES_ARGUMENT_HINT = "Only where SourcingX does not find it by itself, for example “searches”."
SOURCES_CHECK = "Let me look at the columns before anything is imported"
SOURCES_LAUNCH = "Launch"
SOURCES_LATEST = "Take its latest result"
SOURCES_LATEST_HINT = "Of the newest run that succeeded and that this search does not have yet."
SOURCES_STARTED = "Started. It goes on when you leave this page."
SOURCES_EARLIER = "Earlier runs of this agent"
SOURCES_EARLIER_NONE = "PhantomBuster knows no earlier run of this agent."
SOURCES_CONTAINER = "Or the id of a run"
SOURCES_TAKE = "Take the result"
SOURCES_TAKE_OF = " of the run of "
SOURCES_TAKEN = "In this search"
SOURCES_STATES = {
    "launching": "Being launched",
    "unknown": "Being looked for",
    "running": "Running",
    "finished": "Taking the result",
    "failed": "Failed",
    "taken": "Taken",
}
SOURCES_ENDS = {"": "", "finished": "Ended", "killed": "Stopped", "unknown": "Ended"}
SOURCES_SUCCEEDED = "Succeeded"
SOURCES_FAILED = "Failed (exit code {code})"
SOURCES_RUNS = "Running"
SOURCES_COLUMNS = ("When", "How it ended", "Took")
SOURCES_LATEST_TITLE = "Fetched into this search"
SOURCES_NONE = "Nothing was fetched into this search yet. Launch an agent, or take a result that is there already."
SOURCES_WHAT = {"launch": "Launch", "container": "Earlier run", "latest": "Latest result"}
SOURCES_BY_CLOCK = "by the clock"
SOURCES_CONSOLE = "End of its console"
SOURCES_TO_IMPORT = "Show the import"
SOURCES_SAY_COLUMNS = "Say what its columns are"
SOURCES_MINUTES = "{n} min"
SOURCES_SECONDS = "{n} s"
SOURCES_SCHEDULES = "By the clock"
SOURCES_SCHEDULES_HINT = (
    "For the agent chosen above. What cannot be started in time, because the agent is busy, is told here and not "
    "made up for. What comes every day or every week at an hour keeps to it when the clocks change."
)
SOURCES_SCHEDULES_NONE = "Nothing is fetched by the clock."
SOURCES_SCHEDULE_WHAT = {"launch": "Launch it with the address above", "latest": "Take its latest result"}
SOURCES_SCHEDULE_DO = "What"
SOURCES_EVERY = "How often"
SOURCES_TIMES = {
    "24": "Every day",
    "168": "Every week",
    "12": "Every 12 hours",
    "6": "Every 6 hours",
    "1": "Every hour",
}
SOURCES_HOUR = "First at ({zone})"
SOURCES_HOUR_LATER = "One interval from now"
SOURCES_SCHEDULE_ADD = "Add"
SOURCES_SCHEDULE_ADDED = "Added."
SOURCES_NEXT = "Next"
SOURCES_PAUSED = "Paused"
SOURCES_MISSED = "{n} times in a row not started"
SOURCES_MISSED_ONE = "Not started the last time"
SOURCES_ACTS = {"pause": "Pause", "resume": "Resume", "delete": "Delete"}
SOURCES_ACTS_LABEL = "{act}: {what}"
