import { barStream } from './terminal.js';

export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly stop: () => void;
}

/** A bar on standard error, if that is a terminal; nothing otherwise. Loaded only then. */
export async function progressBar(unit: string): Promise<Progress> {
  const stream = barStream();
  if (stream === undefined) return { update: () => undefined, stop: () => undefined };
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar(
    {
      format: `{bar} {percentage} % {value}/{total} ${unit} {eta_formatted}`,
      stream,
      hideCursor: true,
      clearOnComplete: true,
    },
    progress.Presets.shades_classic,
  );
  let started = false;
  return {
    update(done, total) {
      if (!started) bar.start(total, 0);
      started = true;
      bar.update(done);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
