"""Calls to addresses that people give us: the one room that opens them, and only where they may lead.

A URL in a setting or in the configuration could point at this machine or its network and have Tocsin ask there what its
author may not. So each name is resolved once, every address that it has is looked at, and the connection goes to an
address that was looked at: a name that answers otherwise the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.core.frozen import dataclass
from bot.errors import TocsinError

WITHIN_SECONDS = 10.0
LARGEST_ANSWER = 1024 * 1024
_CHUNK = 64 * 1024
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 in IPv6 (RFC 6052): its last four bytes are where it leads."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as text; raises `OSError` when it has none."""


class OutgoingProblem(TocsinError):
    """An outside address did not do what was asked. The text names the host alone: paths hold secrets."""


class MayNotBeCalled(OutgoingProblem):
    """The URL leads where Tocsin must not go, or is none; trying again changes nothing."""


class NoAnswer(OutgoingProblem):
    """It could not be reached, took too long or answered too much; it may go well later."""


@dataclass(frozen=True)
class Fetched:
    """What was answered. A redirect is an answer like others: it is never followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """As the machine's resolver knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Outgoing:
    """Opens URLs. `allow_private`: also this machine and private networks, because the operator said so."""

    def __init__(self, *, allow_private: bool, resolve: Resolve = addresses_of) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        within: float = WITHIN_SECONDS,
        largest: int = LARGEST_ANSWER,
    ) -> Fetched:
        """Ask once and read the whole answer, of at most `largest` bytes, in `within` real seconds.

        No redirect is followed, no cookie kept, no proxy used. Raises `MayNotBeCalled` or `NoAnswer`.
        """
        target = _target(url)
        host = str(target.host)
        if _is_address(host):
            self._check(host, [host])
        connector = aiohttp.TCPConnector(resolver=_Checked(self), use_dns_cache=False, force_close=True)
        try:
            async with (
                asyncio.timeout(within),
                aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.request(method, target, headers=headers, data=body, allow_redirects=False) as answer,
            ):
                return Fetched(answer.status, dict(answer.headers), await _read(host, answer, largest))
        except TimeoutError as error:
            raise NoAnswer(f"{host} did not answer within {within:g} s.") from error
        except (aiohttp.InvalidURL, UnicodeError) as error:  # the latter: a name that no resolver takes
            raise _no_url() from error
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer(f"{host} could not be reached: {type(error).__name__}.") from error

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses, every one of them allowed; raises `MayNotBeCalled` or `OSError`."""
        found = await self._resolve(host, port)
        self._check(host, found)
        return found

    def _check(self, host: str, addresses: Sequence[str]) -> None:
        if not self._allow_private and not all(_is_public(address) for address in addresses):
            raise MayNotBeCalled(
                f"{host} is on this machine or in a private network. Use a public address, or set "
                "TOCSIN_ALLOW_PRIVATE_URLS=true."
            )


class _Checked(AbstractResolver):
    """Hands aiohttp the addresses that were looked at, and it connects to one of them."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self._outgoing.resolve(host, port)
        ]

    async def close(self) -> None:
        """Nothing is kept open."""


def _target(url: str) -> URL:
    try:
        target = URL(url)
        complete = target.scheme in ("http", "https") and bool(target.host) and bool(target.port)
    except ValueError:
        complete = False
    if not complete:
        raise _no_url()
    return target


def _no_url() -> MayNotBeCalled:
    return MayNotBeCalled("The URL is none that can be called; it begins with https:// and a host.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    """Whether anybody on the internet could ask there too, by what the address means and not by how it is written."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inside = _ipv4_inside(address)
        if inside is not None:
            return _is_public(str(inside))
    return address.is_global and not address.is_multicast


def _ipv4_inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None


async def _read(host: str, answer: aiohttp.ClientResponse, largest: int) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > largest:
            raise NoAnswer(f"{host} answered more than {largest} bytes.")
    return bytes(body)
