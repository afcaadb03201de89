import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../errors.js';
import type { PeerBench, PeerProgram } from './bench.js';
import { freePort } from './ports.js';

/** A request that SIPp sends, and what must come back. */
export interface SippRequest {
  readonly to: { readonly port: number };
  readonly transport: 'udp' | 'tcp';
  readonly method?: string;
  readonly uri: string;
  readonly contentType?: string;
  readonly body?: Uint8Array;
  readonly status: number;
  /** A header field of the answer, and what it must match. */
  readonly answerHolds?: { readonly header: string; readonly pattern: string };
  /** Proves itself when it is asked, by 401. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Other ways of writing what it says, for header fields that it adds. */
  readonly headers?: readonly string[];
}

/** Sends one request with SIPp. @throws BridgeError `conformance/peer-disagrees` where something else came back */
export async function sendWithSipp(bench: PeerBench, request: SippRequest): Promise<void> {
  const folder = bench.folder();
  const { to, transport, status, credentials } = request;
  writeFileSync(join(folder, 'body'), request.body ?? new Uint8Array(0));
  const file = join(folder, 'scenario.xml');
  writeFileSync(file, scenario(request));
  const proof =
    credentials === undefined ? [] : ['-au', credentials.user, '-ap', credentials.password, '-auth_uri', request.uri.replace(/^sip:/, '')];
  const program = bench.program(
    'sipp',
    [
      `127.0.0.1:${to.port}`,
      ...['-sf', file, '-m', '1', '-i', '127.0.0.1', '-p', String(await freePort()), '-t', transport === 'udp' ? 'u1' : 't1'],
      ...['-nostdin', '-timeout', '30s', '-timeout_error', '-trace_err', '-error_file', join(folder, 'errors'), ...proof],
    ],
    { cwd: folder },
  );
  const { code } = await program.exited;
  if (code === 0) return;
  throw new BridgeError(
    'conformance/peer-disagrees',
    `SIPp did not get what it waited for (${status}): ${textOf(join(folder, 'errors')).slice(0, 1000)}`,
  );
}

function scenario(request: SippRequest): string {
  const { method = 'MESSAGE', status, answerHolds, credentials } = request;
  const check =
    answerHolds === undefined
      ? ''
      : `<action><ereg regexp="${xml(answerHolds.pattern)}" search_in="hdr" header="${answerHolds.header}:" check_it="true" assign_to="1"/></action>`;
  // SIPp complains of a variable that is used once.
  const used = answerHolds === undefined ? '' : '<Reference variables="1"/>';
  const challenged = credentials === undefined ? '' : `<recv response="401" auth="true"/>\n${send(request, 2)}`;
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="${method}">
${send(request, 1)}
${challenged}
<recv response="${status}">${check}</recv>
${used}
</scenario>
`;
}

function send({ method = 'MESSAGE', uri, contentType, body, credentials, headers = [] }: SippRequest, sequence: number): string {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'Max-Forwards: 70',
    'From: <sip:dms@bench.invalid>;tag=[call_number]',
    `To: <${uri}>`,
    'Call-ID: [call_id]',
    `CSeq: ${sequence} ${method}`,
    'Accept-Contact: *;+g.oma.eventappid="syncml.dm";require;explicit',
    ...headers,
    ...(credentials !== undefined && sequence > 1
      ? [`[authentication username=${credentials.user} password=${credentials.password}]`]
      : []),
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
    'Content-Length: [len]',
  ];
  // A line end before the end of the section would count to the body.
  return `<send retrans="500"><![CDATA[\n\n${lines.join('\n')}\n\n${body === undefined ? '' : '[file name=body]'}]]></send>`;
}

/** What SIPp, as the user agent that is sent to, received of one message. */
export interface SippReceived {
  /** The whole request, as text. */
  readonly text: string;
  /** How often the request came before it was answered with 200, and after. */
  readonly before: number;
  readonly after: number;
}

/** SIPp as the user agent that a message is sent to. */
export interface SippAgent {
  readonly program: PeerProgram;
  /** Resolves when it has received one message, answered it, and listened for a while whether it comes again. */
  received(): Promise<SippReceived>;
}

/** Starts SIPp as a user agent that answers the message it gets with 200 after `silentMs`, and then listens on. */
export function startSippAgent(
  bench: PeerBench,
  { port, transport, silentMs }: { readonly port: number; readonly transport: 'udp' | 'tcp'; readonly silentMs: number },
): SippAgent {
  const folder = bench.folder();
  const file = join(folder, 'scenario.xml');
  const log = join(folder, 'messages');
  writeFileSync(
    file,
    `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="user agent">
<recv request="MESSAGE"/>
<pause milliseconds="${silentMs}"/>
<send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=sipp
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<pause milliseconds="5000"/>
</scenario>
`,
  );
  const program = bench.program(
    'sipp',
    [
      ...['-sf', file, '-m', '1', '-i', '127.0.0.1', '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1'],
      ...['-nostdin', '-timeout', '40s', '-trace_msg', '-message_file', log, '-message_overwrite', 'false'],
    ],
    { cwd: folder },
  );
  return {
    program,
    async received(): Promise<SippReceived> {
      await program.exited;
      const parts = textOf(log).split(/^-{20,}[^\n]*$/m);
      const isRequest = (part: string): boolean => /message received[\s\S]*^MESSAGE /m.test(part);
      const answeredAt = parts.findIndex((part) => /message sent[\s\S]*^SIP\/2\.0 200/m.test(part));
      const requests = parts.flatMap((part, index) => (isRequest(part) ? [{ part, index }] : []));
      return {
        text: requests[0]?.part.slice(requests[0].part.indexOf('MESSAGE ')) ?? '',
        before: requests.filter(({ index }) => answeredAt < 0 || index < answeredAt).length,
        after: requests.filter(({ index }) => answeredAt >= 0 && index > answeredAt).length,
      };
    },
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // SIPp writes it only when it has something to say.
    return '';
  }
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
