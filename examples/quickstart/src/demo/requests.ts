import { DEMO_PASSWORD } from '../seed.js';
import { type Played, Visitor } from './visitor.js';

export type { Played } from './visitor.js';

const hosting = { description: 'Hosting', quantity: 3, unitPrice: '19.90' };
const support = { description: 'Support, hours', quantity: 2, unitPrice: '85.00' };

/** Sends the requests of the demonstration one after the other, and returns what became of each. */
export async function playRequests(baseUrl: string, log: (line: string) => void): Promise<Played[]> {
  const all: Played[] = [];
  const visitor = (): Visitor =>
    new Visitor(baseUrl, (played) => {
      all.push(played);
      const { status, method, path, title } = played;
      log(`${status}  ${`${method} ${path}`.padEnd(28)}  ${title}`);
    });

  await strangers(visitor());
  const carl = visitor();
  await carl.login('Carl, a clerk of acme, signs in', 200, 'carl@acme.test', DEMO_PASSWORD);
  const invoiceIds = await clerk(carl);
  const ada = visitor();
  await ada.login('Ada, the admin of acme, signs in', 200, 'ada@acme.test', DEMO_PASSWORD);
  await admin(ada, invoiceIds);
  await carl.send('a clerk deletes a draft with its lines', 204, 'DELETE', `/invoices/${invoiceIds[2]}`);
  await carl.send('a clerk cannot delete what is approved', 409, 'DELETE', `/invoices/${invoiceIds[0]}`);
  await yard(carl);
  await people(ada, visitor());
  await otherTenant(visitor(), invoiceIds[0]);
  return all;
}

async function strangers(anybody: Visitor): Promise<void> {
  await anybody.send('the load balancer asks for health', 200, 'GET', '/health');
  await anybody.send('a stranger looks for a way in', 404, 'GET', '/admin.php');
  await anybody.send('nobody reads without signing in', 401, 'GET', '/invoices');
  await anybody.login('somebody guesses a password', 401, 'ada@acme.test', 'letmein');
}

async function clerk(carl: Visitor): Promise<[number, number, number]> {
  const create = async (title: string, body: object): Promise<number> =>
    (await carl.send<{ id: number }>(title, 201, 'POST', '/invoices', body)).id;

  const first = await create('a clerk writes an invoice with lines, tags, metadata', {
    note: 'first of the year',
    tags: ['monthly', 'hosting'],
    metadata: { purchaseOrder: 'PO-7', channels: ['mail', 'portal'] },
    lines: [hosting, support],
  });
  const second = await create('a clerk writes one that will be void', { tags: ['monthly'], lines: [hosting] });
  const third = await create('a clerk writes one that will be deleted', { tags: ['once'], lines: [support] });
  await carl.send('an invoice without lines is refused', 400, 'POST', '/invoices', { lines: [] });
  await carl.send('a clerk changes a note', 200, 'PATCH', `/invoices/${first}`, { note: 'sent by mail' });
  await carl.send('a clerk may not approve', 403, 'POST', `/invoices/${first}/approve`);
  return [first, second, third];
}

async function admin(ada: Visitor, [first, second]: [number, number, number]): Promise<void> {
  const imported = (number: string): object => ({ number, lines: [hosting] });

  await ada.send('an admin raises all draft prices by raw SQL', 200, 'POST', '/invoices/reprice', { percent: 10 });
  await ada.send('an admin approves', 200, 'POST', `/invoices/${first}/approve`);
  await ada.send('an invoice is approved only once', 409, 'POST', `/invoices/${first}/approve`);
  await ada.send('an admin voids in bulk', 200, 'POST', '/invoices/void', { ids: [first, second] });
  await ada.send('an admin imports two invoices', 201, 'POST', '/invoices/import', {
    invoices: [imported('OLD-1'), imported('OLD-2')],
  });
  await ada.send('an import fails half-way and is rolled back', 422, 'POST', '/invoices/import', {
    invoices: [imported('OLD-3'), imported('OLD-4'), imported('OLD-1')],
  });
  await ada.send('an admin lists the drafts', 200, 'GET', '/invoices?status=DRAFT');
}

async function yard(camera: Visitor): Promise<void> {
  const pass = (title: string, status: number, plate: string, direction: string): Promise<unknown> =>
    camera.send(title, status, 'POST', '/gate/passages', { plate, direction });
  await pass('a truck comes in by its plate', 204, 'B-AB 1234', 'in');
  await pass('and leaves; the camera reads it otherwise', 204, 'b ab-1234', 'out');
  await pass('nobody expects this one', 403, 'M-UN 1', 'in');
}

async function people(ada: Visitor, vera: Visitor): Promise<void> {
  const invitation = { email: 'vera@acme.test', name: 'Vera Viewer', role: 'VIEWER', password: 'a view to a bill' };
  const { id } = await ada.send<{ id: number }>('an admin invites a viewer', 201, 'POST', '/users', invitation);
  await ada.send('the address is taken', 409, 'POST', '/users', invitation);
  await vera.login('Vera, the viewer, signs in', 200, invitation.email, invitation.password);
  await vera.send('a viewer may not write', 403, 'POST', '/invoices', { lines: [hosting] });
  await vera.send('a viewer sets a picture', 200, 'PUT', '/users/me/avatar', { png: 'iVBORw0KGgo=' });
  await ada.send('an admin makes the viewer a clerk', 200, 'PATCH', `/users/${id}`, { role: 'CLERK' });
  await ada.send('an admin deletes the user with all sessions', 204, 'DELETE', `/users/${id}`);
  await vera.send('the deleted user is signed out', 401, 'GET', '/invoices');
}

async function otherTenant(cleo: Visitor, foreignId: number): Promise<void> {
  await cleo.login('Cleo, a clerk of globex, signs in', 200, 'cleo@globex.test', DEMO_PASSWORD);
  await cleo.send("another tenant's invoice is not found", 404, 'GET', `/invoices/${foreignId}`);
  await cleo.send('nor can its note be changed', 404, 'PATCH', `/invoices/${foreignId}`, { note: 'mine' });
  await cleo.send('globex writes an invoice of its own', 201, 'POST', '/invoices', { lines: [support] });
  await cleo.send('globex lists its own invoices', 200, 'GET', '/invoices');
}
