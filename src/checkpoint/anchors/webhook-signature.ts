import { createHmac } from 'node:crypto';
import { AuditError } from '../../event/errors.js';

/**
 * Headers of Standard Webhooks 1.0: `v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64. Whoever receives it compares,
 * and refuses what is older than some minutes.
 */
export type Sign = (id: string, body: string) => Readonly<Record<string, string>>;

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, without the secret */
export function webhookSigner(secret: unknown): Sign {
  const base64 = typeof secret === 'string' ? /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] : undefined;
  const key = Buffer.from(base64 ?? '', 'base64');
  if (key.length < 24 || key.length > 64)
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      'secret of webhookAnchor must be "whsec_" and 24 to 64 random bytes in base64: echo "whsec_$(openssl rand -base64 32)"',
    );
  return (id, body) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  };
}
