import { addressFromHere, type SecretReference } from '../config/index.js';
import { BridgeError } from '../errors.js';

/** A modem as somebody asked for it: by an address, and perhaps with a name and more from the configuration. */
export interface ModemRequest {
  readonly address: string;
  readonly name?: string | undefined;
  readonly profile?: string | undefined;
  readonly baudRate?: number | undefined;
  /** How it is to receive; `auto` and nothing leave it to the profile and to what the modem offers. */
  readonly reception?: 'auto' | 'direct' | 'stored' | undefined;
  /** Where the PIN of its SIM stands. */
  readonly pin?: SecretReference | undefined;
}

/** A modem with the name that events give it. */
export interface NamedModem extends ModemRequest {
  readonly name: string;
}

/**
 * The modems that are asked for: those of the command line, else those of the configuration, else whatever is plugged in.
 * @throws BridgeError `cli/bad-modem` for an address that cannot be one, `cli/modem-named-twice`
 */
export function requestedModems(asked: readonly string[] | undefined, configured: readonly ModemRequest[]): readonly ModemRequest[] {
  const requests =
    asked !== undefined ? asked.map((address) => known(address, configured)) : configured.length > 0 ? configured : [{ address: 'auto' }];
  const modems = requests.map((request) => ({ ...request, address: addressFromHere(request.address) }));
  const seen = new Set<string>();
  for (const { address } of modems) {
    if (!/^(?:auto|virtual|\/.*|tcp:\/\/[^\s/]+:\d{1,5}|unix:.+|trace:.+)$/.test(address)) {
      throw new BridgeError('cli/bad-modem', `${JSON.stringify(address)} names no modem`, {
        advice: 'write auto, virtual, a device path (one in this folder as ./NAME), tcp://HOST:PORT, unix:PATH or trace:FILE',
      });
    }
    if (seen.has(address)) {
      throw new BridgeError('cli/modem-named-twice', `the modem ${address} is named twice`, { advice: 'name each modem once' });
    }
    seen.add(address);
  }
  return modems;
}

/** What the configuration says of a modem that the command line names by its address or its name. */
function known(word: string, configured: readonly ModemRequest[]): ModemRequest {
  const path = addressFromHere(word);
  return configured.find(({ name, address }) => name === word || addressFromHere(address) === path) ?? { address: word };
}

/** The modems to be driven, and whether the virtual bench is among them. */
export interface FoundModems {
  readonly modems: readonly NamedModem[];
  readonly virtual: boolean;
  /** The virtual bench stands in for modems that were looked for and not found. */
  readonly fellBack: boolean;
}

/**
 * Looks for modems where `auto` asks for it.
 * @throws BridgeError `cli/no-modem` where there is none and nothing may stand in
 */
export async function findModems(
  requests: readonly ModemRequest[],
  options: { readonly orVirtual: boolean; readonly discover: () => Promise<readonly string[]> },
): Promise<FoundModems> {
  const named = requests.filter(({ address }) => address !== 'auto' && address !== 'virtual');
  const wanted = requests.some(({ address }) => address === 'auto') ? await options.discover() : [];
  const plugged = wanted.filter((port) => named.every(({ address }) => address !== port)).map((address) => ({ address }));
  const virtual = requests.some(({ address }) => address === 'virtual');
  const modems = nameModems([...named, ...plugged]);
  if (modems.length > 0 || virtual) return { modems, virtual, fellBack: false };
  if (options.orVirtual) return { modems, virtual: true, fellBack: true };
  throw new BridgeError('cli/no-modem', 'no known modem is plugged in', {
    advice: 'name its port with --modem /dev/ttyUSB2, or try without one: --modem virtual',
  });
}

/** Gives every modem a name of its own, made from its address where it has none. */
export function nameModems(requests: readonly ModemRequest[]): readonly NamedModem[] {
  const taken = new Set(requests.flatMap(({ name }) => (name === undefined ? [] : [name])));
  return requests.map((request) => {
    if (request.name !== undefined) return { ...request, name: request.name };
    const base = shortName(request.address);
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
    taken.add(name);
    return { ...request, name };
  });
}

function shortName(address: string): string {
  const text = address.startsWith('tcp://') ? address.slice('tcp://'.length) : address.slice(address.lastIndexOf('/') + 1);
  return text === '' ? address : text;
}
