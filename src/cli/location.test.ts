import { expect, test } from 'vitest';
import { defaultConfigFile, stateFolderOf } from './location.js';

const nobody = (): string => {
  throw new TypeError('uv_os_homedir returned ENOENT');
};

test('the folders of the specification come first, then the home', () => {
  expect(defaultConfigFile({ XDG_CONFIG_HOME: '/c', HOME: '/h' })).toBe('/c/wapbridge/config.yaml');
  expect(defaultConfigFile({ HOME: '/h' })).toBe('/h/.config/wapbridge/config.yaml');
  expect(stateFolderOf({}, { XDG_STATE_HOME: '/s', HOME: '/h' })).toBe('/s/wapbridge');
  expect(stateFolderOf({}, { HOME: '/h' })).toBe('/h/.local/state/wapbridge');
  expect(stateFolderOf({ 'state-dir': '/named' }, {}, nobody)).toBe('/named');
});

test.each([{}, { HOME: '' }, { HOME: 'here' }, { XDG_STATE_HOME: 'relative', XDG_CONFIG_HOME: '' }])(
  'what is no whole path is passed over: %j',
  (environment) => {
    expect(defaultConfigFile(environment, () => '/known')).toBe('/known/.config/wapbridge/config.yaml');
    expect(stateFolderOf({}, environment, () => '/known')).toBe('/known/.local/state/wapbridge');
  },
);

test('a user without a home reads no configuration, and must name a state folder', () => {
  expect(defaultConfigFile({}, nobody)).toBeNull();
  expect(() => stateFolderOf({}, {}, nobody)).toThrow(expect.objectContaining({ code: 'cli/no-home' }));
});
