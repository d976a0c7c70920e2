"""Makes the pictures of the README and of docs/: walks through an incident and days on call in a browser.

    .venv/bin/python scripts/screenshots.py

It starts the sandbox and the bot on free ports with a database of their own, drives Chromium as the people of the demo
company would, and writes docs/screenshots/*.png. Debian needs the packages chromium and fonts-noto-color-emoji; without
the fonts every emoji is a box. With Pillow (pip install pillow) a picture takes a third of the space.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "screenshots"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
]
PHONE = (390, 844)
MODAL = (760, 860)
HOME = (1080, 520)
HOME_WEEK = (1080, 620)
CHANNEL_WINDOW = (1080, 700)
READY_WITHIN = 30.0
"""Seconds."""
COLOURS = 256
CHANNEL_HELP = (1080, 420)
SUPPORT = "payments-support"
CHANNEL = "inc-1-checkout-is-down"


@dataclass(frozen=True)
class Tocsin:
    """The running sandbox and bot; addresses without a slash at the end."""

    page: str
    http: str


def main() -> None:
    """Write all pictures, or say what is missing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: apt-get install chromium fonts-noto-color-emoji")
    OUT.mkdir(parents=True, exist_ok=True)
    with running() as tocsin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        walk(Desk(browser, tocsin))
        browser.close()


def walk(desk: Desk) -> None:
    """From the declaration to the timeline, in the order in which it happens."""
    erin = desk.window("erin", "#general", size=MODAL)
    declare(erin)
    erin.set_viewport_size({"width": CHANNEL_WINDOW[0], "height": CHANNEL_WINDOW[1]})
    ana = desk.window("ana", "@Tocsin", size=PHONE)
    ana.get_by_role("button", name="Acknowledge").wait_for()
    picture(ana, "page-phone")
    ana.get_by_role("button", name="Acknowledge").click()
    messages(ana).filter(has_text="has it").wait_for()
    picture(ana, "acknowledged-phone")
    work(erin)
    tasks(erin)
    forms(erin)
    roles_and_merging(erin)
    for part in (asking_for_help, why, drill, reaching, policies, deep_help, schedule, home, on_call, giving):
        part(desk)
        desk.clear(erin)
    resolve(erin)


def declare(erin: Page) -> None:
    command(erin, "#general", "/incident declare Checkout is down")
    form = erin.get_by_role("dialog", name="Declare an incident")
    form.get_by_label("Severity").select_option(label="SEV1")
    form.get_by_label("What is happening?").fill("Customers see an error page after they press Pay.")
    picture(erin, "declare")
    form.get_by_role("button", name="Declare").click()
    erin.locator(f"a[data-place='#{CHANNEL}']").first.wait_for(state="attached")


def work(erin: Page) -> None:
    """What the channel sees while people are at it."""
    erin.locator(f"#sidebar a[data-place='#{CHANNEL}']").click()
    messages(erin).filter(has_text="acknowledged P-1").wait_for()
    for typed, seen in (
        ("/incident lead @ana", "is Incident commander now"),
        ("/incident update Rolling back release 4711", "posted an update"),
    ):
        command(erin, f"#{CHANNEL}", typed)
        messages(erin).filter(has_text=seen).last.wait_for()
    messages(erin).filter(has_text="Next update due").filter(has_text="Commander").wait_for()
    erin.locator("#messages").evaluate("node => { node.scrollTop = 0; }")
    picture(erin, "incident")


def tasks(erin: Page) -> None:
    """Who does what until when, as the channel's people see it."""
    for typed in ("call the bank @bob due in 2 h", "write to the customers due tomorrow 9:30"):
        command(erin, f"#{CHANNEL}", f"/incident task {typed}")
        messages(erin).filter(has_text="added a task").filter(has_text=typed[:8]).last.wait_for()
    command(erin, f"#{CHANNEL}", "/incident task")
    form = erin.get_by_role("dialog", name="Tasks of INC-1")
    form.get_by_role("button", name="Done").first.wait_for()
    picture(erin, "tasks")
    form.get_by_role("button", name="Cancel").click()


def forms(erin: Page) -> None:
    """What a sub-command alone opens."""
    for typed, name in (
        ("update", "update"),
        ("severity", "severity"),
        ("page", "page-people"),
        ("handoff", "handoff"),
        ("link", "links"),
        ("cancel", "cancel"),
    ):
        command(erin, f"#{CHANNEL}", f"/incident {typed}")
        opened(erin, name)


def roles_and_merging(erin: Page) -> None:
    """The card's Roles, and an incident that is the same as another one."""
    erin.get_by_role("button", name="Roles").first.click()
    opened(erin, "roles")
    command(erin, f"#{CHANNEL}", "/incident declare Payments page is blank")
    form = erin.get_by_role("dialog", name="Declare an incident")
    form.get_by_label("Severity").select_option(label="SEV2")
    form.get_by_label("Nobody").check()
    form.get_by_role("button", name="Declare").click()
    erin.locator("#sidebar a[data-place='#inc-2-payments-page-is-blank']").wait_for(state="attached")
    command(erin, f"#{CHANNEL}", "/incident merge INC-2 INC-1")
    opened(erin, "merge")


def asking_for_help(desk: Desk) -> None:
    """Whom a page can go to next, and somebody who is asked to help with it."""
    ana = desk.window("ana", "@Tocsin", size=MODAL)
    ana.get_by_role("button", name="Escalate…").last.click()
    opened(ana, "escalate")
    menu(ana, "Add responders…")
    form = ana.get_by_role("dialog", name="Responders for P-1")
    choose(form, "People", "Dave")
    picture(ana, "responders")
    form.get_by_role("button", name="Ask them").click()
    dave = desk.window("dave", "@Tocsin", size=PHONE)
    dave.get_by_role("button", name="I'm coming").wait_for()
    picture(dave, "help-asked-phone")
    dave.get_by_role("button", name="I'm coming").click()
    messages(ana).filter(has_text="is coming to help").wait_for()


def why(desk: Desk) -> None:
    """Why somebody was paged, with each attempt to reach them."""
    ana = desk.window("ana", "@Tocsin", size=PHONE)
    ana.get_by_role("button", name="Why was I paged?").last.click()
    ana.get_by_role("dialog").wait_for()
    picture(ana, "why-phone")
    ana.get_by_role("dialog").get_by_role("button", name="Close").last.click()


def drill(desk: Desk) -> None:
    """A chain foreseen, and somebody asked to take part when it is run live."""
    bob = desk.window("bob", "#general", size=CHANNEL_WINDOW)
    command(bob, "#general", "/incident drill search SEV1")
    bob.get_by_role("button", name="Run it live…").wait_for()
    picture(bob, "drill")
    bob.get_by_role("button", name="Run it live…").click()
    erin = desk.window("erin", "@Tocsin", size=PHONE)
    erin.get_by_role("button", name="I take part").wait_for()
    picture(erin, "drill-asked-phone")


def reaching(desk: Desk) -> None:
    """How somebody is reached beside Slack, and when each method is tried."""
    carol = desk.window("carol", "#general", size=MODAL)
    command(carol, "#general", "/oncall me")
    carol.get_by_role("button", name="How you are reached…").click()
    form = carol.get_by_role("dialog", name="How you are reached")
    form.wait_for()
    form.get_by_role("button", name="Add a method").click()
    fresh = carol.get_by_role("dialog", name="Add a method")
    fresh.get_by_label("Kind").select_option(label="E-mail")
    fresh.get_by_label("Address").fill("carol@example.com")
    fresh.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("carol@example.com").first.wait_for()
    picture(carol, "contacts")
    carol.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    picture(carol, "contacts-phone")
    form.get_by_role("button", name="Change…").first.click()
    carol.get_by_role("dialog", name="High urgency").wait_for()
    picture(carol, "contact-rules-phone")
    carol.get_by_role("dialog", name="High urgency").get_by_role("button", name="Cancel").click()
    carol.get_by_role("dialog", name="High urgency").wait_for(state="detached")
    if form.count():
        form.get_by_role("button", name="Close").last.click()


def policies(desk: Desk) -> None:
    """An escalation policy made in Slack, level by level, with its preview."""
    frank = desk.window("frank", "#general", size=MODAL)
    command(frank, "#general", "/oncall policies")
    frank.get_by_role("dialog", name="Escalation policies").wait_for()
    picture(frank, "policies")
    frank.get_by_role("button", name="New policy").click()
    form = frank.get_by_role("dialog", name="New policy")
    form.get_by_label("Name").fill("Checkout at night")
    for number, kind, chosen in (
        (1, "Whoever is on call for", "payments-primary"),
        (2, "Whoever is on call for", "payments-secondary"),
        (3, "All members of teams", "platform"),
    ):
        form.get_by_role("button", name="Add a level").click()
        level = frank.get_by_role("dialog", name=f"Level {number}")
        choose(level, kind, chosen)
        if number == 2:
            level.get_by_label("The manager of whoever was paged before").check()
            level.get_by_label("How long they have").fill("8 min")
            frank.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            picture(frank, "policy-level-phone")
            frank.set_viewport_size({"width": MODAL[0], "height": MODAL[1]})
        level.get_by_role("button", name="Keep it").click()
        form.get_by_text(f"{number}. ").first.wait_for()
    picture(frank, "policy-editor")
    form.get_by_role("button", name="Preview").click()
    frank.get_by_role("dialog", name="Preview").wait_for()
    picture(frank, "policy-preview")
    frank.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    picture(frank, "policy-preview-phone")
    frank.get_by_role("button", name="Save").click()
    messages(frank).filter(has_text="Checkout at night is made").last.wait_for()


def menu(page: Page, option: str) -> None:
    """Choose from the ▾ menu of the last message that has one."""
    page.locator("#messages [data-action-id='page_more']").last.click()
    page.get_by_role("menuitem", name=option).click()


def choose(form: Locator, field: str, option: str) -> None:
    """One more of a field's choices, by typing its name."""
    form.get_by_role("combobox", name=field).fill(option)
    form.get_by_label(f"Choices for {field}").get_by_role("option", name=option).first.click()


def deep_help(desk: Desk) -> None:
    """One command explained, wide and on a phone."""
    for size, name in ((CHANNEL_HELP, "help"), (PHONE, "help-phone")):
        carol = desk.window("carol", "#general", size=size)
        command(carol, "#general", "/oncall help override")
        messages(carol).filter(has_text="Without typing").last.wait_for()
        picture(carol, name)


def schedule(desk: Desk) -> None:
    """A schedule made in Slack that ends on the Sunday after next, so that there is a gap to see; and an override."""
    monday = datetime.now(UTC).date() - timedelta(days=datetime.now(UTC).weekday())
    ana = desk.window("ana", "#general", size=MODAL)
    command(ana, "#general", "/oncall schedules")
    ana.get_by_role("button", name="New schedule").click()
    form = ana.get_by_role("dialog", name="New schedule")
    form.get_by_label("Name").fill(SUPPORT)
    form.get_by_label("Team").select_option(label="payments")
    people = form.get_by_role("combobox", name="Who takes turns")
    for name in ("Ana", "Bob", "Carol"):
        people.fill(name)
        form.get_by_label("Choices for Who takes turns").get_by_role("option", name=name).first.click()
    form.get_by_label("Hours, days or weeks").select_option(label="days")
    form.get_by_label("First day").fill(f"{monday:%Y-%m-%d}")
    form.get_by_label("Last day").fill(f"{monday + timedelta(days=13):%Y-%m-%d}")
    form.get_by_label("Name").focus()
    picture(ana, "schedule-editor")
    form.get_by_role("button", name="Preview").click()
    preview = ana.get_by_role("dialog", name="Preview")
    preview.wait_for()
    picture(ana, "schedule-preview")
    ana.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    picture(ana, "schedule-preview-phone")
    preview.get_by_role("button", name="Save").click()
    messages(ana).filter(has_text="is made").last.wait_for()
    wednesday = monday + timedelta(days=9)
    carol = desk.window("carol", "#general", size=MODAL)
    command(
        carol, "#general", f"/oncall override {SUPPORT} @dave {wednesday} 10:00-18:00 because a conference"
    )
    messages(carol).filter(has_text="is on call for").last.wait_for()


def opened(page: Page, name: str) -> None:
    """A picture of the form that has opened, which is closed again."""
    dialog = page.get_by_role("dialog").last
    dialog.wait_for()
    picture(page, name)
    dialog.get_by_role("button", name="Close", exact=True).first.click()
    dialog.wait_for(state="hidden")


def home(desk: Desk) -> None:
    """The App Home of somebody with a team, wide and on a phone."""
    ana = desk.window("ana", "@Tocsin", size=HOME, tab="home")
    ana.get_by_role("button", name="Earlier").wait_for()
    picture(ana, "home")
    ana.get_by_label("Choose a schedule").select_option(label=SUPPORT)
    ana.get_by_text(f"{SUPPORT} ·").first.wait_for()
    ana.get_by_role("button", name="Later").click()
    ana.get_by_role("button", name="This week").wait_for()
    for size, name in ((HOME_WEEK, "home-week"), (PHONE, "home-week-phone")):
        window = desk.window("ana", "@Tocsin", size=size, tab="home")
        window.get_by_role("button", name="Take it").wait_for()
        window.get_by_text(f"{SUPPORT} ·").first.evaluate("node => node.scrollIntoView({block: 'start'})")
        picture(window, name)


def giving(desk: Desk) -> None:
    """Who is on call, and how a shift changes hands."""
    dave = desk.window("dave", "#general", size=CHANNEL_WINDOW)
    command(dave, "#general", "/oncall")
    messages(dave).filter(has_text="payments").last.wait_for()
    picture(dave, "on-call")
    holder, other = on_call_now()
    mine = desk.window(holder, "#general", size=MODAL)
    for typed, name in (
        ("override", "override"),
        ("swap", "swap"),
        ("take", "take"),
        ("away", "away"),
    ):
        command(mine, "#general", f"/oncall {typed}")
        opened(mine, name)
    command(mine, "#general", "/oncall calendar")
    mine.get_by_role("button", name="Feed of my shifts").click()
    mine.get_by_role("button", name="Revoke").wait_for()
    opened(mine, "calendars")
    command(mine, "#general", "/oncall cover payments-primary now for 2 h because dentist")
    asked = desk.window(other, "@Tocsin", size=PHONE)
    messages(asked).filter(has_text="asks for cover").last.wait_for()
    picture(asked, "cover-phone")
    asked.get_by_role("button", name="I take it").last.click()
    messages(asked).filter(has_text="You take it").last.wait_for()
    messages(asked).filter(has_text="Can you be woken").last.wait_for()
    note = asked.get_by_role("button", name="Close the note of new messages")
    if note.is_visible():
        note.click()
    picture(asked, "shift-start-phone")
    command(dave, "#general", "/oncall who payments-primary")
    messages(dave).filter(has_text="cover").last.wait_for()
    picture(dave, "on-call-covered")


def on_call_now() -> tuple[str, str]:
    """Who of the demo's payments-primary has the week, and who has the next."""
    first = datetime(2024, 1, 1, 9, tzinfo=ZoneInfo("Europe/London"))
    weeks = (datetime.now(UTC) - first) // timedelta(weeks=1)
    return ("ana", "bob") if weeks % 2 == 0 else ("bob", "ana")


def on_call(desk: Desk) -> None:
    """Who is on call, somebody else put there, and two shifts exchanged, on a phone."""
    ana = desk.window("ana", "#general", size=PHONE)
    override = "/oncall override payments-primary @bob tomorrow 10:00-18:00 because Ana travels"
    for typed, seen in (
        ("/oncall who checkout tomorrow 11am", "Paged for checkout"),
        (override, "is on call for payments-primary"),
    ):
        command(ana, "#general", typed)
        messages(ana).filter(has_text=seen).last.wait_for()
    picture(ana, "override-phone")
    command(ana, "#general", "/oncall swap")
    form = ana.get_by_role("dialog", name="Swap shifts")
    form.get_by_label("To", exact=True).click()
    ana.get_by_role("option", name="Bob").first.click()
    form.get_by_text("You take").wait_for()
    opened(ana, "swap-phone")


def resolve(erin: Page) -> None:
    command(erin, f"#{CHANNEL}", "/incident resolve")
    form = erin.get_by_role("dialog", name="Resolve INC-1")
    form.get_by_label("What happened?").fill("Release 4711 sent a wrong header to the card processor.")
    form.get_by_label("What fixed it?").fill("Rolled back to 4710.")
    form.get_by_role("button", name="Resolve").click()
    messages(erin).filter(has_text="INC-1 is resolved").wait_for()
    command(erin, f"#{CHANNEL}", "/incident timeline")
    erin.get_by_role("dialog", name="Timeline of INC-1").wait_for()
    erin.set_viewport_size({"width": MODAL[0], "height": 660})
    picture(erin, "timeline")


class Desk:
    """The browser, and the windows of the people in it."""

    def __init__(self, browser: Browser, tocsin: Tocsin) -> None:
        self.browser = browser
        self.tocsin = tocsin

    def window(self, name: str, place: str, *, size: tuple[int, int], tab: str = "messages") -> Page:
        """A person's window, open at a place such as "#general"."""
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height})
        context.add_init_script("localStorage.setItem('tocsin.greeted', 'yes')")
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{self.tocsin.page}/?as={name}&in={quote(place)}&tab={tab}")
        page.locator("#sidebar .me").wait_for(state="attached")
        return page

    def clear(self, keep: Page) -> None:
        """Close every window but this one: each costs the machine something."""
        for context in self.browser.contexts:
            if context is not keep.context:
                context.close()


def messages(page: Page) -> Locator:
    return page.locator("#messages").get_by_role("listitem")


def command(page: Page, place: str, typed: str) -> None:
    composer = page.get_by_label(f"Message {place}")
    composer.fill(typed)
    composer.press("Enter")


def picture(page: Page, name: str) -> None:
    """A PNG without hover, caret and half-drawn emoji."""
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    path = OUT / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    if importlib.util.find_spec("PIL"):
        lighten(path)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")  # noqa: T201  # what the script is for


def lighten(path: Path) -> None:
    """The same picture in few colours."""
    from PIL import Image

    with Image.open(path) as full:
        few = full.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


@contextmanager
def running() -> Iterator[Tocsin]:
    """Sandbox and bot on free ports, with a database that is gone afterwards."""
    ports = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TOCSIN_SANDBOX_PORT": str(ports[0]),
            "TOCSIN_HTTP_PORT": str(ports[1]),
            "TOCSIN_PUBLIC_URL": "https://tocsin.example.com",
            "TOCSIN_CONFIG": str(company(Path(folder))),
            "TOCSIN_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/tocsin.db",
        }
        process = subprocess.Popen([sys.executable, "-m", "bot", "sandbox"], cwd=ROOT, env=environment)
        try:
            tocsin = Tocsin(f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")
            wait_until_ready(tocsin, process)
            yield tocsin
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def company(folder: Path) -> Path:
    """The demo's, with somebody who carries e-mail."""
    files = folder / "company"
    shutil.copytree(ROOT / "manifests" / "demo", files)
    mail = "{id: mail, type: smtp, url: 'smtp://127.0.0.1:25', sender: tocsin@example.com}"
    (files / "reach.yml").write_text(f"providers:\n  - {mail}\n")
    return files


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until_ready(tocsin: Tocsin, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{tocsin.http}/readyz").close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    sys.exit("Tocsin did not start; what it said is above.")


if __name__ == "__main__":
    main()
