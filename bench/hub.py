#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures patchstate-hub on both stores, beside yardsticks of the same run, and prints Markdown tables.

    bench/hub.py --programs build/release/bin [--quick] [--hosts 50000] [--days 90]

Durable ingest of 90 % heartbeats and 10 % full reports (100 pending updates each), load generator on the same machine;
then the questions people ask, of a store with many hosts and a long history. The exit code is 0 also when a target is
missed (the table says MISSED), and not 0 when something could not be measured."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request

from measure import Targets
import worlds

POSTGRES = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
QUESTIONS = [
    ("/v1/summary", "/v1/summary"),
    ("hosts, first page", "/v1/hosts"),
    ("… noncompliant", "/v1/hosts?verdict=noncompliant"),
    ("… unknown", "/v1/hosts?verdict=unknown"),
    ("… of one system, most missing first", "/v1/hosts?os=ubuntu:24.04&sort=-security"),
    ("… that lack a package's update", "/v1/hosts?package={package}"),
    ("… that lack a CVE's update", "/v1/hosts?cve={cve}"),
    ("… pending for 30 days", "/v1/hosts?pendingFor=30d"),
    ("… waiting for a reboot", "/v1/hosts?reboot=pending"),
    ("updates missing on most hosts", "/v1/updates?security=true"),
    ("compliance 30 days ago", "/v1/compliance?at={day}"),
    ("one host with its updates", "/v1/hosts/{host}"),
    ("one host's history", "/v1/hosts/{host}/history"),
]


class Postgres:
    """A server of our own in a folder, durable as it comes."""

    def __init__(self, folder, port):
        self.folder, self.port, self.bin = folder, port, POSTGRES[-1]
        folder.mkdir()
        shutil.chown(folder, "postgres")
        self.as_postgres(self.bin / "initdb", "-D", folder, "-A", "trust", "-U", "postgres")
        self.as_postgres(self.bin / "pg_ctl", "-D", folder, "-w", "-l", folder / "log", "-o",
                         f"-p {port} -k {folder} -h 127.0.0.1", "start")
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    @staticmethod
    def as_postgres(*argv):
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*user, *map(str, argv)], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.as_postgres(self.bin / "pg_ctl", "-D", self.folder, "-m", "fast", "-w", "stop")


class Hub:
    def __init__(self, programs, store, folder, *arguments):
        self.store = store
        self.program = programs / "patchstate-hub"
        self.token = subprocess.run([self.program, "token", "create", "read", "--store", store], check=True,
                                    capture_output=True, text=True).stdout.strip()
        self.log = folder / "hub.log"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.program, "serve", "--store", store, "--listen", "127.0.0.1:0",
                                             "--reports-per-minute", "100000", *map(str, arguments)], stderr=log)
        for _ in range(100):
            text = self.log.read_text(encoding="utf-8")
            if "serving http" in text:
                self.url = text.split("serving ")[1].split(",")[0]
                self.address = self.url.split("//")[1]
                return
            time.sleep(0.1)
        raise SystemExit(f"the hub did not start: {text}")

    def ask(self, path):
        request = urllib.request.Request(f"http://{self.address}{path}", headers={"Authorization": f"Bearer {self.token}"})
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = answer.read()
        return (time.perf_counter() - start) * 1e3, body

    def memory(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            raise SystemExit(f"the hub ended badly: {self.log.read_text(encoding='utf-8')}")


class Bench(Targets):
    def __init__(self, programs, folder, quick):
        super().__init__()
        self.programs, self.folder = programs, folder
        self.seconds = 5 if quick else 10
        self.names = folder / "names"
        self.names.write_text("\n".join(worlds.real_names()[::7]) + "\n", encoding="ascii")

    def tool(self, *arguments):
        return subprocess.run([self.programs / "hub_bench", *map(str, arguments)], check=True, capture_output=True,
                              text=True).stdout

    def load(self, hub, rate, connections):
        return json.loads(self.tool("load", hub.address, hub.store, self.names, 1000, self.seconds, rate, connections))

    def ingest(self, name, store, target, yardstick):
        hub = Hub(self.programs, store, self.folder)
        full = self.load(hub, 0, 500)
        rate = full["accepted"] / full["seconds"]
        half = self.load(hub, target / 2, 200)
        memory = hub.memory()
        hub.stop()
        if full["accepted"] != full["answered"] or half["accepted"] != half["answered"]:
            raise SystemExit(f"{name}: not every report was accepted: {full} {half}")
        print(f"| {name} | **{rate:,.0f}** | ≥ {target:,} | {self.verdict(rate >= target)} | {yardstick:,.0f} "
              f"| {half['p50_ms']:.1f} / {half['p99_ms']:.1f} ms | {self.verdict(half['p99_ms'] < 100)} | {memory:.0f} MiB |",
              flush=True)

    def pgbench(self, server):
        """The yardstick of PostgreSQL: one durable insert in each transaction, eight clients."""
        script = self.folder / "insert.sql"
        script.write_text("INSERT INTO bench_yardstick VALUES (gen_random_uuid(), 1);\n", encoding="ascii")
        psql = ["-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres"]
        subprocess.run([server.bin / "psql", *psql, "-qc", "CREATE TABLE bench_yardstick (id uuid PRIMARY KEY, at bigint)"],
                       check=True)
        out = subprocess.run([server.bin / "pgbench", *psql, "-n", "-M", "prepared", "-c", "8", "-T", str(self.seconds), "-f",
                              str(script), "postgres"], check=True, capture_output=True, text=True).stdout
        return float(out.split("tps = ")[1].split()[0])

    def questions(self, name, store, hosts, days):
        start = time.monotonic()
        self.tool("fill", store, self.names, hosts, days)
        filled = time.monotonic() - start
        hub = Hub(self.programs, store, self.folder)
        updates = json.loads(hub.ask("/v1/updates?security=true&limit=5")[1])["updates"]
        values = {"package": updates[0]["name"], "cve": updates[0]["cves"][0], "host": "00000000-0000-4000-8000-000000000007",
                  "day": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))}
        print(f"\n### {name}: {hosts:,} hosts, {days} days of history (filled in {filled:.0f} s)\n\n"
              "| question | median | slowest of 5 | target | |\n|---|---|---|---|---|")
        for what, path in QUESTIONS:
            times = [hub.ask(path.format(**values))[0] for _ in range(6)][1:]
            print(f"| {what} | {statistics.median(times):.1f} ms | {max(times):.1f} ms | < 100 ms "
                  f"| {self.verdict(statistics.median(times) < 100)} |", flush=True)
        memory = hub.memory()
        print(f"| memory of the hub | {memory:.0f} MiB | | < 150 MiB | {self.verdict(memory < 150)} |")
        hub.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="shorter, and a small store for the questions")
    parser.add_argument("--hosts", type=int, default=50000)
    parser.add_argument("--days", type=int, default=90)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="patchstate-hub-bench-", dir="/var/tmp") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        bench = Bench(options.programs.resolve(), folder, options.quick)
        server = Postgres(folder / "postgres", 17543) if POSTGRES else None
        try:
            print(f"## patchstate-hub\n\n{os.cpu_count()} cores, shared with the load generator; "
                  f"{platform.platform(terse=True)}.\n\n### Durable ingest, 90 % heartbeats, 10 % full reports of 100 updates\n\n"
                  "| store | reports a second | target | | minimal durable inserts alone | p50 / p99 at half the target | | memory |\n"
                  "|---|---|---|---|---|---|---|---|")
            alone = json.loads(bench.tool("inserts", folder / "inserts.db", bench.seconds))["rows_per_second"]
            bench.ingest("SQLite", str(folder / "ingest.db"), 8000, alone)
            if server:
                bench.ingest("PostgreSQL", server.url, 4000, bench.pgbench(server))
            hosts, days = (2000, 30) if options.quick else (options.hosts, options.days)
            bench.questions("SQLite", str(folder / "fleet.db"), hosts, days)
            size = sum(path.stat().st_size for path in folder.glob("fleet.db*"))
            print(f"\nDisk: {size / 2**20:.0f} MiB, {size / hosts / 1024:.1f} KiB for each host, "
                  f"{size / hosts / 1024 / days * 365:.0f} KiB for each host and year with every report kept.")
        finally:
            if server:
                server.stop()
    bench.sum_up()


if __name__ == "__main__":
    main()
