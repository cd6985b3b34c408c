/** The bytes of a base64 text with padding, RFC 4648 §4; `undefined` for any text that encoding those bytes would not give. */
export function exactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** 44 characters of base64 as the digest that they stand for. */
export function digestOfBase64(text: string): string | undefined {
  const bytes = text.length === 44 ? exactBase64(text) : undefined;
  return bytes?.length === 32 ? bytes.toString('hex') : undefined;
}

export function base64OfDigest(digest: string): string {
  return Buffer.from(digest, 'hex').toString('base64');
}
