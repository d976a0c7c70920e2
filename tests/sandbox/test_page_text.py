"""How the page reads Slack's text: its modules asked directly, inside the browser that runs them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.sandbox import browsing

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = 1795250820  # Saturday 2026-11-21 08:47:00 UTC
RENDER = """async ([module, call, text]) => {
    const {[call]: render} = await import(`/page/${module}.js`);
    const node = document.createElement("div");
    node.append(...render(text));
    return node.innerHTML;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with browsing.browser() as browser, browsing.desk(browser) as desk:
        yield await desk.window("ana", "#general")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~struck~ `co*d*e`", "<b>bold</b> <i>italic</i> <s>struck</s> <code>co*d*e</code>"),
        ("*bold _both_*", "<b>bold <i>both</i></b>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("* not bold * and *not\nover lines*", "* not bold * and *not\nover lines*"),
        ("_*", "_*"),
        ("a &lt;b&gt; &amp;amp; c", "a &lt;b&gt; &amp;amp; c"),
        ("<!here> &lt;!channel&gt;", '<span class="mention self">@here</span> &lt;!channel&gt;'),
        (
            "*<https://x.example/a_b_c|a_b_c>*",
            '<b><a href="https://x.example/a_b_c" target="_blank" rel="noopener noreferrer">a_b_c</a></b>',
        ),
        ("<javascript:alert(1)|x>", "<span>x</span>"),
        (
            "<mailto:a@b.example|a@b.example>",
            '<a href="mailto:a@b.example" target="_blank" rel="noopener noreferrer">a@b.example</a>',
        ),
        ("&gt; one\n&gt; two\nthree", "<blockquote>one\ntwo</blockquote>three"),
        ("before ```x *y*\n<z``` after", "before <pre>x *y*\n&lt;z</pre> after"),
        (
            ":eyes: :nobody_knows: 10:30:45",
            '<span class="emoji" title=":eyes:">👀</span> :nobody_knows: 10:30:45',
        ),
        ("<!date^x^{time}|fallback>", "<span>fallback</span>"),
        ("<!subteam^S1|@payments>", '<span class="mention self">@payments</span>'),
    ],
)
async def test_mrkdwn_reads_as_in_slack(page: Page, text: str, html: str) -> None:
    assert await page.evaluate(RENDER, ["mrkdwn", "mrkdwn", text]) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title\ntext **b** *i* `c`", "<h3>Title</h3><p>text <b>b</b> <i>i</i> <code>c</code></p>"),
        ("- one\n- [x] two", "<ul><li>one</li><li>☑ two</li></ul>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("```py\n<b>\n```", "<pre>&lt;b&gt;</pre>"),
        ("> quoted", "<blockquote><p>quoted</p></blockquote>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            '<div class="table-scroll"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
            "<tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>",
        ),
        ("[x](javascript:alert(1))", "<p><span>x</span>)</p>"),
        (r"\*not soft\* \<b\> C:\dir \_a_b", "<p>*not soft* &lt;b&gt; C:\\dir _a_b</p>"),
        (
            r"[CPU \[EU\]](https://x.example/a)",
            '<p><a href="https://x.example/a" target="_blank" rel="noopener noreferrer">CPU [EU]</a></p>',
        ),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ],
)
async def test_markdown_becomes_nodes(page: Page, text: str, html: str) -> None:
    assert await page.evaluate(RENDER, ["markdown", "markdown", text]) == html


@pytest.mark.parametrize(
    ("seconds", "shape", "zone", "text"),
    [
        (NOW, "{date_num} {time_secs}", "Europe/Berlin", "2026-11-21 09:47:00"),
        (NOW, "{date_short_pretty} at {time}", "America/New_York", "Today at 03:47"),
        (NOW, "due {date_pretty}", "UTC", "due today"),
        (NOW - 86400, "{date_long_pretty}", "UTC", "Yesterday"),
        (NOW - 5 * 86400, "{date_long}", "UTC", "Monday, November 16th"),
        (NOW - 400 * 86400, "{date_short}", "UTC", "Oct 17th, 2025"),
        (NOW - 720, "{ago}", "UTC", "12 minutes ago"),
        (NOW + 3600, "{ago}", "UTC", "in 1 hour"),
        (NOW, "{nothing} {time}", "UTC", "{nothing} 08:47"),
        # A day that has begun in Kolkata and not yet in London.
        (NOW + 10.5 * 3600, "{date}", "Asia/Kolkata", "November 22nd"),
    ],
)
async def test_dates_are_filled_in_for_the_reader(
    page: Page, seconds: float, shape: str, zone: str, text: str
) -> None:
    ask = "async (asked) => (await import('/page/time.js')).slackDate(...asked)"
    assert await page.evaluate(ask, [seconds, shape, zone, NOW]) == text


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]
)
async def test_a_moment_typed_in_the_readers_clock_is_that_moment(page: Page, zone: str) -> None:
    ask = """async ([seconds, zone]) => {
        const time = await import("/page/time.js");
        return time.fromLocalField(time.localField(seconds, zone), zone);
    }"""
    for seconds in (
        NOW,
        NOW + 180 * 86400,
        1_774_746_000,
    ):  # the last: Berlin's clocks go forward, 2026-03-29 01:00 UTC
        assert await page.evaluate(ask, [seconds, zone]) == seconds


async def test_what_a_person_types_is_never_markup(page: Page) -> None:
    ask = "async (typed) => (await import('/page/outgoing.js')).literal(typed)"
    assert await page.evaluate(ask, "<!channel> & &lt; @bob") == "&lt;!channel&gt; & &amp;lt; @bob"
