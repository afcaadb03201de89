import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { profiles, type QuirkId, quirks } from './index.js';
import { notExpected, type PeerTask, peerTasks } from './peer-table.vectors.js';
import { type Cover, type NamedTest, type RankedQuirk, rankedQuirks } from './ranked-quirks.vectors.js';

const top = fileURLToPath(new URL('../..', import.meta.url));
const page = `${top}docs/quirks.md`;
const journeys = 'hil-tests/journeys/quirks.hil.test.ts';

/** A quirk has the journey that fails without it and passes with it. */
function testsOf({ covers, tests }: RankedQuirk): readonly NamedTest[] {
  const ofQuirks = covers.flatMap((cover): NamedTest[] =>
    cover.by === 'quirk' ? [[journeys, `${cover.quirk} and passes when it does`]] : [],
  );
  return [...ofQuirks, ...tests];
}

const profilesOf = (id: QuirkId): string =>
  profiles
    .filter((profile) => profile.quirks.includes(id))
    .map((profile) => `[${profile.id}](../firmware-notes/${profile.id}.md#${id})`)
    .join(', ');

function coverText(cover: Cover): string {
  if (cover.by === 'quirk') return `quirk \`${cover.quirk}\``;
  return cover.by === 'rule' ? cover.rule : `refused: ${cover.refusal} ([why](${cover.page.replace(/^docs\//, '')}))`;
}

function table(): string {
  const rows = rankedQuirks.map((ranked, place) => {
    const tests = testsOf(ranked).map(([file, name]) => `\`${file}\`: *${name.replaceAll('<', '\\<').replace('%s', '…')}*`);
    return `| ${place + 1} | ${ranked.what} | ${ranked.covers.map(coverText).join('; ')} | ${tests.join('<br>')} |`;
  });
  return ['| # | what happens | covered by | test |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function quirkList(): string {
  const rows = Object.entries(quirks).map(
    ([id, sentence]) => `| \`${id}\` | ${sentence.replaceAll('|', '\\|')} | ${profilesOf(id as QuirkId)} |`,
  );
  return ['| quirk | the modem | profiles |', '| --- | --- | --- |', ...rows].join('\n');
}

function peerTable(): string {
  const tasks = Object.keys(peerTasks) as PeerTask[];
  const rows = profiles.map(({ id }) => {
    const cells = tasks.map((task) => {
      const reason = notExpected[id]?.[task];
      return reason === undefined ? 'works' : `not expected: ${reason}`;
    });
    return `| ${id} | ${cells.join(' | ')} |`;
  });
  return [`| profile | ${tasks.join(' | ')} |`, `| --- |${' --- |'.repeat(tasks.length)}`, ...rows].join('\n');
}

const marked = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\\n\\n)[\\s\\S]*?(\\n\\n<!-- end -->)`);

test('docs/quirks.md shows the table of the 25 and the list of quirks as they are', () => {
  const text = readFileSync(page, 'utf8');
  const written = text
    .replace(marked('ranked'), (_, head: string, tail: string) => `${head}${table()}${tail}`)
    .replace(marked('peers'), (_, head: string, tail: string) => `${head}${peerTable()}${tail}`)
    .replace(marked('quirks'), (_, head: string, tail: string) => `${head}${quirkList()}${tail}`);
  // WRITE_DOCS=1 writes it anew.
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(page, written);
  else expect(text).toBe(written);
  for (const part of ['| 25 |', '| `unsolicited-on-another-port` |', '| plain-27005 |']) expect(written).toContain(part);
});

test('each of the 25 is covered and has tests, and every test named is there', () => {
  expect(rankedQuirks).toHaveLength(25);
  for (const ranked of rankedQuirks) {
    expect([ranked.what, ranked.covers.length > 0, testsOf(ranked).length > 0]).toEqual([ranked.what, true, true]);
    for (const [file, name] of ranked.tests) {
      const source = existsSync(`${top}${file}`) ? readFileSync(`${top}${file}`, 'utf8') : '';
      expect([file, name, source.includes(`'${name}'`)]).toEqual([file, name, true]);
    }
    for (const cover of ranked.covers) {
      if (cover.by !== 'refusal') continue;
      const [file = '', heading = ''] = cover.page.split('#');
      expect(readFileSync(`${top}${file}`, 'utf8').toLowerCase()).toContain(`## ${heading.replaceAll('-', ' ')}`);
    }
  }
});

test('every quirk has a profile that lists it and a journey that fails without it', () => {
  const source = readFileSync(`${top}${journeys}`, 'utf8');
  for (const id of Object.keys(quirks) as QuirkId[]) {
    expect([id, profilesOf(id) !== '', source.includes(`'${id}':`)]).toEqual([id, true, true]);
  }
  expect(source).toContain("'and passes when it does'");
  expect(source).toContain("'on such a modem the journey fails when the driver does not know of it'");
});

test('every profile has its page, whose headings are its quirks, and each heading says what, how, and how it is known', () => {
  const pages = readdirSync(`${top}firmware-notes`).filter((name) => name.endsWith('.md') && name !== 'README.md');
  expect(pages.sort()).toEqual(profiles.map(({ id }) => `${id}.md`).sort());
  const list = readFileSync(`${top}firmware-notes/README.md`, 'utf8');
  for (const profile of profiles) {
    const text = readFileSync(`${top}firmware-notes/${profile.id}.md`, 'utf8');
    const sections = text.split(/^## /m).slice(1);
    const headed = sections.map((section) => ({ heading: section.split('\n', 1)[0] ?? '', section }));
    const ofQuirks = headed.filter(({ heading }) => heading in quirks);
    expect(ofQuirks.map(({ heading }) => heading)).toEqual([...profile.quirks].sort());
    expect(headed.filter(({ heading }) => !(heading in quirks) && heading !== 'What needs no quirk').map(({ heading }) => heading)).toEqual(
      [],
    );
    for (const { heading, section } of ofQuirks) {
      expect([profile.id, heading, /\*\*Symptom\.\*\*[\s\S]*```\n[\s\S]*```[\s\S]*\*\*Workaround\.\*\*/.test(section)]).toEqual([
        profile.id,
        heading,
        true,
      ]);
      expect([profile.id, heading, /\*\*How it is known\.\*\* (?:reported: \S|assumed)/.test(section)]).toEqual([
        profile.id,
        heading,
        true,
      ]);
    }
    expect([profile.id, list.includes(`[${profile.id}.md](${profile.id}.md)`)]).toEqual([profile.id, true]);
    // Nobody has seen any of it on hardware here.
    expect(text.replaceAll('Nothing on this page has been observed on a bench', '')).not.toMatch(/observed|we saw|on our bench/i);
  }
});

test('every profile but the plain one is found by what its modem says, and by nothing that another says', () => {
  for (const { id, answers, pinCounter, silenceCommands, unsolicitedPortCommand, quirks: listed } of profiles) {
    expect([id, answers === undefined]).toEqual([id, id === 'plain-27005']);
    // A quirk whose workaround needs a command has it, and no command stands without its quirk.
    expect([id, pinCounter !== undefined]).toEqual([id, listed.includes('pin-counter-elsewhere')]);
    expect([id, silenceCommands !== undefined]).toEqual([id, listed.includes('floods-with-announcements')]);
    expect([id, unsolicitedPortCommand !== undefined]).toEqual([id, listed.includes('unsolicited-on-another-port')]);
  }
});
