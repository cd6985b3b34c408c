import type { FieldChange } from '../event/changes.js';
import type { Actor, JsonObject } from '../event/types.js';
import type { ActorCount, EntryFacets, EntryOverview } from '../query/groups.js';
import type { AuditEntry } from '../query/read-entry.js';
import type { Gap } from '../query/record-state.js';

/**
 * What the viewer's server answers, as JSON has it: types alone, for the server and for the page. An entry is a line of an NDJSON export.
 */
export interface ShownEntry extends Omit<AuditEntry, 'sealedAt' | 'changes' | 'change'> {
  /** RFC 3339, to the millisecond; `null`: no time that can be. */
  readonly sealedAt: string | null;
  readonly changes: readonly ShownChange[];
  readonly change?: ShownRecordChange;
  /** It was too large for where it stands: without its values, and what else did not fit. Of one in a list `entries/:id` has more. */
  readonly abridged?: true;
}

/** Values as JSON has them: digits of a bigint and of a Decimal, bytes and times are text. */
export interface ShownChange extends Omit<FieldChange, 'old' | 'new'> {
  readonly old?: unknown;
  readonly new?: unknown;
}

interface Sides<T> {
  readonly old?: Readonly<Record<string, T>>;
  readonly new?: Readonly<Record<string, T>>;
}

/** By the client's names. What is redacted, cut or ignored is named here, and has no value. */
export interface ShownRecordChange extends Sides<unknown> {
  readonly model: string;
  readonly operation: 'create' | 'update' | 'delete';
  readonly redacted: readonly string[];
  readonly masked: Sides<unknown>;
  readonly cut: Sides<unknown>;
  readonly ignored: readonly string[];
  readonly asText: Sides<unknown>;
}

export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}

export interface ActionAnswer {
  readonly marks?: readonly string[];
  readonly description?: string;
  readonly sentence?: string;
}

export interface SessionAnswer {
  /** As the application said it. */
  readonly reader: Actor;
  /** `''` is the default chain, of entries without a tenant. */
  readonly tenants: readonly string[] | 'all';
  readonly can: {
    readonly verify: boolean;
    readonly export: boolean;
    readonly tail: boolean;
    readonly prove: boolean;
    /** False: the access log alone. */
    readonly log: boolean;
  };
  /** Column → field, of each model whose columns are called otherwise than its fields. */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of the catalogue of actions. `sentence`: how an entry of it is told, with places such as `{actor}`. */
  readonly actions: Readonly<Record<string, ActionAnswer>>;
  /** Which database this is, as its log says it. */
  readonly deployment: string | null;
  /** Of this package. */
  readonly version: string;
  /** Keys that this server says its checkpoints are signed with: no reason to trust them. */
  readonly serverVkeys: readonly string[];
  /** The server's clock, RFC 3339. */
  readonly now: string;
}

export interface EntriesAnswer {
  readonly entries: readonly ShownEntry[];
  readonly next?: string;
  readonly previous?: string;
  /** Where the walk ended before the page was full, RFC 3339. */
  readonly stoppedAt?: string;
}

export interface CountAnswer {
  readonly count: number;
  readonly isExact: boolean;
}

/** The `label` is of actors alone. */
export type FacetValue = ActorCount;

export type FacetsAnswer = EntryFacets;

export interface EntryAnswer {
  readonly entry: ShownEntry;
}

export interface AroundAnswer {
  readonly before: readonly ShownEntry[];
  readonly entry: ShownEntry;
  readonly after: readonly ShownEntry[];
}

/**
 * A section as it is stored: `salt` in hex, `bytes` in Base64. `not opened`: the scope hides a field of it, or the role may not read it;
 * `too large`: beyond what is sent to a page.
 */
export type SealedSection =
  { readonly salt: string; readonly bytes: string } | 'erased' | 'never was' | 'not opened' | 'too large';

/** The bytes that are hashed, as UTF-8 text, and the hash that is stored of them, hex. */
export interface SealedLeaf {
  readonly leaf: string;
  readonly hash: string;
}

export interface SealedAnswer extends SealedLeaf {
  readonly sections: { readonly actor: SealedSection; readonly data: SealedSection };
  /** Its neighbours in the chain: their leaves have neither actors nor values. `not opened`: the reader does not see its action. */
  readonly before: SealedLeaf | 'none' | 'not opened';
  readonly next: SealedLeaf | 'none' | 'not opened';
}

/** Of several entries at once, by their ids; what is not there is left out. Without neighbours. */
export interface SealedListAnswer {
  readonly sealed: Readonly<Record<string, Omit<SealedAnswer, 'before' | 'next'>>>;
}

export interface ProofAnswer {
  /** The files of a proof folder by their names, in Base64. */
  readonly files: Readonly<Record<string, string>>;
  /** Sections that the reader may see, and that are left out: what is stored is not what the entry committed to. */
  readonly notOpened?: Partial<Readonly<Record<'actor' | 'data', 'does not match'>>>;
}

/** The Prisma call that would undo a change, or why there is none. */
export interface RevertAnswer {
  readonly text?: string;
  readonly why?: string;
}

export interface StateAnswer {
  readonly resource: { readonly type: string; readonly id?: string };
  readonly at: string;
  readonly is: 'there' | 'absent' | 'unknown';
  readonly values?: Readonly<Record<string, unknown>>;
  readonly incomplete: readonly { readonly field?: string; readonly why: Gap }[];
  readonly entry?: ShownEntry;
}

export interface DifferenceAnswer {
  readonly from: StateAnswer;
  readonly to: StateAnswer;
  readonly changes: readonly ShownChange[];
}

export interface FailuresAnswer {
  readonly groups: readonly {
    readonly key: string | null;
    readonly count: number;
    readonly first: string;
    readonly last: string;
  }[];
  readonly stoppedAt?: string;
}

export interface PatternAnswer {
  readonly cells: readonly { readonly hour: number; readonly action: string; readonly count: number }[];
  readonly stoppedAt?: string;
}

export interface OverviewAnswer extends Omit<EntryOverview, 'hours'> {
  /** Oldest first, each from `at` (RFC 3339) on; hours without entries are left out. */
  readonly hours: readonly { readonly at: string; readonly count: number; readonly failed: number }[];
  /** Rows of the whole database that wait for their entry; only for whoever sees all tenants. */
  readonly unsealed?: { readonly count: number; readonly oldestMs: number | null };
  readonly sealer?: { readonly alive: boolean | null; readonly lagMs: number | null };
  /** Of the registry, the newest that is signed. `size` is of all tenants together: only for whoever sees all of them. */
  readonly checkpoint: { readonly size?: number; readonly at: string } | null;
  readonly anchors?: readonly { readonly name: string; readonly at: string | null }[];
}

/** What stands beside the navigation. Asking for it leaves no entry: it shows none. */
export type StatusAnswer = Pick<OverviewAnswer, 'verified'>;

/** `failed`: it could not be run, which is no verdict. */
export interface VerifyAnswer {
  readonly state: 'never' | 'running' | 'done' | 'failed';
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Entries that were read, of as many as there were at the start. */
  readonly progress?: { readonly read: number; readonly of: number };
  /** That of the command `verify --json`. */
  readonly report?: JsonObject;
  readonly error?: ErrorAnswer['error'];
}
