import { describe, expect, test } from 'vitest';
import { DecodeError, fromHex, toHex } from '../octets/index.js';
import { decodePush } from './index.js';
import { badPushVectors, pushVectors } from './push.vectors.js';

describe('decodePush', () => {
  test.each(pushVectors)('reads $id: $title', (vector) => {
    const push = decodePush(fromHex(vector.hex));
    expect({
      transactionId: push.transactionId,
      pduType: push.pduType,
      headersLength: push.headersLength,
      contentTypeCode: push.contentType.code,
      contentType: push.contentType.name,
      applicationId: push.applicationId.code,
      parameters: push.contentType.parameters.map(({ name, value }) => [name, value]),
      headers: push.headers.filter((_, index) => index !== push.applicationIdHeader).map(({ name, value }) => [name, value]),
      body: toHex(push.body),
      diagnostics: push.diagnostics.map(({ code }) => code),
    }).toEqual({
      transactionId: vector.transactionId,
      pduType: vector.pduType,
      headersLength: vector.headersLength,
      contentTypeCode: vector.contentTypeCode,
      contentType: vector.contentType,
      applicationId: vector.applicationId,
      parameters: vector.parameters ?? [],
      headers: vector.headers ?? [],
      body: vector.body,
      diagnostics: vector.diagnostics,
    });
  });

  test.each(badPushVectors)('refuses $id: $title', (vector) => {
    const refused = (): unknown => decodePush(fromHex(vector.hex), { baseOffset: 100 });
    expect(refused).toThrow(DecodeError);
    expect(refused).toThrow(expect.objectContaining({ code: vector.code, field: vector.field, offset: 100 + vector.offset }));
  });
});
