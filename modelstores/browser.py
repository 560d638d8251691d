"""Which Chromium renders the pages, and how it is started."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Request as BrowserRequest

SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

#: What a page's words do not need. Style sheets stay: scripts ask for visibility.
UNWANTED = frozenset({"image", "font", "media"})


def find() -> str | None:
    """Return the Chromium to use: MODELSTORES_BROWSER, Playwright's own, or the system's."""
    named = os.environ.get("MODELSTORES_BROWSER")
    if named:
        return shutil.which(named) or named
    own = playwrights_own()
    if own:
        return str(own)
    return next((path for name in SYSTEM_NAMES if (path := shutil.which(name))), None)


def playwrights_own() -> Path | None:
    """Return the Chromium build that this Playwright was made for, if it is installed."""
    revision = next(b["revision"] for b in builds() if b["name"] == "chromium")
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or {
        "darwin": "~/Library/Caches/ms-playwright",
        "win32": "~/AppData/Local/ms-playwright",
    }.get(sys.platform, "~/.cache/ms-playwright")
    folder = Path(cache).expanduser() / f"chromium-{revision}"
    names = {"chrome", "chrome.exe", "Chromium", "Google Chrome for Testing"}
    return next((p for p in sorted(folder.rglob("*")) if p.name in names and p.is_file()), None)


def builds() -> list[dict[str, Any]]:
    """Return the browser builds that this Playwright was made for: name and revision."""
    listed = files("playwright") / "driver" / "package" / "browsers.json"
    found: list[dict[str, Any]] = json.loads(listed.read_text(encoding="utf-8"))["browsers"]
    return found


@cache
def version(path: str | None) -> str | None:
    """Return the version a Chromium prints of itself ("156.0.8078.79"), or None."""
    if path is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603 - the path is the user's or the system's, no page's
            [path, "--version", "--no-sandbox"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next((word for word in said.split() if word[:1].isdigit()), None)


def launch_options(path: str | None, reachable: list[str]) -> dict[str, Any]:
    """Return Playwright's launch options.

    ``reachable`` are the domains the browser may look up, subdomains included; it
    finds no other host, whatever a page, a redirect or an IP address asks for.
    """
    rules = ["MAP * ~NOTFOUND"]
    rules += [f"EXCLUDE {name}" for domain in reachable for name in (domain, f"*.{domain}")]
    return {
        **({"executable_path": path} if path else {}),
        "chromium_sandbox": os.geteuid() != 0,  # Chromium refuses its sandbox to root
        "args": [
            f"--host-resolver-rules={', '.join(rules)}",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ],
    }


def unwanted(request: BrowserRequest) -> bool:
    """Tell whether a page's request is for what its words do not need."""
    return request.resource_type in UNWANTED


def install() -> str | None:
    """Install a Chromium: the distribution's package where possible, else Playwright's."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)  # noqa: S607
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],  # noqa: S607
            env=environment,
            check=False,
        )
    if find() is None:
        command = [sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]
        if os.geteuid() != 0:
            command.remove("--with-deps")
        subprocess.run(command, check=False)  # noqa: S603 - fixed words
    return find()


def main() -> int:
    """Print the Chromium in use; with ``--install``, install one where there is none."""
    parser = argparse.ArgumentParser(prog="python -m modelstores.browser", description=main.__doc__)
    parser.add_argument("--install", action="store_true")
    path = find()
    if path is None and parser.parse_args().install:
        path = install()
    if path is None:
        print("no Chromium found: install one, or name it in MODELSTORES_BROWSER", file=sys.stderr)
        return 1
    print(f"Chromium {version(path) or '(version unknown)'}: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
