import { codeTable } from '../octets/index.js';

/** Ports that WAP uses. @see IANA Service Name and Transport Protocol Port Number Registry; WAP-259-WDP */
export const wapPorts = codeTable('WAP ports of the IANA registry (as shipped with Wireshark 4.0.17)', [
  [2805, 'wta-wsp-s'],
  [2923, 'wta-wsp-wtp-s'],
  [2948, 'wap-push'],
  [2949, 'wap-pushsecure'],
  [4035, 'wap-push-http'],
  [4036, 'wap-push-https'],
  [9200, 'wap-wsp'],
  [9201, 'wap-wsp-wtp'],
  [9202, 'wap-wsp-s'],
  [9203, 'wap-wsp-wtp-s'],
  [9204, 'wap-vcard'],
  [9205, 'wap-vcal'],
  [9206, 'wap-vcard-s'],
  [9207, 'wap-vcal-s'],
]);

/** Destination port of connectionless, non-secure push. @see WAP-235-PushOTA */
export const pushPort = 2948;

/** Destination port of connectionless push under WTLS. @see WAP-235-PushOTA */
export const securePushPort = 2949;
