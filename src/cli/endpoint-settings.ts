import type { EndpointSettings } from '../bridge/index.js';
import type { CommandIo } from './command.js';

/** What listeners and senders without a modem need, as the configuration has it; `directory` is the state folder. */
export function endpointSettingsOf({ configuration, environment, clock, random }: CommandIo, directory: string): EndpointSettings {
  const { endpoints, sending } = configuration?.content ?? {};
  return { ...endpoints, allow: sending?.allow ?? [], directory, environment, clock, random };
}
