# SPDX-License-Identifier: Apache-2.0
"""A hub that runs, its command line, and what its tests start from."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import reports

PROGRAM = pathlib.Path("patchstate-hub")
STARTS_WITHIN = 60
STOPS_WITHIN = 60
ANSWERS_WITHIN = 60


def take_program_from_arguments():
    """Every test program here: NAME_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]."""
    global PROGRAM
    if len(sys.argv) > 1:
        PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | kept | more


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.header = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """A problem document (RFC 9457)."""
        assert self.header["content-type"] == "application/problem+json", self.header
        assert self.json["status"] == self.status, self.body
        return self.json

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Hub:
    """`patchstate-hub serve` on a free port of loopback."""

    def __init__(self, store, folder, *arguments, listen="127.0.0.1:0", **process):
        self.log = pathlib.Path(folder) / f"hub-{uuid.uuid4().hex}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([PROGRAM, "serve", "--store", store.address, "--listen", listen, *arguments],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            **({"env": environment()} | process))
        deadline = time.monotonic() + STARTS_WITHIN
        while not (found := re.search(r"serving (https?)://\S+:(\d+),", self.said())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the hub did not start: {self.said()}")
            time.sleep(0.01)
        self.port = int(found[2])

    def said(self):
        return self.log.read_text(errors="replace")

    def connect(self, timeout=ANSWERS_WITHIN):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, token=None, connection=None, **header):
        """`Content_Type="…"` becomes Content-Type: …"""
        header = {name.replace("_", "-"): value for name, value in header.items()}
        if token is not None:
            header["Authorization"] = f"Bearer {token}"
        own = connection or self.connect()
        try:
            own.request(method, path, body=body, headers=header)
            return Answer(own.getresponse())
        except ConnectionError as error:
            raise ConnectionError(f"{error}; the hub's exit code is {self.process.poll()}, it said: {self.said()[-1000:]}") from None
        finally:
            if connection is None:
                own.close()

    def get(self, path, token=None, **header):
        return self.ask("GET", path, None, token, **header)

    def send(self, report, key, **header):
        return self.ask("POST", "/v1/assessments", reports.packed(report), key, Content_Encoding="gzip", **header)

    def stop(self):
        """Exit code of a hub that was asked to end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Scenarios:
    """What a class of tests is on each store; see on_both_stores."""

    store_class = None
    fresh_store = False
    longMessage = True

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-hub-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.store = self.store_class(self.folder, fresh=self.fresh_store)
        self.addCleanup(self.store.give_back)
        self._reader = {}

    def serve(self, *arguments, store=None, **process):
        hub = Hub(store or self.store, self.folder, *arguments, **process)
        self.addCleanup(hub.kill)
        return hub

    def stops_cleanly(self, hub):
        self.assertEqual(hub.stop(), 0, hub.said())

    def run_it(self, *arguments, store=None, **options):
        """A command at a terminal; `--store` is added."""
        done = subprocess.run([PROGRAM, *arguments, "--store", (store or self.store).address], check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120, **({"env": environment()} | options))
        self.assertGreaterEqual(done.returncode, 0, done.stderr)
        return done

    def succeeds(self, *arguments, **options):
        done = self.run_it(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def enrol_token(self, *arguments, **options):
        return self.succeeds("token", "create", "enrol", *arguments, **options).strip()

    def read_token(self, *arguments, **options):
        return self.succeeds("token", "create", "read", *arguments, **options).strip()

    @property
    def reader(self):
        """One read token for the whole test."""
        if self.store not in self._reader:
            self._reader[self.store] = self.read_token()
        return self._reader[self.store]

    @staticmethod
    def ask_to_enrol(hub, token, host):
        return hub.ask("POST", "/v1/enroll", json.dumps({"token": token, "hostId": host}))

    def enrol(self, hub, *hosts):
        """The key of the host; of several, a list of keys."""
        token = self.enrol_token("--uses", str(len(hosts)))
        keys = []
        for host in hosts:
            answer = self.ask_to_enrol(hub, token, host)
            self.assertEqual(answer.status, 200, answer)
            keys.append(answer.json["hostKey"])
        return keys[0] if len(keys) == 1 else keys

    def accepted(self, hub, report, key, send_full=False, **header):
        answer = hub.send(report, key, **header)
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(answer.json, {"assessmentActivityId": report["assessmentActivityId"], "sendFull": send_full})
        return answer

    def read(self, hub, path):
        answer = hub.get(path, self.reader)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def host(self, hub, host):
        return self.read(hub, f"/v1/hosts/{host}")

    def verdict(self, hub, host):
        return self.host(hub, host)["verdict"]["value"]

    def reason(self, hub, host):
        return self.host(hub, host)["verdict"]["reasons"][0]["code"]

    def count(self, query):
        return int(self.store.rows(query)[0][0])
