"""E-mail over SMTP: one connection for each message, text and HTML, messages of one page in one thread."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from contextlib import suppress
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from bot.clock import Clock
from bot.core.catalogue import Provider
from bot.core.contact import MethodKind, Outgoing
from bot.core.debts import Failed, Outcome, Retry, Sent
from bot.core.frozen import dataclass
from bot.notify.channel import NotNow

WITHIN_SECONDS = 5.0
AT_ONCE = 20
"""Connections; servers refuse more than some tens from one place (Postfix: 50)."""
_AS_SENT = compat32.clone(linesep="\r\n")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""Without quoted and international ones, which few servers take."""
_POLICY_CODE = re.compile(r"\b5\.7\.\d")
"""RFC 3463 §3.8: security or policy, such as relaying denied; nothing is said of the mailbox."""


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    encrypted: bool
    user: str


class Email:
    """One mail server. A password is only sent over TLS whose certificate is right."""

    def __init__(
        self,
        provider: Provider,
        password: str,
        clock: Clock,
        *,
        tls: ssl.SSLContext | None = None,
        within: float = WITHIN_SECONDS,
    ) -> None:
        """`tls` says which certificates are trusted, the machine's when left out; `within` counts real seconds."""
        self._server = _server(provider.url)
        self._sender = provider.sender
        self._password = password
        self._clock = clock
        self._tls = tls
        self._within = within
        self._places = asyncio.Semaphore(AT_ONCE)

    async def send(self, kind: MethodKind, message: Outgoing) -> Outcome:
        if not _ADDRESS.fullmatch(message.to):
            return Failed("this is no e-mail address")
        mail = self._mail(message)
        async with self._places:
            return await self._hand_over(mail, message.to)

    async def aclose(self) -> None:
        """No connection outlives its message."""

    async def _hand_over(self, mail: MIMEMultipart, to: str) -> Outcome:
        smtp, begun = self._smtp(await self._context()), False
        try:
            async with asyncio.timeout(self._within):
                await smtp.connect()
                await smtp.mail(parseaddr(self._sender)[1])
                await smtp.rcpt(to)
                begun = True
                await smtp.data(mail.as_bytes(policy=_AS_SENT))
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=1)
        except SMTPRecipientRefused as error:
            return _refused(error)
        except (SMTPException, OSError) as error:
            return Retry(self._problem(error), certain=not begun or isinstance(error, SMTPResponseException))
        finally:
            smtp.close()
        return Sent({"id": str(mail["Message-ID"])})

    def _smtp(self, context: ssl.SSLContext) -> SMTP:
        server = self._server
        # With a password TLS is a must; a relay without one is greeted as mail servers greet each other.
        start_tls = False if server.encrypted else (True if server.user else None)
        return SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encrypted,
            start_tls=start_tls,
            tls_context=context,
            username=server.user or None,
            password=self._password or None,
            timeout=self._within,
            local_hostname=_domain(self._sender),
        )

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            # In a thread: it reads all certificates of the machine.
            self._tls = await asyncio.to_thread(ssl.create_default_context)
            if not self._server.user and not self._server.encrypted:
                self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        return self._tls

    def _problem(self, error: Exception) -> str:
        host = self._server.host
        match error:
            case SMTPAuthenticationError(code=code):
                return f"{host} refuses the user name or the password ({code})"
            case SMTPResponseException(code=code, message=message):
                return f"{host} answered {code} {_line(message)}"
            case SMTPTimeoutError() | TimeoutError():
                return f"{host} did not answer within {self._within:g} s"
            case SMTPServerDisconnected():
                return f"{host} ended the connection"
            case _ if ssl.SSLCertVerificationError in (type(error), type(error.__cause__)):
                return f"{host} has a certificate that is not trusted"
            case OSError():
                return f"{host} could not be reached"
            case _ if "STARTTLS" in str(error):
                return f"{host} offers no TLS, so the password was not sent"
            case _:
                return f"{host} cannot be used: {_line(str(error))}"

    def _mail(self, message: Outgoing) -> MIMEMultipart:
        # The older classes of Python's library: EmailMessage parses every header that it is given.
        mail = MIMEMultipart("alternative")
        mail["From"] = formataddr(parseaddr(self._sender))
        mail["To"] = message.to
        mail["Subject"] = Header(_line(message.subject), "utf-8", header_name="Subject").encode()
        mail["Date"] = format_datetime(self._clock.real())
        mail["Message-ID"] = self._id("message", message.key, message.to)
        if message.thread:
            # A first message that nobody ever got: whatever comes first or is deleted, the rest hangs together.
            mail["In-Reply-To"] = mail["References"] = self._id("thread", message.thread)
        mail["Auto-Submitted"] = "auto-generated"
        html = _template().render(subject=message.subject, paragraphs=_paragraphs(message), link=message.link)
        mail.attach(MIMEText(message.text, "plain", "utf-8"))
        mail.attach(MIMEText(html, "html", "utf-8"))
        return mail

    def _id(self, *parts: str) -> str:
        """The same for the same parts, so that a repetition is known for what it is."""
        digest = hashlib.sha256("\0".join((self._sender, *parts)).encode()).hexdigest()[:32]
        return f"<{digest}@{_domain(self._sender)}>"


def _server(url: str) -> _Server:
    parts = urlsplit(url)
    encrypted, user = parts.scheme == "smtps", unquote(parts.username or "")
    usual = 465 if encrypted else 587 if user else 25
    return _Server(parts.hostname or "", parts.port or usual, encrypted, user)


def _refused(error: SMTPRecipientRefused) -> Outcome:
    """What a server says at RCPT is about the mailbox, but for its own policy (RFC 5321 §4.2.1, RFC 3463)."""
    reason = f"the mail server answered {error.code} {_line(error.message)}"
    if error.code < 500:
        return NotNow(reason)
    return Retry(reason) if _POLICY_CODE.search(error.message) else Failed(reason)


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _line(text: str) -> str:
    """One line of at most 200 characters, without addresses: servers repeat them."""
    return re.sub(r"<?[^\s<>]+@[^\s<>]+>?", "…", " ".join(text.split()))[:200]


def _paragraphs(message: Outgoing) -> list[str]:
    """The text in paragraphs; the line with the link is a button in HTML."""
    lines = [line for line in message.text.splitlines() if not message.link or message.link not in line]
    return [one for one in re.split(r"\n\s*\n", "\n".join(lines).strip()) if one]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bot", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("email.html")
