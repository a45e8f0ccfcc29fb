# SPDX-License-Identifier: Apache-2.0
"""Steps of booted_test.py: what the unit tells the journal and a hub, and what it may use."""

import json
import subprocess
import sys

from container import ENVIRONMENT, STATE, expect, until


def read_hub(box, reader, path):
    """What the hub in the container answers, as it is; asked in there, where its address is."""
    ask = ("import sys, urllib.request as web\n"
           "asked = web.Request('http://127.0.0.1:8750' + sys.argv[1], headers={'Authorization': 'Bearer ' + sys.stdin.read()})\n"
           "print(web.build_opener(web.ProxyHandler({})).open(asked, timeout=60).read().decode())")
    return subprocess.run(["nsenter", "-t", str(box.leader()), "-n", sys.executable, "-c", ask, path], check=True,
                          input=reader, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT).stdout


def ask_hub(box, reader, path):
    return json.loads(read_hub(box, reader, path))


class Hub:
    """A real one on the container's loopback, with its store in the container; `options` are those of `serve`."""

    def __init__(self, service, *options):
        self.box = service.box
        self.options = options
        self.command = [str(service.programs / "patchstate-hub")]
        self.store = ["--store", str(self.box.path("/var/tmp/hub.db"))]

    def __enter__(self):
        self.token = self.ask("token", "create", "enrol", *self.store, "--name", "booted")
        self.reader = self.ask("token", "create", "read", *self.store).strip()
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.server = self.box.background(*self.command, "serve", *self.store, "--listen", "127.0.0.1:8750", *self.options,
                                          namespaces="-n")
        until(lambda: ":222E " in self.box.run("cat", "/proc/1/net/tcp"), "the hub serves")

    def stop(self):
        self.server.kill()
        self.server.wait()

    def ask(self, *command):
        answer = subprocess.run([*self.command, *command], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=ENVIRONMENT)
        expect(answer.returncode == 0, f"{command}: {answer}")
        return answer.stdout

    def get(self, path):
        return ask_hub(self.box, self.reader, path)

    def host(self):
        """What it says of the one machine that it knows."""
        return self.get("/v1/hosts")["hosts"][0]

    def details(self):
        """The same with what is pending there."""
        return self.get(f"/v1/hosts/{self.host()['id']}")


def enrolls(service, hub):
    """As docs/service.md says; the service takes it up when it is started again."""
    config = service.box.path("/etc/patchstate/patchstate.toml")
    config.write_text('[report]\nhub = "http://127.0.0.1:8750"\n[service]\nstart_delay = "1s"\n')
    service.box.run("patchstate", "enroll", "--token-file", "-", typed=hub.token)


def delivers(service):
    """enrolled as docs/service.md says, the unit reports to a hub by itself, with a key that is a credential"""
    box, config = service.box, service.box.path("/etc/patchstate/patchstate.toml")
    before = config.read_text()
    key = f"{STATE}/host-key"
    loaded = "/etc/patchstate/credentials/host-key"
    seen = []
    with Hub(service) as hub:
        try:
            enrolls(service, hub)
            box.run("install", "-d", "-m", "0700", loaded.rpartition("/")[0])
            box.run("install", "-m", "0600", key, loaded)
            box.run("rm", key)
            secret = box.run("cat", loaded).strip()
            for credential in (f"LoadCredential=host-key:{loaded}", f"SetCredential=host-key:{secret}"):
                service.drop_in(f"[Service]\n{credential}\n")
                box.run("systemctl", "restart", "patchstate.service")
                run = until(lambda: service.entries("PATCHSTATE_EVENT=run", f"_PID={service.main_pid()}"), "it has run", 60)[0]
                expect(run["PATCHSTATE_DELIVERY"] == "delivered" and "http://127.0.0.1:8750 accepted" in run["PATCHSTATE_RESULT"], run)
                if not seen:  # afterwards heartbeats are enough, which name this one
                    last = json.loads(box.run("cat", f"{STATE}/last-assessment.json"))["assessmentActivityId"]
                    host = hub.host()
                    expect(host["assessmentActivityId"] == last, f"not {last}: {host}")
                seen.append(run["PATCHSTATE_RESULT"].partition(" accepted ")[2])
            everything = box.run("journalctl", "--no-pager", "-o", "export", "-u", "patchstate.service")
            expect(secret not in everything, "the key is in the journal")
        finally:
            config.write_text(before)
            service.drop_in("")
            box.run("systemctl", "reset-failed", "patchstate.service")  # starts in a row are counted
            box.run("systemctl", "restart", "patchstate.service")
    return f"{host['hostname']}: {host['verdict']['value']}; accepted by LoadCredential= and SetCredential=: {seen}"


def tells_the_journal(service):
    """each run is one entry, whose fields `journalctl` knows"""
    service.box.run("systemctl", "kill", "--kill-whom=main", "-s", "USR1", "patchstate.service")
    asked = ["PATCHSTATE_EVENT=run", "PATCHSTATE_TRIGGER=request"]
    run = until(lambda: service.entries(*asked), "the run is in the journal", 60)[-1]
    expect(run["MESSAGE_ID"] == "43a037242f4442bc8f096670fcf78c22" and run["SYSLOG_IDENTIFIER"] == "patchstated", run)
    expect(run["_SYSTEMD_UNIT"] == "patchstate.service" and run["PRIORITY"] == "6", run)
    expect(run["_TRANSPORT"] == "journal", run)
    expect(int(run["PATCHSTATE_DURATION_MS"]) > 0 and run["PATCHSTATE_NEXT_RUN"].endswith("Z"), run)
    expect(run["PATCHSTATE_RESULT"].startswith(run["PATCHSTATE_VERDICT"] + ": "), run)
    plain = [entry["MESSAGE"] for entry in service.entries("_TRANSPORT=stdout")]
    expect(not plain, f"what went to stderr: {plain}")
    return {name: value for name, value in run.items() if name.startswith("PATCHSTATE_")}


def is_limited(service):
    """memory, tasks and processor time have a limit, which holds where this machine's kernel lets a container have one"""
    limits = {name: service.show(name) for name in ("MemoryMax", "CPUQuotaPerSecUSec", "TasksMax")}
    expect(limits == {"MemoryMax": str(512 << 20), "CPUQuotaPerSecUSec": "1s", "TasksMax": "64"}, limits)
    controllers = service.box.run("cat", "/sys/fs/cgroup/cgroup.controllers").split()
    missing = [name for name in ("memory", "cpu", "pids") if name not in controllers]
    if "memory" not in missing:
        said = service.in_sandbox("hog", "/usr/bin/perl", "-e", "my $x = 'x' x (600 << 20); print 'had it all'",
                                  added=["MemorySwapMax=0", "SuccessExitStatus=KILL"])
        expect(not said and "killed by the OOM killer" in service.journal("sandbox-hog.service"), f"600 MiB were not refused: {said}")
    if "cpu" not in missing:
        limit = service.box.run("cat", f"/sys/fs/cgroup{service.show('ControlGroup')}/cpu.max").split()
        expect(limit[0] == limit[1], f"cpu.max {limit}")
    return f"{limits}; not shown to hold, this kernel gives the container no such controller: {missing}" if missing else f"{limits}"
