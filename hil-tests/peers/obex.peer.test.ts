import { obexProcedures } from '../../src/conformance/procedures/obex.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

const programs = { obexput: 'obexftp', obexftpd: 'obexftp', obex_test: 'openobex-apps', gcc: 'gcc', openssl: 'openssl' };

describePeer('OBEX with libopenobex, obexput, obexftpd and obex_test', programs, () => {
  for (const { item, title, run } of obexProcedures) {
    test(`${item}-O: ${title}`, { timeout: 180_000 }, ({ scene }) => run(scene));
  }
});
