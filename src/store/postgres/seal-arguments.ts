import type { Batch, ChainHead, Lease, OpenedChain, RegistryBatch, RegistryEntry, SealedEntry } from '../log.port.js'; // prettier-ignore

/** The arguments of the SQL function `seal()`, in its order. */
export function sealArguments(lease: Lease, leaseMs: number, batch: Batch): unknown[] {
  const opened = <K extends keyof OpenedChain>(name: K): OpenedChain[K][] => batch.opened.map((chain) => chain[name]);
  const from = <K extends keyof ChainHead>(name: K): ChainHead[K][] => batch.moved.map((move) => move.from[name]);
  const to = <K extends keyof ChainHead>(name: K): ChainHead[K][] => batch.moved.map((move) => move.to[name]);
  const entry = <K extends keyof SealedEntry>(name: K): SealedEntry[K][] => batch.entries.map((e) => e[name]);
  return [
    lease.epoch,
    lease.holder,
    leaseMs,
    batch.low,
    batch.sealedAt,
    opened('chain'),
    opened('origin'),
    opened('tenant'),
    opened('pos'),
    opened('at'),
    opened('actor').map((json) => Buffer.from(json).toString('hex')),
    opened('data'),
    opened('saltActor'),
    opened('saltData'),
    from('chain'),
    from('size'),
    from('hash'),
    to('size'),
    to('hash'),
    to('frontier'),
    numbers(entry('chain')),
    numbers(entry('seq')),
    numbers(entry('pos')),
    numbers(entry('occurredAt')),
    lines(entry('id')),
    lines(entry('hash')),
    entry('tenant'),
    entry('actorId'),
    entry('action'),
    entry('resourceType'),
    entry('resourceId'),
    entry('outcome'),
    entry('requestId'),
    entry('group'),
    entry('source'),
    entry('actorEmail'),
    entry('address'),
    entry('plate'),
    entry('subject'),
    lines(entry('body')),
  ];
}

/** The arguments of the SQL function `seal_registry()`, in its order. */
export function registryArguments(lease: Lease, leaseMs: number, batch: RegistryBatch): unknown[] {
  const { from, to, told } = batch;
  const entry = <K extends keyof RegistryEntry>(name: K): RegistryEntry[K][] => batch.entries.map((e) => e[name]);
  return [
    lease.epoch,
    lease.holder,
    leaseMs,
    batch.sealedAt,
    entry('kind'),
    numbers(entry('pos')),
    numbers(entry('at')),
    entry('data'),
    entry('saltActor'),
    entry('saltData'),
    from.size,
    from.hash,
    to.hash,
    to.frontier,
    lines(entry('id')),
    lines(entry('hash')),
    lines(entry('body')),
    numbers(told.map(([chain]) => chain)),
    numbers(told.map(([, size]) => size)),
  ];
}

/** An array literal without the driver's escaping of each element, which numbers do not need. */
function numbers(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}

/** Neither hex, a UUID nor a canonical body can contain a line feed. */
function lines(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join('\n');
}
