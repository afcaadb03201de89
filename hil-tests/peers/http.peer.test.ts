import { httpProcedures } from '../../src/conformance/procedures/http.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

describePeer('OTA-HTTP with curl, openssl and nginx', { curl: 'curl', openssl: 'openssl', nginx: 'nginx-light' }, () => {
  for (const { item, title, run } of httpProcedures) {
    test(`${item}-O: ${title}`, ({ scene }) => run(scene));
  }
});
