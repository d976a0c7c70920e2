"""Everything that Apprise speaks: push to phones, chats, and other carriers of text messages and calls.

A person's push address is a whole Apprise URL. A provider with a secret has the URL there, and the address is put in
its place. Apprise is big, so it is imported when the first message leaves; it blocks, so it runs in threads of its own.
"""

from __future__ import annotations

import asyncio
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from bot.core.contact import TO, MethodKind
from bot.core.contact import Outgoing as Message
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.notify import sms
from bot.notify.channel import NotNow
from bot.outgoing import MayNotBeCalled, Outgoing

if TYPE_CHECKING:
    from apprise import Apprise, AppriseAsset, NotifyBase

T = TypeVar("T")

AT_ONCE = 16
WITHIN_SECONDS = 5.0
_OF_THIS_MACHINE = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
"""Schemes that show something here and reach nobody."""
_STATUS = re.compile(r"\berror[=: ]+(\d{3})")
"""How Apprise's services log a refusal; some append digits of their own to HTTP's three."""
_AGAIN = frozenset({408, 425, 429})
_OF_THE_ACCOUNT = frozenset({401, 402, 403})
"""With a provider's secret these are about its account, not about the address."""


class Push:
    """One carrier; with an empty `url`, whatever each address names."""

    def __init__(self, url: str, outgoing: Outgoing, *, within: float = WITHIN_SECONDS) -> None:
        self._url = url
        self._outgoing = outgoing
        self._within = within
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="apprise")

    async def send(self, kind: MethodKind, message: Message) -> Outcome:
        url = self._url.replace(TO, quote(message.to, safe="")) if self._url else message.to
        try:
            async with asyncio.timeout(self._within):
                service = await self._run(partial(_service, url))
                if service is None:
                    return self._unusable()
                await self._look(service)
                name = str(service.service_name)
                said = await self._run(partial(_notify, service, *_worded(kind, message)))
        except MayNotBeCalled as problem:
            return Failed(str(problem))
        except TimeoutError:
            reason = f"the push service did not answer within {self._within:g} s"
            return self._again(reason, certain=False)
        return Sent({"id": ""}) if said is None else self._refused(name, said)

    async def prepare(self) -> None:
        """Import Apprise now, and not when the first message leaves."""
        await self._run(_library)

    async def knows(self, address: str) -> bool:
        """Whether a message could be sent to this push address, as far as it shows without sending one."""
        return await self._run(partial(_service, address)) is not None

    async def aclose(self) -> None:
        """Threads that still wait for an answer end by themselves: Apprise gives each socket four seconds."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _look(self, service: NotifyBase) -> None:
        """Raises `MayNotBeCalled` for a private address, as far as it shows before Apprise asks by itself."""
        for host in _hosts(service):
            with suppress(OSError, UnicodeError):  # no such name: Apprise says so
                await self._outgoing.resolve(host.strip("[]"), 0)

    def _unusable(self) -> Outcome:
        if self._url:
            return Retry("the provider's Apprise URL cannot be used")
        return Failed("this is no push address that can be used")

    def _again(self, reason: str, certain: bool = True) -> Outcome:
        return (Retry if self._url else NotNow)(reason, certain=certain)

    def _refused(self, name: str, said: str) -> Outcome:
        """Apprise answers yes or no; what HTTP said stands in what it logs, which itself may hold secrets."""
        found = _STATUS.search(said)
        if found is None:
            return self._again(f"{name} could not be reached", certain=False)
        status = int(found[1])
        reason = f"{name} answered {status}"
        if status in _AGAIN or status >= 500 or (self._url and status in _OF_THE_ACCOUNT):
            return self._again(reason)
        return Failed(reason)


def _hosts(service: NotifyBase) -> Iterator[str]:
    """The servers that the address names itself; of a service with a server of its own there are none."""
    if getattr(service, "mode", "") != "cloud" and "{host}" in " ".join(service.templates):
        yield from filter(None, {service.host, getattr(service, "smtp_host", None)})


def _worded(kind: MethodKind, message: Message) -> tuple[str, str]:
    """Title and text; a telephone has no title, and says or shows little."""
    match kind:
        case MethodKind.SMS:
            return "", sms.body(message, can_answer=False)
        case MethodKind.VOICE if message.page is not None:
            return "", message.subject
        case _:
            return message.subject, message.text


def _notify(service: NotifyBase, subject: str, text: str) -> str | None:
    """None when the service took it; else what it said about that."""
    from apprise import Apprise, NotifyFormat

    answer = Apprise(service).notify(body=text, title=subject, body_format=NotifyFormat.TEXT)
    if answer:
        return None
    return " ".join(entry.message for entry in answer.logs())


def _service(url: str) -> NotifyBase | None:
    """What an Apprise URL names; None for what Apprise does not know or only shows on this machine."""
    from apprise import OverflowMode

    library = _library()
    if url.partition("://")[0].strip().casefold() in _OF_THIS_MACHINE:
        return None
    service = library.instantiate(url, asset=_asset())
    if service is not None:
        service.retry = 0  # whoever owes the message tries again
        service.overflow_mode = OverflowMode.TRUNCATE
    return service


def _asset() -> AppriseAsset:
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        service_timeout=0,
        storage_mode="memory",
    )


@cache
def _library() -> type[Apprise]:
    """Apprise with all its services; its lines stay out of our log, because they name addresses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that its services import
        from apprise import Apprise

        Apprise.instantiate("json://localhost")  # the first address loads all services
    logger = logging.getLogger("apprise")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return Apprise
