/** Header fields, in lower case, that hold secrets or proofs made with them: they are neither kept nor shown, whatever binding brings them. */
export const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'www-authenticate',
  'proxy-authenticate',
  'authentication-info',
  'x-syncml-hmac',
  'x-wap-authorization',
  'cookie',
]);
