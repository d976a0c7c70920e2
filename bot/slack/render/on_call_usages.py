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
        "cover",
        "[schedule] [from until] [@who] [because reason]",
        "asks others to take a shift of yours, or a part of it",
        "cover sat 10:00-18:00 because dentist",
        ("cover payments-primary next week @bob @carol", "cover"),
        "Without names it asks everybody on the schedule. Until somebody accepts, you stay on call.",
        "Ask for cover…, under your shifts",
    ),
    Usage(
        "swap",
        "[@who] [because reason]",
        "proposes to exchange a shift with somebody",
        "swap @bob",
        ("swap",),
        "The form offers your next shifts and theirs. Nothing changes until they agree.",
        "Swap…, under your shifts",
    ),
    Usage(
        "take",
        "[schedule] [for how long]",
        "puts you on call from now on",
        "take payments-primary for 2 h",
        ("take checkout until 18:00", "take for 30 min", "take"),
        "Seven days at most. Pages that are open already stay with whoever has them.",
        "Take over…, under the answer to the command alone",
    ),
    Usage(
        "away",
        "[from until] [because reason]",
        "says that you are away; the next in each rotation stands in",
        "away next week because holidays",
        ("away fri 18:00 until mon 9am", "away"),
        "Alone it shows what is entered, to take it back, and asks for more.",
        "I'm away…, under your shifts",
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
