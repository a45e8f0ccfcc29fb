#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents name what is there: the codes of docs/verdicts.md are those of the source, links lead to files, the pages
made from schemas are current, docs/troubleshooting.md helps with every code, and with messages that there are."""

import json
import pathlib
import re
import sys

import reference_pages

LARGEST_PICTURE = 150 * 1024
ROOT = pathlib.Path(__file__).resolve().parent.parent
# A code stands first in a braced Warning, Reason or RebootReason, or first in a call that makes one.
CODE = re.compile(r'(?:\{|\b(?:incomplete|doubt|failed)\()\s*"([a-z]+(?:_[a-z]+)+|kernel|removed)",\s')
SOURCES = ["assessment/verdict.cpp", "collectors/**/*_rules.cpp", "collectors/apt/apt_refresh.cpp",
           "collectors/windows_update/update_source.cpp",
           "collectors/host/*host_facts.cpp", "agent/assess.cpp", "agent/commands/assess.cpp", "hub/fleet.cpp", "hub/api_questions.cpp",
           "hub/report_json.cpp"]


def codes_of_the_source():
    files = sorted({path for pattern in SOURCES for path in ROOT.glob(pattern)})
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


def first_cells(page, heading):
    """What stands first in the rows of each table of the page whose first column has this heading."""
    for block in (ROOT / page).read_text(encoding="utf-8").split("\n\n"):
        head, *rows = block.strip().splitlines()
        if head.startswith(f"| {heading} |"):
            yield from (row.split(" | ")[0] for row in rows[1:])


def codes_in_tables():
    return {code for cell in first_cells("docs/verdicts.md", "code") for code in re.findall(r"`([a-z_]+[a-z])`", cell)}


def failure_kinds_told_wrongly():
    schema = json.loads((ROOT / reference_pages.SCHEMA).read_text(encoding="utf-8"))
    kinds = set(schema["$defs"]["failureKind"]["enum"])
    for page in ("docs/verdicts.md", "docs/troubleshooting.md"):
        told = {kind for cell in first_cells(page, "kind") for kind in re.findall(r"`([a-z_]+)`", cell)}
        yield from (f"{page}: {kind} is only here or only in the schema" for kind in sorted(told ^ kinds))


def codes_of_evidence():
    text = (ROOT / "docs/verdicts.md").read_text(encoding="utf-8")
    return set(re.findall(r"`(\w+)`", text.partition("## Evidence for a reboot")[2].partition("`rebootPending`")[0]))


def anchors(page):
    """What a link to a heading of the page is called, as GitHub makes it: small letters, - for a space, no other marks."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
            place = page.parent / target if target else page
            if not place.exists():
                yield f"{page.relative_to(ROOT)}: no such file: {target}"
            elif anchor and anchor not in anchors(place):
                yield f"{page.relative_to(ROOT)}: {target} has no heading {anchor}"


def pages_without_a_way_to_them():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    for page in sorted(ROOT.glob("docs/*.md")):
        if page.name != "README.md" and f"]({page.name})" not in index:
            yield f"docs/README.md does not name {page.name}"


def large_pictures():
    for picture in sorted(ROOT.glob("docs/**/*.png")):
        if picture.stat().st_size > LARGEST_PICTURE:
            yield f"{picture.relative_to(ROOT)} has {picture.stat().st_size} bytes: no more than {LARGEST_PICTURE}"


def stale_pages():
    for name, write in reference_pages.PAGES.items():
        page = ROOT / name
        if not page.exists() or page.read_text(encoding="utf-8") != write():
            yield f"{name} is not what its schema says now: run python3 tests/reference_pages.py"


def codes_without_help():
    page = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")))
    for code in sorted(codes_in_tables() - page):
        yield f"docs/troubleshooting.md does not help with {code}"


def texts_of_the_source():
    """All string literals of the programs, those that stand side by side joined as the compiler does."""
    files = [path for folder in ("agent", "assessment", "collectors", "hub", "platform") for path in ROOT.glob(f"{folder}/**/*.cpp")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return re.sub(r'"\s*\n\s*"', "", text).replace('\\"', '"')


def messages_of_nobody():
    """A message of the page is what stands between backquotes first in a row; … stands for what differs."""
    source = texts_of_the_source()
    messages = [cell.removeprefix("| ").strip("`") for cell in first_cells("docs/troubleshooting.md", "message")]
    if len(messages) < 20:
        yield "docs/troubleshooting.md has hardly any message"
    for message in messages:
        if not all(part.strip() in source for part in message.split("…")):
            yield f"docs/troubleshooting.md has the message \"{message}\", which no program gives"


def main():
    source, page = codes_of_the_source(), codes_in_tables() | codes_of_evidence()
    problems = [f"docs/verdicts.md lacks the code {code}" for code in sorted(source - page)]
    problems += [f"docs/verdicts.md names the code {code}, which no source gives" for code in sorted(page - source)]
    problems += [*failure_kinds_told_wrongly(), *codes_without_help(), *messages_of_nobody(), *dead_links(), *stale_pages(),
                 *pages_without_a_way_to_them(), *large_pictures()]
    for problem in problems:
        print(problem)
    print(f"{len(source)} codes")
    return 1 if problems or len(source) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
