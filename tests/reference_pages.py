#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/report.md from the schema of the report and docs/api.md from the hub's OpenAPI document.

usage: reference_pages.py

`documents_test.py` fails when one of them is not what this program would write.
"""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = "assessment/schema/assessment.schema.json"
OPENAPI = "hub/openapi.json"
MADE = "<!-- Written by `python3 tests/reference_pages.py` from {}: change that file, not this one. -->"


def cell(text):
    return " ".join(text.split()).replace("|", "\\|")


def is_words(schema):
    return "enum" in schema and "properties" not in schema


def kind(schema):
    """The type as a reader wants it: `string`, `integer or null`, a link to a section, list of …"""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if schema.get("type") == "array":
        return "list of " + kind(schema["items"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if isinstance(schema.get("additionalProperties"), dict):
        types = [kind(schema["additionalProperties"]) + " by word"]
    else:
        types = []
    written = schema.get("type", [])
    written = [written] if isinstance(written, str) else written
    types += [schema.get("format", word) for word in written if word != "object" or not types]
    return " or ".join(types)


def fields(schema, prefix=""):
    required = schema.get("required", [])
    for name, of in schema.get("properties", {}).items():
        always = "yes" if name in required else ""
        yield f"| `{prefix}{name}` | {cell(kind(of))} | {always} | {cell(of.get('description', ''))} |"
        if "properties" in of:
            yield from fields(of, f"{prefix}{name}.")


def table(schema):
    return ["| field | type | always | meaning |", "|---|---|---|---|", *fields(schema)]


def report_page():
    schema = json.loads((ROOT / SCHEMA).read_text(encoding="utf-8"))
    lines = ["# The report, field by field", "", MADE.format(f"`{SCHEMA}`"), "",
             schema["description"], "",
             "`patchstate check --format json` prints it and `patchstate schema` prints the schema. What codes of reasons and "
             "warnings mean: [verdicts.md](verdicts.md). A field marked *always* is there whenever what contains it is.", "",
             *table(schema), "", "## Parts"]
    objects = {name: of for name, of in schema["$defs"].items() if not is_words(of)}
    for name, of in sorted(objects.items()):
        lines += ["", f"### {name}", "", cell(of["description"]), "", *table(of)]
    lines += ["", "## Words", "", "The first of each list claims least: it is what a word that a reader does not know counts as."]
    for name, of in sorted(schema["$defs"].items()):
        if is_words(of):
            lines += ["", f"### {name}", "", cell(of["description"]), "", ", ".join(f"`{word}`" for word in of["enum"])]
    return "\n".join(lines) + "\n"


def resolved(of, document):
    """What a `$ref` into the same document leads to; anything else is itself."""
    while "$ref" in of:
        place = document
        for step in of["$ref"].removeprefix("#/").split("/"):
            place = place[step]
        of = place
    return of


def who(operation, document):
    names = {"hostKey": "the host's key", "clientCertificate": "its client certificate", "readToken": "a read token",
             "session": "a person who signed in"}
    asked = operation.get("security", document["security"])
    return " or ".join(names[name] for choice in asked for name in choice) or "anybody"


def choices(parameter):
    words = parameter["schema"].get("enum")
    return " One of " + ", ".join(f"`{word}`" for word in words) + "." if words else ""


def operation_lines(path, method, operation, document):
    yield f"## {method.upper()} {path}"
    yield ""
    yield f"{cell(operation['summary'])}{'' if operation['summary'].endswith('?') else '.'}"
    yield ""
    yield f"Who may ask: {who(operation, document)}."
    if operation.get("description"):
        yield ""
        yield cell(operation["description"])
    given = [resolved(of, document) for of in operation.get("parameters", [])]
    if given:
        yield from ["", "| parameter | in | meaning |", "|---|---|---|"]
        for of in given:
            yield f"| `{of['name']}` | {of['in']} | {cell(of.get('description', ''))}{choices(of)} |"
    yield from ["", "| answer | when |", "|---|---|"]
    for status, of in operation["responses"].items():
        yield f"| {status} | {cell(resolved(of, document)['description'])} |"
    yield ""


def api_page():
    document = json.loads((ROOT / OPENAPI).read_text(encoding="utf-8"))
    lines = ["# The hub's API", "", MADE.format(f"`{OPENAPI}`"), "", document["info"]["description"], "",
             "The whole document, with the schema of each answer, is what a hub answers to `GET /openapi.json`. A read token "
             "is made by `patchstate-hub token create read` and sent as `Authorization: Bearer TOKEN`. Errors are "
             "`application/problem+json` (RFC 9457).", ""]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines += operation_lines(path, method, operation, document)
    return "\n".join(lines).rstrip() + "\n"


PAGES = {"docs/report.md": report_page, "docs/api.md": api_page}


def main():
    for name, write in PAGES.items():
        (ROOT / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
