#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Windows service under Wine's own service manager, with its real children.

usage: service_test.py FOLDER-OF-THE-PROGRAMS WINE-PREFIX [unittest arguments]

Wine has no recovery actions, no delayed start, no event log that can be read and no controls for set clocks: what it says
of these is not tested, and docs/windows-service.md lists it. The entries of the log are taken from Wine's trace of
ReportEventW, which shows the first 80 characters or so.
"""

import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "delivery")]
import endpoints  # noqa: E402  (these need the path above)
from wine import KEY_KIND, Wine, WINE, skip_reason  # noqa: E402

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
PREFIX = sys.argv.pop(1)
HUB = pathlib.Path(__file__).resolve().parents[2] / "build/test/bin/patchstate-hub"  # on Linux only
WITHIN = 120  # seconds
RUNNING, STOPPED = 4, 1
PARAMETERS_CHANGED, RUN_NOW = 6, 128
WATCHED_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
CONFIG = """[cloud]
identity = false
[report]
interval = "{interval}"
hub = "https://127.0.0.1:9"
[service]
start_delay = "0s"
settle = "1s"
"""


class WineWithLog(Wine):
    """Its services write what they report to the event log into a pipe, by Wine's trace of it."""

    def _start_server(self):
        super()._stop_server()  # that of a test that was killed has services that write elsewhere
        super()._start_server()
        self.lines = queue.Queue()
        boot = subprocess.Popen(["timeout", "120", WINE, "wineboot"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                env={**self.environment, "WINEDEBUG": "-all,+eventlog"}, stderr=subprocess.PIPE,
                                encoding="utf-8", errors="replace")
        self.reader = threading.Thread(target=self._read, args=(boot.stderr,))
        self.reader.start()
        boot.wait()

    def _read(self, stream):
        with stream:
            for line in stream:
                if found := re.search(r'ReportEventW L"(.*)"(?:\.\.\.)?$', line):
                    self.lines.put(found[1].replace('\\"', '"').replace("\\\\", "\\"))

    def _stop_server(self):
        super()._stop_server()
        if hasattr(self, "reader"):
            self.reader.join(WITHIN)


WINDOWS = WineWithLog(PREFIX, BIN)
PROGRAMS = pathlib.Path(PREFIX) / "drive_c/Program Files/patch state"
DATA = pathlib.Path(PREFIX) / "drive_c/ProgramData/patchstate"
STATE = DATA / "state"
CONFIG_FILE = DATA / "patchstate.toml"


def setUpModule():
    if reason := skip_reason():
        print(reason)
        raise unittest.SkipTest(reason)
    WINDOWS.__enter__()
    unittest.addModuleCleanup(WINDOWS.__exit__, None, None, None)


def tool(*arguments):
    return WINDOWS.run(PROGRAMS / "service_tool.exe", *arguments)


def copy_programs():
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    for name in ("patchstate.exe", "patchstated.exe", "service_tool.exe"):
        shutil.copy(BIN / name, PROGRAMS / name)


def configure(interval="6h"):
    new = CONFIG_FILE.with_suffix(".new")
    new.write_text(CONFIG.format(interval=interval), encoding="utf-8")
    new.rename(CONFIG_FILE)


def process_of(program):
    """The process on Linux that runs this program in our prefix: Wine doesn't count memory as Windows does."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if program.encode() in (process / "cmdline").read_bytes().split(b"\0")[0] \
                    and f"WINEPREFIX={WINDOWS.prefix}".encode() in (process / "environ").read_bytes().split(b"\0"):
                return process
        except OSError:
            pass  # it has ended meanwhile
    raise AssertionError(f"{program} does not run")


def private_memory(process):
    """Bytes that nobody else has, and that no file holds."""
    return 1024 * sum(int(line.split()[1]) for line in (process / "smaps_rollup").read_text().splitlines()
                      if line.startswith(("Private_Dirty:", "Swap:")))


class Case(unittest.TestCase):
    """The service is installed, and not running."""

    def setUp(self):
        shutil.rmtree(DATA, ignore_errors=True)
        copy_programs()
        self.log = []
        while not WINDOWS.lines.empty():
            WINDOWS.lines.get()
        self.service("install")
        self.addCleanup(self.service, "uninstall")
        configure()

    def service(self, *arguments, code=0):
        command = (r"C:\Program Files\patch state\patchstate.exe", "service", *arguments)
        done = WINDOWS.run(*command)
        if done.returncode != code and (why := self.child_that_wine_could_not_begin()):
            print(f"once more, after: {why}", file=sys.stderr)
            done = WINDOWS.run(*command)
        self.assertEqual(done.returncode, code, f"service {' '.join(arguments)}: {done.stdout}{done.stderr}{self.log}")
        return done.stdout + done.stderr

    def child_that_wine_could_not_begin(self):
        """As Wine.run knows it of programs: what the log says of the service's own child; None where it says nothing like that."""
        try:
            return self.wait_for(r"settings: (exit code 1$|.*\b1359\b)")
        except AssertionError:
            return None

    def control(self, code):
        self.assertEqual(tool("control", "patchstate", code).returncode, 0)

    def state(self):
        """State, process, error of Windows, exit code of the program."""
        return [int(number) for number in tool("state", "patchstate").stdout.split()]

    def wait_for(self, pattern):
        """The next entry of the log that has it."""
        deadline = time.monotonic() + WITHIN
        while True:
            try:
                entry = WINDOWS.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {pattern!r} in: {self.log}") from None
            self.log.append(entry)
            if re.search(pattern, entry):
                return entry

    def start(self):
        self.service("start")
        self.wait_for("run finished: trigger=start ")

    def stops(self):
        self.service("stop")
        self.assertEqual(self.state(), [STOPPED, 0, 0, 0])


class Runs(Case):
    def test_it_says_running_when_it_is_ready_and_its_first_run_is_stored_and_waits_for_the_hub(self):
        self.assertIn("running, process", self.service("start"))
        self.assertEqual(self.state()[0], RUNNING)
        self.wait_for("ready: next=")
        entry = self.wait_for("run finished: trigger=start ")
        self.assertRegex(entry, r'result="\w+: \d+ security, ')
        self.assertTrue((STATE / "last-assessment.json").exists())
        self.assertTrue(list((STATE / "spool").iterdir()))
        shown = self.service("status")
        self.assertRegex(shown, r"(?m)^Service   running, process \d+$")
        self.assertRegex(shown, r"(?m)^Runs      last run \S+ \(start\): ")
        self.stops()
        self.assertIn("stopped", self.service("status", code=3))

    def test_the_control_for_it_makes_a_run_at_once(self):
        self.start()
        self.control(RUN_NOW)
        self.wait_for("run finished: trigger=request ")
        self.stops()

    def test_changed_parameters_are_the_configuration_read_again_and_with_errors_the_earlier_one_stays(self):
        self.start()
        configure(interval="2h")
        self.control(PARAMETERS_CHANGED)
        self.wait_for("ready: next=")
        self.wait_for("run finished: trigger=(reload|files) ")  # the changed file is a reason, too
        CONFIG_FILE.write_text("[report]\ninterval = \"soon\"\n", encoding="utf-8")
        self.control(PARAMETERS_CHANGED)
        self.wait_for(r"patchstate\.exe.*exit code 3")
        self.assertEqual(self.state()[0], RUNNING)
        self.stops()

    def test_a_changed_file_makes_a_run(self):
        self.start()
        configure(interval="3h")
        self.wait_for("run finished: trigger=files ")
        self.stops()

    def test_a_changed_key_of_the_registry_makes_a_run(self):
        self.start()
        with WINDOWS.registry((WATCHED_KEY, "WUServer", "http://wsus.example.org:8530")):
            self.wait_for("run finished: trigger=files ")
        self.stops()


class Reports(Case):
    def test_it_reports_to_a_hub_over_tls_and_its_queue_is_empty_then(self):
        if not HUB.exists():
            self.skipTest(f"there is no {HUB}: ./dev test builds it")
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        ca = endpoints.Certificates(folder, f"ca-{uuid.uuid4()}", KEY_KIND)
        certificate, key = ca.sign("hub", "DNS:localhost")
        hub = endpoints.Hub(HUB, folder, "--tls-cert", certificate, "--tls-key", key, ca=ca.ca)
        self.addCleanup(hub.stop)
        hub.context.check_hostname = False
        settings = CONFIG.format(interval="6h").replace("https://127.0.0.1:9", f"https://localhost:{hub.port}")
        CONFIG_FILE.write_text(settings.replace("[service]", f"ca = '{WINDOWS.windows_path(ca.ca)}'\n[service]"),
                               encoding="utf-8")
        token = DATA / "token"
        token.write_text(hub.command("token", "create", "enrol"), encoding="utf-8")
        token.chmod(0o600)
        enrolled = WINDOWS.run(PROGRAMS / "patchstate.exe", "enroll", "--token-file", r"C:\ProgramData\patchstate\token")
        self.assertEqual(enrolled.returncode, 0, enrolled.stdout + enrolled.stderr)
        host = enrolled.stdout.split(" as host ")[1].split(";")[0]
        self.assertNotIn("psh_", (STATE / "host-key").read_text(encoding="utf-8"))  # it is encrypted for this machine

        self.start()
        self.assertEqual(hub.host(host)["verdict"]["value"], "unknown")  # Wine's own agent can't search
        self.assertEqual([path for path in (STATE / "spool").rglob("*.json*")], [])
        self.stops()


class Ends(Case):
    def test_it_stops_fifty_times_and_each_time_says_stopped_last(self):
        for _ in range(50):
            self.service("start")
            self.stops()

    def test_it_stops_while_its_child_works_and_leaves_none_behind(self):
        self.service("start")
        self.wait_for("ready: next=")
        self.control(RUN_NOW)
        self.stops()
        self.assertNotIn("patchstate.exe", WINDOWS.run("tasklist").stdout)

    def test_without_a_usable_configuration_it_ends_with_its_own_exit_code(self):
        CONFIG_FILE.write_text("nonsense\n", encoding="utf-8")
        self.assertIn("exit code 3", self.service("start", code=3))
        self.wait_for(r"patchstate\.exe.*exit code 3")
        self.assertEqual(self.state(), [STOPPED, 0, 1066, 3])

    def test_after_it_was_killed_it_starts_again_and_nothing_is_lost(self):
        self.start()
        waiting = {path.name for path in (STATE / "spool").iterdir()}
        self.assertEqual(tool("kill", self.state()[1]).returncode, 0)
        WINDOWS.run("sc", "stop", "patchstate")  # Wine takes a dead service for a running one until it is asked
        self.start()
        self.assertLessEqual(waiting, {path.name for path in (STATE / "spool").iterdir()})
        self.stops()

    def test_a_second_one_says_so_and_leaves_the_work_to_the_first(self):
        self.start()
        second = WINDOWS.run(PROGRAMS / "patchstated.exe")
        self.assertEqual(second.returncode, 0)
        self.assertIn("in the foreground", second.stderr)
        self.assertIn("another patchstated is at work", second.stderr)
        self.stops()


class Installs(Case):
    def test_the_path_is_quoted_and_installing_again_mends_it(self):
        quoted = '"C:\\Program Files\\patch state\\patchstated.exe"'
        self.assertIn(f"Program   {quoted}\n", self.service("status", code=3))
        key = r"HKLM\SYSTEM\CurrentControlSet\Services\patchstate"
        WINDOWS.set_registry([(key, "ImagePath", r"C:\Program Files\patch state\patchstated.exe")])
        self.service("install", "--config", r"C:\other folder\patchstate.toml")
        self.assertIn(f'Program   {quoted} --config "C:\\other folder\\patchstate.toml"\n', self.service("status", code=3))

    def test_what_the_system_refuses_is_said_and_the_service_is_installed(self):
        said = self.service("install")
        self.assertIn("the system refused a delayed start", said)  # by Wine; Windows takes it
        self.assertNotIn("description", said)
        self.assertIn("security and critical updates", tool("description", "patchstate").stdout)

    def test_the_event_source_names_the_program_and_it_has_the_texts(self):
        key = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\patchstate"
        self.assertIn(r"patch state\patchstated.exe", WINDOWS.checked("reg", "query", key))
        for event in range(1, 7):
            text = tool("message", r"C:\Program Files\patch state\patchstated.exe", event)
            self.assertEqual(text.stdout.strip(), "onetwo", text.stderr)

    def test_an_upgrade_keeps_the_configuration_and_the_results(self):
        self.start()
        self.stops()
        before = CONFIG_FILE.read_bytes()
        for name in ("patchstate.exe", "patchstated.exe"):
            (PROGRAMS / name).unlink()
        copy_programs()
        self.service("install")
        self.start()
        self.assertEqual(CONFIG_FILE.read_bytes(), before)
        self.stops()

    def test_uninstalling_stops_it_and_leaves_configuration_and_results(self):
        self.start()
        self.assertIn("is uninstalled", self.service("uninstall"))
        self.assertEqual(tool("state", "patchstate").returncode, 1060)
        self.assertTrue(CONFIG_FILE.exists())
        self.assertTrue((STATE / "last-assessment.json").exists())
        self.assertIn("not installed", self.service("uninstall"))
        self.assertIn("service install", self.service("start", code=3))

    def test_on_the_command_line_an_action_is_needed(self):
        for arguments in ((), ("nonsense",), ("start", "--config", "x")):
            self.service(*arguments, code=3)


class Rests(Case):
    def test_at_rest_it_has_less_than_8_mib_of_its_own(self):
        self.start()
        memory = private_memory(process_of("patchstated.exe"))
        print(f"private memory at rest: {memory / 2**20:.1f} MiB, with what Wine keeps in the process")
        self.assertGreater(memory, 0)
        self.assertLess(memory, 8 << 20)
        self.stops()


if __name__ == "__main__":
    unittest.main(verbosity=2)
