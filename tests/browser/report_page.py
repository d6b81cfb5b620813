"""The HTML report in a real Chromium: `make browser`.

Not part of the plain suite, which needs no browser. The filter keeps its state behind the `#` of the address, so that
opening an address is what clicking and typing does.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import html5lib
import pytest

from tests.outputs.samples import hostile, ordinary, rendered


@dataclass(frozen=True)
class Opened:
    """A page after its script has run."""

    tree: Any
    console: list[str]
    requested: set[str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The rule and the file of every finding that is not hidden."""
        return [
            (article.get("data-rule"), article.get("data-file"))
            for section in self.tree.findall(".//section")
            if section.get("hidden") is None
            for article in section.findall("article")
            if article.get("hidden") is None
        ]

    def text(self, path: str) -> str:
        return "".join(self.tree.find(path).itertext())


@dataclass(frozen=True)
class Browser:
    folder: Path

    def open(self, page: str, state: str = "") -> Opened:
        file, log = self.folder / "report.html", self.folder / "net.json"
        file.write_text(page, encoding="utf-8")
        browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert browser, "no Chromium: run `make browser`"
        done = subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                f"--user-data-dir={self.folder / 'profile'}", f"--log-net-log={log}", "--enable-logging=stderr",
                "--dump-dom", f"{file.as_uri()}{state}",
            ],
            check=True, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        return Opened(html5lib.parse(done.stdout, namespaceHTMLElements=False), console, self._requested(log, file))

    @staticmethod
    def _requested(log: Path, page: Path) -> set[str]:
        """What the page asked for; the browser asks for things of its own, which have no page as origin."""
        events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
        asked = {str(params["url"]) for params in events if params.get("initiator", "not an origin") != "not an origin"}
        return {url for url in asked if not url.startswith(page.as_uri())}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


EVERYTHING = [("ADB101", "app.py"), ("ADB101", "app.py"), ("ADB401", "db.py"), ("ADB211", "db.py")]


def test_the_page_shows_all_loads_nothing_and_breaks_no_policy(browser: Browser) -> None:
    opened = browser.open(rendered("html", ordinary()))
    assert opened.shown == EVERYTHING
    assert opened.console == []
    assert opened.requested == set()
    assert opened.text(".//output") == "4 of 4 shown"
    assert opened.tree.find(".//form").get("hidden") is None
    assert len(opened.tree.findall(".//tr/th/button")) == 5


def test_a_request_would_be_seen(browser: Browser) -> None:
    opened = browser.open("<!DOCTYPE html><img src='https://asyncdb-lint.invalid/x.png'>")
    assert opened.requested == {"https://asyncdb-lint.invalid/x.png"}


def test_without_javascript_everything_is_there_but_the_filter(browser: Browser) -> None:
    # Chromium's own switch against scripts also keeps it from printing the page.
    before, _, rest = rendered("html", ordinary()).partition("<script>")
    opened = browser.open(before + rest.partition("</script>")[2])
    assert opened.shown == EVERYTHING
    assert opened.tree.find(".//form").get("hidden") is not None
    assert opened.tree.findall(".//button") == []


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("#rule=ADB101", EVERYTHING[:2]),
        ("#file=db.py", EVERYTHING[2:]),
        ("#rule=ADB401&file=db.py", EVERYTHING[2:3]),
        ("#text=LIST", EVERYTHING[2:3]),
        ("#text=awaited+lifespan", EVERYTHING[3:]),
        ("#without=error&without=info", EVERYTHING[2:3]),
        ("#fixable=1", EVERYTHING[:1]),
        ("#text=nothing+holds+this", []),
        ("#rule=ADB999&file=%3Cscript%3E", EVERYTHING),
    ],
)
def test_the_filter(browser: Browser, state: str, shown: list[tuple[str, str]]) -> None:
    opened = browser.open(rendered("html", ordinary()), state)
    assert opened.shown == shown
    assert opened.text(".//output") == f"{len(shown)} of 4 shown"
    assert opened.console == []


@pytest.mark.parametrize(
    "evil",
    [
        "</script><script>document.title = 'pwned'</script>",
        '"><img src=x onerror="document.title = \'pwned\'">',
        "</style></pre><svg onload=\"document.title = 'pwned'\">",
        "\u202e\x1b]0;x\x07",
    ],
)
def test_a_hostile_project_stays_text(browser: Browser, evil: str) -> None:
    opened = browser.open(rendered("html", hostile(evil)))
    assert "pwned" not in opened.text(".//title")
    assert opened.console == []
    assert len(opened.shown) == 1
    assert len(opened.tree.findall(".//script")) == 1


def test_the_policy_is_in_force(browser: Browser) -> None:
    """Should an escape be missing one day, the page's own policy still lets nothing run."""
    page = rendered("html", ordinary()).replace("<footer>", "<script>document.title = 'pwned'</script><footer>")
    opened = browser.open(page)
    assert "pwned" not in opened.text(".//title")
    assert any("Content Security Policy" in line for line in opened.console)
    assert json.dumps(opened.shown) == json.dumps(EVERYTHING)
