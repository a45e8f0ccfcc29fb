# SPDX-License-Identifier: Apache-2.0
# Runs in a virtual machine: what comes over its second serial line is a command, its words in hexadecimal; what goes back is
# the command's output, in hexadecimal too, and its exit code.
use strict;
use warnings;
use IO::Handle;

open(my $line, '+<', '/dev/ttyS1') or die "/dev/ttyS1: $!";
$line->autoflush(1);
while (my $request = <$line>) {
    my @words = map { pack('H*', $_) } split(' ', $request);
    next unless @words;
    my $pid = open(my $output, '-|');
    die "fork: $!" unless defined $pid;
    if ($pid == 0) {
        open(STDERR, '>&', \*STDOUT);
        open(STDIN, '<', '/dev/null');
        exec { $words[0] } @words or exit 127;
    }
    my $text = do { local $/; <$output> } // '';
    close($output);
    print {$line} unpack('H*', $text), ' ', $? >> 8, "\n";
}
