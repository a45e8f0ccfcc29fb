#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What holds for every page: valid, accessible, within its policy, in both themes, on a wide and on a narrow screen.

usage: look_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import pathlib
import re
import tempfile
import unittest

import checkers
import fleets
from page_scenarios import ADMINISTRATOR, FAILS, NARROW, THEMES, VIEWER, WIDE, Pages, main

POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
          "frame-ancestors 'none'")
COLOURS = """
return ["color", "backgroundColor"].map(name => getComputedStyle(document.body)[name]);
"""
TOO_WIDE = """
const most = document.documentElement.clientWidth;
const scrolled = one => one !== null && (getComputedStyle(one).overflowX !== "visible" || scrolled(one.parentElement));
const found = Array.from(document.querySelectorAll("body *"))
    .filter(one => one.getBoundingClientRect().right > most + 1 && !scrolled(one.parentElement))
    .map(one => one.tagName.toLowerCase() + "." + one.getAttribute("class") + ": " + one.textContent.trim().slice(0, 60));
return [document.documentElement.scrollWidth, most, found.slice(0, 5)];
"""


class EveryPage(Pages):
    def visits(self, name=ADMINISTRATOR):
        """Every page, opened by this person; then the one that is for everybody."""
        self.sign_in(name)
        for path in self.place.pages():
            yield path
        self.browser.forget_all()
        yield "/sign-in"

    def looked_at(self, theme, width):
        self.browser.theme(theme)
        self.browser.width(width)
        for path in self.visits():
            with self.subTest(path):
                self.browser.said()
                self.browser.requested()
                self.open(path)
                self.assertEqual("\n".join(checkers.accessibility(self.browser)), "", f"{path}, {theme}, {width} px")
                scroll, client, found = self.browser.run(TOO_WIDE)
                self.assertLessEqual(scroll, client, found)
                self.assertEqual([one for one in self.browser.said() if not self.is_the_answers_status(one, path)], [])
                # Chromium draws a field for a date with pictures of its own; a data: URL of ours the CSP would refuse, and say so.
                strange = [one for one in self.browser.requested() if not one.startswith((self.place.address("/"), "data:"))]
                self.assertEqual(strange, [])

    @staticmethod
    def is_the_answers_status(said, path):
        """Chromium tells the console of each document that is an error; those pages are meant to be."""
        return path in FAILS and f"the server responded with a status of {FAILS[path]}" in said

    def test_in_the_light_on_a_wide_screen_nothing_is_found(self):
        self.looked_at("light", WIDE)

    def test_in_the_dark_at_360_pixels_nothing_is_found(self):
        self.looked_at("dark", NARROW)

    def test_the_validator_has_nothing_to_say_about_their_html_and_their_style_sheet(self):
        with tempfile.TemporaryDirectory(prefix="patchstate-markup-") as name:
            files = []
            for path, person in [*((path, ADMINISTRATOR) for path in self.place.pages()), ("/", VIEWER), ("/sign-in", None)]:
                answer = self.fetch(path, person)
                files.append(pathlib.Path(name) / (re.sub(r"\W+", "-", f"{path}-{person}") + ".html"))
                files[-1].write_bytes(answer.body)
            for style in set(re.findall(rb'href="(/assets/[^"]+\.css)"', answer.body)):
                files.append(pathlib.Path(name) / "style.css")
                files[-1].write_bytes(self.place.hub.get(style.decode()).body)
            self.assertEqual(files[-1].name, "style.css")
            self.assertEqual(checkers.markup(files), [])


class Mixed(EveryPage, unittest.TestCase):
    hub_arguments = ("--notify", "https://127.0.0.1:1/hook")  # refused: its page has rows of every kind

    def test_in_the_light_at_360_pixels_nothing_is_found(self):
        self.looked_at("light", NARROW)

    def test_in_the_dark_on_a_wide_screen_nothing_is_found(self):
        self.looked_at("dark", WIDE)

    def test_every_page_answers_and_says_that_it_is_html_which_nobody_keeps(self):
        for path in self.place.pages():
            with self.subTest(path):
                answer = self.fetch(path)
                self.assertEqual(answer.status, FAILS.get(path, 200))
                self.assertEqual(answer.header["content-type"], "text/html; charset=utf-8")
                self.assertEqual(answer.header["cache-control"], "no-store")
                self.assertEqual(answer.header["x-content-type-options"], "nosniff")
                self.assertEqual(answer.header["referrer-policy"], "same-origin")

    def test_the_policy_of_every_page_is_the_strict_one(self):
        for path, name in [*((path, ADMINISTRATOR) for path in self.place.pages()), ("/sign-in", None)]:
            with self.subTest(path):
                answer = self.fetch(path, name)
                self.assertEqual(answer.header["content-security-policy"], POLICY)
                for loose in (rb"<style", rb"\sstyle=", rb"\son\w+=", rb"javascript:", rb"data:", rb"<script>", rb"<base"):
                    self.assertNotRegex(answer.body, loose)

    def test_every_page_has_one_heading_of_the_first_rank_and_a_title_of_its_own(self):
        titles = {}
        for path in self.visits():
            self.open(path)
            self.assertEqual(len(self.browser.all("h1")), 1, path)
            titles.setdefault(self.browser.title, set()).add(path.partition("?")[0])
        self.assertEqual({title: paths for title, paths in titles.items() if len(paths) > 1}, {})

    def test_a_dark_screen_gets_dark_colours(self):
        self.open("/sign-in")
        seen = {}
        for theme in THEMES:
            self.browser.theme(theme)
            seen[theme] = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in self.browser.run(COLOURS)]
        self.assertLess(seen["light"][0], seen["light"][1], "dark on light")
        self.assertGreater(seen["dark"][0], seen["dark"][1], "light on dark")

    def test_what_a_page_loads_is_kept_for_a_year_because_its_name_tells_its_content(self):
        found = re.findall(r'"(/assets/[^"]+)"', self.fetch("/").body.decode())
        self.assertGreaterEqual(len(found), 3)
        for path in found:
            answer = self.fetch(path, None)
            self.assertEqual((answer.status, answer.header["cache-control"]), (200, "public, max-age=31536000, immutable"))
            self.assertEqual(self.fetch(re.sub(r"-\w+\.", "-0000.", path)).status, 404)

    def test_no_page_is_larger_than_150_kibibytes(self):
        for path in self.place.pages():
            self.assertLess(len(self.fetch(path).body), 150 * 1024, path)


class Small(EveryPage, unittest.TestCase):
    fleet = fleets.small


class Empty(EveryPage, unittest.TestCase):
    fleet = fleets.empty


if __name__ == "__main__":
    main()
