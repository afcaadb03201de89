import type { Procedure } from '../types.js';
import { httpProcedures } from './http.js';
import { obexProcedures } from './obex.js';
import { ownProcedures } from './own.js';
import { sipProcedures } from './sip.js';
import { wspProcedures } from './wsp.js';

/** All procedures, in the order in which they are run: what needs the one port of an OBEX server stands apart, since that is not free at once. */
export const allProcedures: readonly Procedure[] = [
  ...wspProcedures,
  ...sipProcedures,
  ...httpProcedures,
  ...obexProcedures,
  ...ownProcedures,
];
