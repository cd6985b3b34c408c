/** A table that could be audited, as the database's catalogue has it. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns whose type is a domain that refuses NULL: they cannot be blanked in a copy of the row. */
  readonly notNullDomains: readonly string[];
  /** Columns of the primary key, else of the first unique key without NULL; empty if there is none. */
  readonly key: readonly string[];
  /** Columns of type json or jsonb, and lists of them. */
  readonly jsonColumns: readonly string[];
  /** The level that is right for its triggers: `"audit".level_of` says why. */
  readonly level: 'row' | 'statement';
  /** Capture triggers that are there, whatever their state. */
  readonly triggers: readonly InstalledTrigger[];
  /** Partitions without the trigger for `TRUNCATE` that the table has, quoted: PostgreSQL gives it to no partition by itself. */
  readonly barePartitions: readonly string[];
  /** Partitions, quoted, with capture triggers of their own, from when they were tables of their own. */
  readonly ownPartitions: readonly string[];
  /** Its row trigger is copied to its partitions, and has a name that no other table's has. */
  readonly partitioned: boolean;
}

export interface InstalledTrigger {
  readonly name: string;
  /** Bits of `pg_trigger.tgtype`. */
  readonly type: number;
  /** `O`: on. */
  readonly enabled: string;
  /** Without a condition, and for all columns. */
  readonly plain: boolean;
  readonly oldTable: string | null;
  readonly newTable: string | null;
  /** Schema and name. */
  readonly function: readonly [string, string];
  readonly args: readonly string[];
}
