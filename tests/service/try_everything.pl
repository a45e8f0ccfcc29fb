# SPDX-License-Identifier: Apache-2.0
# Tries what the agent's sandbox must refuse, and what it must grant; prints `name: granted` or `name: refused, why`.
# Perl, because it is what a minimal Debian has. As root outside the sandbox everything is granted.
use strict;
use warnings;
use Socket;

sub try_it {
    my ($name, $what) = @_;
    $! = 0;
    print "$name: ", ($what->() ? "granted" : "refused, " . ($! + 0) . " $!"), "\n";
}

sub writes { my $path = shift; return sub { my $file; open($file, '>', $path) && unlink($path) } }
sub reads { my $path = shift; return sub { my $file; open($file, '<', $path) && defined(readline($file)) } }
sub socket_of { my @kind = @_; return sub { socket(my $socket, $kind[0], $kind[1], $kind[2]) } }

my %number = (mmap => 9, unshare => 272, keyctl => 250, chroot => 161, sethostname => 170, ioprio_set => 251);
my ($arch) = map { (split)[-1] } `uname -m`;
die "system call numbers of x86_64 are used here, this is $arch\n" unless $arch eq 'x86_64';

try_it('write /etc', writes('/etc/patchstate-was-here'));
try_it('write /usr', writes('/usr/bin/patchstate-was-here'));
try_it('write /var/lib/dpkg', writes('/var/lib/dpkg/patchstate-was-here'));
try_it('write /run', writes('/run/patchstate-was-here'));
try_it('write /sys', sub { open(my $file, '>', '/sys/fs/cgroup/cgroup.max.depth') });
try_it('read /etc/shadow', reads('/etc/shadow'));
try_it('read /root', sub { opendir(my $folder, '/root') });
try_it('raw socket', socket_of(AF_INET, SOCK_RAW, 1));
try_it('packet socket', socket_of(17, SOCK_RAW, 0));
try_it('netlink socket', socket_of(16, SOCK_RAW, 0));
try_it('memory to write and execute', sub { syscall($number{mmap}, 0, 4096, 7, 0x22, -1, 0) > 0 });
try_it('new user namespace', sub { syscall($number{unshare}, 0x10000000) == 0 }) if $ARGV[0];
try_it('chroot', sub { syscall($number{chroot}, my $root = "/") == 0 });
try_it('set the host name', sub { syscall($number{sethostname}, my $name = "booted", 6) == 0 });
try_it('set-user-id file', sub {
    my $path = "$ENV{STATE_DIRECTORY}/set-user-id";
    open(my $file, '>', $path) or return 0;
    my $done = chmod(04755, $path);
    my $why = $!;
    unlink($path);
    $! = $why;
    return $done;
});

try_it('write the state folder', writes("$ENV{STATE_DIRECTORY}/was-here"));
try_it('write the cache folder', writes("$ENV{CACHE_DIRECTORY}/was-here"));
try_it('write /tmp', writes('/tmp/was-here'));
try_it('tcp socket', socket_of(AF_INET, SOCK_STREAM, 0));
try_it('tcp socket, IPv6', socket_of(AF_INET6, SOCK_STREAM, 0));
try_it('unix socket', socket_of(AF_UNIX, SOCK_STREAM, 0));
try_it('read /proc/1/cgroup', reads('/proc/1/cgroup'));
try_it('read /proc/sys/kernel/osrelease', reads('/proc/sys/kernel/osrelease'));
try_it('see /lib/modules', sub { opendir(my $folder, '/lib/modules') });
try_it('see /boot', sub { opendir(my $folder, '/boot') });
try_it('see /sys/class', sub { opendir(my $folder, '/sys/class') });
try_it('read /var/lib/dpkg/status', reads('/var/lib/dpkg/status'));
try_it('read /etc/apt/sources.list.d', reads('/etc/apt/sources.list.d/debian.sources'));
try_it('see a process of root', sub { -e '/proc/1/stat' && opendir(my $folder, '/proc/1') });

open(my $status, '<', '/proc/self/status') or die;
for (<$status>) { print if /^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp|Uid):/ }
