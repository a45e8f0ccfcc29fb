#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may see the pages, and change something with them; tests/pages has what a browser makes of it.

usage: people_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import concurrent.futures
import os
import pty
import re
import subprocess
import time
import unittest
import urllib.parse

import hub_process
from browser import FORM, PASSWORD, Browser, People, text_of
from hub_process import environment, take_program_from_arguments
from stores import on_both_stores

ALL_PAGES = ["/", "/groups", "/account", "/people", "/audit", "/enrol"]
FOR_ADMINISTRATORS = ["/people", "/audit", "/enrol", "/notifications"]
POSTS = ["/people", "/people/ada/role", "/people/ada/password", "/people/ada/disable", "/people/ada/enable", "/enrol",
         "/enrol/1/revoke", "/machines/web-1/tags", "/machines/web-1/remove", "/risks", "/risks/1/end", "/notifications",
         "/nowhere"]
FREE_GUESSES = 5
LATER = "last = last - 100000"


@on_both_stores
class SigningIn(People):
    def test_who_has_not_signed_in_is_sent_to_do_so_and_then_to_where_they_wanted(self):
        hub = self.serve()
        for path in (*ALL_PAGES, "/nowhere", "/machines?q=%C3%BC%26a&verdict=unknown", "/x%0d%0aSet-Cookie:a=b"):
            answer = hub.get(path)
            self.assertEqual(answer.status, 303, path)
            place, _, query = answer.header["location"].partition("?next=")
            self.assertEqual(place, "/sign-in")
            self.assertNotIn("set-cookie", answer.header)
        self.person("ada")
        next_one = urllib.parse.unquote(hub.get("/machines?q=%C3%BC%26a").header["location"].partition("next=")[2])
        self.assertEqual(Browser(hub).sign_in("ada", next=next_one).header["location"], "/machines?q=%C3%BC%26a")

    def test_how_the_first_person_is_made_is_told_only_while_there_is_none(self):
        hub = self.serve()
        self.assertIn(b"admin create", hub.get("/sign-in").body)
        self.person("ada")
        self.assertNotIn(b"admin create", hub.get("/sign-in").body)

    def test_nobody_is_sent_to_another_site(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        for place in ("//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)",
                      "/\tx", "/a\r\nSet-Cookie: a=b", "", "evil.example", "/ü", "/\t/evil.example"):
            with self.subTest(place):
                self.assertEqual(Browser(hub).sign_in("ada", next=place).header["location"], "/")
                quoted = urllib.parse.quote(place, safe="")
                self.assertEqual(browser.get("/sign-in?next=" + quoted).header["location"], "/")
                shown = Browser(hub).get("/sign-in?next=" + quoted).body.decode()
                self.assertIn('name="next" value="/"', shown)

    def test_names_are_the_same_in_capitals(self):
        hub = self.serve()
        self.person("Ada@Example.org")
        self.assertEqual(Browser(hub).sign_in("ADA@example.ORG").status, 303)
        self.assertEqual(self.run_it("admin", "create", "ADA@EXAMPLE.org").returncode, 3)

    def test_a_wrong_password_a_name_nobody_has_and_a_person_who_is_disabled_are_answered_alike(self):
        hub = self.serve()
        ada = self.signed_in(hub)
        self.person("eve", "viewer")
        ada.send("/people/eve/disable")
        answers = []
        for name, password in (("ada", "wrong"), ("nobody", PASSWORD), ("eve", PASSWORD), ("ada", ""), ("ada", PASSWORD + " "),
                               ("ada", PASSWORD.upper())):
            answer = Browser(hub).sign_in(name, password)
            answers.append((answer.status, answer.body.decode().replace(f'value="{name}"', ""),
                            {key for key in answer.header if key != "content-length"}))
        for one in answers[1:]:
            self.assertEqual(re.sub(r"\d\d:\d\d(:\d\d)?", "", one[1]), re.sub(r"\d\d:\d\d(:\d\d)?", "", answers[0][1]))
            self.assertEqual((one[0], one[2]), (403, answers[0][2]))

    def test_the_cookie_is_for_this_site_and_for_no_script(self):
        hub = self.serve()
        self.person("ada")
        given = Browser(hub).sign_in("ada").header["set-cookie"]
        self.assertRegex(given, r"^patchstate=pss_[\w-]{43}; Path=/; HttpOnly; SameSite=Lax$")
        hub.stop()
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        by_tls = Browser(hub, X_Forwarded_Proto="https")
        given = by_tls.sign_in("ada").header["set-cookie"]
        self.assertRegex(given, r"^__Host-patchstate=pss_[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure$")
        self.assertTrue(by_tls.is_in)
        by_tls.cookie = by_tls.cookie.replace("__Host-", "")
        self.assertFalse(by_tls.is_in, "a cookie that a neighbour could have planted")

    def test_signing_in_gives_another_session_and_ends_the_one_before(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        before = browser.cookie
        browser.sign_in("ada")
        self.assertNotEqual(browser.cookie, before)
        self.assertTrue(browser.is_in)
        browser.cookie = before
        self.assertFalse(browser.is_in)
        planted = Browser(hub)
        planted.cookie = "patchstate=pss_" + "A" * 43
        chosen = planted.cookie
        planted.sign_in("ada")
        self.assertNotEqual(planted.cookie, chosen)
        planted.cookie = chosen
        self.assertFalse(planted.is_in)

    def test_after_signing_out_the_cookie_opens_nothing(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        kept = browser.cookie
        self.assertEqual(browser.get("/sign-out").status, 405, "a link signs nobody out")
        answer = browser.send("/sign-out")
        self.assertEqual((answer.status, answer.header["location"]), (303, "/sign-in"))
        self.assertIn("Max-Age=0", answer.header["set-cookie"])
        browser.cookie = kept
        self.assertFalse(browser.is_in)

    def test_a_session_ends_when_nobody_looks_and_after_a_working_day(self):
        hub = self.serve()
        for what in ("last_used = last_used - 7201", "expires = expires - 43201"):
            browser = self.signed_in(hub)
            self.store.rows(f"UPDATE sessions SET {what.replace('7201', '7100')}" if "used" in what else "SELECT 1")
            self.assertTrue(browser.is_in)
            self.store.rows(f"UPDATE sessions SET {what}")
            self.assertFalse(browser.is_in, what)

    def test_looking_keeps_a_session(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        for _ in range(3):
            self.store.rows("UPDATE sessions SET last_used = last_used - 7000")
            self.assertTrue(browser.is_in)

    def test_a_damaged_cookie_is_none(self):
        hub = self.serve()
        for cookie in ("patchstate=", "patchstate=x", "patchstate", "=", ";;;", "patchstate=pss_" + "A" * 43,
                       "patchstate=\"", "x" * 3000, "patchstate=pss_" + "\xff" * 43):
            # 431: what libmicrohttpd says to a quote without its end
            self.assertIn(hub.get("/account", Cookie=cookie).status, (303, 431), cookie)

    def test_no_password_and_no_session_is_in_the_log_or_in_the_store(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        browser.sign_in(PASSWORD, "ada")  # typed into the wrong fields
        made = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){4}", text_of(browser.send("/people", name="eve", role="viewer")))[0]
        browser.get("/")
        secret = browser.cookie.partition("=")[2]
        self.stops_cleanly(hub)
        for one in (PASSWORD, secret, made):
            self.assertNotIn(one, hub.said())
            self.assertNotIn(one.encode(), self.store.bytes())
        self.assertIn(b"$argon2id$v=19$m=65536,t=2", self.store.bytes())

    def test_the_api_is_read_by_who_has_signed_in(self):
        hub = self.serve()
        self.enrol(hub, "web-1")
        viewer = self.signed_in(hub, "vera", "viewer")
        for path in ("/v1/summary", "/v1/hosts/web-1", "/metrics"):
            self.assertEqual(viewer.get(path).status, 200, path)
            self.assertEqual(hub.get(path).problem["status"], 401)
            self.assertEqual(viewer.get(path, Authorization="Bearer psr_x").problem["status"], 401)
        self.assertEqual(viewer.post("/v1/summary", {}).problem["status"], 405)


@on_both_stores
class Guessing(People):
    def test_whoever_guesses_has_to_wait_longer_each_time_and_the_right_password_does_not_help(self):
        hub = self.serve()
        self.person("ada")
        for name in ("ada", "nobody"):
            browser = Browser(hub)
            statuses = [browser.sign_in(name, f"guess {number}").status for number in range(FREE_GUESSES)]
            self.assertEqual(statuses, [403] * FREE_GUESSES)
            answer = browser.sign_in(name)
            self.assertEqual(answer.status, 429, name)
            self.assertLessEqual(int(answer.header["retry-after"]), 10)
            self.assertIn("later", text_of(answer))
        waits = []
        for _ in range(12):
            self.store.rows("DELETE FROM guesses WHERE who LIKE 'peer%'")
            self.store.rows(f"UPDATE guesses SET {LATER} WHERE who LIKE 'name%'")
            browser.sign_in("ada", "wrong")
            waits.append(int(browser.sign_in("ada", "wrong").header["retry-after"]))
        self.assertEqual(sorted(waits, key=lambda wait: (wait + 5) // 10), waits)  # a second may have passed
        self.assertLessEqual(waits[-1], 900, "nobody is locked out for good")
        self.store.rows(f"UPDATE guesses SET {LATER}")
        self.assertEqual(browser.sign_in("ada").status, 303)
        self.assertEqual(Browser(hub).sign_in("ada", "wrong").status, 403, "counted anew")

    def test_many_guesses_at_once_are_no_more_than_one_after_the_other(self):
        hub = self.serve()
        self.person("ada")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: Browser(hub).sign_in("ada", f"guess {number}"), range(24)))
        self.assertEqual({one.status for one in answers} - {403, 429}, set())
        self.assertLessEqual(sum(one.status == 403 for one in answers), FREE_GUESSES)
        self.assertEqual(self.store.rows("SELECT failed FROM guesses WHERE who LIKE 'name%'"), [("5",)])

    def test_who_has_signed_in_from_an_address_before_is_not_kept_from_it_by_guesses_from_elsewhere(self):
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        self.signed_in(hub, X_Forwarded_For="203.0.113.7")
        for number in range(FREE_GUESSES + 1):
            answer = Browser(hub, X_Forwarded_For="198.51.100.4").sign_in("ada", f"guess {number}")
        self.assertEqual(answer.status, 429)
        self.assertEqual(Browser(hub, X_Forwarded_For="198.51.100.5").sign_in("ada").status, 429)
        self.assertEqual(Browser(hub, X_Forwarded_For="203.0.113.7").sign_in("ada").status, 303)

    def test_one_address_that_tries_many_names_has_to_wait_and_others_have_not(self):
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        self.person("ada")
        guesser = Browser(hub, X_Forwarded_For="10.0.0.1, 198.51.100.4")
        self.assertEqual([guesser.sign_in(f"name-{number}").status for number in range(21)], [403] * 20 + [429])
        self.assertEqual(Browser(hub, X_Forwarded_For="10.0.0.2, 198.51.100.4").sign_in("ada").status, 429,
                         "what the client itself put in front is not believed")
        self.assertEqual(Browser(hub, X_Forwarded_For="203.0.113.7").sign_in("ada").status, 303)

    def test_the_operator_can_let_the_last_administrator_in_again(self):
        hub = self.serve()
        self.person("ada")
        for number in range(FREE_GUESSES + 1):
            Browser(hub).sign_in("ada", f"guess {number}")
        self.succeeds("admin", "password", "ada", "--password-file", self.secret_file("another horse battery"))
        self.assertEqual(Browser(hub).sign_in("ada", "another horse battery").status, 303)

    def test_guesses_at_the_present_password_of_an_open_session_are_counted_too(self):
        hub = self.serve()
        browser = self.signed_in(hub)
        self.store.rows("DELETE FROM guesses")
        new = {"new_password": "another horse battery", "again": "another horse battery"}
        statuses = [browser.send("/account", new, password=f"guess {number}").status for number in range(6)]
        self.assertEqual(statuses, [403] * 5 + [429])
        self.assertEqual(browser.send("/account", new, password=PASSWORD).status, 429)


@on_both_stores
class Forms(People):
    def setUp(self):
        super().setUp()
        self.hub = self.serve()
        self.enrol(self.hub, "web-1")
        self.ada = self.signed_in(self.hub)

    def tags(self):
        return self.host(self.hub, "web-1")["tags"]

    def test_a_form_without_the_token_of_this_session_changes_nothing(self):
        vera = self.signed_in(self.hub, "vera", "viewer")
        another = self.signed_in(self.hub)
        for token in (None, "", "x", vera.token(), another.token(), self.ada.cookie.partition("=")[2]):
            fields = {"tags": "taken"} | ({} if token is None else {"form_token": token})
            answer = self.ada.post("/machines/web-1/tags", fields)
            self.assertEqual((answer.status, answer.header["content-type"]), (403, "text/html; charset=utf-8"), token)
        for path in (*POSTS, "/account", "/sign-out", "/filters"):
            self.assertEqual(self.ada.post(path, {}).status, 403, path)
        self.assertEqual(self.tags(), [])
        self.assertTrue(self.ada.is_in)
        self.assertEqual(self.ada.send("/machines/web-1/tags", tags="mine").status, 303)
        self.assertEqual(self.tags(), ["mine"])

    def test_what_another_site_makes_a_browser_send_changes_nothing(self):
        here = f"http://127.0.0.1:{self.hub.port}"
        for header in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"},
                       {"Origin": "null"}, {"Origin": here + ".evil.example"}, {"Sec_Fetch_Site": "cross-site", "Origin": here}):
            with self.subTest(header):
                self.assertEqual(self.ada.send("/machines/web-1/tags", {"tags": "x"}, header).status, 403)
                sign_in = Browser(self.hub).post("/sign-in", {"name": "ada", "password": PASSWORD}, **header)
                self.assertEqual(sign_in.status, 403)
                self.assertNotIn("set-cookie", sign_in.header)
        self.assertEqual(self.tags(), [])
        for header in ({"Sec_Fetch_Site": "same-origin"}, {"Origin": here}, {"Sec_Fetch_Site": "none"}):
            self.assertEqual(self.ada.send("/machines/web-1/tags", {"tags": "y"}, header).status, 303, header)

    def test_what_is_no_form_is_refused(self):
        token = self.ada.token()
        good = urllib.parse.urlencode({"form_token": token, "tags": "x"})
        for status, body, header in ((415, good, {"Content_Type": "text/plain"}), (415, good, {"Content_Type": ""}),
                                     (415, "{}", {"Content_Type": "application/json"}),
                                     (415, good, {"Content_Type": "multipart/form-data; boundary=x"}),
                                     (415, good, {"Content_Encoding": "gzip"}), (413, good + "&a=" + "x" * 70_000, {}),
                                     (400, good + "&a=1" * 200, {}), (400, b"\xff\x00&&&===%zz%", {}), (403, b"", {})):
            answer = self.ada.ask("POST", "/machines/web-1/tags", body, **({"Content_Type": FORM} | header))
            self.assertEqual(answer.status, status, (body[:40], header))
        self.assertEqual(self.tags(), [])
        answer = self.ada.ask("POST", "/machines/web-1/tags", good, Content_Type=FORM + "; charset=UTF-8")
        self.assertEqual(answer.status, 303)

    def test_a_format_that_no_table_has_is_refused_in_words(self):
        for path in ("/machines", "/machines/web-1", "/updates", "/plan", "/risks", "/groups", "/audit"):
            answer = self.ada.ask("GET", path + "?format=xls")
            self.assertEqual((answer.status, answer.header["content-type"]), (400, "text/html; charset=utf-8"), path)
            self.assertIn("expected csv", text_of(answer))

    def test_a_page_is_asked_by_the_methods_it_has(self):
        for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
            answer = self.ada.ask(method, "/people")
            self.assertEqual((answer.status, answer.header["allow"]), (405, "GET, HEAD, POST"))
        self.assertEqual(self.ada.ask("HEAD", "/people").status, 200)

    def test_a_viewer_sees_and_changes_nothing_but_what_is_their_own(self):
        vera = self.signed_in(self.hub, "vera", "viewer")
        for path in FOR_ADMINISTRATORS:
            answer = vera.get(path)
            self.assertEqual((answer.status, answer.header["content-type"]), (403, "text/html; charset=utf-8"), path)
        self.assertEqual([vera.get(path).status for path in ("/", "/groups", "/account")], [200] * 3)
        before = self.count("SELECT COUNT(*) FROM audit")
        for path in POSTS:
            answer = vera.send(path, role="administrator", name="eve", tags="x", uses="1", days="1")
            self.assertEqual((answer.status, answer.header["content-type"]), (403, "text/html; charset=utf-8"), path)
        self.assertEqual(self.count("SELECT COUNT(*) FROM audit"), before)
        saved = vera.send("/filters", name="mine", query="verdict=unknown")
        self.assertEqual((saved.status, saved.header["location"]), (303, "/machines?verdict=unknown"))
        self.ada.send("/filters", name="hers", query="verdict=compliant")
        number = {name: number for number, name in self.store.rows("SELECT filter, name FROM filters")}
        self.assertEqual(vera.send(f"/filters/{number['hers']}/delete").status, 403)
        self.assertEqual(vera.send(f"/filters/{number['mine']}/delete").status, 303)
        self.assertEqual(self.store.rows("SELECT name FROM filters"), [("hers",)])
        page = vera.get("/machines").body.decode()
        self.assertIn('href="/machines?verdict=compliant"', page)
        self.assertNotIn(f"/filters/{number['hers']}/delete", page)
        self.assertEqual([vera.send("/filters", name=name, query=query).status for name, query in
                          (("hers", "q=x"), ("", "q=x"), ("a", ""), ("a", "q=x\r\nSet-Cookie: a=b"))], [400] * 4)

    def test_tags_are_set_and_machines_removed(self):
        self.assertEqual(self.ada.send("/machines/web-1/tags", tags=" b, a ,, b\nc d").header["location"], "/machines/web-1")
        self.assertEqual(self.tags(), ["a", "b", "c d"])
        self.assertIn("c d 1", text_of(self.ada.get("/groups")))
        self.assertIn("\r\nc d,1,0,0,0,1,0\r\n", self.ada.get("/groups?format=csv").body.decode())
        self.ada.send("/machines/web-1/tags", tags="")
        self.assertEqual(self.tags(), [])
        for path in ("/machines/nobody/tags", "/machines/%00/tags", "/machines/nobody/remove"):
            self.assertEqual(self.ada.send(path, tags="x").status, 404, path)
        self.assertEqual(self.ada.send("/machines/web-1/remove").status, 303)
        self.assertEqual(self.read(self.hub, "/v1/hosts")["hosts"], [])
        self.assertEqual(self.notes("tags_set"), [("ada", "web-1", "b, a, b, c d"), ("ada", "web-1", "none")])
        self.assertEqual(self.notes("host_removed"), [("ada", "web-1", "")])

    def test_a_token_that_a_page_made_enrols_and_is_shown_once(self):
        page = self.ada.send("/enrol", name="the new rack", uses="1", days="7")
        token = re.search(r"pse_[\w-]{43}", text_of(page))[0]
        self.assertIn(f"http://127.0.0.1:{self.hub.port}", text_of(page))
        listed = self.ada.get("/enrol").body.decode()
        self.assertNotIn(token, listed)
        self.assertIn("the new rack", listed)
        self.assertEqual(self.ask_to_enrol(self.hub, token, "web-2").status, 200)
        self.assertEqual(self.ask_to_enrol(self.hub, token, "web-3").status, 403)
        page = text_of(self.ada.send("/enrol", uses="2", days="1"))
        number = self.store.rows("SELECT MAX(credential) FROM credentials WHERE kind = 'enrol'")[0][0]
        self.assertEqual(self.ada.send(f"/enrol/{number}/revoke").status, 303)
        self.assertEqual(self.ada.send(f"/enrol/{number}/revoke").status, 404)
        self.assertEqual(self.ask_to_enrol(self.hub, re.search(r"pse_[\w-]{43}", page)[0], "web-4").status, 403)
        for wrong in ({"uses": "0"}, {"days": "0"}, {"days": "367"}, {"uses": "x"}, {"uses": ""}, {"uses": "9" * 30}):
            self.assertEqual(self.ada.send("/enrol", {"uses": "1", "days": "1"} | wrong).status, 400, wrong)
        self.assertEqual([who for who, _, _ in self.notes("token_created")], ["operator", "ada", "ada"])
        self.assertEqual([who for who, _, _ in self.notes("token_revoked")], ["ada"])
        self.assertRegex(self.notes("token_revoked")[0][1], r"^token \d+$")


@on_both_stores
class Changes(People):
    def setUp(self):
        super().setUp()
        self.hub = self.serve()
        self.ada = self.signed_in(self.hub)

    def made_up(self, answer):
        self.assertEqual(answer.status, 200, answer)
        return re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){4}", text_of(answer))[0]

    def test_a_person_is_added_with_a_password_that_is_shown_once(self):
        password = self.made_up(self.ada.send("/people", name="Eve", role="viewer"))
        self.assertNotIn(password, self.ada.get("/people").body.decode())
        eve = Browser(self.hub)
        self.assertEqual(eve.sign_in("eve", password).status, 303)
        self.assertEqual(eve.get("/people").status, 403)
        for name, role in (("eve", "viewer"), ("EVE", "administrator"), ("", "viewer"), ("a b", "viewer"), ("x" * 101, "viewer"),
                           ("operator", "viewer"), ("<b>", "viewer"), ("bob", "king"), ("bob", "")):
            self.assertEqual(self.ada.send("/people", name=name, role=role).status, 400, (name, role))
        self.assertEqual(self.notes("person_created"), [("operator", "ada", "administrator"), ("ada", "eve", "viewer")])

    def test_a_password_that_is_changed_ends_every_session(self):
        other = self.signed_in(self.hub)
        for wrong in ({"password": "wrong"}, {"again": "something else"}, {"new_password": "short", "again": "short"},
                      {"new_password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}):
            fields = {"password": PASSWORD, "new_password": "another horse battery", "again": "another horse battery"}
            self.assertIn(self.ada.send("/account", fields | wrong).status, (400, 403), wrong)
        self.assertTrue(self.ada.is_in and other.is_in)
        self.assertEqual(self.ada.send("/account", fields).header["location"], "/sign-in")
        self.assertFalse(self.ada.is_in or other.is_in)
        self.assertEqual(Browser(self.hub).sign_in("ada").status, 403)
        self.assertEqual(Browser(self.hub).sign_in("ada", "another horse battery").status, 303)
        self.assertEqual(self.notes("password_changed"), [("ada", "ada", "")])

    def test_an_administrator_gives_somebody_a_new_password(self):
        vera = self.signed_in(self.hub, "vera", "viewer")
        password = self.made_up(self.ada.send("/people/vera/password"))
        self.assertFalse(vera.is_in)
        self.assertEqual(vera.sign_in("vera").status, 403)
        self.assertEqual(vera.sign_in("vera", password).status, 303)

    def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(self):
        vera = self.signed_in(self.hub, "vera", "viewer")
        self.assertEqual(self.ada.send("/people/vera/disable").status, 303)
        self.assertFalse(vera.is_in)
        self.assertEqual(vera.sign_in("vera").status, 403)
        self.ada.send("/people/vera/enable")
        self.assertEqual(vera.sign_in("vera").status, 303)
        self.assertEqual(self.notes("person_disabled") + self.notes("person_enabled"), [("ada", "vera", "")] * 2)

    def test_a_role_is_what_it_is_from_the_next_request_on(self):
        vera = self.signed_in(self.hub, "vera", "viewer")
        self.ada.send("/people/vera/role", role="administrator")
        self.assertEqual(vera.get("/people").status, 200)
        vera.send("/people/ada/role", role="viewer")
        self.assertEqual(self.ada.get("/people").status, 403)
        self.assertEqual(self.notes("role_changed"), [("ada", "vera", "administrator"), ("vera", "ada", "viewer")])

    def test_there_is_always_an_administrator_who_may_sign_in(self):
        self.signed_in(self.hub, "vera", "administrator")
        self.ada.send("/people/vera/disable")
        for path, fields in (("/people/ada/disable", {}), ("/people/ada/role", {"role": "viewer"})):
            answer = self.ada.send(path, fields)
            self.assertEqual(answer.status, 400)
            self.assertIn("only administrator", text_of(answer))
        self.assertEqual(self.ada.get("/people").status, 200)

    def test_two_administrators_can_not_take_the_office_from_each_other_at_once(self):
        vera = self.signed_in(self.hub, "vera", "administrator")
        for _ in range(5):
            self.store.rows("UPDATE people SET role = 'administrator'")
            jobs = [(self.ada, "vera", self.ada.token()), (vera, "ada", vera.token())]
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(lambda job: job[0].post(f"/people/{job[1]}/role", {"form_token": job[2], "role": "viewer"}), jobs))
            self.assertEqual(self.count("SELECT COUNT(*) FROM people WHERE role = 'administrator'"), 1)

    def test_who_did_what_is_in_the_audit_log_page_by_page_and_as_a_file(self):
        for number in range(130):
            self.store.rows("INSERT INTO audit (at, who, action, target, detail, peer) VALUES "
                            f"({time.time():.0f}, 'ada', 'made_up', 'number {number}', '=cmd|x', '')")
        first = self.ada.get("/audit")
        self.assertIn("number 129", text_of(first))
        self.assertNotIn("number 5 ", text_of(first))
        older = self.ada.get(re.search(r'href="(/audit\?before=\d+)"', first.body.decode())[1])
        self.assertIn("number 5 ", text_of(older))
        self.assertNotIn("rel=\"next\"", older.body.decode())
        file = self.ada.get("/audit?format=csv").body.decode()
        self.assertEqual(file.count("made_up"), 130)
        self.assertIn(",'=cmd|x,", file)
        for wrong in ("before=x", "before=0", "format=xml", "who=ada"):
            self.assertEqual(self.ada.get("/audit?" + wrong).status, 400, wrong)

    def test_signing_in_and_out_is_noted_and_so_are_failures(self):
        Browser(self.hub).sign_in("ada", "wrong")
        Browser(self.hub).sign_in("a password, typed here", "ada")
        self.ada.send("/sign-out")
        noted = self.store.rows("SELECT who, action, detail, peer FROM audit WHERE action LIKE 'sign%' ORDER BY entry")
        self.assertEqual(noted, [("ada", "sign_in", "", "127.0.0.1"), ("ada", "sign_in_failed", "", "127.0.0.1"),
                                 ("", "sign_in_failed", "a name that nobody has", "127.0.0.1"),
                                 ("ada", "sign_out", "", "127.0.0.1")])


@on_both_stores
class Proxy(People):
    def test_a_person_whom_a_trusted_proxy_has_signed_in_is_in(self):
        self.person("ada@example.org", "administrator")
        hub = self.serve("--trusted-proxy", "127.0.0.1", "--identity-header", "X-Remote-User")
        ada = Browser(hub, X_Remote_User="Ada@Example.org", X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.7")
        self.assertEqual(ada.get("/people").status, 200)
        self.assertTrue(ada.cookie.startswith("__Host-patchstate=pss_"))
        self.assertEqual(ada.send("/people", name="eve", role="viewer").status, 200)
        self.assertEqual(ada.post("/people", {"name": "bob", "role": "viewer"}).status, 403)
        self.assertEqual(ada.get("/v1/summary").status, 200)
        noted = self.store.rows("SELECT who, detail, peer FROM audit WHERE action = 'sign_in'")
        self.assertEqual(noted, [("ada@example.org", "by the proxy 127.0.0.1", "203.0.113.7")])
        without = Browser(hub)
        without.cookie = ada.cookie
        self.assertFalse(without.is_in, "the cookie alone signs nobody in")

    def test_a_form_of_one_person_is_not_sent_for_another(self):
        for name in ("ada", "vera"):
            self.person(name)
        hub = self.serve("--trusted-proxy", "127.0.0.1", "--identity-header", "X-Remote-User")
        ada = Browser(hub, X_Remote_User="ada")
        token = ada.token()
        self.assertEqual(ada.post("/people", {"name": "x", "role": "viewer", "form_token": token}, X_Remote_User="vera").status,
                         403)

    def test_whom_nobody_let_in_is_not_let_in_by_the_proxy(self):
        ada = ["--trusted-proxy", "127.0.0.1", "--identity-header", "X-Remote-User"]
        hub = self.serve(*ada)
        self.signed_in(hub).send("/people", name="eve", role="viewer")
        self.signed_in(hub).send("/people/eve/disable")
        for name in ("nobody", "eve", "ada, eve", "<b>", "ad\xe4", "ada"):
            answer = hub.get("/account", X_Remote_User=name)
            self.assertEqual(answer.status, 200 if name == "ada" else 403, name)
            self.assertEqual(hub.get("/v1/summary", X_Remote_User=name).status, 200 if name == "ada" else 401, name)

    def test_two_headers_of_that_name_are_believed_neither(self):
        self.person("ada")
        hub = self.serve("--trusted-proxy", "127.0.0.1", "--identity-header", "X-Remote-User")
        connection = hub.connect()
        connection.putrequest("GET", "/account")
        connection.putheader("X-Remote-User", "ada")
        connection.putheader("X-Remote-User", "ada")
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 403)
        connection.close()

    def test_the_header_of_anybody_else_is_ignored_and_that_is_logged(self):
        self.person("ada")
        hub = self.serve("--trusted-proxy", "192.0.2.1", "--identity-header", "X-Remote-User")
        for path in ALL_PAGES:
            self.assertEqual(hub.get(path, X_Remote_User="ada").status, 303)
        self.assertEqual(hub.get("/v1/summary", X_Remote_User="ada").status, 401)
        self.assertEqual(hub.said().count("x-remote-user"), 1, hub.said())
        vera = self.signed_in(hub, "vera", "viewer")
        self.assertEqual(vera.get("/people", X_Remote_User="ada").status, 403)
        hub.stop()
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        self.assertEqual(hub.get("/account", X_Remote_User="ada").status, 303)
        self.assertEqual(self.run_it("serve", "--identity-header", "X-Remote-User").returncode, 3)

    def test_what_a_proxy_forwards_is_believed_of_a_trusted_one_only(self):
        hub = self.serve()
        browser = self.signed_in(hub, X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.7")
        self.assertTrue(browser.cookie.startswith("patchstate="))
        self.assertEqual(self.store.rows("SELECT peer FROM audit WHERE action = 'sign_in'"), [("127.0.0.1",)])
        header = {"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"}
        self.assertEqual(browser.send("/sign-out", {}, header).status, 403)
        hub.stop()
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        behind = self.signed_in(hub, X_Forwarded_Proto="https", X_Forwarded_Host="hub.example.org")
        self.assertEqual(behind.send("/sign-out", {}, {"Origin": "https://hub.example.org"}).status, 303)


@on_both_stores
class Terminal(People):
    def test_a_password_is_made_up_and_printed_once_where_nobody_can_be_asked(self):
        password = self.succeeds("admin", "create", "ada").strip()
        self.assertRegex(password, r"^[a-z2-9]{4}(-[a-z2-9]{4}){4}$")
        self.assertNotEqual(self.succeeds("admin", "create", "vera", "--role", "viewer").strip(), password)
        self.assertEqual(Browser(self.serve()).sign_in("ada", password).status, 303)
        self.assertRegex(self.succeeds("admin", "list"), r"(?s)ada +administrator .*vera +viewer ")

    def test_what_can_not_be_is_said(self):
        for name, password, mode in (("ada", "short", 0o600), ("ada", PASSWORD, 0o644), ("a b", PASSWORD, 0o600),
                                     ("operator", PASSWORD, 0o600), ("ada", "x" * 600, 0o600), ("ada", "a" * 20, 0o600)):
            done = self.run_it("admin", "create", name, "--password-file", self.secret_file(password, mode))
            self.assertEqual((done.returncode, done.stdout), (3, ""), (name, password))
            self.assertNotIn(password, done.stderr)
        self.assertEqual(self.run_it("admin", "create", "ada", "--role", "king").returncode, 3)
        self.assertEqual(self.run_it("admin", "password", "nobody").returncode, 3)
        self.person("ada")
        self.assertIn("admin password ada", self.run_it("admin", "create", "ada").stderr)
        self.assertEqual(self.count("SELECT COUNT(*) FROM people"), 1)

    def test_what_an_operator_does_is_noted(self):
        hub = self.serve()
        self.enrol(hub, "web-1", "web-2")
        self.person("ada")
        self.succeeds("admin", "password", "ada", "--password-file", self.secret_file(PASSWORD))
        self.succeeds("host", "tag", "web-1", "a", "b")
        self.succeeds("host", "revoke", "web-1")
        self.succeeds("host", "remove", "web-1")
        self.succeeds("host", "remove", "web-2", "--forget")
        token = self.notes("token_created")[0][1]
        self.succeeds("token", "revoke", token.removeprefix("token "))
        self.run_it("host", "revoke", "nobody")
        self.assertEqual(self.store.rows("SELECT who, action, target, detail FROM audit ORDER BY entry"),
                         [("operator", "token_created", token, "enrols 2 machines"),
                          ("operator", "person_created", "ada", "administrator"),
                          ("operator", "password_changed", "ada", ""), ("operator", "tags_set", "web-1", "a, b"),
                          ("operator", "host_revoked", "web-1", ""), ("operator", "host_removed", "web-1", ""),
                          ("operator", "host_removed", "web-2", "with its history"), ("operator", "token_revoked", token, "")])

    def asked(self, *typed):
        """What a terminal shows while these lines are typed, and the exit code."""
        mine, its = pty.openpty()
        process = subprocess.Popen([hub_process.PROGRAM, "admin", "create", "ada", "--store", self.store.address],
                                   stdin=its, stdout=its, stderr=its, start_new_session=True, env=environment(),
                                   preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        os.close(its)
        shown = b""
        typed, answered = list(typed), 0
        while True:
            try:
                part = os.read(mine, 1000)
            except OSError:  # EIO: the other side is closed
                break
            if not part:
                break
            shown += part
            if typed and len(re.findall(rb"(?:up\)|again): ", shown)) > answered:  # at each prompt, and not before: it drops what came too early
                answered += 1
                os.write(mine, typed.pop(0).encode() + b"\n")
        os.close(mine)
        return shown.decode(), process.wait(60)

    def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(self):
        shown, code = self.asked(PASSWORD, "another one than before")
        self.assertEqual(code, 3, shown)
        self.assertIn("not the same twice", shown)
        shown, code = self.asked(PASSWORD, PASSWORD)
        self.assertEqual(code, 0, shown)
        self.assertNotIn(PASSWORD, shown)
        self.assertEqual(Browser(self.serve()).sign_in("ada").status, 303)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
