import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SerialPort } from 'serialport';
import { huaweiProtocolRoles, type InterfaceRole, type KnownUsbDevice, knownUsbDevices } from '../profiles/index.js';

/** One serial port of a USB device. */
export interface DiscoveredPort {
  /** The device as the kernel names it now, such as `/dev/ttyUSB2`. */
  readonly device: string;
  /** A link that stays when the number changes, where udev made one. */
  readonly stablePath: string | null;
  readonly interfaceNumber: number | null;
  readonly role: InterfaceRole | null;
}

/** A USB device with serial ports. */
export interface DiscoveredModem {
  /** Vendor and product as four hex digits each. */
  readonly usbId: string;
  /** What the table of ids says of it; null for a device that is not in it, which is never opened unless it is named. */
  readonly known: { readonly kind: KnownUsbDevice['kind']; readonly model: string } | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly serialNumber: string | null;
  /** Where it is plugged in, such as `1-1.2`; null where only the port list knows it. */
  readonly usbPath: string | null;
  /** Its folder in sysfs; null where only the port list knows it. */
  readonly sysfsFolder: string | null;
  readonly ports: readonly DiscoveredPort[];
  /** The port to open: of a known modem only, by its stable path where there is one. */
  readonly atPort: string | null;
}

/** What a list of serial ports says, as far as it is used. */
interface ListedPort {
  readonly path: string;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly pnpId?: string | undefined;
}

export interface DiscoverOptions {
  readonly sysfsRoot?: string;
  readonly devRoot?: string;
  /** The system's list of ports; it needs udevadm, and where that is missing sysfs alone is read. */
  readonly listPorts?: () => Promise<readonly ListedPort[]>;
}

interface FoundPort {
  readonly device: string;
  readonly usbPath: string | null;
  readonly sysfsFolder: string | null;
  readonly usbId: string;
  readonly interfaceNumber: number | null;
  readonly interfaceClass: string | null;
  readonly interfaceSubClass: string | null;
  readonly interfaceProtocol: string | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly serialNumber: string | null;
}

const mostLevels = 6;
const huaweiVendor = '12d1';

/** Finds the USB modems that are plugged in, without opening anything. Works where no udev runs. @see sysfs-bus-usb */
export async function discoverModems({
  sysfsRoot = '/sys',
  devRoot = '/dev',
  listPorts = SerialPort.list,
}: DiscoverOptions = {}): Promise<readonly DiscoveredModem[]> {
  const found = await portsOfSysfs(sysfsRoot, devRoot);
  // Where sysfs is hidden, as in some containers, the list may still know a port.
  const listed = await listPorts().catch(() => []);
  for (const port of listed) {
    if (found.some(({ device }) => device === port.path)) continue;
    const extra = portOfList(port);
    if (extra !== null) found.push(extra);
  }
  const links = await stableLinks(devRoot);
  const groups = new Map<string, FoundPort[]>();
  for (const port of found) {
    const key = port.usbPath ?? `${port.usbId} ${port.serialNumber ?? port.device}`;
    groups.set(key, [...(groups.get(key) ?? []), port]);
  }
  return [...groups.entries()]
    .sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))
    .flatMap(([, ports]) => describe(ports, links));
}

function describe(ports: readonly FoundPort[], links: ReadonlyMap<string, string>): readonly DiscoveredModem[] {
  const [first] = ports;
  if (first === undefined) return [];
  const known = knownUsbDevices.find(({ id }) => id === first.usbId) ?? null;
  const described = ports
    .map((port) => ({
      device: port.device,
      stablePath: links.get(port.device) ?? null,
      interfaceNumber: port.interfaceNumber,
      role: roleOf(port, known),
    }))
    .sort((left, right) => (left.interfaceNumber ?? 0) - (right.interfaceNumber ?? 0));
  const chosen =
    known?.kind === 'modem'
      ? (described.find(({ role }) => role === 'at') ?? described.find(({ role }) => role === 'at2') ?? onlyCandidate(described))
      : undefined;
  return [
    {
      usbId: first.usbId,
      known: known === null ? null : { kind: known.kind, model: known.model },
      manufacturer: first.manufacturer,
      product: first.product,
      serialNumber: first.serialNumber,
      usbPath: first.usbPath,
      sysfsFolder: first.sysfsFolder,
      ports: described,
      atPort: chosen === undefined ? null : (chosen.stablePath ?? chosen.device),
    },
  ];
}

/** Of a known modem whose interfaces no source describes, the port that remains when there is but one. */
function onlyCandidate(ports: readonly DiscoveredPort[]): DiscoveredPort | undefined {
  const candidates = ports.filter(({ role }) => role === null || role === 'ppp');
  return candidates.length === 1 ? candidates[0] : undefined;
}

function roleOf(port: FoundPort, known: KnownUsbDevice | null): InterfaceRole | null {
  const listed = port.interfaceNumber === null ? undefined : known?.roles[port.interfaceNumber];
  if (listed !== undefined) return listed;
  const speaksByProtocol =
    port.usbId.startsWith(huaweiVendor) && port.interfaceClass === 'ff' && ['01', '02', '03', '06'].includes(port.interfaceSubClass ?? '');
  return speaksByProtocol ? (huaweiProtocolRoles[port.interfaceProtocol ?? ''] ?? null) : null;
}

async function portsOfSysfs(sysfsRoot: string, devRoot: string): Promise<FoundPort[]> {
  const folder = join(sysfsRoot, 'class/tty');
  const names = await readdir(folder).catch(() => []);
  const ports: FoundPort[] = [];
  for (const name of names) {
    const start = await realpath(join(folder, name, 'device')).catch(() => null);
    if (start === null) continue;
    const usbInterface = await climb(start, 'bInterfaceNumber');
    const usbDevice = usbInterface === null ? null : await climb(dirname(usbInterface), 'idVendor');
    if (usbInterface === null || usbDevice === null) continue;
    const number = Number.parseInt((await word(usbInterface, 'bInterfaceNumber')) ?? '', 16);
    ports.push({
      device: join(devRoot, name),
      usbPath: basename(usbDevice),
      sysfsFolder: usbDevice,
      usbId: `${await word(usbDevice, 'idVendor')}:${await word(usbDevice, 'idProduct')}`.toLowerCase(),
      interfaceNumber: Number.isInteger(number) ? number : null,
      interfaceClass: await word(usbInterface, 'bInterfaceClass'),
      interfaceSubClass: await word(usbInterface, 'bInterfaceSubClass'),
      interfaceProtocol: await word(usbInterface, 'bInterfaceProtocol'),
      manufacturer: await word(usbDevice, 'manufacturer'),
      product: await word(usbDevice, 'product'),
      serialNumber: await word(usbDevice, 'serial'),
    });
  }
  return ports;
}

function portOfList(port: ListedPort): FoundPort | null {
  if (!/^[0-9a-f]{4}$/i.test(port.vendorId ?? '') || !/^[0-9a-f]{4}$/i.test(port.productId ?? '')) return null;
  const number = /-if([0-9a-f]{2})(?:-|$)/i.exec(port.pnpId ?? '')?.[1];
  return {
    device: port.path,
    usbPath: null,
    sysfsFolder: null,
    usbId: `${port.vendorId}:${port.productId}`.toLowerCase(),
    interfaceNumber: number === undefined ? null : Number.parseInt(number, 16),
    interfaceClass: null,
    interfaceSubClass: null,
    interfaceProtocol: null,
    manufacturer: port.manufacturer ?? null,
    product: null,
    serialNumber: port.serialNumber ?? null,
  };
}

/** The nearest folder upwards that has a file of this name. */
async function climb(from: string, file: string): Promise<string | null> {
  let folder = from;
  for (let level = 0; level < mostLevels && folder !== dirname(folder); level += 1) {
    if ((await word(folder, file)) !== null) return folder;
    folder = dirname(folder);
  }
  return null;
}

async function word(folder: string, file: string): Promise<string | null> {
  const text = await readFile(join(folder, file), 'latin1').catch(() => null);
  return text === null ? null : text.trim();
}

/** Stable links by the device they point to; those by name go before those by place. */
async function stableLinks(devRoot: string): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>();
  for (const kind of ['by-id', 'by-path']) {
    const folder = join(devRoot, 'serial', kind);
    for (const name of (await readdir(folder).catch(() => [])).sort()) {
      const target = await readlink(join(folder, name)).catch(() => null);
      if (target === null) continue;
      const device = resolve(folder, target);
      if (!links.has(device)) links.set(device, join(folder, name));
    }
  }
  return links;
}
