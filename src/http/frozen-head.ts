import type { HoldableResponse } from './hold.js';
import type { AuditResponse } from './request.js';

const CHANGES = ['setHeader', 'setHeaders', 'appendHeader', 'removeHeader'] as const;
const VERBS = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove' } as const;

/**
 * Makes the response look as one whose head has been sent, and, while `ended` says so, as one that has ended. Frameworks ask
 * for that before they answer a second time.
 * @returns undoes it
 */
export function freezeHead(response: HoldableResponse, ended: () => boolean): () => void {
  const members = ['headersSent', 'writableEnded', ...CHANGES] as const;
  const before = members.map((name) => [name, Object.getOwnPropertyDescriptor(response, name)] as const);
  const { statusCode } = response;
  const prototype = Object.getPrototypeOf(response) as object;
  const define = (name: string, descriptor: PropertyDescriptor): unknown =>
    Object.defineProperty(response, name, { ...descriptor, configurable: true });

  define('headersSent', { get: () => true });
  define('writableEnded', { get: () => ended() || Reflect.get(prototype, 'writableEnded', response) === true });
  for (const name of CHANGES) define(name, { value: () => refuseChange(VERBS[name]), writable: true });

  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(response, name, descriptor);
      else Reflect.deleteProperty(response, name);
    }
    // Whatever was assigned meanwhile came too late.
    response.statusCode = statusCode;
  };
}

/** As Node has it. */
export function refuseChange(verb: string): never {
  throw Object.assign(new Error(`Cannot ${verb} headers after they are sent to the client`), {
    code: 'ERR_HTTP_HEADERS_SENT',
  });
}

/** Whether the head was sent, whatever a frozen one says. */
export function headSent(response: AuditResponse): boolean {
  return Reflect.get(Object.getPrototypeOf(response) as object, 'headersSent', response) === true;
}
