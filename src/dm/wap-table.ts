import type { AttributeStartPage, AttributeValuePage, TagPage } from './document-type.js';

/** Code points of service indication, service loading and e-mail notification. Facts: every value was decoded with wbxml2xml 0.11.8. */

/** Service indication: elements. */
export const serviceIndicationTags: TagPage = [
  [0x05, 'si'],
  [0x06, 'indication'],
  [0x07, 'info'],
  [0x08, 'item'],
];

/** Service indication: attribute starts. */
export const serviceIndicationStarts: AttributeStartPage = [
  [0x05, 'action', 'signal-none'],
  [0x06, 'action', 'signal-low'],
  [0x07, 'action', 'signal-medium'],
  [0x08, 'action', 'signal-high'],
  [0x09, 'action', 'delete'],
  [0x0a, 'created', ''],
  [0x0b, 'href', ''],
  [0x0c, 'href', 'http://'],
  [0x0d, 'href', 'http://www.'],
  [0x0e, 'href', 'https://'],
  [0x0f, 'href', 'https://www.'],
  [0x10, 'si-expires', ''],
  [0x11, 'si-id', ''],
  [0x12, 'class', ''],
];

/** Service indication: attribute values. */
export const serviceIndicationValues: AttributeValuePage = [
  [0x85, '.com/'],
  [0x86, '.edu/'],
  [0x87, '.net/'],
  [0x88, '.org/'],
];

/** Service loading: elements. */
export const serviceLoadingTags: TagPage = [[0x05, 'sl']];

/** Service loading: attribute starts. */
export const serviceLoadingStarts: AttributeStartPage = [
  [0x05, 'action', 'execute-low'],
  [0x06, 'action', 'execute-high'],
  [0x07, 'action', 'cache'],
  [0x08, 'href', ''],
  [0x09, 'href', 'http://'],
  [0x0a, 'href', 'http://www.'],
  [0x0b, 'href', 'https://'],
  [0x0c, 'href', 'https://www.'],
];

/** Service loading: attribute values. */
export const serviceLoadingValues: AttributeValuePage = [
  [0x85, '.com/'],
  [0x86, '.edu/'],
  [0x87, '.net/'],
  [0x88, '.org/'],
];

/** E-mail notification: elements. */
export const emailNotificationTags: TagPage = [[0x05, 'emn']];

/** E-mail notification: attribute starts. */
export const emailNotificationStarts: AttributeStartPage = [
  [0x05, 'timestamp', ''],
  [0x06, 'mailbox', ''],
  [0x07, 'mailbox', 'mailat:'],
  [0x08, 'mailbox', 'pop://'],
  [0x09, 'mailbox', 'imap://'],
  [0x0a, 'mailbox', 'http://'],
  [0x0b, 'mailbox', 'http://www.'],
  [0x0c, 'mailbox', 'https://'],
  [0x0d, 'mailbox', 'https://www.'],
];

/** E-mail notification: attribute values. */
export const emailNotificationValues: AttributeValuePage = [
  [0x85, '.com'],
  [0x86, '.edu'],
  [0x87, '.net'],
  [0x88, '.org'],
];
