import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import type { Cancel, Clock } from '../runtime/index.js';
import { BenchError } from './errors.js';
import { backlogLimitOctets, type Line, type LineHandlers } from './line.js';

const openFlags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** How often to look whether the host is still there, and whether one has come; one that speaks is noticed at once. */
const departureIntervalMs = 100;
const arrivalIntervalMs = 250;
const retryIntervalMs = 2;

/**
 * TIOCSPTLCK (unlock), TIOCGPTN (number) on descriptor 3, then a raw slave: no echo, no line editing, eight bits.
 * @see ioctl_tty(2)
 */
const perlSetup = `use POSIX qw(:termios_h);
open(my $master, "+<&=3") or die "descriptor 3: $!";
my $zero = pack("i", 0);
ioctl($master, 0x40045431, $zero) or die "TIOCSPTLCK: $!";
my $packed = pack("i", 0);
ioctl($master, 0x80045430, $packed) or die "TIOCGPTN: $!";
my $path = "/dev/pts/" . unpack("i", $packed);
sysopen(my $slave, $path, 2 | 256) or die "$path: $!";
my $termios = POSIX::Termios->new;
$termios->getattr(fileno($slave)) or die "getattr: $!";
$termios->setiflag(0); $termios->setoflag(0); $termios->setlflag(0);
$termios->setcflag(CS8 | CREAD | CLOCAL);
$termios->setcc(VMIN, 1); $termios->setcc(VTIME, 0);
$termios->setattr(fileno($slave), TCSANOW) or die "setattr: $!";
print $path;`;

const pythonSetup = `import fcntl, struct, os, tty
fcntl.ioctl(3, 0x40045431, struct.pack("i", 0))
number = struct.unpack("i", fcntl.ioctl(3, 0x80045430, struct.pack("i", 0)))[0]
path = "/dev/pts/%d" % number
slave = os.open(path, os.O_RDWR | os.O_NOCTTY)
tty.setraw(slave)
print(path, end="")`;

const setups: readonly (readonly [program: string, flag: string, script: string])[] = [
  ['perl', '-e', perlSetup],
  ['python3', '-c', pythonSetup],
];

/** TIOCNXCL on descriptor 3: a host that claimed the terminal for itself must not lock out the next one. */
const perlRelease = 'open(my $slave, "+<&=3") or die "descriptor 3: $!"; ioctl($slave, 0x540D, 0) or die "TIOCNXCL: $!";';
const pythonRelease = 'import fcntl; fcntl.ioctl(3, 0x540D)';

/**
 * The master side of a pseudo-terminal, raw and without echo, for any number of hosts one after the other.
 *
 * Reading is Node's own event loop on the master. It would fail for good at the moment no slave is open, so the slave is
 * also kept open here; several times a second it is let go for some microseconds to see whether a host holds it as well.
 * @see docs/decisions/pseudo-terminals.md
 */
export class PseudoTerminal implements Line {
  /** The slave's device path. */
  readonly port: string;
  readonly #master: number;
  readonly #clock: Clock;
  #keeper: number | undefined;
  #reader: ReadStream | undefined;
  #handlers: LineHandlers | undefined;
  #attached = false;
  #heard = false;
  #backlog: Uint8Array[] = [];
  #backlogOctets = 0;
  #closed = false;
  #cancelProbe: Cancel = () => {};
  #cancelRetry: Cancel | undefined;

  /** @throws BenchError `virtual-bench/no-pseudo-terminal` */
  constructor(clock: Clock) {
    this.#clock = clock;
    [this.#master, this.port] = openMaster();
    this.#keeper = openSync(this.port, openFlags);
  }

  get backlogOctets(): number {
    return this.#backlogOctets;
  }

  start(handlers: LineHandlers): void {
    this.#handlers = handlers;
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      onread: {
        buffer: Buffer.allocUnsafe(16_384),
        callback: (length: number, buffer: Uint8Array) => {
          this.#heard = true;
          this.#attach();
          handlers.data(buffer.subarray(0, length));
          return true;
        },
      },
    };
    const reader = new ReadStream(this.#master, options);
    // Only a failure of the terminal itself gets here, since the keeper holds the slave open.
    reader.on('error', () => void this.close());
    reader.resume();
    this.#reader = reader;
    this.#probe();
  }

  write(octets: Uint8Array): void {
    if (!this.#attached || this.#closed || this.#backlogOctets > 4 * backlogLimitOctets) return;
    this.#backlog.push(octets);
    this.#backlogOctets += octets.length;
    if (this.#cancelRetry === undefined) this.#drain();
    if (this.#backlogOctets > backlogLimitOctets) this.#reader?.pause();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers = undefined;
    this.#cancelProbe();
    this.#cancelRetry?.();
    this.#backlog = [];
    this.#backlogOctets = 0;
    if (this.#keeper !== undefined) closeSync(this.#keeper);
    const reader = this.#reader;
    if (reader === undefined) {
      closeSync(this.#master);
      return;
    }
    await new Promise<void>((resolve) => {
      reader.once('close', () => resolve());
      reader.destroy();
    });
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#handlers?.attached();
  }

  #detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#backlog = [];
    this.#backlogOctets = 0;
    this.#reader?.resume();
    this.#discardUnread();
    this.#handlers?.detached();
  }

  #drain(): void {
    this.#cancelRetry = undefined;
    let written = 0;
    try {
      for (const octets of this.#backlog) {
        const count = writeSync(this.#master, octets);
        this.#backlogOctets -= count;
        if (count < octets.length) {
          this.#backlog[written] = octets.subarray(count);
          break;
        }
        written += 1;
      }
    } catch (error) {
      // Anything else means that nobody holds the slave: what was to be said is lost, as on a cable without a host.
      if (errorCode(error) !== 'EAGAIN') {
        this.#backlogOctets = 0;
        written = this.#backlog.length;
      }
    }
    this.#backlog.splice(0, written);
    if (this.#backlog.length > 0) this.#cancelRetry = this.#clock.after(retryIntervalMs, () => this.#drain());
    else this.#reader?.resume();
  }

  /** Looks whether a host has the slave open: with the keeper let go, reading the master fails with EIO when nobody has. */
  #probe(): void {
    if (this.#closed) return;
    this.#cancelProbe = this.#clock.after(this.#probeDelayMs, () => this.#probe());
    if (this.#heard && this.#keeper !== undefined) {
      this.#heard = false;
      return;
    }
    if (this.#keeper !== undefined) {
      if (!this.#slaveCanBeOpened()) {
        this.#attach();
        return;
      }
      closeSync(this.#keeper);
      this.#keeper = undefined;
      this.#present(this.#hostPresent());
    }
    try {
      this.#keeper ??= openSync(this.port, openFlags);
      this.#reader?.resume();
    } catch {
      // A host made itself exclusive within these microseconds: the next look, one millisecond on, tries again.
      this.#reader?.pause();
    }
  }

  get #probeDelayMs(): number {
    if (this.#keeper === undefined) return 1;
    return this.#attached ? departureIntervalMs : arrivalIntervalMs;
  }

  #present(present: boolean): void {
    if (present) this.#attach();
    else this.#detach();
  }

  #slaveCanBeOpened(): boolean {
    try {
      closeSync(openSync(this.port, openFlags));
      return true;
    } catch {
      release(this.#keeper);
      return false;
    }
  }

  #hostPresent(): boolean {
    const octets = new Uint8Array(1024);
    try {
      const length = readSync(this.#master, octets);
      this.#attach();
      this.#handlers?.data(octets.subarray(0, length));
      return true;
    } catch (error) {
      return errorCode(error) === 'EAGAIN';
    }
  }

  /** What a departed host has not read must not greet the next one. */
  #discardUnread(): void {
    let keeper = this.#keeper;
    try {
      keeper ??= this.#keeper = openSync(this.port, openFlags);
      const octets = new Uint8Array(4096);
      for (let round = 0; round < 64; round += 1) readSync(keeper, octets);
    } catch (error) {
      if (errorCode(error) !== 'EAGAIN' && errorCode(error) !== 'EBUSY') throw error;
    }
  }
}

function openMaster(): readonly [master: number, path: string] {
  const failures: string[] = [];
  let master: number;
  try {
    master = openSync('/dev/ptmx', openFlags);
  } catch (error) {
    throw new BenchError('virtual-bench/no-pseudo-terminal', 'cannot open /dev/ptmx', {
      cause: error,
      advice: 'mount devpts, or use --tcp',
    });
  }
  for (const [program, flag, script] of setups) {
    const { stdout, stderr, error } = spawnSync(program, [flag, script], { stdio: ['ignore', 'pipe', 'pipe', master], encoding: 'latin1' });
    if (stdout?.startsWith('/dev/pts/')) return [master, stdout];
    failures.push(`${program}: ${error?.message ?? stderr.trim()}`);
  }
  closeSync(master);
  throw new BenchError('virtual-bench/no-pseudo-terminal', `cannot set up a pseudo-terminal (${failures.join('; ')})`, {
    advice: 'install perl or python3, or use --tcp',
  });
}

function release(slave: number | undefined): void {
  if (slave === undefined) return;
  const stdio = ['ignore' as const, 'ignore' as const, 'ignore' as const, slave];
  if (spawnSync('perl', ['-e', perlRelease], { stdio }).status !== 0) spawnSync('python3', ['-c', pythonRelease], { stdio });
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
