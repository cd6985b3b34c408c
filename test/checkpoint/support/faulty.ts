import type pg from 'pg';
import type { Anchor, Signer } from '../../../src/checkpoint/port.js';

export const FAULTS = ['error before', 'error after', 'cut before', 'cut after', 'timeout'] as const;
export type Fault = (typeof FAULTS)[number];

/** Meets one fault at one step, once. */
export class FaultOnce {
  isMet = false;
  readonly #step: string;
  readonly #fault: Fault;

  constructor(step: string, fault: Fault) {
    this.#step = step;
    this.#fault = fault;
  }

  /** A pool whose statements that contain the step's name meet the fault. */
  pool(pool: pg.Pool): pg.Pool {
    return new Proxy(pool, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (name === 'query') return (...args: unknown[]) => this.#query(target, args);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  signer(signer: Signer): Signer {
    return { ...signer, sign: (...args) => this.#call('sign', () => signer.sign(...args)) };
  }

  anchor(anchor: Required<Pick<Anchor, 'put' | 'list'>>): Anchor {
    const begin = (): Promise<void> => this.#call('anchor.list', () => Promise.resolve());
    return {
      name: 'faulty',
      put: (checkpoint) => this.#call('anchor.put', () => anchor.put(checkpoint)),
      async *list(origin, from) {
        await begin();
        yield* anchor.list(origin, from);
      },
    };
  }

  async #call<T>(step: string, work: () => Promise<T>): Promise<T> {
    if (this.isMet || step !== this.#step) return await work();
    this.isMet = true;
    if (this.#fault.endsWith('after')) await work();
    throw new Error(`${this.#fault}: ${step}`);
  }

  async #query(pool: pg.Pool, args: unknown[]): Promise<unknown> {
    const [query] = args as [{ text?: string } | string];
    const text = typeof query === 'string' ? query : (query.text ?? '');
    const run = (on: pg.Pool | pg.PoolClient): Promise<unknown> => (on.query as (...a: unknown[]) => Promise<unknown>).apply(on, args); // prettier-ignore
    if (this.isMet || !text.includes(this.#step)) return await run(pool);
    this.isMet = true;
    const client = await pool.connect();
    client.on('error', () => undefined);
    try {
      if (this.#fault.endsWith('after')) await run(client);
      if (this.#fault.startsWith('error')) throw new Error(`${this.#fault}: ${this.#step}`);
      if (this.#fault === 'timeout') {
        await client.query('set statement_timeout = 20');
        return await client.query('select pg_sleep(1)');
      }
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      return await run(client);
    } finally {
      client.release(true);
    }
  }
}
