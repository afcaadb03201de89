import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import { systemClock } from '../../runtime/index.js';
import type { PeerBench } from './bench.js';
import { freePort, whenListening } from './ports.js';

/** A running Kannel gateway: a bearerbox on a modem, and what was started beside it. */
export interface Kannel {
  /** Where the push proxy gateway takes PAP, name and password included; null without a wapbox. */
  readonly pushUrl: string | null;
  /** Where smsbox takes messages to send, name and password included; null without a smsbox. */
  readonly sendUrl: string | null;
  /** What the programs have said, for the message of a failed test. */
  readonly describe: () => string;
}

/** One group of a Kannel configuration, in order. */
type Group = readonly (readonly [string, string | number])[];

const fromLoopbackOnly = (prefix: string): Group => [
  [`${prefix}-deny-ip`, '*.*.*.*'],
  [`${prefix}-allow-ip`, '127.0.0.1'],
];

const user = 'bench';
const password = 'bench-password';

/** Starts Kannel with a modem as its service centre; `mobileOriginatedUrl` has smsbox hand on what the modem receives. */
export async function kannel(
  bench: PeerBench,
  options: { readonly port: string; readonly wapbox?: boolean; readonly mobileOriginatedUrl?: string; readonly initString?: string },
): Promise<Kannel> {
  const folder = bench.folder();
  const [adminPort, smsboxPort, wapboxPort, sendPort, pushPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const groups: Group[] = [
    [
      ['group', 'core'],
      ['admin-interface', '127.0.0.1'],
      ['admin-port', adminPort],
      ['admin-password', password],
      ...fromLoopbackOnly('admin'),
      ['smsbox-interface', '127.0.0.1'],
      ['smsbox-port', smsboxPort],
      // A port for a wapbox ends the bearerbox where the group of the wapbox is missing.
      ...(options.wapbox === true
        ? ([
            ['wapbox-port', wapboxPort],
            ['wdp-interface-name', '127.0.0.1'],
          ] as const)
        : []),
      ...fromLoopbackOnly('box'),
    ],
    [
      ['group', 'smsc'],
      ['smsc', 'at'],
      ['smsc-id', 'bench'],
      ['modemtype', 'auto'],
      ['device', options.port],
      ['speed', 115200],
      ['sim-buffering', 'true'],
    ],
    [
      ['group', 'modems'],
      ['id', 'generic'],
      ['name', 'Generic Modem'],
      ['init-string', options.initString ?? 'AT+CNMI=2,2,0,0,0'],
      ['reset-string', 'AT&F'],
      ['message-storage', 'SM'],
    ],
    // A bearerbox does not start without a smsbox in its configuration, whether one is started or not.
    [
      ['group', 'smsbox'],
      ['bearerbox-host', '127.0.0.1'],
      ['bearerbox-port', smsboxPort],
      ['sendsms-interface', '127.0.0.1'],
      ['sendsms-port', sendPort],
    ],
  ];
  if (options.mobileOriginatedUrl !== undefined) {
    groups.push(
      [
        ['group', 'sendsms-user'],
        ['username', user],
        ['password', password],
      ],
      [
        ['group', 'sms-service'],
        ['keyword', 'default'],
        ['catch-all', 'true'],
        ['get-url', `${options.mobileOriginatedUrl}?from=%p&octets=%b&header=%u`],
        ['max-messages', 0],
        ['concatenation', 'true'],
        ['omit-empty', 'true'],
      ],
    );
  }
  if (options.wapbox === true) {
    groups.push(
      [
        ['group', 'wapbox'],
        ['bearerbox-host', '127.0.0.1'],
      ],
      [
        ['group', 'ppg'],
        ['ppg-url', '/wappush'],
        ['ppg-port', pushPort],
        ...fromLoopbackOnly('ppg'),
        ['concurrent-pushes', 100],
        ['users', 10],
        ['trusted-pi', 'true'],
        ['service-name', 'ppg'],
        ['global-sender', '15550001111'],
      ],
      [
        ['group', 'wap-push-user'],
        ['wap-push-user', user],
        ['ppg-username', user],
        ['ppg-password', password],
        ['allow-ip', '127.0.0.1'],
      ],
    );
  }
  const configuration = join(folder, 'kannel.conf');
  const quoted = (value: string | number): string => (typeof value === 'number' ? String(value) : `"${value}"`);
  writeFileSync(
    configuration,
    groups.map((group) => `${group.map(([name, value]) => `${name} = ${quoted(value)}\n`).join('')}\n`).join(''),
  );

  // The boxes connect to the bearerbox and have to start after it; each ends by itself when the bearerbox does.
  const bearerbox = bench.program('bearerbox', [configuration], { cwd: folder });
  const boxes = [bearerbox];
  const describe = (): string => boxes.map((box) => box.describe()).join('\n');
  await whenListening(adminPort, 'bearerbox', 30_000);
  if (options.mobileOriginatedUrl !== undefined) {
    boxes.push(bench.program('smsbox', [configuration], { cwd: folder }));
    await whenListening(sendPort, 'smsbox', 30_000);
  }
  if (options.wapbox === true) {
    boxes.push(bench.program('wapbox', [configuration], { cwd: folder }));
    await whenListening(pushPort, 'wapbox', 30_000);
  }
  const status = `http://127.0.0.1:${adminPort}/status.txt?password=${password}`;
  for (let tries = 0; !(await (await fetch(status)).text()).includes('(online'); tries += 1) {
    if (tries === 300) throw new BridgeError('conformance/peer-silent', `the modem is not online in Kannel: ${describe()}`);
    await systemClock.sleep(100);
  }
  const pushUrl = options.wapbox === true ? `http://127.0.0.1:${pushPort}/wappush?username=${user}&password=${password}` : null;
  const sendUrl =
    options.mobileOriginatedUrl === undefined ? null : `http://127.0.0.1:${sendPort}/cgi-bin/sendsms?username=${user}&password=${password}`;
  return { pushUrl, sendUrl, describe };
}

/** A push as a push initiator gives it to a push proxy gateway: PAP, in a multipart body. @see WAP-247-PAP 8 and 9.2 */
export function papRequest(push: {
  readonly to: string;
  /** What `to` is: a number, which goes by short message, or an address, which goes over UDP. */
  readonly type?: 'plmn' | 'ipv4';
  readonly contentType: string;
  readonly applicationId: string;
  readonly body: Uint8Array;
}): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
} {
  const boundary = 'wapbridge-boundary-of-parts';
  const control = `<?xml version="1.0"?>
<!DOCTYPE pap PUBLIC "-//WAPFORUM//DTD PAP 1.0//EN" "http://www.wapforum.org/DTD/pap_1.0.dtd">
<pap>
<push-message push-id="${systemClock.now()}@initiator.example.test">
<address address-value="wappush=${push.to}/type=${push.type ?? 'plmn'}@ppg.example.test"></address>
${qualityOfService(push.type ?? 'plmn')}
</push-message>
</pap>
`;
  const head = `--${boundary}\r\nContent-Type: application/xml\r\n\r\n${control}\r\n--${boundary}\r\nContent-Type: ${push.contentType}\r\nX-Wap-Application-Id: ${push.applicationId}\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/related; boundary=${boundary}; type="application/xml"` },
    body: Buffer.concat([Buffer.from(head, 'latin1'), push.body, Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')]),
  };
}

function qualityOfService(type: 'plmn' | 'ipv4'): string {
  const bearer = type === 'plmn' ? ' network-required="true" network="GSM" bearer-required="true" bearer="SMS"' : '';
  return `<quality-of-service delivery-method="unconfirmed"${bearer}></quality-of-service>`;
}
