import { findProfile, type ModemProfile, matchProfile } from '../profiles/index.js';
import { ask, attempt, type SetUpTools } from './set-up.js';
import type { ModemIdentity } from './types.js';

/**
 * Asks the modem who it is, and finds the profile that fits; a profile that is named counts for what it says.
 * @throws TimeoutError, PortClosedError, `signal.reason`
 */
export async function identify(
  tools: SetUpTools,
  named: string | ModemProfile | undefined,
): Promise<{ readonly identity: ModemIdentity; readonly profile: ModemProfile }> {
  const manufacturer = await ask(tools, 'AT+CGMI');
  const model = await ask(tools, 'AT+CGMM');
  const firmware = await ask(tools, 'AT+CGMR');
  const imei = await ask(tools, 'AT+CGSN');
  if (manufacturer === null && model === null && firmware === null && (await attempt(tools, 'AT+WAPBRIDGE?')) !== null) {
    tools.tell?.('says-ok-to-everything', 'it says OK to a command that does not exist, and nothing of itself: this may be the wrong port');
  }
  const profile = (typeof named === 'string' ? findProfile(named) : named) ?? matchProfile({ manufacturer, model, firmware });
  return {
    identity: { manufacturer, model, firmware, imei: imei?.replace(/\D.*$/, '') || null, imsi: null, profile: profile.id },
    profile,
  };
}
