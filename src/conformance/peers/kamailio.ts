import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import type { PeerBench, PeerProgram } from './bench.js';
import { whenListening } from './ports.js';

/** Kamailio as registrar and proxy of `bench.invalid`, with digest and GRUU, on the loopback address. */
export interface Kamailio {
  readonly program: PeerProgram;
  /** For UDP and TCP. */
  readonly port: number;
  readonly tlsPort: number;
  /** The lines that its script wrote, by their first word. */
  seen(word: 'REGISTER-SEEN' | 'MESSAGE-SEEN'): readonly string[];
  stop(): Promise<unknown>;
}

export interface KamailioOptions {
  readonly port: number;
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** Certificate and key, as PEM files. */
  readonly certificate: string;
  readonly key: string;
  readonly algorithm?: 'MD5' | 'SHA-256';
  /** Seconds that it grants at most. */
  readonly expires?: number;
  /** Whether messages must be proved too. */
  readonly challengeMessages?: boolean;
}

/** Where Debian's and others' packages have its modules; null where it is not installed. */
function moduleFolder(): string | null {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64'];
  const found = folders.flatMap((folder) => {
    try {
      return [join(folder, 'kamailio'), ...readdirSync(folder).map((name) => join(folder, name, 'kamailio'))];
    } catch {
      // No such folder on this machine.
      return [];
    }
  });
  return found.map((folder) => join(folder, 'modules')).find((folder) => isFolder(folder)) ?? null;
}

function isFolder(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

function configuration(options: KamailioOptions, modules: string): string {
  const { port, tlsPort, user, password, certificate, key, algorithm = 'MD5', expires = 60, challengeMessages = false } = options;
  const loaded = ['tls', 'kex', 'pv', 'tm', 'sl', 'rr', 'maxfwd', 'textops', 'siputils', 'xlog', 'usrloc', 'registrar', 'auth'];
  const check = `pv_proxy_authenticate("bench.invalid", "${password}", "0")`;
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
alias="bench.invalid"
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
listen=tls:127.0.0.1:${tlsPort}
enable_tls=yes
mpath="${modules}/"
${loaded.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "${certificate}")
modparam("tls", "private_key", "${key}")
modparam("tls", "verify_certificate", 0)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "gruu_enabled", 1)
modparam("registrar", "min_expires", 1)
modparam("registrar", "default_expires", ${expires})
modparam("registrar", "max_expires", ${expires})
modparam("auth", "algorithm", "${algorithm}")
modparam("auth", "qop", "auth")
modparam("auth", "nonce_count", 1)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("REGISTER")) {
    xlog("L_WARN", "REGISTER-SEEN $proto $ct supported=$hdr(Supported)\\n");
    if ($aU != "${user}" || !pv_www_authenticate("bench.invalid", "${password}", "0")) {
      auth_challenge("bench.invalid", "1");
      exit;
    }
    if (!save("location")) sl_reply_error();
    exit;
  }
  if (is_method("MESSAGE") || is_method("OPTIONS")) {
    if (is_method("MESSAGE")) {
      xlog("L_WARN", "MESSAGE-SEEN $proto $ru type=$cT accept-contact=$hdr(Accept-Contact) length=$cl route=$hdr(Route)\\n");
      ${challengeMessages ? `if (!${check}) { auth_challenge("bench.invalid", "1"); exit; }\n      consume_credentials();` : ''}
    }
    remove_hf("Route");
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}
`;
}

async function endedEarly(program: PeerProgram): Promise<never> {
  const { code } = await program.exited;
  throw new BridgeError('conformance/peer-silent', `kamailio ended with code ${code}: ${program.describe()}`);
}

/**
 * Starts it, and resolves when it serves.
 * @throws BridgeError `conformance/peer-incomplete` where its modules, or that for TLS, are not installed
 */
export async function startKamailio(bench: PeerBench, options: KamailioOptions): Promise<Kamailio> {
  const folder = bench.folder();
  const modules = moduleFolder();
  if (modules === null || !readdirSync(modules).includes('tls.so')) {
    throw new BridgeError('conformance/peer-incomplete', 'kamailio is without its module for TLS', {
      advice: 'install the Debian package kamailio-tls-modules',
    });
  }
  const file = join(folder, 'kamailio.cfg');
  writeFileSync(file, configuration(options, modules), { mode: 0o600 });
  const parameters = ['-DD', '-E', '-f', file, '-m', '32', '-M', '8', '-w', folder, '-Y', folder, '-P', join(folder, 'pid')];
  const program = bench.program('kamailio', parameters, { cwd: folder });
  await Promise.race([whenListening(options.tlsPort, 'kamailio'), endedEarly(program)]);
  return {
    program,
    port: options.port,
    tlsPort: options.tlsPort,
    seen: (word) => program.stderr.items.filter((line) => line.includes(word)),
    stop: () => program.stop(),
  };
}
