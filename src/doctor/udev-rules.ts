import { huaweiProtocolRoles, type KnownUsbDevice, knownUsbDevices } from '../profiles/index.js';

const huaweiVendor = '12d1';

/** Products of each vendor, in order, as udev takes alternatives. */
function byVendor(devices: readonly KnownUsbDevice[]): readonly (readonly [vendor: string, products: string])[] {
  const vendors = new Map<string, string[]>();
  for (const { id } of devices) {
    const [vendor = '', product = ''] = id.split(':');
    vendors.set(vendor, [...(vendors.get(vendor) ?? []), product]);
  }
  return [...vendors.entries()].sort().map(([vendor, products]) => [vendor, products.sort().join('|')]);
}

/** The interface that speaks AT, as discovery chooses it; null where no source says which. */
function atInterface({ roles }: KnownUsbDevice): number | null {
  const numbers = Object.keys(roles).map(Number);
  return numbers.find((number) => roles[number] === 'at') ?? numbers.find((number) => roles[number] === 'at2') ?? null;
}

/** The udev rules for every modem whose USB id is known: stable names, group, peace from ModemManager, no autosuspend. */
export function formatUdevRules(devices: readonly KnownUsbDevice[] = knownUsbDevices): string {
  const modems = devices.filter(({ kind }) => kind === 'modem');
  const numbers = [...new Set(modems.map(atInterface).filter((number) => number !== null))].sort((left, right) => left - right);
  const declared = byVendor(modems).map(
    ([vendor, products]) => `ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${products}", ENV{WAPBRIDGE_MODEM}="1"`,
  );
  const ports = byVendor(modems).map(
    ([vendor, products]) => `ENV{ID_VENDOR_ID}=="${vendor}", ENV{ID_MODEL_ID}=="${products}", ENV{WAPBRIDGE_PORT}="1"`,
  );
  const speaking = numbers.flatMap((number) =>
    byVendor(modems.filter((modem) => atInterface(modem) === number)).map(
      ([vendor, products]) =>
        `ENV{ID_VENDOR_ID}=="${vendor}", ENV{ID_MODEL_ID}=="${products}", ENV{ID_USB_INTERFACE_NUM}=="${hex(number)}", ENV{WAPBRIDGE_AT}="1"`,
    ),
  );
  const protocols = Object.entries(huaweiProtocolRoles)
    .filter(([, role]) => role === 'at')
    .map(([protocol]) => protocol)
    .sort()
    .join('|');
  return `# Stable names, permissions and peace for modems. Made from the profiles by npm run docs; do not edit.
# Install, check, undo: docs/bench-setup.md.
#
# A modem that is not listed is declared by properties, in a file of your own that sorts before this one:
#   WAPBRIDGE_MODEM=1 on its USB device, WAPBRIDGE_PORT=1 on each of its ttys, WAPBRIDGE_AT=1 on the tty that speaks AT.
# The file sorts after 60-serial.rules, which sets ID_PATH_TAG and ID_USB_INTERFACE_NUM, and before 80-mm-candidate.rules.
# Properties are made anew at every event, so the rules act on all of them but removal.

ACTION=="remove", GOTO="wapbridge_end"
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="wapbridge_device"
SUBSYSTEM=="tty", SUBSYSTEMS=="usb", GOTO="wapbridge_port"
GOTO="wapbridge_end"

LABEL="wapbridge_device"
${declared.join('\n')}
ENV{WAPBRIDGE_MODEM}!="1", GOTO="wapbridge_end"
# ModemManager leaves the whole device alone: two programs on one modem fight over +CNMI and +CPMS even on different ports.
ENV{ID_MM_DEVICE_IGNORE}="1"
# A modem that is put to sleep by the bus loses unsolicited lines.
ACTION=="add", TEST=="power/control", ATTR{power/control}="on"
ACTION=="add", TEST=="power/autosuspend_delay_ms", ATTR{power/autosuspend_delay_ms}="-1"
GOTO="wapbridge_end"

LABEL="wapbridge_port"
${ports.join('\n')}
ENV{WAPBRIDGE_PORT}!="1", ENV{WAPBRIDGE_AT}!="1", GOTO="wapbridge_end"
${speaking.join('\n')}
# Huawei names functions by the protocol of the interface; all three must be of one parent, the interface.
ENV{ID_VENDOR_ID}=="${huaweiVendor}", ATTRS{bInterfaceClass}=="ff", ATTRS{bInterfaceSubClass}=="01|02|03|06", ATTRS{bInterfaceProtocol}=="${protocols}", ENV{WAPBRIDGE_AT}="1"
GROUP="dialout", MODE="0660"
# Named after socket and interface: two modems of a model often have no serial number to tell them apart.
SYMLINK+="wapbridge/port-$env{ID_PATH_TAG}"
# Services see the port as a device unit; it is theirs to wait for it.
ENV{WAPBRIDGE_AT}=="1", SYMLINK+="wapbridge/modem-$env{ID_PATH_TAG}", TAG+="systemd"

LABEL="wapbridge_end"
`;
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}
