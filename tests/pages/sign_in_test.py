#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may see the pages, and change what they show, as a person with a browser meets it; tests/hub has the rest.

usage: sign_in_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import re
import unittest
import urllib.parse

import fleets
from page_scenarios import ADMINISTRATOR, PASSWORD, VIEWER, Pages, Place, main

OF_ADMINISTRATORS = ("/people", "/audit", "/enrol", "/notifications")
MOST_GUESSES = 50


class SignIn(Pages, unittest.TestCase):
    fleet = fleets.small

    def is_at_sign_in(self):
        return urllib.parse.urlsplit(self.browser.address).path == "/sign-in"

    def test_who_has_not_signed_in_sees_nothing_and_comes_to_the_page_they_asked_for_when_they_have(self):
        for path in self.place.pages():
            self.open(path)
            self.assertTrue(self.is_at_sign_in(), path)
            self.assertNotIn(".example.org", self.browser.source)
        self.open("/machines?verdict=noncompliant")
        self.fill_in_sign_in(VIEWER)
        self.assertEqual(self.browser.address, self.place.address("/machines?verdict=noncompliant"))
        self.assertEqual([row["Machine"] for row in self.rows()], ["db-1.example.org"])

    def test_nobody_is_sent_to_another_site_by_signing_in(self):
        for target in ("//evil.example.org/", "https://evil.example.org/", "/\\evil.example.org", "javascript:alert(1)"):
            self.browser.forget_all()
            self.open("/sign-in?next=" + urllib.parse.quote(target, safe=""))
            self.fill_in_sign_in(VIEWER)
            self.assertTrue(self.browser.address.startswith(self.place.address("/")), self.browser.address)

    def test_a_wrong_password_and_a_name_that_nobody_has_are_told_the_same(self):
        said = []
        for name, password in ((VIEWER, "wrong" + PASSWORD), ("nobody-of-this-name", PASSWORD)):
            self.open("/sign-in")
            self.fill_in_sign_in(name, password)
            self.assertTrue(self.is_at_sign_in())
            said.append(self.main_text().replace(name, ""))
            self.assertTrue(self.browser.all("[role=alert]"), "said so that a screen reader tells it")
            self.open("/")
            self.assertTrue(self.is_at_sign_in())
        self.assertEqual(*said)

    def test_after_signing_out_the_old_cookie_opens_nothing(self):
        self.open("/sign-in")
        self.fill_in_sign_in(VIEWER)
        self.assertIn(VIEWER, self.browser.find("header").text_content)
        cookies = self.browser.cookies()
        self.browser.follow(self.browser.find("form[action='/sign-out'] button"))
        self.assertTrue(self.is_at_sign_in())
        for one in cookies:
            self.browser.cdp("Network.setCookie", name=one["name"], value=one["value"], url=self.place.address("/"))
        self.open("/machines")
        self.assertTrue(self.is_at_sign_in())

    def test_the_cookie_is_for_this_site_alone_and_for_no_script(self):
        self.open("/sign-in")
        before = {one["value"] for one in self.browser.cookies()}
        self.fill_in_sign_in(VIEWER)
        (cookie,) = [one for one in self.browser.cookies() if one["value"] not in before]
        self.assertTrue(cookie["httpOnly"])
        self.assertIn(cookie["sameSite"], ("Lax", "Strict"))
        self.assertEqual((cookie["path"], self.browser.run("return document.cookie")), ("/", ""))

    def test_a_viewer_is_shown_all_machines_and_nothing_to_change_them_with(self):
        self.sign_in(VIEWER)
        for path in ("/", "/machines", "/machines/db-1", "/updates", "/plan", "/risks", "/groups"):
            with self.subTest(path):
                self.open(path)
                forms = self.browser.run("return Array.from(document.querySelectorAll('form[method=post]'), form => "
                                         "form.getAttribute('action'))")
                self.assertEqual([one for one in forms if not re.match(r"/sign-out$|/filters", one)], [])
        shown = self.browser.run("return Array.from(document.querySelectorAll('nav a'), one => one.getAttribute('href'))")
        self.assertEqual([path for path in OF_ADMINISTRATORS if path in shown], [])
        for path in OF_ADMINISTRATORS:
            answer = self.fetch(path, VIEWER)
            self.assertEqual((answer.status, answer.header["content-type"]), (403, "text/html; charset=utf-8"), path)

    def test_an_administrator_reaches_what_a_viewer_does_not(self):
        self.sign_in(ADMINISTRATOR)
        self.open("/")
        shown = self.browser.run("return Array.from(document.querySelectorAll('nav a'), one => one.getAttribute('href'))")
        for path in shown:
            self.assertEqual(self.fetch(path, ADMINISTRATOR).status, 200, path)
        self.assertEqual([path for path in OF_ADMINISTRATORS if path not in shown], [])

    def posted(self, path, name, **fields):
        """A form sent by another program with this person's cookie."""
        cookie = "; ".join(f"{cookie}={value}" for cookie, value in self.cookies[name].items())
        return self.place.hub.ask("POST", path, urllib.parse.urlencode(fields), Cookie=cookie,
                                  Content_Type="application/x-www-form-urlencoded",
                                  Origin=self.place.address())

    def token(self, name):
        return re.search(r'name="form_token" value="([^"]+)"', self.fetch("/", name).body.decode())[1]

    def test_a_form_that_this_persons_page_did_not_make_changes_nothing(self):
        self.sign_in(ADMINISTRATOR)
        self.sign_in(VIEWER)
        for fields in ({}, {"form_token": ""}, {"form_token": "x"}, {"form_token": self.token(VIEWER)}):
            answer = self.posted("/machines/web-1/tags", ADMINISTRATOR, tags="taken-over", **fields)
            self.assertEqual(answer.status, 403, fields)
        answer = self.posted("/machines/web-1/tags", VIEWER, tags="taken-over", form_token=self.token(VIEWER))
        self.assertEqual(answer.status, 403, "not an administrator")
        self.assertEqual(self.place.host(self.place.hub, "web-1")["tags"], [])

    def test_who_guesses_passwords_is_locked_out_and_others_are_not(self):
        place = Place(fleets.small)
        self.addCleanup(place.doCleanups)
        place.person(VIEWER, "viewer")
        type(self).place, before = place, self.place
        self.addCleanup(setattr, type(self), "place", before)
        for guess in range(MOST_GUESSES):
            self.open("/sign-in")
            self.fill_in_sign_in(VIEWER, f"guess number {guess}")
            if place.count("SELECT COUNT(*) FROM guesses") and "later" in self.main_text():
                break
        self.assertLess(guess, MOST_GUESSES - 1, self.main_text())
        self.open("/sign-in")
        self.fill_in_sign_in(VIEWER)
        self.assertTrue(self.is_at_sign_in(), "also by the right password")
        self.assertIn("later", self.main_text())


if __name__ == "__main__":
    main()
