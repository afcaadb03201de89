import { deliverTpdus } from '../../src/conformance/peers/service-centre.js';

export { deliverTpdu } from '../../src/conformance/peers/service-centre.js';

/** The parts of a DM push with this body, split into so many parts. @see WAP-230-WSP 8.2.4.1 */
export function dmPushParts(body: string, parts: number, options: { from: string; reference: number; second?: number }): string[] {
  return deliverTpdus(`010603C2AF87${body.toUpperCase()}`, parts, options);
}
