import { Refused } from './refused.js';
import { headerOf, type ViewerRequest } from './request.js';

/**
 * Reading leaves entries in the reader's name: no other page may have him read, nor one that the application lets ask by its own headers
 * (CORS), nor a picture. Browsers say where a request is from by https and on localhost alone; by plain http it needs what another page
 * cannot send, or what cannot be another's.
 * @throws Refused 403
 */
export function requireOwnPage(request: ViewerRequest): void {
  const site = headerOf(request, 'sec-fetch-site');
  // No page can set it, and it knows what a proxy makes of the name of this host.
  if (site === 'same-origin') return;
  const origin = headerOf(request, 'origin');
  if ((site !== undefined && site !== 'none') || (origin !== undefined && !isOfHost(request, origin)))
    throw new Refused(403, 'FORBIDDEN', 'another site may not ask this');
  if (site === 'none' || origin !== undefined || headerOf(request, 'x-audit-viewer') === '1') return;
  // What a browser asks by itself, such as a download.
  const referrer = headerOf(request, 'referer');
  if (referrer === undefined || !isOfHost(request, referrer))
    throw new Refused(403, 'FORBIDDEN', 'this is asked by the page itself, or with the header x-audit-viewer: 1');
}

/** Whether an address is of the host and port that were asked. */
function isOfHost(request: ViewerRequest, address: string): boolean {
  const asked = headerOf(request, 'host') ?? headerOf(request, ':authority');
  try {
    const { protocol, host } = new URL(address);
    // Ports that go without saying are left out by both.
    return asked !== undefined && host !== '' && host === new URL(`${protocol}//${asked}`).host;
  } catch {
    return false; // `null`, too
  }
}
