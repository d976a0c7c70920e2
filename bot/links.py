"""Addresses of ours that people get: each carries a signature, so that nobody can guess or change one."""

from __future__ import annotations

from bot.signing import Signer

FEED = "feed"


class Links:
    """Makes addresses below `TOCSIN_PUBLIC_URL` and reads what they carry; without that setting there are none."""

    def __init__(self, public_url: str | None, signer: Signer) -> None:
        self._base = (public_url or "").rstrip("/")
        self._signer = signer

    @property
    def are_on(self) -> bool:
        """Whether anybody outside could follow one."""
        return bool(self._base)

    def feed(self, number: int) -> str:
        """The iCal feed of this number; good until it is revoked."""
        return f"{self._base}/v1/feeds/{self._signer.sign(FEED, str(number), None)}.ics"
