/** A row with each column as text. */
export type Row = Readonly<Record<string, string | null>>;

export interface Change {
  readonly op: string;
  readonly table: string;
  readonly old?: Row | undefined;
  readonly new?: Row | undefined;
}

export interface LogEntry extends Change {
  readonly key?: Row | undefined;
  readonly actor?: string | undefined;
}

export function classify(shape: {
  readonly changes: readonly Change[];
  readonly entries: readonly LogEntry[];
  readonly left: Readonly<Record<string, readonly Row[]>>;
  readonly keys: Readonly<Record<string, readonly string[]>>;
  readonly enums: Readonly<Record<string, string>>;
  readonly actor: string;
  readonly oldValues: 'in the entry' | 'in the revision before';
}): { capture: 'fully' | 'partly' | 'missed' | 'invented'; missing: string[]; invented: string[] };
