"""`/oncall`: who is on call and when, and changing it by command and by form."""

from __future__ import annotations

from tests.slack.office import Hands, Office


async def told(people: Hands, who: str, typed: str) -> str:
    """What somebody is answered to `/oncall …`."""
    answer = await people.command(who, f"/oncall {typed}")
    assert answer.get("reply"), answer
    return str(answer["reply"]["plain"])


async def test_on_call_alone_has_its_buttons(office: Office, people: Hands) -> None:
    answer = await people.command("ana", "/oncall")
    assert [button["text"] for button in answer["reply"]["buttons"]] == [
        "All schedules",
        "My shifts",
        "Override…",
        "Take over…",
        "Change schedules…",
        "Page someone…",
    ]
    everything = await people.click("ana", "All schedules", "#general")
    assert "payments-secondary @carol until" in str(everything)
    await people.command("ana", "/oncall")
    shifts = await people.click("ana", "My shifts", "#general")
    assert "You are on call now: payments-primary" in str(shifts)


QUESTIONS = (
    ("who payments-primary", "payments-primary @ana until Mon 23 Nov 09:00 UTC, then @bob"),
    ("who payments-primary tomorrow 9am", "Sunday 22 Nov 2026 09:00 UTC"),
    ("who checkout mon 10:00", "Paged for checkout: @bob → @dave → @frank"),
    ("who payments", "payments-secondary @carol"),
    ("who search in 2 h", "Paged for search: @erin → @frank"),
    ("who @bob", "@bob is not on call now."),
    ("who bob mon 10:00", "@bob is on call on Monday 23 Nov 2026 10:00 UTC: payments-primary until"),
    ("who me", "You are on call now: payments-secondary"),
    ("who", "payments-primary @ana"),
    ("tomorrow 9am", "payments-primary @ana"),
    ("checkout", "Paged for checkout: @ana → @carol → @frank"),
    ("shifts @bob", "payments-primary from Mon 23 Nov 09:00 UTC until Mon 30 Nov 09:00 UTC (7 d)"),
    ("who paymets", "Did you mean payments?"),
    ("who payments blurgday", "I don't understand the time"),
    ("shifts zoltan", "I know nobody called"),
    ("whoo", "Did you mean who?"),
)


async def test_questions_are_answered(office: Office, people: Hands) -> None:
    for typed, expected in QUESTIONS:
        assert expected in await told(people, "carol", typed), typed


async def test_an_override_by_command_pages_the_new_person_and_is_taken_back(
    office: Office, people: Hands
) -> None:
    done = await told(people, "carol", "override payments-primary @bob sat 10:00-18:00 because Ana travels")
    assert "@bob is on call for payments-primary from Sat 21 Nov 10:00 UTC" in done
    assert "instead of @ana" in done
    assert "@bob (override) until Sat 21 Nov 18:00" in await told(people, "dave", "who payments-primary 11am")
    assert "arranged it: Ana travels" in (await people.sees("bob", "You are on call for"))["plain"]
    back = await people.click("carol", "Take it back", "#general")
    assert "Taken back" in str(back)
    assert "@ana until" in await told(people, "dave", "who payments-primary 11am")


async def test_the_next_page_goes_to_whoever_was_put_on_call_for_now(office: Office, people: Hands) -> None:
    await told(people, "ana", "override checkout @bob now for 2 h")
    asked = await people.command("ana", "/oncall override checkout @bob now for 2 h")
    assert "several schedules" in asked["reply"]["plain"]


async def test_a_form_is_filled_with_what_was_said(office: Office, people: Hands) -> None:
    opened = await people.command("dave", "/oncall override payments-primary @bob")
    assert opened["view"]["callback_id"] == "on_call_override"
    done = await people.submit(
        "dave",
        From=str(int(office.clock.now().timestamp())),
        Until=str(int(office.clock.now().timestamp()) + 7200),
    )
    assert "errors" not in done or not done["errors"]
    await people.sees("bob", "You are on call for payments-primary")
    await office.page("Error rate above 5 %")
    await people.sees("bob", "Error rate")
    assert not [m for m in await people.messages("ana") if "Error rate" in m["plain"]]


REFUSED = (
    ("override payments-primary @bob yesterday 9:00-10:00", "That time is over"),
    ("override payments-primary @bob tomorow 9-10ish", "I don't understand"),
    ("override payments-primary @bob @carol tomorrow", "One person goes on call"),
    ("override payments-primary @bob and @carol tomorrow", "One person goes on call"),
    ("override platform @bob tomorrow", "platform has no schedule"),
    ("override zoltan tomorrow", 'I don\'t understand "zoltan", as a name'),
    ("override payments-primary @zoltan tomorrow", 'I know nobody called "@zoltan"'),
    ("override payments-primary @bob sat 10:00-10:00", "I don't understand"),
)


async def test_an_override_that_cannot_be_made_says_why(office: Office, people: Hands) -> None:
    for typed, expected in REFUSED:
        assert expected in await told(people, "dave", typed), typed
    assert "payments-primary @ana until" in await told(people, "dave", "who payments-primary")


async def test_a_form_says_at_the_field_what_is_wrong(office: Office, people: Hands) -> None:
    now = int(office.clock.now().timestamp())
    for starts, ends, field, sentence in (
        (now + 7200, now + 3600, "ends", "It ends before it begins"),
        (now - 7200, now + 3600, "starts", "It begins in the past"),
    ):
        await people.command("dave", "/oncall override payments-primary @bob")
        answer = await people.submit("dave", From=str(starts), Until=str(ends))
        assert sentence in answer["errors"][field]


ASKED = (  # of bob, who asks more in a second than Slack takes in one DM, then of dave
    ("who is on call for payments-primary tomorrow 10am?", "Sunday 22 Nov 2026 09:00 UTC"),
    ("when am I on call?", "You are not on call now."),
    ("who's next for checkout?", "@bob from Mon 23 Nov 09:00 UTC"),
    ("am I on call this weekend?", "You are not on call from"),
    ("when is @ana on call?", "@ana is on call now"),
    ("sing a song", "You can ask me"),
    ("who has search on monday 9am", "Monday 23 Nov 2026 14:00 UTC"),
    ("is bob on call tomorrow?", "@bob is not on call from"),
)
NOT_UNDERSTOOD = (
    ("who is on call for payments next year", 'the time "next year"'),
    ("who is on call for paymets?", "Did you mean payments?"),
    ("search is broken", "Paged for search: @erin"),
)


async def test_questions_in_plain_words(office: Office, people: Hands) -> None:
    for number, (question, expected) in enumerate(ASKED):
        who = "bob" if number < 5 else "dave"
        await people.do("post", **{"as": who, "in": "@Tocsin", "text": question})
        assert (await people.sees(who, expected))["user"] == "Tocsin"


async def test_a_question_that_is_half_understood_is_not_guessed_at(office: Office, people: Hands) -> None:
    for question, expected in NOT_UNDERSTOOD:
        await people.do("post", **{"as": "carol", "in": "@Tocsin", "text": question})
        await people.sees("carol", expected)
