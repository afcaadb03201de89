import type { Annotate, Diagnostic } from '../octets/index.js';

/** A parameter or header value as people and programs read it; the octets stand beside it. */
export type WspValue = string | number | readonly string[];

/** A parameter of a content type. @see WAP-230-WSP 8.4.2.4 */
export interface Parameter {
  /** Assigned or sent name; `0x2A` for a token without a name. */
  readonly name: string;
  /** Token number; null where the name was sent as text and has no assigned number. */
  readonly token: number | null;
  readonly value: WspValue;
  /** Token or name and value, raw. */
  readonly octets: Uint8Array;
  /** True where the value is not one the parameter may have (or the parameter is not known): only the octets say what was sent. */
  readonly raw?: boolean;
}

/** @see WAP-230-WSP 8.4.2.24 */
export interface ContentType {
  /** Assigned number, also where the type was sent as text; null where the text has no number. */
  readonly code: number | null;
  /** MIME name without parameters; null for a number without a name. */
  readonly name: string | null;
  readonly parameters: readonly Parameter[];
  /** The whole value, raw. */
  readonly octets: Uint8Array;
  /** Octets from the start of the outermost input; absent in bindings where the type is a line of text. */
  readonly offset?: number | null;
}

/** One header field of a push. @see WAP-230-WSP 8.4.2.6 */
export interface HeaderField {
  /** Assigned or sent name; `0x7C` for a number without a name, `page 3: 0x02` on other code pages. */
  readonly name: string;
  /** Field number; null for a name sent as text that has no number. */
  readonly code: number | null;
  readonly page: number;
  readonly value: WspValue;
  /** Field name and value, raw. */
  readonly octets: Uint8Array;
  /** Octets from the start of the outermost input; absent in bindings where a header is a line of text. */
  readonly offset?: number | null;
  /** True where the field is not known or its value is not one it may have: only the octets say what was sent. */
  readonly raw?: boolean;
}

/** Whom the push is for; the default where no header says so is 0x02, the WML user agent. @see WAP-249-PPGService 6.1.2.1 */
export interface ApplicationId {
  /** Assigned number, also where the id was sent as text; null where the text has no number. */
  readonly code: number | null;
  readonly uri: string | null;
  readonly present: boolean;
}

/** A connectionless push PDU. @see WAP-230-WSP 8.2.4.1 */
export interface WspPush {
  readonly transactionId: number;
  /** 0x06, or 0x07 (confirmed push, kept with a diagnostic). */
  readonly pduType: number;
  /** Octets of content type and headers together. */
  readonly headersLength: number;
  readonly contentType: ContentType;
  readonly applicationId: ApplicationId;
  /** Where in {@link headers} the application id stands; null where none was sent. */
  readonly applicationIdHeader?: number | null;
  /** In the order sent, code page shifts left out; the application id among them. */
  readonly headers: readonly HeaderField[];
  readonly body: Uint8Array;
  readonly diagnostics: readonly Diagnostic[];
}

export interface DecodePushOptions {
  readonly annotate?: Annotate | undefined;
  /** Offset of the PDU's first octet from the start of the outermost input. */
  readonly baseOffset?: number;
}
