import { actorOf, currentContext } from '../../context/context.js';

/** The member of a job's options that says who enqueued it. BullMQ keeps options that it does not know. */
const OPTION = 'nestjs-prisma-audit';

export interface Enqueuer {
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
}

type Add = (name: string, data: unknown, options?: unknown, ...rest: unknown[]) => unknown;
type AddBulk = (jobs: unknown, ...rest: unknown[]) => unknown;

/** What is used of a queue of BullMQ. */
interface Queue {
  add: Add;
  addBulk: AddBulk;
}

/** Under what `@nestjs/bullmq` provides its queues. */
const TOKEN = 'BullQueue_';

const known = new WeakSet<object>();

/**
 * From now on each job of the queue says on whose behalf it runs. Of an instance that is no queue of `@nestjs/bullmq`, or cannot be
 * changed, nothing becomes.
 */
export function signJobs(token: unknown, instance: unknown): void {
  if (typeof token !== 'string' || !token.startsWith(TOKEN) || !isQueue(instance) || known.has(instance)) return;
  if (!Object.isExtensible(instance)) return;
  known.add(instance);
  const { add, addBulk } = instance;
  instance.add = function (name, data, options, ...rest) {
    return add.call(this, name, data, signed(options), ...rest);
  };
  instance.addBulk = function (jobs, ...rest) {
    return addBulk.call(this, Array.isArray(jobs) ? jobs.map(withSigned) : jobs, ...rest);
  };
}

function isQueue(value: unknown): value is Queue {
  if (typeof value !== 'object' || value === null) return false;
  return 'add' in value && typeof value.add === 'function' && 'addBulk' in value && typeof value.addBulk === 'function';
}

function withSigned(job: unknown): unknown {
  if (typeof job !== 'object' || job === null) return job;
  const opts = signed('opts' in job ? job.opts : undefined);
  return opts === undefined ? job : { ...job, opts };
}

function signed(options: unknown): unknown {
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options;
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
