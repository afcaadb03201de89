import { z } from 'zod';
import { secretReference } from './secret.js';

/** What a modem and its SIM can do; journeys ask for these by name. */
export const benchFeatures = [
  'sms-mo',
  'sms-mt',
  'direct-delivery',
  'stored-delivery',
  'status-reports',
  'lte-only',
  'unplug',
  'reset',
] as const;

/** One of {@link benchFeatures}. */
export type BenchFeature = (typeof benchFeatures)[number];

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'a name is up to 64 letters, digits, dots, hyphens and underscores',
});
const words = (what: string) => z.array(z.string().min(1).max(4096)).min(1).max(64).describe(what);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day is HH:MM, in quotes' });
const digits = (what: string, least: number, most: number) =>
  z
    .union([z.string().regex(new RegExp(`^\\d{${least},${most}}[0-9Ff]?$`)), secretReference], {
      error: `write ${least} to ${most} digits in quotes, or { environment: NAME } or { file: PATH }`,
    })
    .describe(what)
    .optional();

const modem = z
  .strictObject({
    name: name.describe('What journeys and reports call it'),
    virtual: z.boolean().describe('Played by the virtual bench').optional(),
    port: z
      .string()
      .max(4096)
      .regex(/^(?:[^:]*\/.+|tcp:\/\/[^\s/]+:\d{1,5}|unix:.+)$/, { error: 'a port is a path, tcp://HOST:PORT or unix:PATH' })
      .describe('Path of a device (best one of /dev/serial/by-path) or of a link, from the current folder; tcp://HOST:PORT; unix:PATH')
      .optional(),
    'usb-serial': z.string().min(1).max(256).describe('Serial number of the USB device').optional(),
    imei: digits('The modem itself, wherever it is plugged in', 14, 16),
    profile: z.string().min(1).max(64).describe('Id of the modem profile; found out where none is named').optional(),
    'baud-rate': z.number().int().min(300).max(4_000_000).optional(),
    features: z.array(z.enum(benchFeatures)).max(benchFeatures.length).describe('What it can do'),
    'hub-switch': z
      .strictObject({ off: words('Command that takes the power from its USB socket'), on: words('Command that gives it back') })
      .describe('How it is unplugged by a program')
      .optional(),
  })
  .describe('One modem');

const sim = z
  .strictObject({
    label: name.describe('What reports call it; never its number'),
    in: name.describe('The modem it is in now'),
    iccid: digits("The card's serial number, to be compared with what the modem reads", 18, 20),
    number: secretReference.describe('Its number').optional(),
    pin: secretReference.describe('Its PIN').optional(),
  })
  .describe('One SIM');

/** The whole bench file. */
export const benchSchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe('What reports call the bench'),
    'virtual-bench': z
      .strictObject({
        transport: z.enum(['pty', 'tcp']).describe('What stands between bridge and modem').optional(),
        profile: z.string().min(1).max(64).describe('Firmware to play').optional(),
        seed: z.number().int().min(0).max(4_294_967_295).describe('Seed of everything left to chance').optional(),
      })
      .describe('How virtual modems are played')
      .optional(),
    modems: z.array(modem).min(1).max(64).describe('The modems that are plugged in'),
    sims: z.array(sim).max(64).describe('The SIMs, and where they are').optional(),
    allow: z.array(name).max(64).describe('SIMs that may be sent to, by label').optional(),
    budget: z
      .strictObject({
        messages: z.number().int().min(0).max(100_000).describe('Most short messages that a run may send over the air'),
        'per-sim': z.number().int().min(0).max(100_000).describe('Most that any one SIM may send').optional(),
      })
      .nullable()
      .describe('Null on a virtual bench, where nothing goes over the air')
      .optional(),
    'quiet-hours': z
      .array(z.strictObject({ from: timeOfDay, to: timeOfDay }))
      .max(8)
      .describe('Local times in which nothing is sent')
      .optional(),
  })
  .describe('A test bench: modems, SIMs, and what may be done with them');

/** What a bench file says. */
export type BenchDescription = z.output<typeof benchSchema>;

/** The published JSON schema of bench files. */
export function benchJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'wapbridge bench', ...z.toJSONSchema(benchSchema, { io: 'input', unrepresentable: 'throw' }) };
}
