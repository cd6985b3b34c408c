import { createHash, randomUUID } from 'node:crypto';
import { AuditError } from '../../event/errors.js';
import type { Anchor, AnchoredNote } from '../port.js';
import { checkAnchorName } from './anchor-name.js';
import { linesOf } from './lines.js';
import { checkPut } from './note-head.js';
import { MAX_LINE_BYTES, parseRecord } from './record.js';
import { anchorUnavailable, asUnavailable } from './unavailable.js';
import { webhookSigner } from './webhook-signature.js';

export interface WebhookAnchorOptions {
  /** Gets `{ "origin", "size", "note" }` by POST. `https:`; `http:` on this machine alone. */
  readonly url: string;
  /** `whsec_` and 24 to 64 bytes in base64, which the receiver knows too. */
  readonly secret: string;
  /**
   * Gives what was put, by GET with `?origin=…&from=…`: a line `{ "storedAt": RFC 3339, "note" }` for each, the last one ended by a line feed
   * too. Signed as a POST is, with path and query as the body. @defaultValue none: nothing can be listed
   */
  readonly listUrl?: string | undefined;
  /** How long the receiver may be silent. Milliseconds, from 100 to 120,000. @defaultValue 10,000 */
  readonly timeoutMs?: number | undefined;
  /** Tells it from another one on the same host: `'auditor'`. A policy then reads it by `AUDIT_WEBHOOK_SECRET_AUDITOR`. @defaultValue none */
  readonly name?: string | undefined;
}

/** Of an answer; a checkpoint a minute needs 250 MB a year. */
const MAX_LIST_BYTES = 2 ** 30;

/**
 * A receiver of your own, or of somebody else's: any answer of 2xx means that it is kept. Redirects are refused, answers are not read.
 * The same note has the same `webhook-id`.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function webhookAnchor(options: WebhookAnchorOptions): Anchor {
  const { url, secret, listUrl, timeoutMs = 10_000 } = options;
  const own = checkAnchorName(options.name, 'webhookAnchor');
  const target = checkUrl('url', url);
  const source = listUrl === undefined ? undefined : checkUrl('listUrl', listUrl);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 120_000)
    throw invalid('timeoutMs of webhookAnchor must be a whole number from 100 to 120000');
  const sign = webhookSigner(secret);
  const name = `webhook ${target.host}${own.behind}`; // a path can hold a secret
  const listed = source?.href;
  return {
    name,
    ...(listed === undefined
      ? {}
      : { place: { type: 'webhook', listUrl: listed, secretVariable: `AUDIT_WEBHOOK_SECRET${own.suffix}` } }),
    async put(checkpoint) {
      checkPut(checkpoint);
      const { origin, size, note } = checkpoint;
      const body = JSON.stringify({ origin, size, note });
      const id = `checkpoint_${createHash('sha256').update(note).digest('hex').slice(0, 32)}`;
      const headers = { 'content-type': 'application/json', ...sign(id, body) };
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await fetch(target, { method: 'POST', headers, body, redirect: 'manual', signal });
        await answer.body?.cancel();
        if (!answer.ok) throw new Error(`the receiver answered ${answer.status}`);
      } catch (error) {
        throw asUnavailable(name, 'it is not known to be kept', error);
      }
    },
    ...(source === undefined ? {} : { list: (origin, from = 0) => read(origin, from) }),
  };

  async function* read(origin: string, from: number): AsyncGenerator<AnchoredNote> {
    const asked = new URL(source as URL); // without one there is no `list`
    asked.searchParams.set('origin', origin);
    asked.searchParams.set('from', String(from));
    const watch = silence(timeoutMs);
    try {
      const headers = sign(`list_${randomUUID()}`, `${asked.pathname}${asked.search}`);
      const answer = await fetch(asked, { headers, redirect: 'manual', signal: watch.signal });
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new Error(`the receiver answered ${answer.status}`);
      }
      const wrong = (line: number): Error => anchorUnavailable(name, `line ${line} of its list is no record`);
      // The body of an answer is iterable in Node, which its type does not say.
      const body = (answer.body ?? []) as unknown as AsyncIterable<Uint8Array>;
      for await (const { number, text, hasEnd } of linesOf(
        watched(body, () => watch.heard()),
        MAX_LINE_BYTES,
        wrong,
      )) {
        if (text === '') continue;
        const record = hasEnd ? parseRecord(text) : undefined;
        if (record === undefined) throw wrong(number);
        if (record.origin !== origin || record.size < from) continue;
        watch.end(); // whoever reads may take its time
        yield { note: record.note, storedAt: record.storedAt };
        watch.heard();
      }
    } catch (error) {
      throw asUnavailable(name, 'cannot be read', error);
    } finally {
      watch.end();
    }
  }
}

/** Cuts a request whose other side says nothing for so long. */
function silence(ms: number): { readonly signal: AbortSignal; heard(): void; end(): void } {
  const controller = new AbortController();
  const cut = (): void => controller.abort(new Error(`nothing came for ${ms} ms`));
  let timer = setTimeout(cut, ms);
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(cut, ms);
    },
    end: () => clearTimeout(timer),
  };
}

async function* watched(body: AsyncIterable<Uint8Array>, heard: () => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    heard();
    bytes += chunk.length;
    if (bytes > MAX_LIST_BYTES) throw new Error(`its list has more than ${MAX_LIST_BYTES} bytes`);
    yield chunk;
  }
}

function checkUrl(name: string, text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isHere)))
    throw invalid(`${name} of webhookAnchor must be a URL, https://…: without encryption anybody on the way can say that it is kept`); // prettier-ignore
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw invalid(`${name} of webhookAnchor must have no user, password or fragment: the secret signs each request`);
  return url;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
