/** A program of other people that drives modems. */
export type Peer = 'gammu' | 'gammu-smsd' | 'kannel';

/** What a peer is asked to do with a modem of a profile. */
export const peerTasks = {
  'gammu: identify': 'gammu',
  'gammu: list': 'gammu',
  'gammu-smsd: receive two parts, send two parts': 'gammu-smsd',
  'Kannel: receive two parts, send two parts': 'kannel',
} as const satisfies Readonly<Record<string, Peer>>;

export type PeerTask = keyof typeof peerTasks;

const flood = 'it does not end the flood of announcements before the virtual modem restarts for it';
const listing = 'it waits for +CMGL without end';
const circuit = 'it does not ask for circuit (+CGSMS), without which this modem sends nothing';

/** Where a peer cannot be expected to work with a profile, and why: it lacks the workaround that the profile's quirk needs. */
export const notExpected: Readonly<Record<string, Partial<Readonly<Record<PeerTask, string>>>>> = {
  'huawei-me909': { 'gammu: identify': flood, 'gammu: list': flood, 'gammu-smsd: receive two parts, send two parts': flood },
  'huawei-e-series': { 'gammu: identify': flood, 'gammu: list': flood, 'gammu-smsd: receive two parts, send two parts': flood },
  'zte-mf': { 'gammu: identify': flood, 'gammu: list': flood, 'gammu-smsd: receive two parts, send two parts': flood },
  'simcom-lte': {
    'gammu-smsd: receive two parts, send two parts': circuit,
    'Kannel: receive two parts, send two parts': circuit,
  },
  'quectel-lte': { 'Kannel: receive two parts, send two parts': 'it waits for +CMT, which goes to another port of this modem' },
  cinterion: {
    'gammu-smsd: receive two parts, send two parts':
      'it waits for +CMMS at its start and for minutes, which this virtual modem leaves unanswered (assumed)',
  },
  'mediatek-phone': { 'gammu: list': listing, 'gammu-smsd: receive two parts, send two parts': listing },
};
