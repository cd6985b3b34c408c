import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CountAnswer } from '../../answers.js';
import { NoAnswer } from '../api.js';
import { leavesOutReads } from '../own-reads.js';
import { t } from '../texts.js';
import { useApp } from './app.js';
import { Menu } from './menu.js';
import { Failure } from './states.js';

type Format = 'csv' | 'ndjson';
type Stage =
  | { readonly is: 'idle' }
  | { readonly is: 'running'; readonly format: Format; readonly lines: number; readonly bytes: number }
  | { readonly is: 'done'; readonly lines: number; readonly bytes: number }
  | { readonly is: 'failed'; readonly error: unknown };

/** What is filtered, as a file, with how far it is. */
export function ExportMenu({
  question,
  count,
}: {
  readonly question: URLSearchParams;
  readonly count: CountAnswer | undefined;
}): JSX.Element {
  const { api, where } = useApp();
  const [stage, setStage] = useState<Stage>({ is: 'idle' });
  const stop = useRef<AbortController>();
  useEffect(() => () => stop.current?.abort(), []);

  const run = async (format: Format): Promise<void> => {
    stop.current = new AbortController();
    setStage({ is: 'running', format, lines: 0, bytes: 0 });
    try {
      const query = new URLSearchParams(question);
      query.set('format', format);
      const response = await api.send('export', query, { signal: stop.current.signal });
      const { parts, lines, bytes } = await receive(response, (sofar) => setStage({ is: 'running', format, ...sofar }));
      save(new Blob(parts, { type: response.headers.get('content-type') ?? '' }), nameOf(response, format));
      setStage({ is: 'done', lines: format === 'csv' ? Math.max(0, lines - 1) : lines, bytes });
    } catch (error) {
      setStage(stop.current.signal.aborted ? { is: 'idle' } : { is: 'failed', error: error instanceof NoAnswer ? error : new NoAnswer('failed', 'export', { message: t.exportBroke }) }); // prettier-ignore
    }
  };

  return (
    <Menu label={t.export} align="end" class="export" shortcut="x">
      {() => (
        <div class="form">
          {where.tenant === undefined && <p class="aside">{t.exportNeedsTenant}</p>}
          {where.tenant !== undefined && stage.is !== 'running' && (
            <>
              <p class="aside">{t.exportNote(count)}</p>
              {leavesOutReads(where) && <p class="aside">{t.exportReads}</p>}
              <button type="button" class="menu-item" onClick={() => void run('csv')}>
                CSV <span class="aside">{t.forSheets}</span>
              </button>
              <button type="button" class="menu-item" onClick={() => void run('ndjson')}>
                NDJSON <span class="aside">{t.forPrograms}</span>
              </button>
            </>
          )}
          {stage.is === 'running' && (
            <>
              <progress
                max={count?.isExact ? count.count : undefined}
                value={count?.isExact ? Math.min(stage.lines, count.count) : undefined}
                aria-label={t.export}
              />
              <p class="number" role="status">
                {t.exported(stage.lines, stage.bytes)}
              </p>
              <button type="button" class="button" onClick={() => stop.current?.abort()}>
                {t.cancel}
              </button>
            </>
          )}
          {stage.is === 'done' && (
            <p class="note" role="status">
              {t.exportDone(stage.lines, stage.bytes)}
            </p>
          )}
          {stage.is === 'failed' && <Failure error={stage.error} />}
        </div>
      )}
    </Menu>
  );
}

/** Milliseconds between two words on how far it is. */
const PACE = 150;

async function receive(
  response: Response,
  told: (sofar: { lines: number; bytes: number }) => void,
): Promise<{ parts: BlobPart[]; lines: number; bytes: number }> {
  const parts: BlobPart[] = [];
  let [lines, bytes, said] = [0, 0, 0];
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    parts.push(read.value);
    bytes += read.value.length;
    for (const byte of read.value) if (byte === 10) lines += 1;
    if (Date.now() - said < PACE) continue;
    said = Date.now();
    told({ lines, bytes });
  }
  return { parts, lines, bytes };
}

function nameOf(response: Response, format: Format): string {
  const given = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return given ?? `audit.${format}`;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
