#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures every page of patchstate-hub with many hosts and a long history, and prints a Markdown table.

    bench/pages.py --programs build/release/bin [--quick] [--hosts 50000] [--days 90] [--store FILE|URL]

Each page is asked for on a new connection, as a person does who comes back after a while. --store: an SQLite file or the URL of
a PostgreSQL database that `hub_bench fill` filled before, which takes minutes; without it one is made and thrown away. The exit code is 0 also when a
target is missed (the table says MISSED), and not 0 when something could not be measured."""

import argparse
import html
import http.client
import json
import pathlib
import re
import secrets
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse

from hub import Hub
from measure import Targets
import worlds

FIRST_BYTE, COMPLETE, SIZE = 100, 300, 150  # ms, ms, KiB
PAGES = [
    ("overview", "/"),
    ("machines", "/machines"),
    ("… noncompliant, most missing first", "/machines?verdict=noncompliant&sort=-security"),
    ("… noncompliant, longest pending first", "/machines?verdict=noncompliant&sort=oldest"),
    ("… unknown", "/machines?verdict=unknown"),
    ("… of one system", "/machines?os=ubuntu:24.04"),
    ("… that lack a package's update", "/machines?package={package}"),
    ("… that lack a CVE's update", "/machines?cve={cve}"),
    ("… pending for 30 days", "/machines?pendingFor=30d"),
    ("… waiting for a reboot", "/machines?reboot=pending"),
    ("… by a part of the name, found nowhere", "/machines?q=no-such-name"),
    ("… a later page", "/machines?cursor={cursor}"),
    ("one machine", "/machines/{host}"),
    ("updates", "/updates"),
    ("… security only", "/updates?security=true"),
    ("one update, missing on most", "/updates/{update}"),
    ("one CVE", "/cves/{cve}"),
    ("plan", "/plan"),
    ("risks", "/risks"),
    ("groups", "/groups"),
    ("enrol", "/enrol"),
    ("notices", "/notifications"),
    ("people", "/people"),
    ("audit", "/audit"),
    ("account", "/account"),
]
FILES = [("all machines as CSV", "/machines?format=csv"), ("all updates as CSV", "/updates?format=csv")]


class Visitor:
    """Somebody who has signed in, and has a stopwatch."""

    def __init__(self, hub, folder):
        self.address = hub.address
        name, password = f"bench-{secrets.token_hex(4)}", secrets.token_hex(16)
        file = folder / "password"
        file.touch(0o600)
        file.write_text(password + "\n", encoding="ascii")
        subprocess.run([hub.program, "admin", "create", name, "--role", "administrator", "--password-file", file, "--store",
                        hub.store], check=True, capture_output=True)
        self.cookie = self.sign_in(name, password)

    def sign_in(self, name, password):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        connection.request("GET", "/sign-in")
        page = connection.getresponse()
        before = self.cookie_of(page)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.read().decode())
        form = {field: html.unescape(value) for field, value in hidden} | {"name": name, "password": password}
        connection.request("POST", "/sign-in", urllib.parse.urlencode(form),
                           {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.address}",
                            "Cookie": before})
        answer = connection.getresponse()
        if answer.status not in (302, 303) or not (cookie := self.cookie_of(answer)):
            raise SystemExit(f"nobody could sign in: {answer.status} {answer.read()[:500]!r}")
        return cookie

    @staticmethod
    def cookie_of(answer):
        return "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))

    def look(self, path):
        """Milliseconds to the first byte of the answer and to its last, from before the connection; and the page."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        start = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": self.cookie})
        connection.sock.recv(1, socket.MSG_PEEK)
        first = time.perf_counter()
        answer = connection.getresponse()
        body = answer.read()
        last = time.perf_counter()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:500]!r}")
        return (first - start) * 1e3, (last - start) * 1e3, body


class Bench(Targets):
    def __init__(self, runs):
        super().__init__()
        self.runs = runs

    def row(self, visitor, what, path, is_page):
        looks = [visitor.look(path) for _ in range(self.runs + 1)][1:]
        first, last = ([look[number] for look in looks] for number in (0, 1))
        size = len(looks[-1][2]) / 1024
        met = statistics.median(first) < FIRST_BYTE and statistics.median(last) < COMPLETE and size < SIZE
        print(f"| {what} | {statistics.median(first):.1f} / {max(first):.1f} ms | {statistics.median(last):.1f} / "
              f"{max(last):.1f} ms | {size:,.1f} KiB | {self.verdict(met) if is_page else ''} |", flush=True)

    def pages(self, hub, visitor):
        updates = json.loads(hub.ask("/v1/updates?security=true&limit=5")[1])["updates"]
        # Some later page.
        cursor = json.loads(hub.ask("/v1/hosts?limit=1000")[1])["next"]
        values = {"package": updates[0]["name"], "update": updates[0]["updateId"], "cve": updates[0]["cves"][0],
                  "host": json.loads(hub.ask("/v1/hosts?sort=-security&limit=1")[1])["hosts"][0]["id"],
                  "cursor": cursor}
        values = {name: urllib.parse.quote(value, safe="") for name, value in values.items()}
        print("| page | first byte: median / slowest | complete: median / slowest | size | |\n|---|---|---|---|---|")
        for what, path in PAGES:
            self.row(visitor, what, path.format(**values), True)
        for what, path in FILES:
            self.row(visitor, what, path, False)
        print(f"\nTargets of a page: first byte < {FIRST_BYTE} ms, complete < {COMPLETE} ms (medians of {self.runs}), "
              f"< {SIZE} KiB without compression. Memory of the hub: {hub.memory():.0f} MiB.")


def filled(programs, folder, hosts, days):
    names = folder / "names"
    names.write_text("\n".join(worlds.real_names()[::7]) + "\n", encoding="ascii")
    store = folder / "fleet.db"
    subprocess.run([programs / "hub_bench", "fill", store, names, str(hosts), str(days)], check=True, capture_output=True)
    return store


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="a small store, and each page fewer times")
    parser.add_argument("--hosts", type=int, default=50000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--store", help="one that is filled already")
    options = parser.parse_args()
    programs = options.programs.resolve()
    hosts, days = (2000, 30) if options.quick else (options.hosts, options.days)
    bench = Bench(5 if options.quick else 15)
    with tempfile.TemporaryDirectory(prefix="patchstate-pages-bench-", dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        store = options.store or filled(programs, folder, hosts, days)
        hub = Hub(programs, str(store), folder)
        try:
            of = f"of {options.store}" if options.store else f"{hosts:,} hosts, {days} days of history"
            print(f"\n## Pages of patchstate-hub: {of}\n")
            bench.pages(hub, Visitor(hub, folder))
        finally:
            hub.stop()
    bench.sum_up()


if __name__ == "__main__":
    main()
