export interface Documented {
  readonly title: string;
  /** An expression over `audit` and the names of `Open`. */
  readonly api: string;
  /** Arguments of the command. */
  readonly command: readonly string[];
  /** Over `audit.log`; absent where SQL cannot say it. */
  readonly sql: string | undefined;
  /** By which it is answered. */
  readonly index: string | undefined;
}

/** Values that the page leaves open. */
export interface Open {
  readonly ENTRY: string;
  readonly GROUP: string;
  readonly TX: string;
}

export function documented(): readonly Documented[];
/** With the shell's variables filled in. */
export function filledIn(command: readonly string[], open: Open): readonly string[];
/** With psql's variables filled in. */
export function inSql(sql: string, open: Open): string;
