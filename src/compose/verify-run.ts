import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { JsonObject } from '../event/types.js';
import type { VerifyAnswer } from '../viewer/answers.js';
import type { Verifying } from '../viewer/port.js';

/** What the thread is given: plain values. */
export interface VerifyOrder {
  /** As the auditor. */
  readonly databaseUrl: string;
  readonly schema: string;
}

/** What it sends: how far it is, and at last the report. */
export type VerifyMessage = { readonly read: number; readonly of: number } | { readonly report: JsonObject };

/** The whole log is verified in a thread, so that nothing else in this process waits for it. */
export class VerifyRun implements Verifying {
  readonly #order: VerifyOrder;
  readonly #onError: (error: unknown) => void;
  #state: VerifyAnswer = { state: 'never' };
  #worker: Worker | undefined;

  constructor(order: VerifyOrder, onError: (error: unknown) => void) {
    this.#order = order;
    this.#onError = onError;
  }

  get state(): VerifyAnswer {
    return this.#state;
  }

  start(): void {
    if (this.#state.state === 'running') return;
    const startedAt = new Date().toISOString();
    const file = workerFile();
    if (file === undefined) {
      const message = 'the files of nestjs-prisma-audit are not found beside this program (is it bundled?): run the command "nestjs-prisma-audit verify"'; // prettier-ignore
      this.#end({ state: 'failed', startedAt, error: { code: 'UNAVAILABLE', message } });
      return;
    }
    this.#state = { state: 'running', startedAt };
    // It must not keep a process that is to end.
    const worker = new Worker(file, { workerData: this.#order });
    worker.unref();
    this.#worker = worker;
    worker.on('message', (message: VerifyMessage) => {
      if ('report' in message) this.#end({ state: 'done', startedAt, report: message.report });
      else this.#state = { state: 'running', startedAt, progress: message };
    });
    const failed = (error: unknown): void => {
      if (this.#state.state !== 'running' || this.#worker !== worker) return;
      this.#onError(error);
      const message = 'the log could not be verified, which says nothing about it: the messages of the server say why';
      this.#end({ state: 'failed', startedAt, error: { code: 'INTERNAL', message } });
    };
    worker.on('messageerror', failed);
    worker.on('error', failed);
    worker.on('exit', (code) => failed(new Error(`the thread that verifies ended with ${code} before its verdict`)));
  }

  #end(state: VerifyAnswer): void {
    this.#state = { ...state, endedAt: new Date().toISOString() };
    this.#worker = undefined;
  }
}

/** Of the package, as it or the application finds it: `import.meta` is not for this package's sources, which are CommonJS too. */
function workerFile(): string | undefined {
  const own = ownFile();
  const beside = own && join(dirname(own), '../../esm/cli/verify-worker.js');
  if (beside && existsSync(beside)) return beside;
  for (const place of [process.argv[1], resolve('package.json')]) {
    try {
      if (place === undefined) continue;
      const manifest = createRequire(realpathSync(dirname(place)) + '/').resolve('nestjs-prisma-audit/package.json');
      const file = join(dirname(manifest), 'dist/esm/cli/verify-worker.js');
      if (existsSync(file)) return file;
    } catch {
      // not here: the next place
    }
  }
  return undefined;
}

/** This file, as the engine calls it in both module formats; of a bundle it has another name, or is not there. */
function ownFile(): string | undefined {
  const file = /((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()\n]*verify-run\.\w+):\d+:\d+/.exec(
    new Error('here').stack ?? '',
  )?.[1];
  return file?.startsWith('file:') === true ? fileURLToPath(file) : file;
}
