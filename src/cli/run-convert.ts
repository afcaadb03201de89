import { writeFile } from 'node:fs/promises';
import { decodeWbxml, documentTypeOfRoot, encodeWbxml, formatXml, parseXml, syncMl12 } from '../dm/index.js';
import { BridgeError } from '../errors.js';
import { type Diagnostic, toHex } from '../octets/index.js';
import type { CommandIo } from './command.js';
import { fileLimits, isXml, wbxmlOctets } from './document-file.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { readWhole } from './read-whole.js';
import { escapeText } from './terminal.js';

export interface ConvertOptions {
  readonly file?: string | undefined;
  readonly to: 'xml' | 'wbxml';
  readonly out?: string | undefined;
  readonly 'string-table': boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Converts one document; what is odd about it is said on standard error. */
export async function runConvert(options: ConvertOptions, io: CommandIo): Promise<ExitCode> {
  const input = await readWhole(options.file ?? '-', io.stdin, fileLimits.documentOctets, () => {
    const message = `the document is longer than ${fileLimits.documentOctets} octets`;
    return new BridgeError('cli/input-too-long', message, { advice: 'convert it in pieces' });
  });
  const { octets, diagnostics } = convert(input, options);
  if (options.json) {
    // The bridge's door takes as long to load as all else here, and only this needs it.
    const { presentDiagnostics } = await import('../bridge/index.js');
    const shown = options.to === 'xml' ? { xml: Buffer.from(octets).toString('utf8') } : { wbxml: toHex(octets) };
    io.output.object({ ...shown, octets: octets.length, diagnostics: presentDiagnostics(diagnostics) });
  } else if (!options.quiet) {
    for (const { message } of diagnostics) io.errors.line(`wapbridge: note: ${escapeText(message)}`);
  }
  if (options.out !== undefined) await write(options.out, octets);
  else if (!options.json) {
    if (options.to === 'wbxml') io.output.line(toHex(octets));
    else io.output.text(Buffer.from(octets).toString('utf8'));
  }
  return exitCodes.done;
}

function convert(input: Uint8Array, options: ConvertOptions): { readonly octets: Uint8Array; readonly diagnostics: readonly Diagnostic[] } {
  const document = isXml(input)
    ? parseXml(input, { limits: fileLimits })
    : decodeWbxml(wbxmlOctets(input), { limits: fileLimits, fallbackType: syncMl12 });
  const { root, diagnostics } = document;
  if (options.to === 'wbxml') {
    const literals: Diagnostic[] = [];
    const onLiteral = (name: string): void => {
      const message = `${name} has no code in this kind of document and is written as a literal name, which a receiver may not know`;
      literals.push({ code: 'dm/literal-name', message, offset: null });
    };
    const type = 'doctype' in document ? documentTypeOfRoot(root, document) : document.type;
    const hints = { ...(type === undefined ? {} : { type }), opaqueData: isXml(input) };
    const octets = encodeWbxml(root, { stringTable: options['string-table'], onLiteral, ...hints });
    return { octets, diagnostics: [...diagnostics, ...literals] };
  }
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${formatXml(root, { indent: 2 })}\n`;
  return { octets: new TextEncoder().encode(xml), diagnostics };
}

async function write(file: string, octets: Uint8Array): Promise<void> {
  await writeFile(file, octets).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === '') throw cause;
    const permitted = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw new BridgeError(permitted ? 'cli/not-permitted' : 'cli/unwritable', `${file} cannot be written (${code})`, {
      cause,
      advice: 'name another file with --out',
    });
  });
}
