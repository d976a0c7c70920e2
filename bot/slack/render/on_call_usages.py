"""The sub-commands of `/oncall`, as its help lists them."""

from __future__ import annotations

from bot.slack.render.usage import Usage

ON_CALL: tuple[Usage, ...] = (
    Usage(
        "who",
        "[schedule, team, service or @who] [when]",
        "says who is on call, now or then",
        "who payments tomorrow 9am",
        ("who checkout", "who @bob sat 10:00", "who"),
        "Times are in your own zone; the answer says which time was understood.",
        "All schedules, under the answer to the command alone",
    ),
    Usage(
        "shifts",
        "[@who]",
        "lists your next shifts, or somebody's",
        "shifts @bob",
        ("shifts",),
        "Overrides, swaps and time off are counted in.",
        "My shifts, under the answer to the command alone",
    ),
    Usage(
        "override",
        "[schedule] [@who] [from until] [because reason]",
        "puts somebody on call for a while",
        "override payments-primary @bob sat 10:00-18:00 because Ana travels",
        ("override checkout @bob tomorrow", "override payments-primary me now for 2 h", "override"),
        "With something left out it opens the form. The latest made wins. It can be taken back at once.",
        "Override…, under the answer to the command alone",
    ),
    Usage(
        "why",
        "",
        "says why you are paged now, or why not",
        "why",
        (),
        "It speaks of your own open pages.",
        "Why was I paged?, on the page",
    ),
    Usage(
        "help",
        "[command]",
        "shows this, or one command with examples",
        "help override",
        ("help",),
        "A word that is no command gets the nearest one.",
        "Help, on the Home",
    ),
)
