import { currentContext } from '../../src/context/index.js';
import { secretNames } from '../../src/event/redaction.js';
import type { AuditEvent } from '../../src/event/types.js';
import { readsOf, type ReadFact, type ReadReceipt, type ReadRecorder } from '../../src/recorder/read.port.js';
import { QueueRecorder, ReadLog, type QueueOptions } from '../../src/recorder/index.js';
import type { ReadLogOptions } from '../../src/recorder/reads.js';
import type { ContentStore } from '../../src/store/content.port.js';

export interface Told extends Partial<AuditEvent> {
  readonly gap?: true;
  /** @defaultValue the audit of schema `audit` */
  readonly to?: ReadRecorder;
}

/** Tells of a read as a client does: of one patient, by whoever acts where this is called. */
export function tell(model: string, { gap, to = readsOf('audit'), ...event }: Told = {}): ReadReceipt {
  return to.read(factOf(model, event, gap));
}

export function factOf(model: string, event: Partial<AuditEvent> = {}, gap?: true): ReadFact {
  return {
    event: {
      action: `${model}.read`,
      outcome: 'success',
      resource: { type: model },
      details: { operation: `${model}.findMany`, ids: ['7'], count: 1 },
      occurredAt: new Date(),
      ...event,
    },
    context: currentContext(),
    ...(gap === undefined ? {} : { gap }),
  };
}

export interface World {
  readonly queue: QueueRecorder;
  readonly reads: ReadLog;
  /** What `onError` was told. */
  readonly errors: unknown[];
}

/** Reads over a queue, without the rest of an audit. */
export function readWorld(
  store: ContentStore,
  queueOptions: QueueOptions = {},
  options: Partial<ReadLogOptions> = {},
): World {
  const errors: unknown[] = [];
  const onError = (error: unknown): number => errors.push(error);
  const queue = new QueueRecorder(store, { flushIntervalMs: 1, onError, ...queueOptions });
  const rules = { isSecret: secretNames(), actions: { find: () => undefined } };
  return { queue, reads: new ReadLog(queue, { ...rules, onError, ...options }), errors };
}
