"""Addresses of ours that people and providers get: each carries a signature, so that nobody can guess or change one."""

from __future__ import annotations

from yarl import URL

from bot.core.called import Called
from bot.signing import Signer

FEED = "feed"
PAGE = "page"
CALLBACK = "callback"


class Links:
    """Makes addresses below `TOCSIN_PUBLIC_URL` and reads what they carry; without that setting there are none."""

    def __init__(self, public_url: str | None, signer: Signer) -> None:
        self._base = (public_url or "").rstrip("/")
        self._signer = signer

    @property
    def are_on(self) -> bool:
        """Whether anybody outside could follow one."""
        return bool(self._base)

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers name where a form came from; empty when links are off."""
        return str(URL(self._base).origin()) if self._base else ""

    def feed(self, number: int) -> str:
        """The iCal feed of this number; good until it is revoked."""
        return f"{self._base}/v1/feeds/{self._signer.sign(FEED, str(number), None)}.ics"

    def page(self, called: Called) -> str:
        """Where the person who was called sees the page and can answer it; empty when links are off."""
        return f"{self._base}/v1/p/{self._signer.sign(PAGE, str(called), None)}" if self._base else ""

    def callback(self, called: Called) -> str:
        """Below it a provider tells what came of its message and what was pressed; empty when links are off."""
        return (
            f"{self._base}/v1/twilio/{self._signer.sign(CALLBACK, str(called), None)}" if self._base else ""
        )

    def outside(self, path: str) -> str:
        """A path of ours as the outside calls it."""
        return f"{self._base}{path}"
