import { expect, journey, test } from 'wapbridge/hil';

const body = new TextEncoder().encode('<SyncML><SyncHdr/><SyncBody><Final/></SyncBody></SyncML>');

journey(
  'a DM push from SIM A reaches the DM application at SIM B',
  { modems: 2, features: ['sms-mo', 'sms-mt'], messages: 1 },
  async ({ bench }) => {
    const receipt = await bench.modem('a').send({ to: 'b', type: 'dm+xml', body });
    expect(receipt.outcome).toBe('sent');
    await expect(bench).toReceivePush({ verdict: 'dm-application', at: 'b', from: 'a', body, within: '60s' });
  },
);

test('nothing comes where nothing was sent', async ({ bench }) => {
  await expect(expect(bench).toReceivePush({ within: '100ms' })).rejects.toThrow(/in vain/);
});
