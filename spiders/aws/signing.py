"""The signature on what is asked of the Discovery API: botocore signs, Scrapy sends.

botocore is loaded when something is to be signed: it is slow to load, and all commands load
all spiders.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from spiders.aws.discovery import REGION, SERVICE

if TYPE_CHECKING:
    from botocore.credentials import Credentials

#: What a signature adds to a request.
SIGNATURE = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")

# At level DEBUG it logs what it signs, the security token included.
logging.getLogger("botocore").setLevel(logging.WARNING)


@cache
def credentials() -> Credentials | None:
    """Return the user's AWS credentials as botocore finds them, None if there are none.

    A machine's own role is left out: to ask for it takes seconds where there is none, and
    it is the machine's, not the user's.

    Raises:
        BotoCoreError: they are configured, and cannot be used.
    """
    from botocore.session import Session  # noqa: PLC0415

    session = Session()
    session.get_component("credential_provider").remove("iam-role")
    return session.get_credentials()


def configured() -> bool:
    """Tell whether the user has credentials; whether they can be used, signing will tell."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    try:
        return credentials() is not None
    except BotoCoreError:
        return True


def sign(request: Request, by: Credentials | None) -> None:
    """Add an AWS Signature Version 4, made now.

    Raises:
        NoCredentialsError: there are none.
    """
    from botocore.auth import SigV4Auth  # noqa: PLC0415
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415

    content_type = (request.headers.get("Content-Type") or b"").decode()
    signed = AWSRequest(
        request.method, request.url, headers={"Content-Type": content_type}, data=request.body
    )
    SigV4Auth(by and by.get_frozen_credentials(), SERVICE, REGION).add_auth(signed)
    for name in SIGNATURE:
        if name in signed.headers:
            request.headers[name] = signed.headers[name]


class Signing:
    """Downloader middleware (and the add-on that puts it in its place, next to the downloader).

    A signature holds for minutes, so it is made last, and anew for a retry; and it is gone
    from the request before anything else, the capture above all, sees the answer.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, or the add-on."""
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Enable the middleware behind the HTTP cache, which stands at 900."""
        settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", type(self), 950)

    def process_request(self, request: Request) -> None:
        """Sign what goes to the Discovery API, and nothing else."""
        if request.url == self._crawler.spider.discovery_url:  # type: ignore[union-attr]
            sign(request, credentials())

    def process_response(self, request: Request, response: Response) -> Response:
        """Take the signature off again; of a refusal keep no words.

        They may repeat what was signed, and name the user's account.
        """
        if not _unsign(request) or response.status == 200:
            return response
        headers = response.headers.copy()
        headers.pop("Content-Encoding", None)  # there is nothing left that it would fit
        return response.replace(headers=headers, body=b"")

    def process_exception(self, request: Request, exception: Exception) -> None:  # noqa: ARG002
        """Take the signature off a request that got no answer."""
        _unsign(request)


def _unsign(request: Request) -> bool:
    """Remove the signature; tell whether there was one."""
    taken = [request.headers.pop(name, None) for name in SIGNATURE]
    return any(taken)
