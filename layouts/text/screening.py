"""Screening, and rejecting by score alone."""

from __future__ import annotations

# Screening
ENRICH_TITLE = "Enrich"
ENRICH_INTO = "People of "
ENRICH_LATEST = "Latest enrichment"
ENRICH_WHAT = "What to look for"
ENRICH_WANTS = {"history": "Careers: jobs, schools, skills", "email": "E-mails", "phone": "Telephone numbers"}
ENRICH_SCOPE = "Whom to look for"
ENRICH_SCOPES = {
    "selected": "The {n} people you selected",
    "view": "The view you came from",
    "shortlisted": "The shortlist",
    "active": "Everyone active",
}
ENRICH_AGAIN = "Also people who are known already, or were asked about within {days} days"
ENRICH_ACTIVE_ONLY = "People who were filtered out are left alone, and what someone wrote by hand stays."
ENRICH_ESTIMATE = "Estimate"
ENRICH_NO_ESTIMATE = "Choose what to look for."
ENRICH_NOBODY = "There is nobody active in this choice."
ENRICH_ALL_KNOWN = "Nobody would be asked about: all of them are known, or have no public address."
ENRICH_FIGURES = {
    "people": "people",
    "known": "have it already",
    "fresh": "were asked about within {days} days",
    "no_address": "have no public LinkedIn address, so nobody can look for them",
}
ENRICH_VENDOR = "{label}: about {people} people{later}, at most {credits}{cost}, {minutes}."
ENRICH_LATER = " ({later} of them after an earlier source had nothing)"
ENRICH_EXPECTED = "About {credits}{cost} if it knows as many as lately: {known} of {rated}."
ENRICH_EXPECTED_NEW = "About {credits}{cost} if it knows every second one; nobody has been asked about yet."
ENRICH_TOTAL = "In all about ${expected}, at most ${cost}."
ENRICH_COST = " (${cost})"
ENRICH_CREDIT_COUNT = ("{n} credit", "{n} credits")
ENRICH_LONG = "Today there is room for {left} of them: it pauses then, and goes on by itself the next day."
ENRICH_STANDING = "{label}: {asked} of {limit} people today"
ENRICH_STANDING_FREE = "{label}: {asked} people today, no limit set"
ENRICH_KEPT = ", {reserve} of them kept back for runs of at most {few} and whoever has had less of today"
ENRICH_CREDITS = ", {credits} credits left"
ENRICH_CLOSED = "{label} says that today's allowance is used. The next day begins at {when}."
ENRICH_START = "Start"
ENRICH_STARTED = "It has started. You may leave this page; it goes on."
ENRICH_PAUSE = "Pause"
ENRICH_PAUSING = "It pauses as soon as the request that is under way is answered."
ENRICH_GO_ON = "Go on now"
ENRICH_TRY_AGAIN = "Try those again who failed"
ENRICH_ASK_AGAIN = "Ask again about those who were perhaps asked about"
ENRICH_SHOW = "Show people"
ENRICH_FAILED = "Could not be asked about"
ENRICH_FAILED_HINT = "They keep what they have. Where an answer was lost, it may have cost a credit all the same."
ENRICH_REASONS = {
    "unknown": "the job worker died meanwhile: perhaps asked about",
    "unanswered": "no answer came in time: perhaps asked about",
    "not_understood": "the answer could not be read: perhaps asked about",
    "server_fault": "the vendor's server failed each time",
}
ENRICH_RESERVES = "Kept back of each day"
ENRICH_RESERVES_HINT = (
    "Who has had this many of a vendor's day leaves the rest of them alone, but for runs of at most {few} people: so "
    "that there is room for colleagues who come late. What several want at the same time is shared anyway."
)
ENRICH_RESERVE_OF = "{label}, of {limit} people a day"
ENRICH_RESERVE_SAVE = "Save what is kept back: {label}"
ENRICH_RESERVE_SAVED = "Saved: {n} people are kept back of each day."
ENRICH_SELECTED = "Enrich…"
PERSON_CONTACTS = "Contacts found"
PERSON_CONTACT_OWN = "Used"
PERSON_CONTACT_TYPES = {"work": "work", "private": "private"}
PERSON_ASKED = "{vendor} was asked {outcome}"
PERSON_ASKED_OUTCOMES = {"found": "and knew them", "missed": "and did not know them"}
VENDOR_NAMES = {
    "salesql": "SalesQL", "crustdata": "Crustdata", "openai": "OpenAI", "phantombuster": "PhantomBuster",
    "embeddings": "Embeddings",
}  # fmt: skip
SCREEN_TITLE = "Screen"
SCREEN_INTO = "People of "
SCREEN_JOB = "Job description"
SCREEN_JOB_HINT = "Paste the job description here. Names, addresses and pay are not needed."
SCREEN_PROPOSE = "Propose criteria"
SCREEN_PROPOSING = "The model reads the job description…"
SCREEN_PROPOSED = "Proposed criteria: read them, change what is wrong, then save."
SCREEN_CRITERIA = "Criteria"
SCREEN_CRITERIA_HINT = (
    "Each is a question that a profile answers with yes or no. Without a must, someone is a weak fit; "
    "a yes to an avoid counts against them."
)
SCREEN_NO_CRITERIA = "No criteria yet. Let them be proposed from the job description, or add them yourself."
SCREEN_ADD = "Add criterion"
SCREEN_SAVE = "Save and estimate"
SCREEN_REMOVE = "Remove {title}"
SCREEN_THIS = "this criterion"
SCREEN_FIELDS = {"title": "Title", "question": "Question", "kind": "Kind", "weight": "Weight"}
SCREEN_KINDS = {"must": "Must", "should": "Should", "avoid": "Avoid"}
PRESET_FROM = "Start from"
PRESET_CHOOSE = "An earlier version, or criteria that the team keeps"
PRESET_CHOOSE_FIRST = "Choose first what to start from."
PRESET_LOAD = "Use these"
PRESET_LOADED = "{count} criteria taken over. Read them, change what is wrong, then save."
PRESET_DELETE = "Delete"
PRESET_DELETED = "“{name}” is not kept any more. Searches that use these criteria keep them."
PRESET_VERSIONS_STAY = "Versions stay, so that any score can be explained; only kept criteria can be deleted."
PRESET_VERSION = "Version {version} · {date} · {who} · {count}"
PRESET_OPTION = "{name} · {count}"
PRESET_KEEP = "Keep these criteria for other searches"
PRESET_NAME = "Name"
PRESET_NAME_HINT = "for example Backend, senior"
PRESET_SAVE = "Keep"
PRESET_SAVED = "Kept. Everyone in the team can start from these criteria."
SCREEN_SCOPE = "Who is screened"
SCREEN_SCOPES = {"active": "Everyone active", "shortlisted": "The shortlist", "view": "The view you came from"}
SCREEN_ESTIMATE = "Estimate"
SCREEN_NO_ESTIMATE = "Save the criteria to see what screening would take."
SCREEN_NOBODY = "There is nobody in this view."
SCREEN_ALL_KNOWN = "Everyone here is screened by these criteria already; nobody is asked about again."
SCREEN_FIGURES = {
    "people": "people",
    "known": "already screened by these criteria",
    "calls": "calls of the model",
    "tokens": "tokens",
    "cost": "US dollars now",
    "batch_cost": "US dollars tonight, at half the price",
    "minutes": "at the account's limits",
}
SCREEN_MINUTES = "about {minutes} min"
SCREEN_UNDER_A_MINUTE = "under a minute"
SCREEN_PRICED = "Model {model}, list prices of {date}. How long profiles are is estimated."
SCREEN_NO_PRICE = (
    "The price of the model {model} is not known here: no cost is estimated, and no budget can be kept. An admin can "
    "set it as OPENAI_PRICES."
)
SCREEN_ABOUT = "Many profiles have changed since they were screened: how many are asked about is estimated."
SCREEN_CUT = "The job description is long: the model reads its first part only."
PRESCREEN_REACH = "How many of them"
PRESCREEN_REACHES = {
    "all": "All of them",
    "similar": "Those most like the job, and some of the others at random",
}
PRESCREEN_TOP = "Most like the job"
PRESCREEN_SAMPLE = "Of the others, at random"
PRESCREEN_HINT = (
    "Who is most like the job is told by comparing what profiles and the job description are about. The others, drawn "
    "at random, show how many good people that leaves out."
)
PRESCREEN_SAVING = "{picked} of {people} people are screened: about ${saved} less than for all ({share} %)."
PRESCREEN_SAVING_CALLS = "{picked} of {people} people are screened: about {calls} calls fewer than for all ({share} %)."
PRESCREEN_EVERYONE = "These are all there are: nobody is left out, and nothing is saved."
PRESCREEN_HIGHEST = (
    "If none of those drawn at random passes, at most {share} % of the others would (95 % certain). Draw more to know "
    "it better."
)
PRESCREEN_MISSING = "{n} of them cannot be compared yet (no vector): only the draw can reach them."
PRESCREEN_TITLE = "What choosing by similarity left out"
PRESCREEN_PICKED = (
    "{similar} most like the job and {control} of the other {others} were chosen; {unasked} were not asked "
    "about{saved}."
)
PRESCREEN_SAVED = ", which saved about ${saved}"
PRESCREEN_COLUMNS = ("The model calls them", "Most like the job", "Drawn", "Among all others", "Left out")
PRESCREEN_FITS = {"strong": "Strong", "possible": "Strong or possible"}
PRESCREEN_OF = "{found} of {n}"
PRESCREEN_ABOUT = "about {about} ({low}–{high})"
PRESCREEN_SHARE = "about {share} % ({low}–{high} %)"
PRESCREEN_EXACT = "{share} %"
PRESCREEN_UNKNOWN = "not known"
PRESCREEN_UNKNOWN_HINT = "Nobody who was screened passed, or nobody was drawn."
PRESCREEN_INTERVAL = "In brackets: 95 % intervals (Wilson) from those who were drawn."
PRESCREEN_LAST = "The last strong one among the most similar stood at place {place} of {similar}."
PRESCREEN_UNCOMPARED = "{n} had no vector and counted among the others."
PRESCREEN_FAILED = "{n} of them could not be screened and count in neither column."
PRESCREEN_NOT_YET = "It is measured once all of them are screened."
PRESCREEN_SEED = "Drawn by the number {seed}; the next draw contains this one."
PRESCREEN_MORE = (
    "To be surer, start again with more at random; to have the others too, start again with all of them. Nobody is "
    "asked about twice."
)
PRESCREEN_HISTORY = "Chosen by similarity"
PRESCREEN_HISTORY_HINT = "How many strong people the last choices by similarity left out, as far as draws can tell."
PRESCREEN_HISTORY_COLUMNS = ("Screening", "Criteria", "Most like the job", "Drawn", "Strong people left out")
SCREEN_WHEN = "When"
SCREEN_WHENS = {"now": "Now", "batch": "Tonight, at half the price: answers come within 24 hours"}
SCREEN_START = "Start screening"
SCREEN_STARTED = "Screening started. You may leave this page; it goes on."
SCREEN_STARTED_BATCH = "It is handed over to the vendor. You may leave this page; answers come within 24 hours."
SCREEN_LATEST = "Latest screening"
SCREEN_BEGUN = "Begun by {who}, "
SCREEN_SHOW = "Show the best fits"
SCREEN_AGAIN = "Try again"
SCREEN_RESUME = "Go on"
SCREEN_LOOK = "Look for answers now"
SCREEN_PAUSE = "Pause"
SCREEN_PAUSING = "It pauses as soon as the calls that are under way are answered."
SCREEN_BUDGET = "Pause at a cost of"
SCREEN_BUDGET_HINT = "US dollars; empty: no limit"
SCREEN_HOLD = ("{message} One screening waits for it.", "{message} {n} screenings wait for it, everyone's.")
SCREEN_HOLD_ALONE = "{message}"
SCREEN_LIFT = "Try again now"
SCREEN_LIFTED = "Trying again. {n} waiting go on."
SCREEN_DEAD = "Could not be screened"
SCREEN_SUSPECTS = "Text that reads like orders to the model"
SCREEN_SUSPECTS_HINT = "It is shown to the model as data only, and changes no verdict by itself. Read these yourself."
SCREEN_DEAD_HINT = "They keep whatever score they had. Nobody is rejected by this."
SCREEN_DEAD_MORE = "The first {count} are shown."
SCREEN_ATTEMPTS = {1: "1 attempt"}
SCREEN_ATTEMPTS_MANY = "{count} attempts"
SCREEN_REASONS = {
    "rate_limited": "The model's rate limit was reached",
    "quota_exhausted": "The account has no credit left",
    "refused": "The model declined to answer",
    "truncated": "The answer was cut off",
    "invalid_answer": "The answer was not usable",
    "server_fault": "The model's server failed",
    "timed_out": "The model did not answer in time",
    "answer_lost": "The connection broke before the answer came",
    "bad_key": "The key was not accepted",
    "request_rejected": "The request was rejected",
}

# Rejecting by score alone
REJECT_TITLE = "Reject by score alone?"
REJECT_ASK = "{n} people would be rejected. Nothing but a score chose them: nobody has to have looked at any of them."
REJECT_UNSCORED = "have no score"
REJECT_UNKNOWN = "have a verdict that is unknown: the profile does not say"
REJECT_STALE = "were scored by older criteria or another model"
REJECT_NO_DOUBTS = "All of them have a score by the criteria of today, and no verdict is unknown."
REJECT_KEPT = "Your name, the reason and that it was by score are kept. Undo takes it back as any other change."
REJECT_REASON = "Why are they rejected?"
REJECT_REASON_HINT = "For example: no work permit, which is the only must of this job."
REJECT_CANCEL = "Cancel"
REJECT_CONFIRM = "Reject them"
HISTORY_BY_SCORE = "by score alone: {reason}"
HISTORY_REASON = "because: {reason}"
