"""The ids that tie a button, modal or shortcut to its listener. Clicks carry an id, never state."""

from __future__ import annotations

# Buttons of a page; `value` is the page's number.
PAGE_ACKNOWLEDGE = "page_acknowledge"
PAGE_DECLINE = "page_decline"
PAGE_ESCALATE = "page_escalate"
"""Opens the modal `ESCALATE`."""
PAGE_TAKE_OVER = "page_take_over"
PAGE_JOIN = "page_join"
"""A URL-less button: invites the clicker to the incident's channel, or adds them as a responder."""
PAGE_RESOLVE = "page_resolve"
PAGE_WHY = "page_why"
"""Opens the modal `TEXT`: an overflow holds five options at most, and this is the sixth."""
PAGE_MORE = "page_more"
"""An overflow; option values are `<what>:<page>` with `what` one of the PAGE_OPTION_* words."""
PAGE_OPTION_SNOOZE = "snooze"
"""`snooze-15:<page>`, `snooze-60:<page>`, `snooze-240:<page>`: minutes."""
PAGE_OPTION_DECLARE = "declare"
PAGE_OPTION_RESOLVE = "resolve"
PAGE_OPTION_WHY = "why"

# Buttons of an incident; `value` is the incident's number.
INCIDENT_UPDATE = "incident_update"
INCIDENT_SEVERITY = "incident_severity"
INCIDENT_ROLES = "incident_roles"
INCIDENT_PAGE = "incident_page"
INCIDENT_RESOLVE = "incident_resolve"
INCIDENT_LINK = "incident_link"
INCIDENT_REOPEN = "incident_reopen"
INCIDENT_JOIN = "incident_join"
INCIDENT_OPEN = "incident_open"
"""A link button to the channel; the click needs no answer."""
INCIDENT_RETRY_SETUP = "incident_retry_setup"
INCIDENT_MORE = "incident_more"
"""An overflow; option values are `<what>:<incident>`: timeline, tasks, link, handoff, more, note, status."""
INCIDENT_DO = "incident_do"
"""Prefix of the buttons in the modal "More": `incident_do:rename`; `value` is as the overflow's."""
INCIDENT_TIMELINE_FILE = "incident_timeline_file"
"""Prefix of the timeline's buttons: `incident_timeline_file:json`; `value` is `json:<incident>`."""

# Buttons of questions about on-call; `value` is the cover's or swap's number.
COVER_ACCEPT = "cover_accept"
COVER_DECLINE = "cover_decline"
COVER_WITHDRAW = "cover_withdraw"
SWAP_AGREE = "swap_agree"
SWAP_DECLINE = "swap_decline"
SWAP_WITHDRAW = "swap_withdraw"

# Buttons that open the forms of on-call; `value` is what `bot.slack.prefilled` carries, or empty. Each may end in
# `:<number>`, so that several stand in one row.
ON_CALL_OVERRIDE = "on_call_override"
ON_CALL_COVER = "on_call_cover"
ON_CALL_SWAP = "on_call_swap"
ON_CALL_TAKE = "on_call_take"
ON_CALL_AWAY = "on_call_away"
ON_CALL_PAGE = "on_call_page"
# Answers of `/oncall` behind a button.
ON_CALL_ALL = "on_call_all"
ON_CALL_SHIFTS = "on_call_shifts"
OVERRIDE_END = "override_end"
"""`value` is the override's number."""
TIME_OFF_END = "time_off_end"
"""`value` is the number of the time off."""
SWAP_PERSON = "swap_person"
"""Whom one swaps with: the form shows their shifts."""

# Around a change of shift.
HANDOFF_NOTE = "handoff_note"
"""`value` is `<schedule>|<the shift's beginning>|<its end>`, instants in ISO 8601."""

# Of a task; `value` is the task's number.
TASK_DONE = "task_done"
TASK_REOPEN = "task_reopen"
TASK_ASSIGN = "task_assign"
"""Prefix of a menu of people: `task_assign:7`."""
TASKS_OPEN = "tasks_open"
"""`value` is the incident's number."""

# Of a link; `value` is `<incident>:<address>`, or `<incident>:<other incident>`.
LINK_REMOVE = "remove_link"
RELATED_REMOVE = "remove_related"

# On the App Home.
HOME_SCHEDULE = "home_schedule"
"""A menu of schedules: the calendar shows the chosen one."""
HOME_WEEK = "home_week"
"""Prefix of the calendar's ‹, Today and ›: `home_week:later`; `value` is the week's Monday, or empty for this week."""
HOME_TAKE_GAP = "home_take_gap"
"""`value` is `<schedule>:<from>:<until>`, in seconds: whoever clicks is on call where nobody is."""

# Elsewhere.
DECLARE = "declare_open"
"""Opens the declare modal; `value` is a title or empty."""
HELP = "help_open"
ON_CALL = "on_call_open"
LINK = "link"
"""Prefix of buttons that only open a URL: `link_runbook`; the listener acks and does nothing."""

# Modals: callback ids.
MODAL_DECLARE = "declare"
MODAL_ESCALATE = "escalate"
MODAL_UPDATE = "update"
MODAL_SEVERITY = "severity"
MODAL_ROLES = "roles"
MODAL_HANDOFF = "handoff"
MODAL_PAGE = "page_people"
MODAL_RESOLVE = "resolve"
MODAL_CANCEL = "cancel"
MODAL_RENAME = "rename"
MODAL_REOPEN = "reopen"
MODAL_NOTE = "note"
MODAL_LINKS = "links"
MODAL_TASKS = "tasks"
MODAL_MERGE = "merge"
MODAL_MERGE_INTO = "merge_into"
"""Asks which incident goes on; `MODAL_MERGE` follows in its place."""
MODAL_OVERRIDE = "on_call_override"
MODAL_COVER = "on_call_cover"
MODAL_SWAP = "on_call_swap"
MODAL_TAKE = "on_call_take"
MODAL_AWAY = "on_call_away"
MODAL_ON_CALL_PAGE = "on_call_page"
MODAL_HANDOFF_NOTE = "handoff_note"
MODAL_TEXT = "text"
"""Only shows something: a timeline, why I was paged, help."""

# Shortcuts: callback ids, as in slack_app_manifest.yml.
SHORTCUT_DECLARE = "declare_incident"
SHORTCUT_DECLARE_FROM_MESSAGE = "declare_from_message"
SHORTCUT_ADD_TO_TIMELINE = "add_to_timeline"

METADATA_EVENT = "tocsin"
"""The `event_type` of message metadata; its payload's `key` is the debt's key, by which a message in doubt is found."""
