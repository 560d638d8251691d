"""Which Chromium is taken, and what it is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelstores import browser


def test_order_of_browsers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setenv("MODELSTORES_BROWSER", "mine")
    assert browser.find() == "/usr/bin/mine"
    monkeypatch.delenv("MODELSTORES_BROWSER")
    assert browser.find() == "/usr/bin/chromium"
    (build,) = {
        b["revision"] for b in browser.builds() if b["name"] == "chromium"
    }  # fmt: skip
    own = tmp_path / f"chromium-{build}" / "chrome-linux" / "chrome"
    own.parent.mkdir(parents=True)
    own.touch()
    assert browser.find() == str(own)


def test_none_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MODELSTORES_BROWSER", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(browser.shutil, "which", lambda _: None)
    assert browser.find() is None
    assert browser.version(None) is None
    assert browser.version(str(tmp_path / "nothing")) is None


@pytest.mark.parametrize(("user", "sandbox"), [(0, False), (1000, True)])
def test_the_browser_finds_the_store_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch, user: int, sandbox: bool
) -> None:
    monkeypatch.setattr(browser.os, "geteuid", lambda: user)
    options = browser.launch_options("/usr/bin/chromium", ["store.example"])
    assert options["chromium_sandbox"] is sandbox
    rules = next(a for a in options["args"] if a.startswith("--host-resolver-rules="))
    assert rules.endswith("MAP * ~NOTFOUND, EXCLUDE store.example, EXCLUDE *.store.example")
    assert any(a.endswith("=MAP * ~NOTFOUND") for a in browser.launch_options(None, [])["args"])


@pytest.mark.browser
def test_a_chromium_is_there_and_says_its_version() -> None:
    version = browser.version(browser.find())
    assert version is not None
    assert int(version.split(".")[0]) > 100
