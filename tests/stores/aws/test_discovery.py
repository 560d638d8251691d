"""The Discovery API: what is asked and read, the signature, and that no secret stays anywhere."""

from __future__ import annotations

import gzip
import json
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import auth, serialize
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError, ProfileNotFound
from botocore.loaders import Loader
from botocore.model import ServiceModel
from scrapy import Request
from scrapy.http import Response, TextResponse

from modelstores.capture.warc import Record, records
from modelstores.page import NotAProduct
from spiders.aws import AwsSpider, discovery, signing
from tests.crawling import ROOT, rows, scrapy
from tests.miniweb.server import Answer, MiniServer, Seen
from tests.miniweb.stores import pages

KEY, SECRET, SESSION = "AKIDEXAMPLE0000", "very/secret+key0000", "session/token+0000=="
SECRETS = (KEY, SECRET, SESSION)
USER = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SESSION}
CREDENTIALS = Credentials(KEY, SECRET, SESSION)
PATH = discovery.URL.removeprefix(f"https://{discovery.HOST}")
QUICK = ("-s", "DOWNLOAD_DELAY=0.01", "-s", "AUTOTHROTTLE_ENABLED=False")
COUNTS = "select listed, stored, merged, failed, status, scope, source from snapshot"
SPIDER = AwsSpider()


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Take whoever runs the tests for a user without credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("BOTO_CONFIG", str(tmp_path / "boto"))
    signing.credentials.cache_clear()
    yield
    signing.credentials.cache_clear()


# --- what is asked and read ---


@pytest.mark.parametrize("token", ["", "cGFnZSAy+/=="])
def test_the_search_is_what_the_service_model_describes(token: str) -> None:
    found = Loader().load_service_model("marketplace-discovery", "service-2", "2026-02-05")
    model = ServiceModel(found).operation_model("SearchListings")
    asked = discovery.SEARCH | ({"nextToken": token} if token else {})
    expected = serialize.create_serializer("rest-json").serialize_to_request(asked, model)
    request = discovery.search(discovery.URL, token)
    assert (request.method, PATH) == (expected["method"], expected["url_path"])
    assert json.loads(request.body) == json.loads(expected["body"])
    assert request.headers["Content-Type"].decode() == expected["headers"]["Content-Type"]
    assert model.service_model.signing_name == discovery.SERVICE


def test_the_next_page_is_asked_for_by_its_token() -> None:
    body = json.dumps({"listingSummaries": [{"listingId": "prodview-a"}], "nextToken": "abc="})
    *_, following = SPIDER.parse(TextResponse(discovery.URL, body=body.encode()))
    assert isinstance(following, Request)
    assert json.loads(following.body) == {**discovery.SEARCH, "nextToken": "abc="}
    assert following.meta["dont_redirect"]


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (403, "ExpiredTokenException:http://x/", "answered 403, ExpiredTokenException, the AWS cr"),
        (403, "", "answered 403, the AWS credentials are wrong, have expired or lack a permission"),
        (400, "ValidationException", "answered 400, ValidationException"),
        (429, "\x1b[31mred", "answered 429"),
        (302, "", "answered 302"),
    ],
)
def test_a_refusal_in_one_line(status: int, kind: str, said: str) -> None:
    headers = {"X-Amzn-Errortype": kind} if kind else {}
    with pytest.raises(NotAProduct) as raised:
        list(SPIDER.parse(Response(discovery.URL, status=status, headers=headers)))
    assert said in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"listingSummaries": {}},
        {"listingSummaries": [None]},
        {"listingSummaries": [{"listingId": "a/b"}]},
        {"listingSummaries": [], "nextToken": "x y"},
        {"listingSummaries": [], "nextToken": ["x"]},
        {"listingSummaries": [], "nextToken": "x" * 9_000},
    ],
)
def test_an_odd_answer_ends_the_listing(answer: object) -> None:
    with pytest.raises(NotAProduct):
        list(SPIDER.parse(TextResponse(discovery.URL, body=json.dumps(answer).encode())))


# --- whose credentials ---


def test_nobody_is_asked_for_credentials_that_are_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    assert signing.configured() is False
    assert [request.url for request in SPIDER.listings()] == AwsSpider.start_urls


@pytest.mark.parametrize("place", ["environment", "credentials", "config"])
def test_credentials_are_found_where_the_user_keeps_them(
    place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if place == "environment":
        for name, value in USER.items():
            monkeypatch.setenv(name, value)
    else:
        monkeypatch.setenv("AWS_PROFILE", "study")
        section = "[study]" if place == "credentials" else "[profile study]"
        lines = (f"{name.lower()}={value}" for name, value in USER.items())
        (tmp_path / place).write_text("\n".join((section, *lines)))
    found = signing.credentials()
    assert found is not None
    assert (found.access_key, found.secret_key, found.token) == SECRETS
    (request,) = SPIDER.listings()
    assert (request.method, request.url) == ("POST", discovery.URL)
    assert "Authorization" not in request.headers


def test_credentials_that_cannot_be_used_are_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "gone")
    assert signing.configured() is True
    with pytest.raises(ProfileNotFound, match="gone"):
        signing.credentials()


# --- the signature ---


def signature(method: str, url: str, headers: dict[str, str], body: bytes) -> str:
    """Return the Authorization that a request as it arrived must carry."""
    signer = auth.SigV4Auth(CREDENTIALS, discovery.SERVICE, discovery.REGION)
    names = {"Content-Type", "X-Amz-Date", "X-Amz-Security-Token"}
    seen = {name.title(): value for name, value in headers.items() if name.title() in names}
    request = AWSRequest(method, url, headers=seen, data=body)
    request.context["timestamp"] = seen["X-Amz-Date"]
    words = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(words, request))
    return str(request.headers["Authorization"])


def test_who_has_no_credentials_signs_nothing() -> None:
    with pytest.raises(NoCredentialsError):
        signing.sign(discovery.search(discovery.URL), None)


def test_a_signature_is_made_last_and_anew_and_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in USER.items():
        monkeypatch.setenv(name, value)
    middleware = signing.Signing(SimpleNamespace(spider=SPIDER))  # type: ignore[arg-type]
    request = discovery.search(discovery.URL)
    before = dict(request.headers)
    dates = []
    for minute in (1, 9):
        now = datetime(2026, 3, 1, 12, minute)
        monkeypatch.setattr(auth, "get_current_datetime", lambda now=now: now)
        middleware.process_request(request)
        dates.append(request.headers["X-Amz-Date"])
        assert request.headers["X-Amz-Security-Token"] == SESSION.encode()
        if minute == 1:
            middleware.process_response(request, Response(request.url, status=503))
        else:
            middleware.process_exception(request, TimeoutError())
        assert dict(request.headers) == before
    assert dates == [b"20260301T120100Z", b"20260301T120900Z"]


def test_nothing_but_the_api_gets_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in USER.items():
        monkeypatch.setenv(name, value)
    middleware = signing.Signing(SimpleNamespace(spider=SPIDER))  # type: ignore[arg-type]
    product = SPIDER.product_url.format(id="prodview-abcdefghijklm")
    for url in (product, f"https://{discovery.HOST}/robots.txt", f"{discovery.URL}.example/"):
        request = Request(url)
        middleware.process_request(request)
        assert not request.headers
        answer = Response(url, status=404, body=b"kept")
        assert middleware.process_response(request, answer) is answer


# --- a whole run ---


def listed(*ids: str, token: str = "") -> Answer:
    answer: dict[str, Any] = {"listingSummaries": [{"listingId": one} for one in ids]}
    answer |= {"totalResults": len(ids)} | ({"nextToken": token} if token else {})
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(answer))


def refused() -> Answer:
    """Return a refusal that repeats, as the service does, what was signed."""
    words = f"x-amz-security-token:{SESSION} Credential={KEY}/20260301"
    headers = {"X-Amzn-Errortype": "ExpiredTokenException", "Content-Type": "application/json"}
    return Answer(403, headers, json.dumps({"message": words}))


def crawl(tmp_path: Path, *arguments: str, store: str, api: str, **user: str) -> Any:
    return scrapy(
        *("crawl", "aws", "-s", "SPIDER_MODULES=tests.stores.aws.local"),
        *("-s", f"DATABASE_URL=sqlite:///{tmp_path}/x.db", "-s", f"CAPTURE_DIR={tmp_path}/c"),
        *QUICK,
        *arguments,
        FAKE_STORE=store,
        FAKE_API=api.replace("127.0.0.1", "localhost"),
        **user,
    )


def products() -> list[str]:
    paths = [answer.path for answer in pages("aws") if answer.holds.startswith("page")]
    return [path.rpartition("/")[2] for path in paths]


def searches(server: MiniServer) -> list[Seen]:
    return [seen for seen in server.requests if seen.path == PATH]


def written(tmp_path: Path, run: Any) -> str:
    """Return all that a run left behind, as text: capture, database, output."""
    (capture,) = tmp_path.glob("c/aws/*.warc.gz")
    left = [gzip.decompress(capture.read_bytes())]
    left += [path.read_bytes() for path in tmp_path.glob("x.db*")]
    return b"\n".join(left).decode("latin-1") + run.stdout + run.stderr


def test_a_run_finds_products_by_the_api_and_leaves_no_secret(tmp_path: Path) -> None:
    ids = products()
    answers = [Answer(503), listed(*ids[:4], token="cGFnZSAy+/=="), listed(*ids[3:])]
    with (
        MiniServer("aws") as store,
        MiniServer("aws", robots=None, answers={PATH: answers}) as api,
    ):
        debug = ("-s", "LOG_LEVEL=DEBUG")
        run = crawl(tmp_path, *debug, store=store.url, api=api.url, **USER)
        asked = searches(api)
        assert api.paths == ["/robots.txt", PATH, PATH, PATH]
        assert sorted(store.paths) == sorted(
            ["/robots.txt", *(f"/marketplace/pp/{one}" for one in ids)]
        )
        assert not any("Authorization" in seen.headers for seen in store.requests)
        assert "Authorization" not in api.requests[0].headers
    assert run.returncode == 0, run.stderr
    assert rows(tmp_path / "x.db", COUNTS) == [(7, 6, 1, 0, "complete", "full", "live")]
    ((receipt,),) = rows(tmp_path / "x.db", "select receipt from snapshot")
    assert PATH in json.loads(str(receipt))["listings/first"]

    for seen in asked:
        headers = dict(seen.headers)
        url = f"http://{headers['Host']}{PATH}"
        assert headers["Authorization"] == signature("POST", url, headers, seen.body)
        assert headers["X-Amz-Security-Token"] == SESSION
    assert json.loads(asked[-1].body)["nextToken"] == "cGFnZSAy+/=="

    left = written(tmp_path, run)
    assert '"nextToken": "cGFnZSAy+/=="' in left, "the capture holds what was asked"
    for secret in (*SECRETS, "AWS4-HMAC", "uthorization:", "X-Amz-Security-Token", "X-Amz-Date"):
        assert secret not in left

    capture = next(tmp_path.glob("c/aws/*"))
    again = tmp_path / "again"
    again.mkdir()
    run = crawl(again, "-a", f"archive={capture}", store=store.url, api=api.url, **USER)
    assert run.returncode == 0, run.stderr
    assert rows(again / "x.db", COUNTS) == [(7, 6, 1, 0, "complete", "partial", "archive")]
    said = "select content_hash from observation order by 1"
    assert rows(again / "x.db", said) == rows(tmp_path / "x.db", said)


def test_refused_credentials_lose_the_listing_and_stay_secret(tmp_path: Path) -> None:
    answers = [listed(*products()[:2], token="abc"), refused()]
    with (
        MiniServer("aws") as store,
        MiniServer("aws", robots=None, answers={PATH: answers}) as api,
    ):
        run = crawl(tmp_path, store=store.url, api=api.url, **USER)
    assert run.returncode == 1
    assert rows(tmp_path / "x.db", COUNTS) == [(2, 2, 0, 0, "suspect", "partial", "live")]
    (line,) = [line for line in run.stderr.splitlines() if "ExpiredTokenException" in line]
    assert "answered 403, ExpiredTokenException, the AWS credentials" in line
    assert "Traceback" not in run.stderr
    kept = [r for r in records(next(tmp_path.glob("c/aws/*"))) if isinstance(r, Record)]
    assert [r.body for r in kept if r.status == 403] == [b""]
    left = written(tmp_path, run)
    for secret in SECRETS:
        assert secret not in left


def test_a_redirect_of_the_search_is_not_followed(tmp_path: Path) -> None:
    with MiniServer("aws") as store:
        answers = {PATH: Answer.redirect(f"{store.url}/marketplace/sitemap", 307)}
        with MiniServer("aws", answers=answers) as api:
            run = crawl(tmp_path, store=store.url, api=api.url, **USER)
        assert store.paths == []
    assert run.returncode == 1
    assert "the Discovery API answered 307" in run.stderr


def test_a_profile_that_is_not_there_is_named(tmp_path: Path) -> None:
    with MiniServer("aws") as store, MiniServer("aws") as api:
        run = crawl(tmp_path, store=store.url, api=api.url, AWS_PROFILE="gone")
        assert store.paths == []
        assert searches(api) == []
    assert run.returncode == 1
    assert "The config profile (gone) could not be found" in run.stderr
    assert "Traceback" not in run.stderr


def test_without_credentials_the_sitemap_is_read(tmp_path: Path) -> None:
    local = ROOT / "tests/miniweb/aws/sitemap.xml"
    with MiniServer("aws") as store, MiniServer("aws") as api:
        sitemap = local.read_text("utf-8").replace("https://aws.amazon.com", store.url)
        store._store["/marketplace/sitemap"] = Answer(200, {"Content-Type": "text/xml"}, sitemap)
        run = crawl(tmp_path, store=store.url, api=api.url)
        assert api.paths == []
    assert run.returncode == 0, run.stderr
    assert rows(tmp_path / "x.db", COUNTS) == [(7, 6, 1, 0, "complete", "full", "live")]


def test_a_product_on_the_host_of_the_api_is_not_believed() -> None:
    moved = Response(f"https://{discovery.HOST}/marketplace/pp/prodview-abcdefghijklm")
    assert SPIDER.product_id(moved.url) is None
    with pytest.raises(NotAProduct):
        list(SPIDER.parse(moved))
