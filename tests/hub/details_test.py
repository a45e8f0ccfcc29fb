#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The pages of one machine, of updates, of one CVE and of the plan, as what they say; tests/pages looks at them in a browser.

usage: details_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import csv
import html.parser
import io
import re
import unittest
import urllib.parse

import reports
from fleet_test import Fleet
from hub_process import take_program_from_arguments
from reports import patch
from stores import on_both_stores

PASSWORD = "correct horse battery staple"
DAYS_40 = 40 * 86400


class Text(html.parser.HTMLParser):
    """What is between the tags of <main>, and where its links go."""

    def __init__(self, page):
        super().__init__()
        self.words, self.links = "", []
        self.feed(page[page.index("<main"):page.index("</main>")])

    def handle_data(self, data):
        self.words += data

    def handle_starttag(self, _tag, attributes):
        self.links += [value for name, value in attributes if name == "href"]


class Details(Fleet):
    def setUp(self):
        super().setUp()
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n", encoding="utf-8")
        secret.chmod(0o600)
        self.succeeds("admin", "create", "ada", "--password-file", str(secret))
        form = urllib.parse.urlencode({"name": "ada", "password": PASSWORD})
        answer = self.hub.ask("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded",
                              Origin=f"http://127.0.0.1:{self.hub.port}")
        self.assertEqual(answer.status, 303, answer)
        self.cookie = answer.header["set-cookie"].split(";")[0]

    def raw(self, path, status=200):
        answer = self.hub.get(path, Cookie=self.cookie)
        self.assertEqual(answer.status, status, answer)
        return answer

    def page(self, path, status=200):
        return Text(self.raw(path, status).body.decode())

    def says(self, path, *texts, status=200):
        words = re.sub(r"\s+", " ", self.page(path, status).words)
        for text in texts:
            self.assertIn(text, words)
        return words

    def table(self, path):
        answer = self.raw(path)
        self.assertIn("text/csv", answer.header["content-type"])
        return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))

    def key(self, name):
        return next(one["updateId"] for one in self.read(self.hub, "/v1/updates?limit=1000")["updates"] if one["name"] == name)


@on_both_stores
class Plan(Details):
    def steps(self):
        return [(one["name"], int(one["compliantAfterIt"])) for one in self.table("/plan?format=csv")]

    def test_without_a_machine_there_is_nothing_to_install(self):
        self.says("/plan", "No machine is enrolled")

    def test_a_completed_fleet_needs_nothing(self):
        self.reported("web-1")
        self.says("/plan", "Nothing: every machine is compliant")

    def test_the_update_that_turns_most_machines_compliant_comes_first(self):
        for number in range(3):
            self.reported(f"web-{number}", patch("openssl", installedVersion=f"1.{number}"))
        for number in range(2):
            self.reported(f"db-{number}", patch("openssl"), patch("postgresql"), patch("vim", classifications=["bugfix"]))
        self.reported("mail-1", patch("exim4"), patch("dovecot"), patch("bash", state="held"))
        self.assertEqual(self.steps()[:2], [("openssl", 3), ("postgresql", 5)])
        self.assertEqual([compliant for _, compliant in self.steps()][2:], [5, 6])
        self.says("/plan", "4 steps would make 6 of 6 noncompliant machines compliant. The first alone does it for 3.")

    def test_a_restart_is_a_step_too(self):
        self.reported("web-1", patch("linux-image-amd64", state="installed_pending_reboot"), rebootPending=True)
        self.assertEqual(self.steps(), [("Restart the machines that wait for it", 1)])

    def test_what_it_does_not_reach_is_told(self):
        self.reported("web-1", patch("openssl"))
        self.reported("half-blind", patch("openssl"), sources=[
            reports.full("x")["sources"][0],
            {"name": "dnf", "patchServiceUsed": "YUM", "status": "failed", "durationMs": 1,
             "failure": {"kind": "locked", "errorCode": "", "message": "held by another"}}])
        self.reported("silent", patch("openssl"))
        self.fell_silent("silent")
        self.enrol(self.hub, "never")
        self.reported("accepted", patch("bash"))
        until = int(reports.now().timestamp()) + 86400
        self.store.rows(f"UPDATE hosts SET accepted = security, accepted_until = {until} WHERE id = 'accepted'")
        self.assertEqual(self.steps(), [("openssl", 1)])
        self.says("/plan", "1 step would make 1 of 2 noncompliant machines compliant",
                  "2 machines can't be made compliant by installing anything",
                  "1 machine misses security updates whose risk was accepted",
                  "1 machine would be unknown after it had installed everything")


@on_both_stores
class Overview(Details):
    def test_an_operating_system_leads_to_its_machines(self):
        self.reported("web-1")
        system = self.host(self.hub, "web-1")["os"]
        path = "/machines?os=" + urllib.parse.quote(f"{system['id']}:{system['versionId']}", safe="")
        self.assertIn(f'<a href="{path}"><bdi>{system["name"]}</bdi></a>', self.raw("/").body.decode())
        self.says(path, "web-1.example.org")


@on_both_stores
class Updates(Details):
    def test_an_update_says_who_lacks_it_since_when_and_in_what_state(self):
        self.reported("web-1", patch("openssl", cves=["CVE-2026-1"], advisories=[reports.advisory("DSA-1-1")]))
        self.reported("web-2", patch("openssl", state="held", cves=["CVE-2026-1"]))
        key = self.key("openssl")
        words = self.says(f"/updates/{key}", "1 machine lacks it", "On 1 more machine it is pending in a state that decides no",
                          "web-1.example.org", "held by the machine's own setting", "CVE-2026-1")
        self.assertNotIn("can't say", words)
        rows = self.table(f"/updates/{key}?format=csv")
        self.assertEqual([(row["id"], row["state"], row["verdict"]) for row in rows],
                         [("web-1", "installable", "noncompliant"), ("web-2", "held", "compliant")])
        self.assertEqual([row["id"] for row in self.table("/cves/CVE-2026-1?format=csv")], ["web-1", "web-2"])
        self.says("/cves/cve-2026-1", "2 machines have an update pending that fixes it")

    def test_nobody_lacks_it_is_not_everybody_has_it(self):
        self.reported("web-1", patch("openssl", cves=["CVE-2026-1"]))
        key = self.key("openssl")
        self.reported("web-1")
        self.reported("web-2")
        self.fell_silent("web-2")
        when = self.host(self.hub, "web-1")["receivedAt"]
        for path in (f"/updates/{key}", "/cves/CVE-2026-1"):
            with self.subTest(path):
                self.says(path, "No machine is known to lack it", f"had it no more by {when[:10]}",
                          "1 machine whose state is not known can't say so")
        self.says("/updates", "No machine is known to lack an update", "1 machine whose state is not known")

    def test_what_is_not_known_is_a_page_that_says_so(self):
        self.reported("web-1", patch("openssl"))
        for path in ("/updates/99999", "/updates/x", "/updates/1/2", "/updates/-1"):
            self.says(path, "No machine has ever reported an update", status=404)
        self.says("/cves/CVE-2000-1", "That does not say that no machine is affected", status=404)
        self.says("/cves/%3Cscript%3E", "Nothing is known of <script>", status=404)
        self.says("/machines/nobody", "No machine is enrolled here with the id nobody", status=404)

    def test_a_long_list_of_machines_is_parted_and_its_file_is_whole(self):
        for key, number in zip(self.enrol(self.hub, *(f"host-{number:03}" for number in range(105))), range(105)):
            self.accepted(self.hub, reports.full(f"host-{number:03}", [patch("openssl")]), key)
        path = f"/updates/{self.key('openssl')}"
        first = self.page(path)
        following = next(link for link in first.links if "cursor=" in link)
        shown = re.findall(r"host-\d{3}", first.words) + re.findall(r"host-\d{3}", self.page(following).words)
        self.assertEqual(shown, [f"host-{number:03}" for number in range(105)])
        self.assertEqual(len(self.table(path + "?format=csv")), 105)

    def test_the_list_is_filtered_and_sorted_as_the_api_does(self):
        self.reported("web-1", patch("openssl", severity="critical"), patch("zlib"), patch("vim", classifications=["bugfix"]))
        self.reported("web-2", patch("zlib"))
        for query in ("", "?security=true", "?security=false", "?severity=critical", "?q=LI", "?sort=name", "?package=vim"):
            with self.subTest(query):
                names = [one["name"] for one in self.read(self.hub, f"/v1/updates{query}")["updates"]]
                found = re.findall(r"openssl|zlib|vim(?= 1)", self.page(f"/updates{query}").words)
                self.assertEqual(found, names)
                self.assertEqual([one["name"] for one in self.table(f"/updates{query + '&' if query else '?'}format=csv")], names)
        self.assertEqual(self.raw("/updates?sort=x", 400).status, 400)


@on_both_stores
class Machine(Details):
    def test_it_says_its_verdict_and_what_proves_it(self):
        self.reported("web-1", patch("openssl", cves=["CVE-2026-1"]), patch("bash", state="phased", stateReason="at 10 %"),
                      warnings=[{"code": "boot_unreadable", "message": "/boot can't be read", "incomplete": False}])
        page = self.page("/machines/web-1")
        for text in ("noncompliant", "1 security update is missing", "answered in full", "apt 3.0.3", "1 hour ago",
                     "/boot can't be read", "phased: not offered to this machine yet", "at 10 %"):
            self.assertIn(text, page.words)
        self.assertIn("/cves/CVE-2026-1", page.links)
        self.assertIn(f"/updates/{self.key('openssl')}", page.links)
        self.assertIn("/v1/hosts/web-1/assessment", page.links)
        self.assertEqual(self.raw("/v1/hosts/web-1/assessment").json["host"]["id"], "web-1")

    def test_a_silent_machine_tells_what_it_said_and_that_it_proves_nothing(self):
        self.reported("web-1")
        self.fell_silent("web-1")
        self.says("/machines/web-1", "unknown", "not reporting since", "It said compliant in its last full report",
                  "That no longer proves anything")

    def test_a_machine_that_never_reported_has_nothing_to_show_and_says_so(self):
        self.enrol(self.hub, "web-1")
        self.says("/machines/web-1", "enrolled, but it has never reported", "nothing is known of what it lacks",
                  "There is no report of this machine to show")

    def test_a_report_that_is_damaged_does_not_hide_the_rest(self):
        self.reported("web-1", patch("openssl"))
        self.store.rows("UPDATE reports SET body = " + ("x'00ff'" if self.store.kind == "SQLite" else "'\\x00ff'"))
        self.says("/machines/web-1", "1 security update is missing", "There is no report of this machine to show", "openssl")

    def test_a_page_that_can_not_be_made_is_an_error_page_that_gives_nothing_away(self):
        self.reported("web-1")
        for path in ("/machines?sort=nonsense", "/machines?format=pdf", "/updates?cursor=x"):
            self.is_error_page(path, 400, "The question is not understood")
        self.store.rows("UPDATE hosts SET reasons = '[{\"code\": 73}]'")  # no version of the hub writes that
        page = self.is_error_page("/machines", 500, "The hub failed")
        self.assertNotIn("code", page.words)
        self.assertIn("GET /machines: ", self.hub.said())
        self.assertEqual(self.hub.get("/v1/hosts", self.reader).problem["status"], 500)
        self.says("/updates", "No machine is known to lack an update")

    def is_error_page(self, path, status, title):
        answer = self.raw(path, status)
        self.assertEqual(answer.header["content-type"], "text/html; charset=utf-8", path)
        self.assertTrue(answer.header["content-security-policy"].startswith("default-src 'none'"), answer.header)
        page = Text(answer.body.decode())
        self.assertIn(title, page.words, path)
        return page

    def test_an_advisory_is_a_link_only_to_a_web_page(self):
        links = {"DSA-1": "https://security.example.org/DSA-1", "DSA-2": "javascript:alert(1)", "DSA-3": "data:text/html,x"}
        self.reported("web-1", patch("openssl", advisories=[
            reports.advisory(name) | {"url": url} for name, url in links.items()]))
        page = self.page("/machines/web-1")
        self.assertIn(links["DSA-1"], page.links)
        self.assertFalse({links["DSA-2"], links["DSA-3"]} & set(page.links))
        self.assertRegex(page.words, "DSA-1.*DSA-2.*DSA-3")

    def test_its_history_and_what_it_lacked_are_tables_and_files(self):
        self.reported("web-1", patch("openssl"), patch("vim", classifications=["bugfix"]))
        self.all_moved_back(DAYS_40)
        self.reported("web-1", patch("vim", classifications=["bugfix"]))
        self.says("/machines/web-1", "What it said before", "Updates that it lacked", "openssl")
        path = "/machines/web-1?format=csv"
        self.assertEqual([one["name"] for one in self.table(path)], ["vim"])
        self.assertEqual([one["name"] for one in self.table(path + "&table=resolved")], ["openssl"])
        self.assertEqual([one["verdict"] for one in self.table(path + "&table=history")], ["noncompliant"])
        self.raw(path + "&table=x", 400)

    def test_what_makes_it_noncompliant_comes_first_and_a_long_list_is_parted(self):
        many = [patch(f"vim-{number:03}", classifications=["bugfix"]) for number in range(150)]
        self.reported("web-1", *many, patch("zzz-first"))
        first = self.page("/machines/web-1")
        self.assertEqual(re.findall(r"zzz-first|vim-\d{3}", first.words)[0], "zzz-first")
        following = self.page(next(link for link in first.links if "cursor=" in link))
        names = re.findall(r"zzz-first|vim-\d{3}", first.words + following.words)
        self.assertEqual(sorted(names), sorted([one["name"] for one in many] + ["zzz-first"]))
        for cursor in ("x", "-1", "999999", "1.5"):
            self.raw(f"/machines/web-1?cursor={cursor}", 400)

    def test_an_id_with_a_slash_has_a_page(self):
        self.reported("rack/7?&<1>")
        page = self.page("/machines/" + urllib.parse.quote("rack/7?&<1>", safe=""))
        self.assertIn("rack/7?&<1>", page.words)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
