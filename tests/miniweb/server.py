"""A small store over HTTP on this machine, for tests of the live path."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from tests.miniweb.stores import pages

#: robots.txt that forbids nothing
ALLOW_ALL = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True)
class Answer:
    """What the server says at a path: a status, headers and a body (text is sent as UTF-8)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | bytes = ""

    @classmethod
    def redirect(cls, target: str, status: int = 302) -> Self:
        """Return a redirect to an address or path."""
        return cls(status, {"Location": target})


@dataclass(frozen=True)
class Seen:
    """A request the server got; ``time`` is in seconds of a clock that only moves on."""

    time: float
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class MiniServer:
    """Serve a small store on 127.0.0.1, at a free port, while the context is open.

    Args:
        store: name of the small store.
        robots: body of ``/robots.txt``; None answers 404 there.
        answers: {path: answer} instead of the store's own. Of a sequence each request
            gets the next; afterwards the store answers (for retries: ``[Answer(503)]``).
        latency: seconds to wait before each answer.

    Attributes:
        url: ``http://127.0.0.1:PORT``, without a last slash.
        requests: what was asked, in order.
    """

    def __init__(
        self,
        store: str,
        *,
        robots: str | None = ALLOW_ALL,
        answers: Mapping[str, Answer | Sequence[Answer]] | None = None,
        latency: float = 0.0,
    ) -> None:
        self._store = {
            page.path: Answer(200, {"Content-Type": page.type}, page.body.decode())
            for page in pages(store)
        }
        if robots is not None:
            self._store["/robots.txt"] = Answer(200, {"Content-Type": "text/plain"}, robots)
        self._instead: dict[str, Answer | list[Answer]] = {
            path: answer if isinstance(answer, Answer) else list(answer)
            for path, answer in (answers or {}).items()
        }
        self._latency = latency
        self._lock = threading.Lock()
        self.requests: list[Seen] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [seen.path for seen in self.requests]

    def change(self, answers: Mapping[str, Answer]) -> None:
        """From now on answer otherwise at these paths."""
        with self._lock:
            self._instead.update(answers)

    def answer(self, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Take note of a request and return what to say."""
        with self._lock:
            self.requests.append(Seen(time.monotonic(), path, headers, body))
            answer = self._instead.get(path)
            if isinstance(answer, list):
                answer = answer.pop(0) if answer else None
        if self._latency:
            time.sleep(self._latency)
        return answer or self._store.get(path) or Answer(404, {}, "not here")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(server: MiniServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = server.answer(unquote(self.path), dict(self.headers), sent)
            body = said.body.encode() if isinstance(said.body, str) else said.body
            self.send_response(said.status)
            for name, value in {"Content-Type": "text/html", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing: tests look at ``requests``."""

    return Handler
