import { expect, test } from 'vitest';
import { type Routable, type Route, sinksFor } from './routes.js';

const dm: Routable = {
  verdict: 'dm-application',
  from: '+15550000002',
  modem: 'a',
  contentType: { code: 0x42, name: 'application/vnd.syncml.dm+wbxml' },
  applicationId: { code: 7, uri: 'x-wap-application:syncml.dm' },
};
const notification: Routable = { ...dm, verdict: 'dm-notification', contentType: { code: 0x44, name: null } };
const mms: Routable = {
  ...dm,
  verdict: 'other-application',
  contentType: { code: 0x3e, name: 'application/vnd.wap.mms-message' },
  applicationId: { code: 4, uri: 'x-wap-application:mms.ua' },
};
const plain: Routable = { ...dm, verdict: 'not-push', contentType: null, applicationId: null };
const none = new Set<string>();

test('without a configuration every message goes to standard output', () => {
  for (const message of [dm, notification, mms, plain]) expect(sinksFor(message, [], none)).toEqual(['stdout']);
});

test('a DM message goes to the DM application whatever the routes say', () => {
  const away: readonly Route[] = [{ when: {}, to: ['elsewhere'] }];
  expect(sinksFor(dm, away, new Set(['dm-application', 'elsewhere']))).toEqual(['elsewhere', 'dm-application']);
  expect(sinksFor(dm, away, new Set(['elsewhere']))).toEqual(['elsewhere', 'stdout']);
  expect(sinksFor(mms, away, new Set(['dm-application', 'elsewhere']))).toEqual(['elsewhere']);
});

test('a DM notification goes to the DM application unless it has a sink of its own', () => {
  expect(sinksFor(notification, [], new Set(['dm-application']))).toEqual(['stdout', 'dm-application']);
  expect(sinksFor(notification, [], new Set(['dm-application', 'dm-notification']))).toEqual(['stdout', 'dm-notification']);
});

test('the first route counts whose conditions all hold', () => {
  const routes: readonly Route[] = [
    {
      when: { verdict: 'other-application', 'content-type': ['application/vnd.wap.*', 0x10], from: '+1555*', modem: ['a', 'b'] },
      to: ['mms'],
    },
    { when: { verdict: ['other-application', 'not-push'] }, to: ['rest', 'rest'] },
  ];
  expect(sinksFor(mms, routes, none)).toEqual(['mms']);
  for (const other of [
    { from: '+44' },
    { modem: 'c' },
    { from: null },
    { contentType: { code: 0x03, name: 'text/plain' } },
    { contentType: null },
  ])
    expect(sinksFor({ ...mms, ...other }, routes, none)).toEqual(['rest']);
  expect(sinksFor(plain, routes, none)).toEqual(['rest']);
});

test('a route finds a content type and an application id by number and by name', () => {
  const by = (when: Route['when']): readonly string[] => sinksFor(mms, [{ when, to: ['x'] }], none);
  expect(by({ 'content-type': 0x3e })).toEqual(['x']);
  expect(by({ 'content-type': 'Application/vnd.wap.MMS-message' })).toEqual(['x']);
  expect(by({ 'application-id': 4 })).toEqual(['x']);
  expect(by({ 'application-id': ['x-wap-application:wml.ua', 'x-wap-application:MMS.ua'] })).toEqual(['x']);
  expect(by({ 'application-id': 7 })).toEqual(['stdout']);
  expect(by({ 'content-type': 'application/vnd.wap' })).toEqual(['stdout']);
});

test('an empty list of sinks keeps a message in the inbox only', () => {
  expect(sinksFor(plain, [{ when: {}, to: [] }], none)).toEqual([]);
});
