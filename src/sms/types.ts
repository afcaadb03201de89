import type { Diagnostic } from '../octets/index.js';

/** Whether octets go from the service centre towards the modem's host, or the other way; the same type bits mean different TPDUs. */
export type Direction = 'from-modem' | 'to-modem';

/** An address field (TP-OA, TP-DA, TP-RA, service centre). @see 3GPP TS 23.040 9.1.2.5 */
export interface Address {
  /** The type-of-address octet as it stood. */
  readonly typeOfAddress: number;
  readonly typeOfNumber: number;
  readonly numberingPlan: number;
  /** For people: digits with `+` where the number is international, or the text of an alphanumeric address. */
  readonly text: string;
  /** The length octet of a TP address: useful semi-octets. Of a service centre address twice its value octets. */
  readonly lengthSemiOctets: number;
  /** Type-of-address octet and address value, raw: what keys compare. */
  readonly octets: Uint8Array;
}

/** One element of a user data header; unknown ones are kept and encode back unchanged. @see 3GPP TS 23.040 9.2.3.24 */
export interface InformationElement {
  readonly identifier: number;
  readonly octets: Uint8Array;
}

/** Application port addressing. @see 3GPP TS 23.040 9.2.3.24.3 and 9.2.3.24.4 */
export interface Ports {
  readonly destination: number;
  readonly source: number;
  readonly bits: 8 | 16;
}

/** @see 3GPP TS 23.040 9.2.3.24.1 and 9.2.3.24.8 */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** 1 to total. */
  readonly sequence: number;
  readonly bits: 8 | 16;
}

/** TP-UDH: its elements in wire order, and what the elements that count say. @see 3GPP TS 23.040 9.2.3.24 */
export interface UserDataHeader {
  readonly elements: readonly InformationElement[];
  /** Of the last port element that is well formed. */
  readonly ports: Ports | null;
  /** Of the last concatenation element that is well formed; null where its numbers contradict each other. */
  readonly concatenation: Concatenation | null;
}

/** What a part's user data is, by its data coding scheme. @see 3GPP TS 23.038 4 */
export type Alphabet = 'gsm-7-bit' | '8-bit' | 'ucs2' | 'reserved';

/** TP-VP in the form that the first octet's validity period format names. @see 3GPP TS 23.040 9.2.3.12 */
export type ValidityPeriod =
  | { readonly format: 'relative' /** The octet as it stands, see `relativeValidityMinutes`. */; readonly value: number }
  | { readonly format: 'absolute' | 'enhanced' /** Seven octets. */; readonly octets: Uint8Array };

/** TP-UDL and TP-UD. */
export interface UserDataFields {
  /** TP-UDL as it stands: septets for 7-bit text, octets otherwise; the header counts. */
  readonly userDataLength: number;
  readonly userDataHeader: UserDataHeader | null;
  /** What follows the header on the wire, 7-bit text packed as it stands with its fill bits. */
  readonly userData: Uint8Array;
}

/** What every TPDU has. */
interface AnyTpdu {
  /** The first octet as it stood; encoding takes its reserved bits from here and every other bit from the fields. */
  readonly firstOctet: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a service centre delivers. @see 3GPP TS 23.040 9.2.2.1 */
export interface SmsDeliver extends AnyTpdu, UserDataFields {
  readonly type: 'SMS-DELIVER';
  /** True where TP-MMS is 0. */
  readonly moreMessagesToSend: boolean;
  readonly loopPrevention: boolean;
  readonly statusReportIndication: boolean;
  readonly replyPath: boolean;
  readonly originatingAddress: Address;
  readonly protocolIdentifier: number;
  readonly dataCodingScheme: number;
  /** Seven octets as they stand, see `formatTimeStamp`. */
  readonly serviceCentreTimeStamp: Uint8Array;
}

/** What a host submits. @see 3GPP TS 23.040 9.2.2.2 */
export interface SmsSubmit extends AnyTpdu, UserDataFields {
  readonly type: 'SMS-SUBMIT';
  readonly rejectDuplicates: boolean;
  readonly statusReportRequest: boolean;
  readonly replyPath: boolean;
  readonly messageReference: number;
  readonly destinationAddress: Address;
  readonly protocolIdentifier: number;
  readonly dataCodingScheme: number;
  readonly validityPeriod: ValidityPeriod | null;
}

/** What became of a submitted message or command. @see 3GPP TS 23.040 9.2.2.3 */
export interface SmsStatusReport extends AnyTpdu, ReportParameters {
  readonly type: 'SMS-STATUS-REPORT';
  readonly moreMessagesToSend: boolean;
  readonly loopPrevention: boolean;
  /** What the report is of: TP-SRQ. */
  readonly qualifier: 'submit' | 'command';
  readonly messageReference: number;
  readonly recipientAddress: Address;
  readonly serviceCentreTimeStamp: Uint8Array;
  readonly dischargeTime: Uint8Array;
  readonly status: number;
}

/** What a parameter indicator announces; all of it null where a TPDU ends before it. @see 3GPP TS 23.040 9.2.3.27 */
export interface ReportParameters {
  /** TP-PI; null where a status report ends at TP-ST. */
  readonly parameterIndicator: number | null;
  /** Further octets of TP-PI, which its top bit announces. */
  readonly parameterIndicatorExtension: Uint8Array;
  readonly protocolIdentifier: number | null;
  readonly dataCodingScheme: number | null;
  readonly userDataLength: number | null;
  readonly userDataHeader: UserDataHeader | null;
  readonly userData: Uint8Array;
  /** What follows the parameters that are known, where reserved bits of TP-PI announce more. */
  readonly unknownParameters: Uint8Array;
}

/** A host's answer to an SMS-DELIVER: positive without a failure cause. @see 3GPP TS 23.040 9.2.2.1a */
export interface SmsDeliverReport extends AnyTpdu, ReportParameters {
  readonly type: 'SMS-DELIVER-REPORT';
  readonly failureCause: number | null;
  readonly parameterIndicator: number;
}

/** A service centre's answer to an SMS-SUBMIT: positive without a failure cause. @see 3GPP TS 23.040 9.2.2.2a */
export interface SmsSubmitReport extends AnyTpdu, ReportParameters {
  readonly type: 'SMS-SUBMIT-REPORT';
  readonly failureCause: number | null;
  readonly parameterIndicator: number;
  readonly serviceCentreTimeStamp: Uint8Array;
}

/** A command on a message submitted before. @see 3GPP TS 23.040 9.2.2.4 */
export interface SmsCommand extends AnyTpdu {
  readonly type: 'SMS-COMMAND';
  readonly statusReportRequest: boolean;
  readonly messageReference: number;
  readonly protocolIdentifier: number;
  readonly commandType: number;
  readonly messageNumber: number;
  readonly destinationAddress: Address;
  /** Present where the first octet announces one. */
  readonly userDataHeader: UserDataHeader | null;
  /** TP-CD after the header. */
  readonly commandData: Uint8Array;
}

/** Any TPDU, told apart by `type`. */
export type Tpdu = SmsDeliver | SmsSubmit | SmsStatusReport | SmsDeliverReport | SmsSubmitReport | SmsCommand;

/** A TPDU as modems show it in PDU mode: the service centre's address before it. @see 3GPP TS 27.005 3.1, `<pdu>` */
export interface PduMode {
  /** Null where the length octet is zero. */
  readonly serviceCentreAddress: Address | null;
  readonly tpdu: Tpdu;
  /** Octets of the TPDU alone: what `+CMGS=` counts. */
  readonly tpduOctets: number;
}

/** TP-UD by itself, beginning with its header, 8-bit data. */
export interface BareUserData extends UserDataFields {
  readonly type: 'user-data';
  readonly diagnostics: readonly Diagnostic[];
}

/** One SMS, seen as a piece of something larger: what reassembly and WDP need of a TPDU. */
export interface ShortMessagePart {
  /** Originating address (SMS-DELIVER) or destination address (SMS-SUBMIT). */
  readonly address: Address;
  readonly alphabet: Alphabet;
  readonly ports: Ports | null;
  readonly concatenation: Concatenation | null;
  /** User data after the user data header as it stands on the wire (7-bit text packed). */
  readonly octets: Uint8Array;
  /** TP-SCTS as it stands, seven octets; null where the TPDU has none. */
  readonly timeStamp: Uint8Array | null;
  /** What the part was read from; its text is decoded from here when somebody wants to see it. */
  readonly source: SmsDeliver | SmsSubmit | BareUserData;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a WDP datagram over SMS is once its parts are joined. @see WAP-259-WDP */
export interface WdpDatagram {
  readonly destinationPort: number;
  readonly sourcePort: number;
  readonly portBits: 8 | 16;
  readonly octets: Uint8Array;
}

/** The parts of one message in order of their sequence numbers, each with what the caller tied to it. */
export interface CompleteMessage<Tag> {
  readonly parts: readonly { readonly part: ShortMessagePart; readonly tag: Tag }[];
  /** Present where sequence 1 has ports and the user data is 8-bit. */
  readonly datagram: WdpDatagram | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What became of a part given to the reassembler. `single` has no concatenation element. `conflict` contradicts an open set and
 * has opened a new one, which is complete at once only where its total is 1 (then the outcome is `complete`).
 */
export type ReassemblyOutcome<Tag> =
  | { readonly state: 'single' | 'complete'; readonly message: CompleteMessage<Tag> }
  | {
      readonly state: 'pending' | 'conflict';
      readonly set: IncompleteSet<Tag>;
      /** Sets given up to stay within the bounds, oldest first: the caller moves them to dead letter. */
      readonly evicted: readonly IncompleteSet<Tag>[];
    }
  | { readonly state: 'duplicate'; readonly of: Tag };

/** A set of parts that is not whole yet. */
export interface IncompleteSet<Tag> {
  readonly concatenation: Omit<Concatenation, 'sequence'>;
  readonly address: Address;
  /** Whose message it is: the receiving IMSI or modem as given to the reassembler. */
  readonly receiver: string;
  /** Clock time of the first part that came, in milliseconds. */
  readonly since: number;
  /** In order of their sequence numbers. */
  readonly parts: readonly { readonly part: ShortMessagePart; readonly tag: Tag }[];
  /** Sequence numbers not seen yet, ascending. */
  readonly missing: readonly number[];
}
