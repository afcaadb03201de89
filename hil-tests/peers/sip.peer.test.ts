import { sipProcedures } from '../../src/conformance/procedures/sip.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

describePeer('SIP with Kamailio and SIPp', { kamailio: 'kamailio', sipp: 'sip-tester', openssl: 'openssl' }, () => {
  for (const { item, title, run } of sipProcedures) {
    test(`${item}-O: ${title}`, ({ scene }) => run(scene));
  }
});
