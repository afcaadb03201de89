import {
  provisioningStarts0,
  provisioningStarts1,
  provisioningTags0,
  provisioningTags1,
  provisioningValues0,
  provisioningValues1,
} from './provisioning-table.js';
import { devInf11Tags, devInf12Tags, dmDdf12Tags, metInf11Tags, metInf12Tags, syncMl11Tags, syncMl12Tags } from './syncml-table.js';
import {
  emailNotificationStarts,
  emailNotificationTags,
  emailNotificationValues,
  serviceIndicationStarts,
  serviceIndicationTags,
  serviceIndicationValues,
  serviceLoadingStarts,
  serviceLoadingTags,
  serviceLoadingValues,
} from './wap-table.js';

/** Element code points of one code page. */
export type TagPage = readonly (readonly [code: number, name: string])[];
/** Attribute starts of one code page: the attribute's name and how its value begins. */
export type AttributeStartPage = readonly (readonly [code: number, name: string, prefix: string])[];
/** Attribute values of one code page. */
export type AttributeValuePage = readonly (readonly [code: number, value: string])[];

/** What an attribute start token stands for. */
export interface AttributeStart {
  readonly code: number;
  readonly name: string;
  readonly prefix: string;
}

/** One code page of elements with its XML namespace. */
export interface TagSpace {
  readonly byCode: ReadonlyMap<number, string>;
  readonly byName: ReadonlyMap<string, number>;
  /** Null where the document type has no namespaces. */
  readonly namespace: string | null;
}

/** One code page of attributes. */
export interface AttributeSpace {
  readonly starts: ReadonlyMap<number, AttributeStart>;
  readonly values: ReadonlyMap<number, string>;
}

/** A kind of WBXML document, as data: how it is recognised and what its code points mean. */
export interface DocumentType {
  readonly id: string;
  /** Version of its definition, as VerDTD has it. */
  readonly version: string;
  readonly formalPublicIdentifier: string;
  /** Assigned number of the public identifier; null where the identifier travels as text. */
  readonly publicIdentifier: number | null;
  /** Name of the document element. */
  readonly root: string;
  readonly tags: ReadonlyMap<number, TagSpace>;
  /** Code page in force at the start of the body. */
  readonly attributes: ReadonlyMap<number, AttributeSpace>;
  /** SyncML: opaque data may hold a whole document; attributes, processing instructions and extensions do not occur. */
  readonly syncMl: boolean;
  /** Attributes whose opaque value is a date in binary coded decimal. @see WAP-167-ServiceInd 8.2.2 */
  readonly dateAttributes: readonly string[];
}

interface Definition {
  readonly id: string;
  readonly fpi: string;
  readonly number: number | null;
  readonly root: string;
  readonly pages: readonly (readonly [page: number, tags: TagPage, namespace: string | null])[];
  readonly attributes?: readonly (readonly [page: number, starts: AttributeStartPage, values: AttributeValuePage])[];
  readonly dates?: readonly string[];
}

function define(definition: Definition): DocumentType {
  const tags = new Map<number, TagSpace>();
  for (const [page, codes, namespace] of definition.pages) {
    tags.set(page, { byCode: new Map(codes), byName: new Map(codes.map(([code, name]) => [name, code])), namespace });
  }
  const attributes = new Map<number, AttributeSpace>();
  for (const [page, starts, values] of definition.attributes ?? []) {
    attributes.set(page, {
      starts: new Map(starts.map(([code, name, prefix]) => [code, { code, name, prefix }])),
      values: new Map(values),
    });
  }
  return {
    id: definition.id,
    version: definition.id.replace(/^.*-/, ''),
    formalPublicIdentifier: definition.fpi,
    publicIdentifier: definition.number,
    root: definition.root,
    tags,
    attributes,
    syncMl: definition.attributes === undefined,
    dateAttributes: definition.dates ?? [],
  };
}

const metInf = 'syncml:metinf';

/** SyncML 1.2: messages of DM 1.2 and DM 1.3. @see OMA-TS-SyncML_RepPro-V1_2 */
export const syncMl12 = define({
  id: 'syncml-1.2',
  fpi: '-//SYNCML//DTD SyncML 1.2//EN',
  number: 0x1201,
  root: 'SyncML',
  pages: [
    [0, syncMl12Tags, 'SYNCML:SYNCML1.2'],
    [1, metInf12Tags, metInf],
  ],
});

/** SyncML 1.1: messages of DM 1.1.2. */
export const syncMl11 = define({
  id: 'syncml-1.1',
  fpi: '-//SYNCML//DTD SyncML 1.1//EN',
  number: 0x0fd3,
  root: 'SyncML',
  pages: [
    [0, syncMl11Tags, 'SYNCML:SYNCML1.1'],
    [1, metInf11Tags, metInf],
  ],
});

const syncMl10 = define({
  id: 'syncml-1.0',
  fpi: '-//SYNCML//DTD SyncML 1.0//EN',
  number: 0x0fd1,
  root: 'SyncML',
  pages: [
    [0, syncMl11Tags, 'SYNCML:SYNCML1.0'],
    [1, metInf11Tags, metInf],
  ],
});

const metInf11 = define({
  id: 'metinf-1.1',
  fpi: '-//SYNCML//DTD MetInf 1.1//EN',
  number: null,
  root: 'MetInf',
  pages: [[1, metInf11Tags, metInf]],
});
const metInf12 = define({
  id: 'metinf-1.2',
  fpi: '-//SYNCML//DTD MetInf 1.2//EN',
  number: 0x1202,
  root: 'MetInf',
  pages: [[1, metInf12Tags, metInf]],
});

const devInf = 'syncml:devinf';
const devInf10 = define({
  id: 'devinf-1.0',
  fpi: '-//SYNCML//DTD DevInf 1.0//EN',
  number: 0x0fd2,
  root: 'DevInf',
  pages: [[0, devInf11Tags, devInf]],
});
const devInf11 = define({
  id: 'devinf-1.1',
  fpi: '-//SYNCML//DTD DevInf 1.1//EN',
  number: 0x0fd4,
  root: 'DevInf',
  pages: [[0, devInf11Tags, devInf]],
});
/** Device information 1.2. */
const devInf12 = define({
  id: 'devinf-1.2',
  fpi: '-//SYNCML//DTD DevInf 1.2//EN',
  number: 0x1203,
  root: 'DevInf',
  pages: [[0, devInf12Tags, devInf]],
});

/** A management tree description (TNDS, DDF). @see OMA-TS-DM_TND-V1_2_1 */
const dmDdf12 = define({
  id: 'dmddf-1.2',
  fpi: '-//OMA//DTD-DM-DDF 1.2//EN',
  number: null,
  root: 'MgmtTree',
  pages: [[2, dmDdf12Tags, 'syncml:dmddf1.2']],
});

/** OMA client provisioning. @see OMA-WAP-TS-ProvCont-V1_1 */
export const provisioning10 = define({
  id: 'provisioning-1.0',
  fpi: '-//WAPFORUM//DTD PROV 1.0//EN',
  number: 0x0b,
  root: 'wap-provisioningdoc',
  pages: [
    [0, provisioningTags0, null],
    [1, provisioningTags1, null],
  ],
  attributes: [
    [0, provisioningStarts0, provisioningValues0],
    [1, provisioningStarts1, provisioningValues1],
  ],
});

const serviceIndication = define({
  id: 'si-1.0',
  fpi: '-//WAPFORUM//DTD SI 1.0//EN',
  number: 0x05,
  root: 'si',
  pages: [[0, serviceIndicationTags, null]],
  attributes: [[0, serviceIndicationStarts, serviceIndicationValues]],
  dates: ['created', 'si-expires'],
});

const serviceLoading = define({
  id: 'sl-1.0',
  fpi: '-//WAPFORUM//DTD SL 1.0//EN',
  number: 0x06,
  root: 'sl',
  pages: [[0, serviceLoadingTags, null]],
  attributes: [[0, serviceLoadingStarts, serviceLoadingValues]],
});

const emailNotification = define({
  id: 'emn-1.0',
  fpi: '-//WAPFORUM//DTD EMN 1.0//EN',
  number: 0x0d,
  root: 'emn',
  pages: [[0, emailNotificationTags, null]],
  attributes: [[0, emailNotificationStarts, emailNotificationValues]],
  dates: ['timestamp'],
});

/** Every kind of WBXML document that is read. */
export const documentTypes: readonly DocumentType[] = [
  syncMl12,
  syncMl11,
  syncMl10,
  metInf12,
  metInf11,
  devInf12,
  devInf11,
  devInf10,
  dmDdf12,
  provisioning10,
  serviceIndication,
  serviceLoading,
  emailNotification,
];

/** The document type with this assigned number. */
export function documentTypeByNumber(publicIdentifier: number): DocumentType | undefined {
  return documentTypes.find((type) => type.publicIdentifier === publicIdentifier);
}

/** The document type with this formal public identifier, compared without regard to case. */
export function documentTypeByIdentifier(formalPublicIdentifier: string): DocumentType | undefined {
  const wanted = formalPublicIdentifier.toLowerCase();
  return documentTypes.find((type) => type.formalPublicIdentifier.toLowerCase() === wanted);
}
