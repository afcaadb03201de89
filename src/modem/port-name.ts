import { longestSocketPath } from '../runtime/index.js';
import { PortError } from './errors.js';

/** A port as `--modem` names it. */
export type PortName =
  | { readonly kind: 'device'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  /** A recording that is played back. */
  | { readonly kind: 'trace'; readonly path: string };

/**
 * Reads `tcp://HOST:PORT`, `unix:PATH`, `trace:FILE` or a device path.
 * @throws PortError `modem/bad-port-name`
 */
export function parsePortName(name: string): PortName {
  const bad = (why: string): PortError =>
    new PortError('modem/bad-port-name', `${JSON.stringify(name)} names no port: ${why}`, {
      advice: 'give a device path, tcp://HOST:PORT, unix:PATH or trace:FILE',
    });
  if (name.startsWith('tcp:')) {
    const match = /^tcp:\/\/(\[[0-9A-Fa-f:.%]+\]|[^/:[\]\s]+):(\d{1,5})\/?$/.exec(name);
    const port = Number(match?.[2]);
    const host = match?.[1]?.replace(/^\[|\]$/g, '');
    if (host === undefined || port < 1 || port > 65_535) throw bad('it should read tcp://HOST:PORT');
    return { kind: 'tcp', host, port };
  }
  if (name.startsWith('unix:')) {
    const path = name.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '') throw bad('the path is missing');
    if (Buffer.byteLength(path) > longestSocketPath) throw bad(`a path of a socket has ${longestSocketPath} octets at most`);
    return { kind: 'unix', path };
  }
  if (name.startsWith('trace:')) {
    const path = name.slice('trace:'.length);
    if (path === '') throw bad('the file is missing');
    return { kind: 'trace', path };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) throw bad('its scheme is not known');
  if (name === '' || name.includes('\0')) throw bad('it is no path');
  return { kind: 'device', path: name };
}
