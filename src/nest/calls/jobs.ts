import { actorOf, currentContext } from '../../context/context.js';

/** The member of a job's options that says who enqueued it. BullMQ keeps options that it does not know. */
const OPTION = 'nestjs-prisma-audit';

export interface Enqueuer {
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
}

type Add = (name: string, data: unknown, options?: object) => unknown;
type AddBulk = (jobs: { readonly opts?: object }[]) => unknown;

/** What is used of a queue of BullMQ. */
export interface Queue {
  add: Add;
  addBulk: AddBulk;
}

export function isQueue(value: unknown): value is Queue {
  if (typeof value !== 'object' || value === null || value.constructor?.name !== 'Queue') return false;
  return 'add' in value && typeof value.add === 'function' && 'addBulk' in value && typeof value.addBulk === 'function';
}

const known = new WeakSet<Queue>();

/** From now on each job of the queue says on whose behalf it runs. */
export function signJobs(queue: Queue): void {
  if (known.has(queue)) return;
  known.add(queue);
  const { add, addBulk } = queue;
  queue.add = function (name, data, options) {
    return add.call(this, name, data, signed(options));
  };
  queue.addBulk = function (jobs) {
    return addBulk.call(this, Array.isArray(jobs) ? jobs.map((job) => ({ ...job, ...withOptions(job.opts) })) : jobs);
  };
}

function withOptions(options: object | undefined): { readonly opts?: object } {
  const opts = signed(options);
  return opts === undefined ? {} : { opts };
}

function signed(options: object | undefined): object | undefined {
  const enqueuer = whoActs();
  return enqueuer ? { ...options, [OPTION]: enqueuer } : options;
}

/** Total: what the application's functions throw is not the queue's affair. */
function whoActs(): Enqueuer | undefined {
  const context = currentContext();
  if (!context) return undefined;
  try {
    const id: unknown = actorOf(context)?.id;
    const tenant: unknown = typeof context.tenant === 'function' ? context.tenant() : context.tenant;
    const enqueuer = { ...member('id', id), ...member('tenant', tenant) };
    return Object.keys(enqueuer).length > 0 ? enqueuer : undefined;
  } catch {
    return undefined;
  }
}

function member(name: keyof Enqueuer, value: unknown): Enqueuer {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? { [name]: String(value).slice(0, 256) }
    : {};
}

/** Who enqueued it, as the queue's store says. */
export function enqueuerOf(job: unknown): Enqueuer | undefined {
  const options: unknown = typeof job === 'object' && job !== null && 'opts' in job ? job.opts : undefined;
  const said: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, OPTION) : undefined;
  if (typeof said !== 'object' || said === null) return undefined;
  return { ...member('id', Reflect.get(said, 'id')), ...member('tenant', Reflect.get(said, 'tenant')) };
}
