# SPDX-License-Identifier: Apache-2.0
"""patchstate-solv-probe beside zypper or dnf5: what both say of one machine."""

import json
import re
from datetime import datetime

PROBE = "patchstate-solv-probe"


def without_tool(answer):
    """What does not depend on who answered and when."""
    answer = json.loads(json.dumps(answer))
    for key in ("assessmentActivityId", "startDateTime", "lastModifiedDateTime"):
        answer.pop(key, None)
    for source in answer["sources"]:
        for key in ("tool", "toolVersion", "durationMs"):
            source.pop(key, None)
    return answer


def level_times(one, other):
    """dnf5 takes the age of another file of the cache than repomd.xml, which is written up to a second later."""
    for ours, theirs in zip(one["sources"], other["sources"]):
        ours, theirs = ours.get("metadata", {}), theirs.get("metadata", {})
        pairs = [(ours, theirs),
                 *zip(ours.get("repositories", []), theirs.get("repositories", []))]
        for mine, its in pairs:
            times = [datetime.fromisoformat(part["checkedAt"]) for part in (mine, its) if "checkedAt" in part]
            if len(times) == 2 and abs(times[0] - times[1]).total_seconds() <= 1:
                mine["checkedAt"] = its["checkedAt"]


def differences(answer, by_zypper, unlisted=()):
    """Of two assessments; `unlisted` are patchIds of the first alone."""
    one, other = without_tool(answer), without_tool(by_zypper)
    told = [update["patchId"] for update in one["patches"] if update["patchId"] in unlisted]
    if told != list(unlisted):
        yield f"{told} are told in place of {unlisted}, which zypper does not list"
    if unlisted:  # the summaries count them
        one, other = ({key: answer[key] for key in ("sources", "patches")} for answer in (one, other))
    one["patches"] = [update for update in one["patches"] if update["patchId"] not in unlisted]
    level_times(one, other)
    if one != other:
        yield (f"{answer['sources'][0].get('tool')} says {json.dumps(one['sources'])} {json.dumps(one['patches'])}\n"
               f"      zypper alone {json.dumps(other['sources'])} {json.dumps(other['patches'])}")


def of_probe(machine, world, probe):
    """(updates, patches) as the probe itself prints them."""
    repositories = [word for one in world.repositories if one.enabled
                    for word in ("--repository", one.id, "/etc/zypp/repos.d/test.repo")]
    lines = [json.loads(line) for line in machine.run(probe, "--root", world.root, *repositories).splitlines()]
    updates, patches = set(), set()
    for line in lines[1:]:
        if line["kind"] == "package":
            (version, arch, _, repository), = line["chosen"]
            updates.add((line["name"], version, arch, line["installed"][0], repository))
        elif line["kind"] == "advisory" and line["needed"]:
            patches.add((line["name"], line["edition"], line["arch"], line["repository"], line["category"], line["severity"],
                         line["updateStack"], line["reboot"], line["issued"],
                         tuple(sorted(line["cves"]))))
    return updates, patches


def of_zypper(updates, patches):
    """The same of the <update> elements of zypper's two lists."""
    def cves(row):
        """Those of its texts too, which zypper does not count among the issues."""
        texts = " ".join(row.findtext(name) or "" for name in ("summary", "description"))
        return tuple(sorted({issue.get("id") or issue.findtext("title") for issue in row.iter("issue") if issue.get("type") == "cve"}
                            | {text.upper() for text in re.findall(r"CVE-\d{4}-\d{4,}", texts, re.IGNORECASE)}))

    return ({(row.get("name"), row.get("edition"), row.get("arch"), row.get("edition-old"), row.find("source").get("alias"))
             for row in updates},
            {(row.get("name"), row.get("edition"), row.get("arch"), row.find("source").get("alias"), row.get("category"),
              row.get("severity"), row.get("pkgmanager") == "true", row.get("restart") == "true",
              int(row.find("issue-date").get("time_t")), cves(row)) for row in patches})


def list_differences(probes, zyppers):
    """Row by row, field by field."""
    for what, ours, theirs in zip(("update", "patch"), probes, zyppers):
        for each in ours - theirs:
            yield f"the probe has the {what} {each}, which zypper has not"
        for each in theirs - ours:
            yield f"zypper has the {what} {each}, which the probe has not"
