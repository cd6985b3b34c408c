import type { HoldableResponse } from './hold.js';

const BODY = JSON.stringify({
  statusCode: 503,
  error: 'Service Unavailable',
  message: 'The action could not be recorded',
});

/** Headers that describe the body which is not sent. */
const OF_THE_BODY = /^(?:content-.*|etag|last-modified|transfer-encoding|trailer|location)$/;

/** Answers 503 in the place of a response whose entry did not come as far as it has to. */
export function refuse(response: HoldableResponse, end: (body: string) => void): void {
  for (const name of response.getHeaderNames()) if (OF_THE_BODY.test(name)) response.removeHeader(name);
  response.statusCode = 503;
  // HTTP/2 has none, and Node warns of it.
  if (!('stream' in response)) response.statusMessage = 'Service Unavailable';
  response.setHeader('Content-Type', 'application/json; charset=utf-8' as never);
  response.setHeader('Content-Length', String(Buffer.byteLength(BODY)) as never);
  end(BODY);
}
