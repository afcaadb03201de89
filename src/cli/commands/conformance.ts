import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Procedure } from '../../conformance/index.js';
import { BridgeError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { beside, glyphsOf } from '../present-message.js';
import { presentProgress, presentStatement } from '../present-statement.js';
import { version } from '../version.js';

/** `wapbridge conformance` */
export const conformanceCommand = defineCommand({
  command: 'conformance',
  describe: 'the static conformance statement, from tests it runs',
  examples: [
    ['$0 conformance', 'run every procedure whose programs are installed, and state what they showed'],
    ['$0 conformance --item DM-PUSH-C-004 --item DM-PUSH-S-004', 'the procedures of these items'],
    ['$0 conformance --html statement.html', 'the statement also as a page'],
    ['$0 conformance --markdown statement.md', 'the same in Markdown'],
    ['$0 conformance --own', 'without other programs: wapbridge meets itself'],
    ['$0 conformance --list', 'what would be run, and what it needs'],
  ],
  builder: (parser) =>
    parser
      .option('item', { type: 'string', array: true, requiresArg: true, describe: 'only this item; may be repeated' })
      .option('own', { type: 'boolean', default: false, describe: 'only what needs no other program' })
      .option('list', { type: 'boolean', default: false, describe: 'name the procedures and run none' })
      .option('markdown', {
        type: 'string',
        requiresArg: true,
        describe:
          'write the statement there too, in Markdown: between the comments `statement` and `end of statement` where the file has them',
      })
      .option('html', { type: 'string', requiresArg: true, describe: 'write the statement there too, as a page' }),
  run: async (options, io) => {
    const { output, errors, clock, environment } = io;
    const { allProcedures, pageWithStatement, runConformance, scrItems, statementHtml, statementMarkdown } = await import(
      '../../conformance/index.js'
    );
    const known = scrItems().map(({ id }) => String(id));
    for (const item of options.item ?? []) {
      if (!known.includes(item)) {
        throw new BridgeError('cli/usage', `there is no item ${item}`, { advice: `write one of ${known[0]} to ${known.at(-1)}` });
      }
    }
    const wanted = ({ item, peer }: Procedure): boolean =>
      (options.item === undefined || options.item.includes(item)) && !(options.own && peer !== null);
    if (options.list) {
      for (const { item, title, peer, needs } of allProcedures.filter(wanted)) {
        if (options.json) output.object({ event: 'procedure', item, title, peer, needs });
        else {
          const said = `${title}${needs.length === 0 ? '' : ` (${needs.join(', ')})`}`;
          for (const line of beside(output.terminal, `${item}  `, said)) output.line(line);
        }
      }
      return exitCodes.done;
    }
    const glyphs = glyphsOf(environment);
    // Before the procedures: what cannot be read is better told now than after them.
    const page = options.markdown === undefined ? '' : await pageAt(options.markdown);
    const statement = await runConformance({
      procedures: allProcedures,
      wanted,
      wapbridge: [process.execPath, fileURLToPath(new URL('../main.js', import.meta.url))],
      version: version(),
      environment,
      clock,
      signal: io.stopSignal(),
      onProgress: (procedure, evidence) => {
        if (options.json && evidence !== null) {
          output.object({ event: 'evidence', item: procedure.item, ...evidence });
          void output.flush();
        }
        if (!options.quiet && evidence === null) {
          errors.line(presentProgress(procedure, glyphs, errors.terminal));
          void errors.flush();
        }
      },
    });
    if (options.html !== undefined) await writePage(options.html, statementHtml(statement));
    if (options.markdown !== undefined) await writePage(options.markdown, pageWithStatement(page, statementMarkdown(statement)));
    const { items, ...facts } = statement;
    if (options.json) {
      for (const stated of items) output.object({ event: 'item', ...stated });
      const count = (support: string): number => items.filter((stated) => stated.support === support).length;
      output.object({
        event: 'statement',
        ...facts,
        supported: count('supported'),
        failed: count('failed'),
        notShown: count('not-shown'),
        notSupported: count('not-supported'),
      });
    } else output.text(`${presentStatement(statement, output.terminal, glyphs).join('\n')}\n`);
    return items.some(({ support }) => support === 'failed') ? exitCodes.fault : exitCodes.done;
  },
});

/** What stands in a page already; nothing where there is none. */
async function pageAt(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw noPage('the page that stands there cannot be read', cause);
  }
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page);
  } catch (cause) {
    throw noPage('the page cannot be written', cause);
  }
}

function noPage(what: string, cause: unknown): BridgeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BridgeError('cli/unwritable', `${what} (${reason})`, { cause, advice: 'name a file in a folder that is yours' });
}
