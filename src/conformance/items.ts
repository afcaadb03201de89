/** An item of the static conformance requirements, without the letter of its status. @see OMA-TS-DM_PushBinding-V1_3 Appendix B */
export type ItemId = `DM-PUSH-${'C' | 'S'}-00${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

/** One item as it stands in the table. */
export interface Item {
  readonly id: ItemId;
  readonly role: 'client' | 'server';
  readonly status: 'mandatory' | 'optional';
  /** What it asks for, in a few words. */
  readonly title: string;
  /** The clause that the item is about. */
  readonly clause: string;
  /** Items that must be shown too before this one counts. */
  readonly requires: readonly ItemId[];
  /** One of these must be shown, and this item is nothing beside them: the sum rule. Empty for all others. */
  readonly oneOf: readonly ItemId[];
  /** Why nothing shows it yet; null for what has procedures. */
  readonly missing: string | null;
}

const noSecurePush = 'not supported yet: there is no WTLS in this version';

function side(letter: 'C' | 'S'): readonly Item[] {
  const client = letter === 'C';
  const id = (number: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8): ItemId => `DM-PUSH-${letter}-00${number}`;
  const does = client ? 'receives' : 'sends';
  const optional = {
    role: client ? 'client' : 'server',
    status: 'optional',
    requires: [],
    oneOf: [],
    missing: null,
  } as const;
  return [
    {
      ...optional,
      id: id(1),
      status: 'mandatory',
      title: `${does} DM messages by one of the bindings`,
      clause: '5',
      oneOf: [id(2), id(3), id(4), id(5), id(6)],
    },
    { ...optional, id: id(2), title: `${does} by OTA-WSP, connectionless, port 2948`, clause: '5.1' },
    { ...optional, id: id(3), title: `${does} by OTA-WSP, connectionless and secure, port 2949`, clause: '5.1', missing: noSecurePush },
    { ...optional, id: id(4), title: `${does} by OTA-SIP`, clause: '5.2' },
    { ...optional, id: id(5), title: `${does} by OTA-HTTP`, clause: '5.3', requires: [id(7)] },
    { ...optional, id: id(6), title: `${does} by OBEX`, clause: '5.4', requires: [id(8)] },
    { ...optional, id: id(7), title: 'secures OTA-HTTP as the DM HTTP binding does', clause: '5.3' },
    { ...optional, id: id(8), title: 'authenticates OBEX', clause: '5.4' },
  ];
}

/** The sixteen items, those of the client first. */
export function scrItems(): readonly Item[] {
  return [...side('C'), ...side('S')];
}
