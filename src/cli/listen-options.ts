import type { Route, SetLimits } from '../bridge/index.js';
import type { Config } from '../config/index.js';
import type { ModemRequest } from './listen-plan.js';

const secondMs = 1000;
const dayMs = 86_400_000;

/** The modems of a configuration. */
export function configuredModems(modems: Config['modems']): readonly ModemRequest[] {
  return (modems ?? []).map(({ name, port, profile, 'baud-rate': baudRate, reception, pin }) => ({
    address: port,
    name,
    profile,
    baudRate,
    reception,
    pin,
  }));
}

/** The routes of a configuration. */
export function routesOf(routes: Config['routes']): readonly Route[] {
  return routes ?? [];
}

/** How long sets may lack parts; what the configuration leaves out is as by default. */
export function limitsOf(limits: Config['limits'], defaults: SetLimits): SetLimits {
  const soft = limits?.['incomplete-after-s'];
  const hard = limits?.['expire-after-s'];
  const openSets = limits?.['open-sets'];
  return {
    softMs: soft === undefined ? defaults.softMs : soft * secondMs,
    hardMs: hard === undefined ? defaults.hardMs : hard * secondMs,
    ...(openSets === undefined ? {} : { openSets }),
  };
}

/** What the journal is to keep, and for how long it knows a part again. */
export function journalLimits(
  limits: Config['limits'],
  retention: { readonly settledForMs: number; readonly undeliveredForMs: number; readonly maximumOctets: number },
): { readonly duplicateWindowMs?: number; readonly retention: typeof retention } {
  const window = limits?.['duplicate-window-s'];
  const days = limits?.['keep-days'];
  const mebibytes = limits?.['keep-mib'];
  return {
    ...(window === undefined ? {} : { duplicateWindowMs: window * secondMs }),
    retention: {
      ...retention,
      ...(days === undefined ? {} : { settledForMs: days * dayMs }),
      ...(mebibytes === undefined ? {} : { maximumOctets: mebibytes * 1024 * 1024 }),
    },
  };
}
