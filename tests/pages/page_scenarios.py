# SPDX-License-Identifier: Apache-2.0
"""A hub with a fleet, people who may sign in, and one browser for a whole test program."""

import atexit
import csv
import functools
import io
import unittest
import urllib.parse

import checkers
import fleets  # first: it says where the modules of tests/hub are
from hub_process import Scenarios, take_program_from_arguments
from stores import SqliteStore
from webdriver import Browser

ADMINISTRATOR, VIEWER = "ada", "vera"
PASSWORD = "correct horse battery staple 73"
WIDE, NARROW = 1440, 360
THEMES = ("light", "dark")
# Paths of every page; what stands in braces is replaced by each such thing that the fleet has.
PAGES = ("/", "/machines", "/machines?verdict=noncompliant&sort=-security", "/machines?q=nothing-like-it",
         "/machines/{machine}", "/updates", "/updates/{update}", "/cves/{cve}", "/plan", "/risks",
         "/risks/new?update={update}", "/risks/new?host={machine}", "/groups", "/enrol", "/notifications",
         "/people", "/audit", "/account", "/nowhere", "/machines/nobody", "/machines?sort=nonsense")
FAILS = {"/nowhere": 404, "/machines/nobody": 404, "/machines?sort=nonsense": 400}


@functools.cache
def browser():
    """Started when it is first asked for, ended with the program."""
    one = Browser()
    atexit.register(one.close)
    return one


class Place(Scenarios, unittest.TestCase):
    """A hub and its store that a whole class of tests looks at; it runs no test itself.

    `fleet`: what fills the hub, or the path of an SQLite store that is full already."""

    store_class = SqliteStore

    def __init__(self, fleet, *arguments):
        super().__init__()
        self.setUp()
        try:
            if not callable(fleet):
                (self.folder / "hub.db").symlink_to(fleet)
            self.hub = self.serve("--reports-per-minute", "100000", *arguments)
            self.made = fleet(self, self.hub) if callable(fleet) else None
        except BaseException:
            self.doCleanups()
            raise

    def person(self, name, role, password=PASSWORD):
        secret = self.folder / f"password-of-{name}"
        secret.write_text(password + "\n", encoding="utf-8")
        secret.chmod(0o600)
        self.succeeds("admin", "create", name, "--role", role, "--password-file", str(secret))

    def address(self, path=""):
        return f"http://127.0.0.1:{self.hub.port}{path}"

    def pages(self):
        """One machine of each verdict, and the update that most machines lack with its CVE."""
        machines = [one["id"] for verdict in ("noncompliant", "unknown", "compliant")
                    for one in self.read(self.hub, f"/v1/hosts?limit=1&verdict={verdict}")["hosts"]]
        updates = self.read(self.hub, "/v1/updates?security=true&limit=1")["updates"]
        things = {"{machine}": machines, "{update}": [one["updateId"] for one in updates],
                  "{cve}": [one["cves"][0] for one in updates if one["cves"]]}
        found = []
        for path in PAGES:
            name = path[path.find("{"):] if "{" in path else ""
            found += [path.replace(name, urllib.parse.quote(one, safe="")) for one in things[name]] if name else [path]
        return found


class Pages:
    """What a class of tests of one fleet's pages is, beside a TestCase; its tests share the hub."""

    fleet = fleets.mixed
    hub_arguments = ()
    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.cookies = {}
        cls.place = Place(cls.fleet, *cls.hub_arguments)
        cls.addClassCleanup(cls.place.doCleanups)
        for name, role in ((ADMINISTRATOR, "administrator"), (VIEWER, "viewer")):
            cls.place.person(name, role)

    def setUp(self):
        self.browser = browser()
        self.browser.scripts(True)
        self.browser.theme("light")
        self.browser.width(WIDE)
        self.browser.open("about:blank")
        self.browser.forget_all()

    def open(self, path):
        self.browser.open(self.place.address(path))

    def fill_in_sign_in(self, name, password=PASSWORD):
        """On the page that is open."""
        self.browser.find("input[name=name]").fill(name)
        self.browser.find("input[type=password]").fill(password)
        self.browser.follow(self.browser.find("main form button"))

    def sign_in(self, name=ADMINISTRATOR):
        """By the form the first time, by the cookie that gave after that: to hash a password takes its time."""
        if name not in self.cookies:
            self.browser.cdp("Network.clearBrowserCookies")
            self.open("/sign-in")
            self.fill_in_sign_in(name)
            self.cookies[name] = {one["name"]: one["value"] for one in self.browser.cookies()}
            self.assertTrue(self.cookies[name], f"{name} was not signed in: {self.browser.source}")
        for cookie, value in self.cookies[name].items():
            self.browser.cdp("Network.setCookie", name=cookie, value=value, url=self.place.address("/"), httpOnly=True)

    def fetch(self, path, name=ADMINISTRATOR):
        """The answer itself, as no browser shows it."""
        if name is None:
            return self.place.hub.get(path)
        if name not in self.cookies:
            self.sign_in(name)
        return self.place.hub.get(path, Cookie="; ".join(f"{cookie}={value}" for cookie, value in self.cookies[name].items()))

    def csv(self, path):
        answer = self.fetch(path)
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(answer.header["content-type"].startswith("text/csv"), answer.header)
        return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))

    def api(self, path):
        return self.place.read(self.place.hub, path)

    def main_text(self):
        """What the page says, blanks as one."""
        return " ".join(self.browser.find("main").text_content.split())

    def rows(self, heading=None):
        """Each row of the page's first table, or of the first in the section of this heading: its cells' texts by the heads
        of their columns."""
        return self.browser.run("""
            const heading = Array.from(document.querySelectorAll("h2")).find(one => one.textContent.trim() === arguments[0]);
            const table = (arguments[0] === null ? document.querySelector("main") : heading?.closest("section"))
                ?.querySelector("table");
            if (!table) return [];
            const clean = cell => cell.textContent.replace(/[▲▼]/g, "").replace(/\\s+/g, " ").trim();
            const heads = Array.from(table.tHead.rows[0].cells, clean);
            return Array.from(table.tBodies).flatMap(body => Array.from(body.rows, row =>
                Object.fromEntries(Array.from(row.cells, (cell, at) => [heads[at], clean(cell)]))));
            """, heading)

    def query_of_address(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.browser.address).query))


def main():
    take_program_from_arguments()
    checkers.go_on_only_with_tools()
    unittest.main()
