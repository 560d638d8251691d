"""What is lost, in words."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

from modelstores.items import Rejection
from modelstores.page import NotAProduct
from modelstores.renderer import RenderingError


def rejection(request: Request, why: str) -> Rejection:
    """Return the rejection of a page that was asked for."""
    return Rejection("page", request.url, [why], capture=request.meta.get("capture"))


def reason(error: BaseException | None) -> str:
    """Return in one line why a page was lost."""
    if isinstance(error, HttpError):
        return f"HTTP status {error.response.status}"
    if isinstance(error, (NotAProduct, IgnoreRequest, RenderingError)):
        return str(error)[:500]
    first = (str(error).splitlines() or [""])[0][:300]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
