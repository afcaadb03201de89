import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discoverModems } from './discovery.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wapbridge-sysfs-'));
  mkdirSync(join(root, 'sys/class/tty'), { recursive: true });
  mkdirSync(join(root, 'dev/serial/by-id'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const none = async () => [];
const discover = (listPorts: () => Promise<readonly { path: string; vendorId?: string; productId?: string; pnpId?: string }[]> = none) =>
  discoverModems({ sysfsRoot: join(root, 'sys'), devRoot: join(root, 'dev'), listPorts });

function write(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), `${text}\n`);
}

/** A USB device as the kernel shows it; ttyUSB ports lie one folder below their interface, ttyACM ports have it as their device. */
function plug(place: string, id: string, ports: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): void {
  const device = join(root, 'sys/devices/pci0/usb1', place);
  const [idVendor = '', idProduct = ''] = id.split(':');
  write(device, { idVendor, idProduct, manufacturer: 'Maker', product: 'Stick', serial: `S${place}` });
  for (const [tty, number] of Object.entries(ports)) {
    const usbInterface = join(device, `${place}:1.${Number.parseInt(number, 16)}`);
    write(usbInterface, { bInterfaceNumber: number, ...more });
    const port = tty.startsWith('ttyUSB') ? join(usbInterface, tty) : usbInterface;
    mkdirSync(join(port, 'tty', tty), { recursive: true });
    mkdirSync(join(root, 'sys/class/tty', tty), { recursive: true });
    symlinkSync(port, join(root, 'sys/class/tty', tty, 'device'));
  }
}

test('the AT port of a known modem is found by its interface number, not by its tty number', async () => {
  plug('1-1', '2c7c:0125', { ttyUSB5: '02', ttyUSB7: '00', ttyUSB6: '01', ttyUSB4: '03' });
  symlinkSync('../../ttyUSB5', join(root, 'dev/serial/by-id/usb-Quectel-if02-port0'));
  const [modem, ...others] = await discover();
  expect(others).toEqual([]);
  expect(modem).toMatchObject({
    usbId: '2c7c:0125',
    known: { kind: 'modem' },
    serialNumber: 'S1-1',
    usbPath: '1-1',
    atPort: join(root, 'dev/serial/by-id/usb-Quectel-if02-port0'),
  });
  expect(modem?.ports.map(({ device, role }) => [device, role])).toEqual([
    [join(root, 'dev/ttyUSB7'), 'diag'],
    [join(root, 'dev/ttyUSB6'), 'nmea'],
    [join(root, 'dev/ttyUSB5'), 'at'],
    [join(root, 'dev/ttyUSB4'), 'at2'],
  ]);
});

test('a Huawei interface is known by its protocol', async () => {
  plug('1-2', '12d1:1506', { ttyUSB1: '01' }, { bInterfaceClass: 'ff', bInterfaceSubClass: '02', bInterfaceProtocol: '02' });
  expect((await discover())[0]).toMatchObject({ atPort: join(root, 'dev/ttyUSB1'), ports: [{ role: 'at', interfaceNumber: 1 }] });
});

test('an unknown device, a bridge and a GNSS receiver are shown and not chosen', async () => {
  plug('1-3', 'dead:beef', { ttyACM0: '00' });
  plug('1-4', '1a86:7523', { ttyUSB0: '00' });
  plug('1-5', '1546:01a8', { ttyACM1: '00' });
  expect((await discover()).map(({ known, atPort }) => [known?.kind ?? null, atPort])).toEqual([
    [null, null],
    ['bridge', null],
    ['no-modem', null],
  ]);
});

test('two equal sticks are two modems', async () => {
  plug('1-6', '1e0e:9001', { ttyUSB0: '02' });
  plug('1-7', '1e0e:9001', { ttyUSB1: '02' });
  expect((await discover()).map(({ atPort }) => atPort)).toEqual([join(root, 'dev/ttyUSB0'), join(root, 'dev/ttyUSB1')]);
});

test('a port that only the list of the system knows is taken from there, and a list that fails is no failure', async () => {
  const list = async () => [
    { path: '/dev/ttyUSB9', vendorId: '2c7c', productId: '0125', pnpId: 'usb-Quectel_EC25-if02-port0' },
    { path: '/dev/ttyS0' },
  ];
  expect(await discover(list)).toMatchObject([{ usbId: '2c7c:0125', atPort: '/dev/ttyUSB9' }]);
  expect(await discover(() => Promise.reject(new RangeError('no udevadm')))).toEqual([]);
});
