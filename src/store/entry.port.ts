/** Conditions that an index serves; all of them must hold. Ids are as projected. */
export interface EntryFilter {
  readonly tenant: string;
  readonly actorId?: string | undefined;
  readonly resourceType?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly action?: string | undefined;
  readonly actionPrefix?: string | undefined;
  /** Only what did not succeed. */
  readonly failures?: boolean | undefined;
  readonly group?: string | undefined;
  readonly requestId?: string | undefined;
  /** Bounds on the id (UUIDv7): at least, less than. */
  readonly fromId?: string | undefined;
  readonly toId?: string | undefined;
}

export interface EntryPageRequest {
  readonly filter: EntryFilter;
  readonly order: 'oldest' | 'newest';
  /** `chain`: by place in the chain; `id`: by time of occurrence. */
  readonly by: 'chain' | 'id';
  /** After which the page begins, in the order asked for. */
  readonly after?: { readonly place?: string | undefined; readonly id: string } | undefined;
  readonly limit: number;
}

/** What an entry is found by; projections of its body, as they are stored. */
export interface EntryColumns {
  readonly action: string;
  readonly outcome: string;
  readonly resourceType: string | null;
  /** Microseconds; infinite, and beyond any Date, where somebody made it so. */
  readonly occurredAt: number;
}

/** An entry with its sections as they are stored. Any of it may be whatever somebody made of it. */
export interface StoredEntry {
  readonly chain: number;
  /** `null`: there is no such chain. */
  readonly origin: string | null;
  readonly seq: number;
  /** The digits of `seq`, which may be more than a number holds. */
  readonly place: string;
  readonly id: string;
  readonly hash: string;
  /** Milliseconds. */
  readonly sealedAt: number;
  readonly tenant: string;
  readonly columns: EntryColumns;
  /** `null`: beyond 64 KiB, four times what a body may have. */
  readonly body: string | null;
  /** `missing`: the row with the sections is not there. */
  readonly content: 'there' | 'missing';
  /** Bytes, as captured: they need not be valid UTF-8. */
  readonly actor: Uint8Array | null;
  readonly data: string | null;
  /** Sections beyond 64 MiB; they are `null`. */
  readonly tooLarge: readonly ('actor' | 'data')[];
}

export interface EntryStore {
  /** May end before its limit, when its sections have more than 64 MiB; `more` says that it did. At least one, if there is one. */
  page(request: EntryPageRequest): Promise<{ readonly entries: readonly StoredEntry[]; readonly more: boolean }>;
}
