import { startProgram } from './program.js';
import type { Scene } from './scene.js';

/** Two pseudo-terminals, raw and held open, and what is written into one comes out of the other: a cable between two serial ports. */
const cable = String.raw`
use strict; use Fcntl; use POSIX ();
sub terminal {
  sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or die "ptmx: $!";
  my $word = pack('i', 0);
  ioctl($master, 0x40045431, $word) or die "unlock: $!";
  ioctl($master, 0x80045430, $word) or die "number: $!";
  my $path = '/dev/pts/' . unpack('i', $word);
  sysopen(my $slave, $path, O_RDWR | O_NOCTTY) or die "$path: $!";
  my $modes = POSIX::Termios->new;
  $modes->getattr(fileno $slave);
  $modes->setlflag(0); $modes->setiflag(0); $modes->setoflag(0);
  $modes->setattr(fileno $slave, POSIX::TCSANOW());
  return ($master, $path, $slave);
}
my ($one, $first, $held) = terminal();
my ($other, $second, $kept) = terminal();
$| = 1; print "$first $second\n";
for (;;) {
  my $ready = ''; vec($ready, fileno $_, 1) = 1 for ($one, $other);
  select($ready, undef, undef, undef) > 0 or next;
  for my $pair ([$one, $other], [$other, $one]) {
    my ($from, $to) = @$pair;
    next unless vec($ready, fileno $from, 1);
    sysread($from, my $octets, 65536) or exit 0;
    my $at = 0;
    while ($at < length $octets) { my $put = syswrite($to, $octets, length($octets) - $at, $at); die "write: $!" unless defined $put; $at += $put; }
  }
}`;

/** Lays a cable between two serial ports and gives their paths. */
export async function nullModem(scene: Scene): Promise<readonly [string, string]> {
  return (await layCable(scene)).ends;
}

/** The same, and a way to take both ports away at once, as a plug that is pulled. */
export async function layCable(scene: Scene): Promise<{ readonly ends: readonly [string, string]; pull(): Promise<unknown> }> {
  const program = startProgram('perl', ['-e', cable]);
  scene.atEnd(() => program.stop());
  const line = await program.stdout.wait('the paths', (text) => text.startsWith('/dev/pts/'));
  const [one = '', other = ''] = line.split(' ');
  return { ends: [one, other], pull: () => program.stop() };
}
