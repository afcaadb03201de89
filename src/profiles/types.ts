import type { QuirkId } from './quirks.js';

/** How one interface of a USB modem is found. @see the kernel's bInterfaceNumber */
export interface UsbInterface {
  readonly vendor: number;
  readonly product: number;
  /** The interface that speaks AT; null where no source says which. */
  readonly atInterface: number | null;
}

/** Where a modem tells how many tries its SIM leaves for the PIN. */
export interface PinCounter {
  readonly command: string;
  /** How the line begins that has the number. */
  readonly prefix: string;
  /** The place of the number behind the colon, counted from 0. */
  readonly field: number;
}

/** What is known of a family of modems, as data: how to find it, what it says of itself, where its firmware deviates. */
export interface ModemProfile {
  readonly id: string;
  readonly usb: readonly UsbInterface[];
  /** Patterns that the answers to +CGMI, +CGMM and +CGMR must match, each as far as it is given. */
  readonly answers?: { readonly manufacturer?: RegExp; readonly model?: RegExp; readonly firmware?: RegExp };
  readonly quirks: readonly QuirkId[];
  /** Commands to be sent once after identification; a refusal of one is no failure. */
  readonly initCommands?: readonly string[];
  /** What ends a flood of announcements; for the quirk `floods-with-announcements`. */
  readonly silenceCommands?: readonly string[];
  /** What brings unsolicited lines to the port in use; for the quirk `unsolicited-on-another-port`. */
  readonly unsolicitedPortCommand?: string;
  /** For the quirk `pin-counter-elsewhere`. */
  readonly pinCounter?: PinCounter;
  /** What restarts a modem that answers and cannot be set up; without one it is never reset. */
  readonly resetCommand?: string;
  /** Memories in the order they are preferred. */
  readonly memories?: readonly string[];
  /** Whether messages come by +CMT with acknowledgement or by +CMTI from a memory, where the modem can do both. */
  readonly reception?: 'direct' | 'stored';
}
