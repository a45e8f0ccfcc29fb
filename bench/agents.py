# SPDX-License-Identifier: Apache-2.0
"""Other agents as Debian packages them, unpacked into a folder instead of installed, which would start them."""

import subprocess

from measure import ENVIRONMENT

# $1: a folder for what is written, $2: what was unpacked. The machine's own /etc, /usr and /var stay as they are, and what
# somebody installs meanwhile is not seen in there.
FOLDERS_OF_ITS_OWN = """
for folder in var/lib var/cache etc; do
    mkdir -p "$1/$folder" "$1/work/$folder"
    mount -t overlay -o "lowerdir=${2:+$2/$folder:}/$folder,upperdir=$1/$folder,workdir=$1/work/$folder" overlay "/$folder"
done
if [ -n "$2" ]; then
    mount -t overlay -o "lowerdir=$2/usr:/usr" overlay /usr
    ip link set lo up
fi
shift 2
exec "$@"
"""

# Debian's own configuration loads more, and writes it to files; 10 s is its interval.
COLLECTD = """FQDNLookup false
Interval 10
LoadPlugin cpu
LoadPlugin memory
LoadPlugin df
"""

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def in_folders_of_its_own(written, argv, unpacked=None):
    """The command line that runs `argv` there; what was unpacked is installed there, and has a network of its own."""
    written.mkdir()
    network = ["--net"] if unpacked else []
    return ["unshare", "--mount", *network, "--propagation", "private", "sh", "-ec", FOLDERS_OF_ITS_OWN, "sh", written,
            unpacked or "", *argv]


class Agents:
    """Each in a network and with folders of its own; of packagekitd's company only a bus of its own is started."""

    def __init__(self, unpacked, folder):
        self.unpacked, self.folder = unpacked, folder
        self.started = {}  # name -> process
        self.bus = None

    def version(self, package):
        return next(self.unpacked.glob(f"{package}_*.deb")).name.split("_")[1]

    def start(self):
        """Name -> process."""
        self.folder.mkdir()
        self.start_one("prometheus-node-exporter", "/usr/bin/prometheus-node-exporter", "--web.listen-address=127.0.0.1:9100")
        configuration = self.folder / "collectd.conf"
        configuration.write_text(COLLECTD, encoding="ascii")
        self.start_one("collectd-core", "/usr/sbin/collectd", "-f", "-C", configuration)
        address = self.start_bus()
        # It would end itself after five minutes without a question.
        self.start_one("packagekit", "/usr/libexec/packagekitd", "--disable-timer", "--keep-environment",
                       DBUS_SYSTEM_BUS_ADDRESS=address)
        return self.started

    def start_bus(self):
        socket, configuration = self.folder / "bus", self.folder / "bus.conf"
        configuration.write_text(BUS.format(socket), encoding="ascii")
        with (self.folder / "bus.log").open("wb") as log:
            self.bus = subprocess.Popen(["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile",
                                         "--print-address"], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=log)
        return self.bus.stdout.readline().decode().strip()  # when it can be asked

    def start_one(self, package, *argv, **environment):
        command = in_folders_of_its_own(self.folder / package, argv, self.unpacked)
        with self.log(package).open("wb") as log:
            self.started[package] = subprocess.Popen(command, env={**ENVIRONMENT, **environment}, stdin=subprocess.DEVNULL,
                                                     stdout=log, stderr=log)

    def log(self, package):
        return self.folder / f"{package}.log"

    def stop(self):
        for process in [*self.started.values(), *filter(None, [self.bus])]:
            process.terminate()
            process.wait(60)
