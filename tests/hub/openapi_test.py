#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""openapi.json is OpenAPI 3.1, and what the hub answers is what it says.

openapi-3.1.schema.json is the OpenAPI Initiative's own (https://spec.openapis.org/oas/3.1/schema/2022-10-07,
Apache-2.0); where openapi_spec_validator is installed, it is asked too.

usage: openapi_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import json
import pathlib
import re
import sys
import unittest

try:
    import jsonschema
except ImportError as error:
    sys.exit(f"openapi_test.py: {error}; install python3-jsonschema (./dev test does)")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import reference_pages  # noqa: E402  (after the path is set)
import reports  # noqa: E402
from hub_process import Scenarios, take_program_from_arguments  # noqa: E402
from reports import full, heartbeat, patch  # noqa: E402
from stores import on_both_stores  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = json.loads((HERE.parents[1] / "hub/openapi.json").read_text())
META_SCHEMA = json.loads((HERE / "openapi-3.1.schema.json").read_text())
METHODS = ("get", "post", "put", "delete", "patch")


def parts(node, path=""):
    """Every object in the document, and where it stands."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from parts(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from parts(value, f"{path}/{index}")


def resolved(node):
    return reference_pages.resolved(node, DOCUMENT)


def closed(node):
    """The same schema, where a property that is not named is a mistake: what the hub answers is all described."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: closed(value) for key, value in node.items()}
    if "properties" in out or "allOf" in out:
        out["unevaluatedProperties"] = False
    return out


def validator(schema, strictly=True):
    """`strictly`: with no property that the document does not name. The parts of an allOf see only their own."""
    components = {"schemas": {}}
    for name, one in DOCUMENT["components"]["schemas"].items():
        is_part = name in ("Counts", "Host", "Assessment")
        components["schemas"][name] = one if is_part or not strictly else closed_outside(one)
    return jsonschema.Draft202012Validator({**schema, "components": components},
                                           format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def closed_outside(schema):
    if "allOf" in schema:
        return {**schema, "unevaluatedProperties": False}
    return closed(schema)


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


class Document(unittest.TestCase):
    def test_it_is_openapi(self):
        jsonschema.Draft202012Validator(META_SCHEMA).validate(DOCUMENT)
        try:
            import openapi_spec_validator
        except ImportError:
            return
        openapi_spec_validator.validate(DOCUMENT)

    def test_its_schemas_are_json_schemas(self):
        for name, schema in DOCUMENT["components"]["schemas"].items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(schema)

    def test_what_is_referred_to_is_there_and_what_is_there_is_used(self):
        used = set()
        for path, node in parts(DOCUMENT):
            if isinstance(node.get("$ref"), str):
                self.assertTrue(resolved(node), path)
                used.add(node["$ref"])
        for kind in ("schemas", "responses", "parameters", "headers"):
            for name in DOCUMENT["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)
        named = {name for _, _, operation in operations() for one in operation.get("security", DOCUMENT["security"])
                 for name in one}
        self.assertEqual(named, set(DOCUMENT["components"]["securitySchemes"]))

    def test_operations_have_names_of_their_own_and_words_for_people(self):
        names = [operation["operationId"] for _, _, operation in operations()]
        self.assertEqual(len(names), len(set(names)))
        for path, method, operation in operations():
            self.assertTrue(operation["summary"], path)
            for code, answer in operation["responses"].items():
                self.assertTrue(resolved(answer)["description"], (path, code))
            for parameter in operation.get("parameters", []):
                self.assertTrue(resolved(parameter)["description"], path)

    def test_required_properties_are_described(self):
        for path, node in parts(DOCUMENT["components"]["schemas"]):
            if "required" in node and "properties" in node:
                self.assertLessEqual(set(node["required"]), set(node["properties"]), path)

    def test_its_words_are_those_of_the_report(self):
        schema = json.loads((HERE.parents[1] / "assessment/schema/assessment.schema.json").read_text())["$defs"]
        host, update = (DOCUMENT["components"]["schemas"][name]["properties"] for name in ("HostPatch", "Update"))
        self.assertEqual(host["state"]["enum"], schema["updateState"]["enum"])
        self.assertEqual(update["severity"]["enum"], schema["severity"]["enum"])
        self.assertEqual(update["classification"]["enum"], schema["classification"]["enum"])
        # One word more: no host reports a risk that people accepted.
        self.assertEqual([word for word in DOCUMENT["components"]["parameters"]["verdict"]["schema"]["enum"] if word != "accepted"],
                         schema["verdictValue"]["enum"])


@on_both_stores
class Contract(Scenarios):
    """Every documented GET, with and without what it may carry, against the schema of its answer."""

    VALUES = {"id": "web-1", "at": reports.text_of(reports.now() - reports.HOUR), "os": "debian:13", "tag": "production",
              "cve": "CVE-2026-1", "package": "openssl", "update": "1", "q": "web", "pendingFor": "1h", "pastSupport": "true"}

    def setUp(self):
        super().setUp()
        self.hub = self.serve("--reports-per-minute", "1000")
        keys = self.enrol(self.hub, "web-1", "web-2", "web-3")
        cloud = {"cloud": {"provider": "azure", "resourceId": "/subscriptions/x"}}
        update = patch("openssl", severity="critical", cves=["CVE-2026-1"], advisories=[reports.advisory("DSA-1-1")])
        start = reports.now() - 3 * reports.HOUR
        self.accepted(self.hub, full("web-1", [update, patch("bash", arch="")], at=start), keys[0])
        self.accepted(self.hub, full("web-1", [update], host=full("web-1")["host"] | cloud, rebootPending=None), keys[0])
        self.beat = heartbeat(full("web-2"))
        self.report = full("web-2")
        self.accepted(self.hub, self.report, keys[1])
        self.key = keys[1]
        self.succeeds("host", "tag", "web-1", "production")

    def check(self, operation, answer, path):
        code = str(answer.status)
        self.assertIn(code, operation["responses"], f"{path}: {answer}")
        described = resolved(operation["responses"][code])
        kind = answer.header["content-type"].split(";")[0]
        self.assertIn(kind, described["content"], path)
        for name, header in described.get("headers", {}).items():
            if name != "Link":
                self.assertIn(name.lower(), answer.header, path)
        if kind.endswith("json"):
            validator(described["content"][kind]["schema"], "assessment" not in path).validate(answer.json)

    def value(self, parameter):
        schema = parameter["schema"]
        return str(schema["enum"][-1] if "enum" in schema else self.VALUES.get(parameter["name"], schema.get("default")))

    def test_each_get_answers_what_is_documented(self):
        for path, method, operation in operations():
            if method != "get":
                continue
            parameters = [resolved(one) for one in operation.get("parameters", [])]
            needed = "&".join(f"{one['name']}={self.value(one)}" for one in parameters if one.get("required")
                              and one["in"] == "query")
            for host in ("web-1", "web-2", "web-3", "nobody") if "{id}" in path else ("",):
                with self.subTest(path, host=host):
                    token = self.key if {"hostKey": []} in operation.get("security", []) else self.reader
                    answer = self.hub.get(path.replace("{id}", host) + "?" * bool(needed) + needed, token)
                    missing = host == "nobody" or (host == "web-3" and "assessment" in path)
                    self.assertEqual(answer.status, 404 if missing else 200, answer)
                    self.check(operation, answer, path)
            for one in parameters:
                if one["in"] != "query" or one["name"] == "cursor":
                    continue
                for value in map(str, one["schema"].get("enum", [self.value(one)])):
                    with self.subTest(path, parameter=one["name"], value=value):
                        query = f"{one['name']}={value}" + (f"&{needed}" if needed and one["name"] not in needed else "")
                        answer = self.hub.get(f"{path}?{query}", self.reader)
                        self.assertEqual(answer.status, 200, answer)
                        self.check(operation, answer, path)
            self.errors(path.replace("{id}", "web-1"), operation)

    def errors(self, path, operation):
        secured = operation.get("security", DOCUMENT["security"]) != []
        with self.subTest(path, error=True):
            if secured:
                self.check(operation, self.hub.get(path), path)
                self.check(operation, self.hub.get(path, self.read_token("--scope", "metrics")), path)
            if "400" in operation["responses"]:
                answer = self.hub.get(f"{path}?nonsense=1", self.reader)
                self.assertEqual(answer.status, 400, "a parameter that is not documented is a mistake")
                self.check(operation, answer, path)

    def test_each_parameter_that_is_understood_is_documented(self):
        source = (HERE.parents[1] / "hub/api_parameters.cpp").read_text()
        for name, path in (("host_query", "/v1/hosts"), ("update_query", "/v1/updates")):
            body = source.split(f" {name}(", 1)[1].split("\n}\n", 1)[0]
            understood = set(re.findall(r'parameters\.\w+\("(\w+)"', body))
            documented = {resolved(one)["name"] for one in DOCUMENT["paths"][path]["get"]["parameters"]}
            self.assertEqual(understood, documented)

    def test_reports_and_enrolments_are_answered_as_documented(self):
        report = DOCUMENT["paths"]["/v1/assessments"]["post"]
        schema = report["requestBody"]["content"]["application/json"]["schema"]
        for sent in (self.report, heartbeat(self.report, checked=reports.now()), self.beat):
            validator(schema, strictly=False).validate(sent)
            answer = self.hub.send(sent, self.key)
            self.assertEqual(answer.status, 202)
            self.check(report, answer, "/v1/assessments")
        for status, arguments in ((400, (b"{", self.key, None)), (401, (b"{}", None, None)), (415, (b"{}", self.key, "br")),
                                  (403, (json.dumps(full("web-1")), self.key, None)), (422, (b"{}", self.key, None)),
                                  (413, (b" " * (9 << 20), self.key, None))):
            body, key, encoding = arguments
            header = {"Content_Encoding": encoding} if encoding else {}
            answer = self.hub.ask("POST", "/v1/assessments", body, key, **header)
            self.assertEqual(answer.status, status, answer)
            self.check(report, answer, "/v1/assessments")
        whose = DOCUMENT["paths"]["/v1/enroll"]["get"]
        for status, key in ((200, self.key), (401, None), (401, "psh_nobodys")):
            answer = self.hub.ask("GET", "/v1/enroll", None, key)
            self.assertEqual(answer.status, status)
            self.check(whose, answer, "/v1/enroll")
        enrol = DOCUMENT["paths"]["/v1/enroll"]["post"]
        token = self.enrol_token()
        for status, body in ((422, b"{}"), (200, json.dumps({"token": token, "hostId": "web-9"})),
                             (403, json.dumps({"token": token, "hostId": "web-8"}))):
            answer = self.hub.ask("POST", "/v1/enroll", body)
            self.assertEqual(answer.status, status)
            self.check(enrol, answer, "/v1/enroll")

    def test_the_document_is_served_as_it_is_in_the_source(self):
        self.assertEqual(self.hub.get("/openapi.json").json, DOCUMENT)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
