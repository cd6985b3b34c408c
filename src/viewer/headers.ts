/** Of everything that the viewer sends. */
export function guardHeaders(frameAncestors: readonly string[], csp?: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': `${csp ?? PAGE}; frame-ancestors ${frameAncestors.join(' ')}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-robots-tag': 'noindex',
  };
}

const PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Not kept by anybody, and not changed on the way: what compresses would hold a stream back. */
export const NOT_KEPT = 'no-store, no-transform';
