// Documents that take as much as 64 KiB can: nesting, number, expansion, table, length and embedding, each at its limit and past it.

const head = [0x02, 0xa4, 0x01, 0x6a, 0x00];
const whole = 64 * 1024;
const repeat = (octets, times) => Array.from({ length: times }, () => octets).flat();
const multiByte = (value) => [0x80 | (value >> 14), 0x80 | ((value >> 7) & 0x7f), value & 0x7f];
const filled = (before, piece, after, total = whole) => {
  const times = Math.floor((total - before.length - after.length) / piece.length);
  return [...before, ...repeat(piece, times), ...after];
};
const tabled = (table) => [0x02, 0xa4, 0x01, 0x6a, ...multiByte(table.length), ...table];
const text = (count, octet = 0x61) => [...repeat([octet], count), 0];

/** Name and octets of each. */
export function bombs() {
  const nested = (depth) => [...head, ...repeat([0x6d], depth), ...repeat([0x01], depth)];
  const wide = (count) => [...head, 0x6d, ...repeat([0x12], count - 1), 0x01];
  const expanding = (uses) => [...tabled(text(4095)), 0x6d, ...repeat([0x83, 0x00], uses), 0x01];
  const inside = (octets) => [...head, 0x4f, 0xc3, ...multiByte(octets.length), ...octets, 0x01];
  const innermost = filled([...head, 0x6d], [0x12], [0x01], 9_000);
  const names = (count) =>
    Array.from({ length: count }, (_, index) => [...Buffer.from(`a${index.toString(36).padStart(3, '0')}`), 0]).flat();
  const references = (token, count) => Array.from({ length: count }, (_, index) => [token, ...multiByte(5 * index)]).flat();
  const attributes = (count) => [
    ...[0x02, 0x05, 0x6a, ...multiByte(5 * count), ...names(count)],
    ...[0x85, ...references(0x04, Math.floor((whole - 5 * count - 20) / 4)), 0x01],
  ];
  const literals = (count) => [
    ...[0x02, 0xa4, 0x01, 0x6a, ...multiByte(5 * count), ...names(count)],
    ...[0x6d, ...references(0x04, Math.floor((whole - 5 * count - 20) / 4)), 0x01],
  ];
  const made = [
    ['depth 64', nested(64)],
    ['depth 65', nested(65)],
    ['nested as deep as 64 KiB go', [...head, ...repeat([0x6d], whole - 5)]],
    ['10,000 elements', wide(10_000)],
    ['10,001 elements', wide(10_001)],
    ['elements as many as 64 KiB hold', wide(whole - 7)],
    ['text of 64 KiB', [...head, 0x6d, 0x03, ...text(whole - 9), 0x01]],
    ['document of 64 KiB and one octet', [...head, 0x6d, 0x03, ...text(whole - 8), 0x01]],
    ['table string of 4,095 used 256 times', expanding(256)],
    ['table string of 4,095 used 257 times', expanding(257)],
    ['table of 60,000 used 3,000 times', [...tabled(text(59_000)), 0x6d, ...repeat([0x83, 0x00], 3_000), 0x01]],
    [
      'every index of one table string',
      [
        ...tabled(text(1000)),
        0x6d,
        ...Array.from({ length: 1000 }, (_, at) => [0x83, ...(at < 128 ? [at] : [0x80 | (at >> 7), at & 0x7f])]).flat(),
        0x01,
      ],
    ],
    ['a text a piece, three octets each', filled([...head, 0x6d], [0x03, 0x61, 0x00], [0x01])],
    ['elements with a text each', filled([...head, 0x6d], [0x4f, 0x03, 0x61, 0x00, 0x01], [0x01])],
    ['entities', filled([...head, 0x6d], [0x02, 0x61], [0x01])],
    ['opaque data of one octet each', filled([...head, 0x6d], [0xc3, 0x01, 0x00], [0x01])],
    ['opaque text of one octet each', filled([...head, 0x6d], [0xc3, 0x01, 0x61], [0x01])],
    ['opaque octets that are no text', filled([...head, 0x6d], [0xc3, 0x01, 0xff], [0x01])],
    ['page switches', filled([...head, 0x6d], [0x00, 0x01], [0x01])],
    ['documents two deep', inside(inside(innermost))],
    ['documents three deep', inside(inside(inside(innermost)))],
    ['small documents side by side', filled([...head, 0x6d], [0x4f, 0xc3, 0x06, ...head, 0x2d, 0x01], [0x01])],
    ['broken documents side by side', filled([...head, 0x6d], [0x4f, 0xc3, 0x06, ...head, 0x3e, 0x01], [0x01])],
    [
      'small documents with a note each',
      filled([...head, 0x6d], [0x4f, 0xc3, 0x07, 0x02, 0xa4, 0x01, 0x6a, 0x01, 0x61, 0x2d, 0x01], [0x01]),
    ],
    ['attributes as many as 64 KiB hold', attributes(7_600)],
    ['elements with two attributes each', filled([0x02, 0x05, 0x6a, 0x00, 0x45], [0x86, 0x0b, 0x86, 0x11, 0x03, 0x61, 0x00, 0x01], [0x01])],
    ['literal names as many as 64 KiB hold', literals(9_000)],
    ['length of 4 GiB', [...head, 0x6d, 0xc3, 0x8f, 0xff, 0xff, 0xff, 0x7f]],
    ['table of 4 GiB', [0x02, 0xa4, 0x01, 0x6a, 0x8f, 0xff, 0xff, 0xff, 0x7f]],
    ['three octets a character', [...head, 0x6d, 0x03, ...repeat([0xe2, 0x82, 0xac], 21_000), 0x00, 0x01]],
  ];
  return made.map(([name, octets]) => ({ name, octets: Uint8Array.from(octets) }));
}

/** The same in XML: as many elements, texts, attributes, namespaces, references and marks as 64 KiB hold. */
export function xmlBombs() {
  const fill = (before, piece, after) => before + piece.repeat(Math.floor((whole - before.length - after.length) / piece.length)) + after;
  const numbered = (count, make) => Array.from({ length: count }, (_, index) => make(index.toString(36))).join('');
  const made = {
    'elements in XML': fill('<a>', '<b/>', '</a>'),
    'elements with a text each in XML': fill('<a>', '<b>x</b>', '</a>'),
    'attributes in XML': `<a ${numbered(7_000, (number) => `a${number}="" `)}/>`,
    'attributes of a namespace in XML': `<a xmlns:p="q" ${numbered(6_000, (number) => `p:a${number}="" `)}/>`,
    'namespaces in XML': `<a ${numbered(4_000, (number) => `xmlns:n${number}="u" `)}/>`,
    'a namespace looked up 60 levels above': `${numbered(60, (number) => `<a xmlns:x${number}="u">`)}${'<x0:b/>'.repeat(8_900)}${'</a>'.repeat(60)}`,
    'character references in XML': fill('<a>', '&#65;', '</a>'),
    'CDATA sections': fill('<a>', '<![CDATA[x]]>', '</a>'),
    'marks of base64': fill('<a>', '<?wapbridge base64?>/w==', '</a>'),
    'line feeds behind a mark': fill('<a><?wapbridge crlf?>', '\n', '</a>'),
    'entities of its own': fill('<!DOCTYPE a [', '<!ENTITY a "b">', ']><a/>'),
    'nested as deep as 64 KiB go in XML': fill('', '<a>', ''),
    'a name of 64 KiB': fill('<', 'a', '/>'),
  };
  return Object.entries(made).map(([name, text]) => ({ name, octets: new TextEncoder().encode(text) }));
}
