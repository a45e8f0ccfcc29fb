#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The resident program in the foreground, with its real children, as a service manager would start it.

usage: service_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import json
import os
import pathlib
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAMS = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
WITHIN = 240  # seconds; a run takes less than one, but with sanitizers and other tests beside this one it may take a minute
STOPS_WITHIN = 2
CONFIG = """[cloud]
identity = false
[report]
interval = "{interval}"
[service]
start_delay = "{start_delay}"
settle = "1s"
"""


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"} | kept | more


def children_of(pid):
    """All that run below it: {pid: name}."""
    found = {}
    try:
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found[int(child)] = pathlib.Path(f"/proc/{child}/comm").read_text().strip()
            found |= children_of(child)
    except OSError:
        pass  # it has ended meanwhile
    return found


class Service:
    """patchstated, and the lines of its log as they come."""

    def __init__(self, config, env, around=(), stdout=subprocess.DEVNULL, **more):
        self.process = subprocess.Popen([*around, PROGRAMS / "patchstated", "--config", config], stdin=subprocess.DEVNULL,
                                        stdout=stdout, stderr=subprocess.PIPE, text=True, env=env, **more)
        self.lines = queue.Queue()
        self.log = []
        self.reader = threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stderr])
        self.reader.start()

    def wait_for(self, pattern):
        """The next line that has it."""
        deadline = time.monotonic() + WITHIN
        while True:
            try:
                line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {pattern!r} in: {''.join(self.log)}") from None
            self.log.append(line)
            if re.search(pattern, line):
                return line

    def send(self, what):
        self.process.send_signal(what)

    def end(self, what=signal.SIGTERM):
        """Its exit code and the seconds it took."""
        begun = time.monotonic()
        self.send(what)
        code = self.process.wait(WITHIN)
        return code, time.monotonic() - begun

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stderr.close()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-service-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.state = self.folder / "state"
        self.cache = self.folder / "cache"
        self.config = self.folder / "etc" / "patchstate.toml"
        self.config.parent.mkdir()
        self.configure()

    def configure(self, interval="1h", start_delay="0s"):
        new = self.config.with_suffix(".new")
        new.write_text(CONFIG.format(interval=interval, start_delay=start_delay))
        new.rename(self.config)

    def serve(self, **more):
        service = Service(self.config, environment(STATE_DIRECTORY=str(self.state), CACHE_DIRECTORY=str(self.cache),
                                                   **more))
        self.addCleanup(service.close)
        return service

    def has_run_once(self, **more):
        service = self.serve(**more)
        service.wait_for("run finished: trigger=start ")
        return service

    def stops(self, service, what=signal.SIGTERM):
        code, took = service.end(what)
        self.assertEqual(code, 0)
        self.assertLess(took, STOPS_WITHIN)


class Runs(Case):
    def test_the_first_run_stores_an_assessment_and_says_what_it_found_and_when_the_next_is(self):
        service = self.serve()
        service.wait_for("ready: next=")
        line = service.wait_for("run finished")
        self.assertRegex(line, r'^patchstated: run finished: trigger=start result="\w+: \d+ security, \d+ other, .*" '
                               r"took=\d+ms next=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertTrue((self.state / "last-assessment.json").exists())
        self.stops(service)
        state = dict(line.split("=", 1) for line in (self.state / "service-state").read_text().splitlines())
        self.assertEqual(list(state), ["started", "last_run", "last_trigger", "last_result", "next_run", "version"])
        self.assertEqual(state["last_trigger"], "start")
        self.assertIn(f'"{state["last_result"]}"', line)
        self.assertIn(f'next={state["next_run"]}', line)
        self.assertLess(state["last_run"], state["next_run"])
        self.assertEqual((self.state / "service-state").stat().st_mode & 0o777, 0o644)

    def test_a_request_and_a_changed_file_are_a_run_each(self):
        service = self.has_run_once()
        service.send(signal.SIGUSR1)
        service.wait_for("run finished: trigger=request ")
        self.configure()
        service.wait_for("run finished: trigger=files ")
        self.stops(service, signal.SIGINT)

    def test_reports_whose_destination_is_standard_output_come_out_of_the_service(self):
        with open(self.config, "a") as config:
            config.write('[[destination]]\nname = "output"\nstandard_output = true\n')
        reports = self.folder / "reports"
        with open(reports, "wb") as output:
            service = Service(self.config, environment(STATE_DIRECTORY=str(self.state), CACHE_DIRECTORY=str(self.cache)),
                              stdout=output)
        self.addCleanup(service.close)
        service.wait_for("run finished")
        self.stops(service)
        report, = [json.loads(line) for line in reports.read_text().splitlines()]
        self.assertEqual(report, json.loads((self.state / "last-assessment.json").read_text()))

    def test_what_fails_is_said_once_and_the_runs_go_on(self):
        service = self.has_run_once()
        (self.state / "last-assessment.json").unlink()
        (self.state / "last-assessment.json").mkdir()
        service.send(signal.SIGUSR1)
        service.wait_for("patchstate assess.*exit code 3")
        service.wait_for('trigger=request result="failed"')
        service.send(signal.SIGUSR1)
        service.wait_for('trigger=request result="failed"')
        self.assertEqual(sum("exit code 3" in line for line in service.log), 1, service.log)
        (self.state / "last-assessment.json").rmdir()
        service.send(signal.SIGUSR1)
        service.wait_for('trigger=request result="(?!failed)')
        self.stops(service)


class Reloads(Case):
    def test_new_settings_hold_after_a_reload_and_broken_ones_leave_the_earlier(self):
        self.configure(interval="1h")
        service = self.has_run_once()
        self.config.write_text("[report]\ninterval = 5\n")
        service.send(signal.SIGHUP)
        line = service.wait_for("the earlier settings stay")
        self.assertIn("patchstate.toml:2:12: interval: expected a number and a unit", line)
        self.configure(interval="1w")
        service.send(signal.SIGHUP)
        service.wait_for("ready: next=")
        line = service.wait_for("run finished: trigger=reload ")
        following = time.strptime(re.search("next=(.*)Z", line)[1], "%Y-%m-%dT%H:%M:%S")
        self.assertGreater(time.mktime(following) - time.mktime(time.gmtime()), 6 * 86400)
        self.stops(service)

    def test_without_a_reload_a_changed_configuration_is_a_run_but_the_interval_stays(self):
        self.configure(interval="1h")
        service = self.has_run_once()
        self.configure(interval="1w")
        line = service.wait_for("run finished: trigger=files ")
        following = time.strptime(re.search("next=(.*)Z", line)[1], "%Y-%m-%dT%H:%M:%S")
        self.assertLess(time.mktime(following) - time.mktime(time.gmtime()), 2 * 3600)
        self.stops(service)

    def test_many_reloads_leave_no_descriptor_behind(self):
        service = self.has_run_once()
        descriptors = pathlib.Path(f"/proc/{service.process.pid}/fd")
        before = len(list(descriptors.iterdir()))
        for _ in range(20):
            service.send(signal.SIGHUP)
            service.wait_for("run finished: trigger=reload ")
        self.assertEqual(len(list(descriptors.iterdir())), before)
        self.stops(service)

    def test_a_broken_configuration_at_the_start_is_an_error(self):
        self.config.write_text("[report]\ninterval = 5\n")
        service = self.serve()
        service.wait_for("patchstate.toml:2:12: interval: expected a number and a unit")
        self.assertEqual(service.process.wait(WITHIN), 3)


class Ends(Case):
    def catch_child(self, service):
        """The id of a `patchstate` that was stopped while it ran."""
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            shutil.rmtree(self.cache, ignore_errors=True)  # so that the run takes its time
            service.send(signal.SIGUSR1)
            until = time.monotonic() + 5
            while time.monotonic() < until:
                for pid, name in children_of(service.process.pid).items():
                    if name == "patchstate" and self.stopped(pid):
                        return pid
        raise AssertionError("no child was caught")

    @staticmethod
    def stopped(pid):
        try:
            os.kill(pid, signal.SIGSTOP)
            while (state := pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) != "T":
                if state == "Z":
                    return False
        except OSError:
            return False
        return True

    def test_a_request_to_stop_is_followed_within_two_seconds_also_while_a_child_hangs(self):
        service = self.has_run_once()
        child = self.catch_child(service)
        self.stops(service)
        with self.assertRaises(ProcessLookupError):
            os.kill(child, 0)

    def test_a_request_to_stop_is_followed_before_the_first_run(self):
        self.configure(start_delay="1d")
        service = self.serve()
        service.wait_for("ready: next=")
        self.stops(service)
        self.assertFalse((self.state / "service-state").exists())

    def test_edge_105_a_second_one_says_so_and_ends(self):
        service = self.has_run_once()
        second = self.serve()
        second.wait_for(f"another patchstated is at work in {self.state}")
        self.assertEqual(second.process.wait(WITHIN), 0)
        self.stops(service)
        third = self.has_run_once()
        self.stops(third)


class EarlySignals(Case):
    """As soon as there is a sign of it: its state folder."""

    def early(self, what):
        self.configure(start_delay="1d")
        shutil.rmtree(self.state, ignore_errors=True)
        service = self.serve()
        while not self.state.exists():
            self.assertIsNone(service.process.poll())
        service.send(what)
        return service

    def test_a_request_that_comes_before_it_is_ready_is_a_run(self):
        for _ in range(10):
            service = self.early(signal.SIGUSR1)
            service.wait_for("run finished: trigger=request ")
            self.stops(service)

    def test_a_reload_that_comes_before_it_is_ready_does_not_end_it(self):
        for _ in range(10):
            service = self.early(signal.SIGHUP)
            service.wait_for("ready: next=")
            self.stops(service)

    def test_a_request_to_stop_that_comes_before_it_is_ready_is_no_failure(self):
        for _ in range(10):
            service = self.early(signal.SIGTERM)
            self.assertEqual(service.process.wait(WITHIN), 0)

    def test_signals_that_were_held_by_who_started_it_are_taken(self):
        self.configure(start_delay="1d")

        def hold():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
            os.kill(os.getpid(), signal.SIGUSR1)

        service = Service(self.config, environment(STATE_DIRECTORY=str(self.state), CACHE_DIRECTORY=str(self.cache)),
                          preexec_fn=hold)
        self.addCleanup(service.close)
        service.wait_for("run finished: trigger=request ")
        self.stops(service)


class Journal(Case):
    """A journal of our own where the real one would be, in a namespace: whatever runs on this machine gets nothing."""

    NAMESPACE = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-r", "-m")

    def setUp(self):
        super().setUp()
        if subprocess.run([*self.NAMESPACE, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("this user can't mount anything over /run")
        self.place = self.folder / "journal"
        self.place.mkdir()

    def listen(self):
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(journal.close)
        journal.bind(str(self.place / "socket"))
        journal.settimeout(WITHIN)
        return journal

    def serve_in_journal(self, stream=2):
        """JOURNAL_STREAM names its descriptor `stream`."""
        mount = ("mount -t tmpfs none /run && mkdir -p /run/systemd/journal && "
                 f"mount --bind {self.place} /run/systemd/journal && "
                 f'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/{stream}) && export JOURNAL_STREAM && exec "$@"')
        service = Service(self.config, environment(STATE_DIRECTORY=str(self.state), CACHE_DIRECTORY=str(self.cache)),
                          around=[*self.NAMESPACE, "--propagation", "private", "sh", "-c", mount, "sh"])
        self.addCleanup(service.close)
        return service

    @staticmethod
    def entry(journal):
        return dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())

    def said(self, service):
        service.reader.join()
        while not service.lines.empty():
            service.log.append(service.lines.get())
        return service.log

    def test_a_run_is_one_entry_whose_fields_say_what_why_and_what_next(self):
        journal = self.listen()
        service = self.serve_in_journal()
        ready, run = self.entry(journal), self.entry(journal)
        self.assertEqual(ready["PATCHSTATE_EVENT"], "ready")
        self.assertEqual(set(run), {"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "MESSAGE_ID", "PATCHSTATE_EVENT",
                                    "PATCHSTATE_TRIGGER", "PATCHSTATE_RESULT", "PATCHSTATE_VERDICT",
                                    "PATCHSTATE_DURATION_MS", "PATCHSTATE_NEXT_RUN"})
        self.assertEqual((run["PATCHSTATE_EVENT"], run["PATCHSTATE_TRIGGER"], run["PRIORITY"]), ("run", "start", "6"))
        self.assertRegex(run["MESSAGE"], "^run finished: trigger=start ")
        self.assertTrue(run["PATCHSTATE_RESULT"].startswith(run["PATCHSTATE_VERDICT"] + ": "), run)
        self.assertIn(f"took={run['PATCHSTATE_DURATION_MS']}ms next={run['PATCHSTATE_NEXT_RUN']}", run["MESSAGE"])
        service.send(signal.SIGHUP)
        self.assertEqual(self.entry(journal)["PATCHSTATE_EVENT"], "reload")
        again = self.entry(journal)
        self.assertEqual((again["MESSAGE_ID"], again["PATCHSTATE_TRIGGER"]), (run["MESSAGE_ID"], "reload"))
        self.config.write_text("[report]\ninterval = 5\n")
        service.send(signal.SIGHUP)
        refused = self.entry(journal)
        self.assertEqual((refused["PATCHSTATE_EVENT"], refused["PRIORITY"]), ("reload", "3"))
        self.stops(service)
        while (last := self.entry(journal))["PATCHSTATE_EVENT"] != "stop":
            pass
        self.assertEqual(last["PRIORITY"], "6")
        self.assertEqual(self.said(service), [])

    def test_a_journal_that_is_not_there_gets_lines_with_priorities(self):
        service = self.serve_in_journal()
        service.wait_for("^<6>run finished: trigger=start ")
        self.stops(service)
        self.assertEqual([line[:3] for line in self.said(service)], ["<6>"] * 3, service.log)

    def test_a_stderr_that_was_redirected_gets_plain_lines_and_the_journal_nothing(self):
        journal = self.listen()
        service = self.serve_in_journal(stream=1)
        service.wait_for("^patchstated: run finished: trigger=start ")
        self.stops(service)
        journal.setblocking(False)
        self.assertRaises(BlockingIOError, journal.recv, 65536)


class ServiceManager(Case):
    def listen(self, name):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(listener.close)
        listener.bind(name)
        listener.settimeout(WITHIN)
        return listener

    @staticmethod
    def hears(listener, text):
        while text not in (state := listener.recv(65536).decode()).split("\n"):
            pass
        return state

    def test_it_hears_that_the_service_is_ready_lives_reloads_and_stops(self):
        listener = self.listen(str(self.folder / "notify"))
        service = self.serve(NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="200000")
        self.hears(listener, "READY=1")
        for _ in range(3):
            self.hears(listener, "WATCHDOG=1")
        service.wait_for("run finished")
        service.send(signal.SIGHUP)
        self.assertRegex(self.hears(listener, "RELOADING=1"), r"\nMONOTONIC_USEC=\d+$")
        self.hears(listener, "READY=1")
        service.wait_for("run finished: trigger=reload")
        self.stops(service)
        self.hears(listener, "STOPPING=1")

    def test_an_abstract_socket_hears_it_too_and_a_watchdog_of_another_process_nothing(self):
        name = f"patchstate-{os.getpid()}"
        listener = self.listen("\0" + name)
        service = self.has_run_once(NOTIFY_SOCKET="@" + name, WATCHDOG_USEC="1000", WATCHDOG_PID="1")
        self.stops(service)
        heard = []
        while "STOPPING=1" not in (state := listener.recv(65536).decode()):
            heard.append(state)
        self.assertIn("READY=1", heard[0])
        self.assertNotIn("WATCHDOG=1", heard)

    def test_one_that_is_not_there_does_not_matter(self):
        service = self.has_run_once(NOTIFY_SOCKET=str(self.folder / "nobody"), WATCHDOG_USEC="100000")
        self.stops(service)


if __name__ == "__main__":
    unittest.main(verbosity=2)
