# SPDX-License-Identifier: Apache-2.0
"""Fleets to look at. What is in them came as reports, the way agents send them; only the passing of time is written into
the store, because the hub goes by its own clock.
"""

import datetime
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hub"))

import reports  # noqa: E402
from reports import advisory, full, patch  # noqa: E402

DAY = datetime.timedelta(days=1)
DEBIAN = {"id": "debian", "idLike": [], "versionId": "13", "codename": "trixie", "name": "Debian GNU/Linux 13 (trixie)"}
UBUNTU = {"id": "ubuntu", "idLike": ["debian"], "versionId": "24.04", "codename": "noble", "name": "Ubuntu 24.04.2 LTS"}
ROCKY = {"id": "rocky", "idLike": ["rhel"], "versionId": "9.5", "name": "Rocky Linux 9.5 (Blue Onyx)"}
WINDOWS = {"id": "windows", "idLike": [], "versionId": "10.0.20348", "name": "Windows Server 2022 Datacenter"}
PAST_SUPPORT = {"id": "debian", "idLike": [], "versionId": "10", "codename": "buster", "name": "Debian GNU/Linux 10 (buster)",
                "endOfSupport": "2024-06-30T00:00:00Z"}

# Each of these would run, load, break out of its place or turn the line around if a page did not show it as text.
RIGHT_TO_LEFT = "\u202egpj.exe\u202c \u2067web\u2069 \u200fx\u200e"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=\"alert(2)\">",
    "apostrophe": "' onmouseover='alert(3)' x='",
    "comment": "--><!-- ]]> </title></style></textarea>",
    "template": "{{form_token}} {{{name}}} {{#visitor}}",
    "formula": "=cmd|' /C calc'!A0",
    "sum": "@SUM(1+1)*cmd|' /C calc'!A0",
    "turned": RIGHT_TO_LEFT,
    "unseen": "zero\u200bwidth\u2060join\ufeffer",
    "marks": "z" + "\u0351\u0343\u0310\u0334" * 40 + "algo",
    "lines": "one\ntwo\r\nthree\tfour",
    "entity": "&lt;b&gt; &amp;amp; &#x3c;",
    "percent": "%3Cscript%3E%00../../etc/passwd?x=1#y",
}
LONG = "extremely-long-package-name-" + "x" * 3972


def reported(place, hub, host, patches=(), /, **more):
    """`host` with one report; answers that."""
    key = place.enrol(hub, host)
    report = full(host, patches, **more)
    place.accepted(hub, report, key)
    return report


def fell_silent(place, host, days):
    seconds = days * 86400
    place.store.rows(f"UPDATE contacts SET received = received - {seconds}, silent = silent - {seconds}, good_until = "
                     f"good_until - {seconds} WHERE host = (SELECT host FROM hosts WHERE id = '{host}')")


def host_facts(host, system, **more):
    return {"id": host, "hostname": f"{host}.example.org", "arch": "amd64", "kernelRunning": "6.12.1", "container": False,
            "os": system} | more


def waiting(days, name, version="1.2-3+deb13u1", **more):
    """A security update that is pending for so long."""
    return patch(name, version, firstSeen=reports.text_of(reports.now() - days * DAY)) | more


def empty(_place, _hub):
    """A hub of today, of which no machine knows yet."""


def small(place, hub):
    """Three machines: one compliant, one that misses two updates, one that never reported."""
    reported(place, hub, "web-1")
    reported(place, hub, "db-1", [
        waiting(3, "openssl", severity="critical", cves=["CVE-2026-1001"], advisories=[advisory("DSA-6001-1")]),
        waiting(1, "libxml2", severity="moderate", cves=["CVE-2026-1002"])])
    place.enrol(hub, "mail-1")


UPDATES = [("openssl", "3.5.1-1+deb13u4", "critical", "CVE-2026-2001", 19),
           ("linux-image-amd64", "6.12.57-1", "important", "CVE-2026-2002", 11),
           ("sudo", "1.9.16p2-3+deb13u1", "important", "CVE-2026-2003", 8),
           ("libexpat1", "2.7.1-2+deb13u1", "moderate", "CVE-2026-2004", 5),
           ("curl", "8.14.1-2+deb13u2", "low", "CVE-2026-2005", 2)]


def mixed_updates(count):
    found = []
    for number in range(count):
        name, version, severity, cve, days = UPDATES[number % len(UPDATES)]
        if number >= len(UPDATES):
            name = f"{name}-{number}"
        found.append(waiting(days, name, version, severity=severity, vendorSeverity=severity.title(), cves=[cve],
                             advisories=[advisory(f"DSA-62{number:02}-1", severity)]))
    return found


def mixed(place, hub):
    """73 machines: 7 miss 31 security updates, the oldest for 19 days; 3 are not reporting; the rest is compliant."""
    systems = [DEBIAN, UBUNTU, ROCKY, DEBIAN]
    keys = place.enrol(hub, *(f"host-{number:02}" for number in range(73)))
    missing = dict(zip(range(7), (9, 7, 5, 4, 3, 2, 1)))
    for number, key in enumerate(keys):
        host = f"host-{number:02}"
        patches = mixed_updates(missing.get(number, 0))
        more = {"host": host_facts(host, systems[number % 4])}
        if number == 0:
            more |= {"rebootPending": True,
                     "rebootReasons": [{"source": "apt", "evidence": "/run/reboot-required", "strength": "strong"}]}
        elif number == 1:
            more["host"] = host_facts(host, PAST_SUPPORT)
        elif number == 2:
            more["host"] = host_facts(host, WINDOWS)
        elif number in (10, 11):
            patches.append(patch("vim", classifications=["bugfix"]))
        elif number == 12:
            patches.append(patch("nginx", state="held", stateReason="held by apt-mark hold"))
        place.accepted(hub, full(host, patches, **more), key)
    for number in (70, 71, 72):
        fell_silent(place, f"host-{number:02}", 4)
    place.succeeds("host", "tag", "host-00", "production", "web")
    place.succeeds("host", "tag", "host-01", "production")
    place.succeeds("host", "tag", "host-10", "staging")
    past_days(place, 90)


def past_days(place, count):
    """What the fleet was at each midnight, as the hub counts it once a day: updates come out every four weeks, the last ones
    19 days ago, and are installed bit by bit."""
    midnight = int(reports.now().timestamp()) // 86400 * 86400
    for ago in range(1, count + 1):
        day, age = midnight - ago * 86400, (19 - ago) % 28
        left = math.exp(-age / 5)
        noncompliant = 7 + round(30 * left)
        place.store.rows(
            "INSERT INTO fleet_days (day, hosts, compliant, noncompliant, accepted, unknown, silent, never_reported, "
            f"security_updates, accepted_updates, other_updates, reboots, oldest_pending) VALUES ({day}, 73, "
            f"{70 - noncompliant}, {noncompliant}, 0, 3, 3, 0, {31 + round(90 * left)}, 0, 2, 1, {day - age * 86400}) "
            "ON CONFLICT (day) DO NOTHING")


def hostile_update(text):
    return waiting(4, text, text, installedVersion=text, repository=text, origin=text, stateReason=text, evidence=text,
                   vendorSeverity=text, cves=[text], advisories=[advisory(text) | {"url": "javascript:alert(4)"}],
                   sourcePackage=text, purl=text)


def hostile(place, hub):
    """Machines with every hostile text wherever a machine or a person can write one; answers the machines' texts by id.

    The first machine misses every update, the last one the first alone: short lists of what is worst show them too."""
    texts = [*HOSTILE.values(), LONG]
    keys = place.enrol(hub, *(f"hostile-{number}" for number in range(len(texts))))
    hosts = {f"hostile-{number}": text for number, text in enumerate(texts)}
    for number, (host, text) in enumerate(hosts.items()):
        facts = host_facts(host, DEBIAN | {"name": text}, hostname=text, kernelRunning=text,
                           cloud={"provider": text, "resourceId": text})
        warning = {"code": text, "message": text, "incomplete": False}
        report = full(host, [hostile_update(one) for one in texts[:len(texts) - number]], host=facts, rebootPending=True,
                      rebootReasons=[{"source": text, "evidence": text, "strength": "strong"}], warnings=[warning])
        report["sources"].append({"name": "zypper", "patchServiceUsed": "Zypper", "status": "failed", "durationMs": 1,
                                  "tool": text, "toolVersion": text, "warnings": [warning],
                                  "failure": {"kind": "tool_failed", "message": text}})
        place.accepted(hub, report, keys[number])
        if len(text) < 60 and "\n" not in text:
            place.run_it("host", "tag", host, text)
    return hosts
