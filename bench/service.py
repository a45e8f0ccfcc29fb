#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the service costs a machine that has nothing to report, and prints Markdown tables.

    bench/service.py --programs build/release/bin --agents build/tools/agents [--quick]

A run that finds nothing changed, with its heartbeat to a real hub on loopback; what goes over the wire; and patchstated
waiting for ten minutes beside other agents in the very same minutes. Needs root. The exit code is 0 also when a target is
missed (the table says MISSED), and not 0 when something could not be measured."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from agents import Agents, in_folders_of_its_own
from hub import Hub
from idle import Activity, Memory
from measure import ENVIRONMENT, Contender, Targets, alternating
from wire import Scales, with_advisories
import worlds

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/delivery"))
from endpoints import Certificates  # noqa: E402  (needs the path above)

KIB = 1024
WATCHDOG = 60  # seconds, as the packaged unit has it
SETTLE = 20  # seconds until whatever starts has started
STARTS_WITHIN = 120
HEARTBEAT = "accepted a heartbeat"


class Host:
    """This machine, as a hub knows it: configuration, state and cache in a folder of the bench."""

    def __init__(self, programs, folder, url, key=None, ca=None):
        self.programs, self.folder = programs, folder
        self.config = folder / "patchstate.toml"
        self.key = key or folder / "state/host-key"
        self.environment = {"STATE_DIRECTORY": str(folder / "state"), "CACHE_DIRECTORY": str(folder / "cache")}
        self.ca = f'ca = "{ca}"\n' if ca else ""
        folder.mkdir()
        self.report_to(url)

    def report_to(self, url):
        self.config.write_text(f'[cloud]\nidentity = false\n[report]\nhub = "{url}"\nkey_file = "{self.key}"\n{self.ca}'
                               '[service]\nstart_delay = "0s"\n', encoding="ascii")

    def patchstate(self, command, *arguments, program="patchstate"):
        return Contender([str(self.programs / program), command, "--config", str(self.config), *map(str, arguments)],
                         self.environment)

    def send_as_the_service_does(self):
        return self.patchstate("send", "--due", program="patchstate-send")

    def enroll(self, hub):
        token = self.folder / "token"
        with open(token, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            subprocess.run([self.programs / "patchstate-hub", "token", "create", "enrol", "--store", hub.store], check=True,
                           stdout=file, stderr=subprocess.DEVNULL)
        self.patchstate("enroll", "--token-file", token).output()

    def report(self):
        """What `send` said."""
        self.patchstate("assess").output()
        return self.send_as_the_service_does().output()

    def report_until_unchanged(self):
        for _ in range(3):
            if HEARTBEAT in (said := self.report()):
                return
        raise SystemExit(f"this machine does not stay as it is: {said}")


class Resident:
    """patchstated after its first run, as a program of its own: of a file that another one runs too, pages are shared."""

    def __init__(self, name, programs, folder, host, listener=None):
        self.name, self.alive = name, 0
        copies = folder / "bin"
        shutil.copytree(programs, copies, ignore=lambda _, names: [name for name in names if not name.startswith("patchstate")])
        os.sync()  # else the program's pages count as dirty
        environment = {**ENVIRONMENT, **host.environment}
        if listener:
            environment |= {"NOTIFY_SOCKET": listener.getsockname(), "WATCHDOG_USEC": str(WATCHDOG * 1000000)}
            threading.Thread(target=self.listen, args=(listener,), daemon=True).start()
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                in_folders_of_its_own(folder / "written", [copies / "patchstated", "--config", host.config]), env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait_for_first_run(self):
        deadline = time.monotonic() + STARTS_WITHIN
        while self.runs() == 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} made no first run: {self.log.read_text(encoding='utf-8')}")
            time.sleep(0.1)

    def listen(self, listener):
        while True:
            self.alive += b"WATCHDOG=1" in listener.recv(4096)

    def runs(self):
        return self.log.read_text(encoding="utf-8").count("run finished: ")

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


class Bench(Targets):
    def __init__(self, programs, folder, quick):
        super().__init__()
        self.programs, self.folder = programs, folder
        self.runs = 20 if quick else 100
        self.seconds = 60 if quick else 600

    @staticmethod
    def table(title, *columns):
        print(f"\n### {title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")

    # --- a run that finds nothing changed ---

    def unchanged(self, host, over_tls):
        for each in (host, over_tls):
            each.report_until_unchanged()
        true = Contender(["/bin/true"])
        costs = alternating([host.patchstate("assess"), host.send_as_the_service_does(), over_tls.patchstate("assess"),
                             over_tls.send_as_the_service_does(), true, true], self.runs)
        for each in (host, over_tls):
            if HEARTBEAT not in (said := each.report()):
                raise SystemExit(f"this machine changed while it was measured: {said}")
        assess, send, assess_for_tls, send_over_tls, *yardstick = ([cost.cpu for cost in each] for each in costs)
        both, both_with_tls = ([sum(pair) for pair in zip(*each)] for each in ((assess, send), (assess_for_tls, send_over_tls)))
        self.table(f"CPU of a run that finds nothing changed, {self.runs} of each", "user + system, children included",
                   "median", "95 of 100 are below")
        for what, values in (("`patchstate assess`", assess), ("`patchstate-send send --due`, a heartbeat", send),
                             ("both", both), ("the heartbeat over TLS, the hub's CA in a file", send_over_tls),
                             ("both, over TLS", both_with_tls), ("`/bin/true`, twice", [sum(pair) for pair in zip(*yardstick)])):
            print(f"| {what} | {statistics.median(values):.1f} ms | {statistics.quantiles(values, n=20)[-1]:.1f} ms |")
        self.table("Beside the target", "", "measured", "target", "")
        self.limit("CPU of an unchanged run with its heartbeat, median", statistics.median(both), 10, "ms")
        self.limit("… over TLS", statistics.median(both_with_tls), 10, "ms")

    # --- the wire ---

    def wire(self, host):
        report = self.long_report()
        scales = Scales()
        host.report_to(scales.url)
        host.patchstate("assess").output()
        host.patchstate("send", "--full").output()
        host.report_until_unchanged()
        beat = scales.requests[-1]
        file = self.folder / "report.json"
        for complete in (lambda as_it_is: as_it_is, with_advisories):
            file.write_text(json.dumps(complete(report), separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
            host.patchstate("send", "--full", "--file", file).output()
        bare, full = scales.requests[-2:]
        scales.close()
        security = sum("security" in patch["classifications"] for patch in report["patches"])
        self.table("Requests over HTTP/1.1, headers and body, without TLS", "", "measured", "target", "")
        self.limit(f"heartbeat (headers {beat[0]}, body {beat[1]})", sum(beat), KIB, "bytes", 0)
        self.limit(f"full report, {len(report['patches']):,} pending, {security} security, each with advisory and CVEs (JSON: "
                   f"{file.stat().st_size / KIB:,.0f} KiB)", sum(full) / KIB, 60, "KiB")
        self.limit("… as apt's metadata has it, without any", sum(bare) / KIB, 60, "KiB")

    def long_report(self):
        world = worlds.outdated(self.folder, 1000)
        check = Contender([str(self.programs / "patchstate"), "check", "--format", "json", "--root", str(world.root)],
                          world.own_environment(), exit_codes=(0, 1, 2, 3))
        report = json.loads(check.output())
        # Nothing that they would need is installed: new packages would be listed, too.
        report["patches"] = [patch for patch in report["patches"] if "installedVersion" in patch]
        if len(report["patches"]) != 1000:
            raise SystemExit(f"{len(report['patches'])} updates where 1,000 should be pending: {report['sources']}")
        return report

    # --- waiting ---

    def waiting(self, hub, enrolled, agents):
        path = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            residents = []
            try:
                others = agents.start()
                for name, of in (("patchstated", None), (f"… watchdog {WATCHDOG} s", listener)):
                    folder = self.folder / f"resident-{len(residents)}"
                    host = Host(self.programs, folder, hub.url, enrolled.key)
                    residents.append(Resident(name, self.programs, folder, host, of))
                    residents[-1].wait_for_first_run()
                self.watch(residents, others, agents)
            finally:
                for each in [*residents, agents]:
                    each.stop()

    def watch(self, residents, others, agents):
        time.sleep(SETTLE)
        runs, alive = [each.runs() for each in residents], [each.alive for each in residents]
        processes = {each.name: each.process for each in residents}
        processes |= {f"{name} {agents.version(name)}": process for name, process in others.items()}
        before = {name: Activity.of(process.pid) for name, process in processes.items() if process.poll() is None}
        time.sleep(self.seconds)
        done = {name: Activity.of(processes[name].pid).since(earlier) for name, earlier in before.items()}
        memory = {name: Memory.of(processes[name].pid) for name in before}
        if runs != [each.runs() for each in residents]:
            raise SystemExit(f"patchstated had a run meanwhile: {[each.log.read_text(encoding='utf-8') for each in residents]}")
        fed = [each.alive - earlier for each, earlier in zip(residents, alive)]
        self.side_by_side(memory, done)
        for name in others:
            if others[name].poll() is not None:
                print(f"\n{name} did not run here: {agents.log(name).read_text(encoding='utf-8', errors='replace')[-300:]}")
        self.beside_targets([memory[each.name] for each in residents], [done[each.name] for each in residents], fed)

    def side_by_side(self, memory, done):
        self.table(f"Waiting for {self.seconds} s, all in the same ones", "", *memory)
        for what, of in (("RSS", "rss"), ("PSS", "pss"), ("private (clean + dirty)", "private"),
                         ("of it in no file (anonymous)", "anonymous")):
            print(f"| {what} | " + " | ".join(f"{getattr(each, of) / KIB:.2f} MiB" for each in memory.values()) + " |")
        for what, of, form in (("wake-ups of all threads", "wakeups", ",d"), ("preempted", "preempted", ",d"),
                               ("CPU, ms", "cpu", ",.1f"), ("bytes written", "written", ",d"), ("… to disk", "to_disk", ",d")):
            print(f"| {what} | " + " | ".join(format(getattr(each, of), form) for each in done.values()) + " |")

    def beside_targets(self, memory, done, fed):
        self.table("patchstated beside its targets", "", "measured", "target", "")
        self.limit("RSS", max(each.rss for each in memory) / KIB, 4, "MiB", 2)
        self.limit("private, its program included", max(each.private for each in memory) / KIB, 1, "MiB", 2)
        self.limit("wake-ups, no watchdog", done[0].wakeups, 0, "times", 0)
        self.limit(f"wake-ups beside the {fed[1]} that feed a watchdog of {WATCHDOG} s", done[1].wakeups - fed[1], 0, "times", 0)
        self.limit("bytes written", max(each.written for each in done), 0, "bytes", 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--agents", type=pathlib.Path, required=True, help="where other agents were unpacked, and their .deb")
    parser.add_argument("--quick", action="store_true", help="fewer runs, and one minute instead of ten")
    options = parser.parse_args()
    programs = options.programs.resolve()
    if os.geteuid() != 0:
        raise SystemExit("only root can give what is measured folders and a network of its own")
    with tempfile.TemporaryDirectory(prefix="patchstate-service-bench-", dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        bench = Bench(programs, folder, options.quick)
        hubs, hosts = [], []
        try:
            certificates = Certificates(folder, "ca")
            certificate, key = certificates.sign("localhost", "IP:127.0.0.1")
            for name, tls in (("plain", ()), ("tls", ("--tls-cert", certificate, "--tls-key", key))):
                hubs.append(Hub(programs, str(folder / f"{name}.db"), folder, *tls))
                hosts.append(Host(programs, folder / name, hubs[-1].url, ca=certificates.ca))
                hosts[-1].enroll(hubs[-1])
            processes = sum(path.name.isdigit() for path in pathlib.Path("/proc").iterdir())
            print(f"## The service\n\n{os.cpu_count()} cores, shared with the hub; {platform.platform(terse=True)}; "
                  f"{processes} processes, whose mappings an assessment looks at; load average {os.getloadavg()[0]:.1f}.",
                  flush=True)
            bench.unchanged(*hosts)
            bench.wire(hosts[0])
            bench.waiting(hubs[0], hosts[0], Agents(options.agents.resolve(), folder / "agents"))
        finally:
            for hub in hubs:
                hub.stop()
    bench.sum_up()


if __name__ == "__main__":
    main()
