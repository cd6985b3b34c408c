import { openCheckpoint, type Checkpoint } from '../chain/checkpoint.js';
import { headLine } from '../chain/heads.js';
import { FROM_NOTHING } from '../chain/registry.js';
import type { Vkey } from '../chain/vkey.js';
import { heard } from '../event/deadline.js';
import { isAuditError } from '../event/errors.js';
import type { CheckpointStore } from '../store/checkpoint.port.js';
import type { ChainHead } from '../store/log.port.js';
import { whyOf } from './anchors/unavailable.js';
import { declaredIn } from './declared.js';
import type { Anchor, Announcement } from './port.js';
import { RegistryTree } from './registry-tree.js';

/** What the anchors say of the registry that is about to be signed. */
export interface Comparison {
  /** Checkpoints that it does not lead to, ascending by size, and that no declaration names. */
  readonly apart: readonly Checkpoint[];
  /** The greatest that was signed, and to which it leads, of those that were asked for. Absent: none, so nothing says that it is the same log. */
  readonly shared: Checkpoint | undefined;
  /** The newest key has signed what it leads to: whatever lies in the database, that key is no new one. */
  readonly hasSigned: boolean;
  /** Anchors that could be asked. One that cannot be read, by its kind, is none. */
  readonly answered: number;
  /** Each with why it did not answer. */
  readonly unreachable: readonly string[];
}

/** A declaration names so many: a line has 400 characters at most, and an entry of the registry a megabyte. */
const NAMED = 2_500;
/** Sizes of the registry: of a tick a minute a week. */
const LOOK_BACK = 10_000;
/** So many entries at once have room. */
const DECLARATIONS = 90;

/**
 * Looks at the newest checkpoints of every anchor, and at the last one kept in the database itself, before anything is signed: a
 * database that was set back knows nothing of what it had signed since. Only what our keys signed counts; and far behind a kept one that
 * they signed, and to which the registry leads, anchors need not be asked: it was compared before it was signed. Not right behind it: another
 * history may have been signed at smaller sizes later, before this one was put back.
 * @param patienceMs how long an anchor may be silent; five times that for all that it says
 * @param isWhole anchors are asked for all that they have: what is declared now must leave nothing behind that an anchor could not tell before
 */
export async function compareWithAnchors(
  store: CheckpointStore,
  anchors: readonly Anchor[],
  registry: ChainHead | undefined,
  last: { readonly size: number; readonly note: string } | undefined,
  vkeys: readonly Vkey[],
  patienceMs: number,
  isWhole = false,
): Promise<Comparison> {
  const found = new Map<string, Checkpoint>();
  const byNewest = new Set<string>();
  const add = (note: string): void => {
    const checkpoint = opened(note, vkeys);
    if (checkpoint === undefined) return;
    found.set(headLine(checkpoint), checkpoint);
    if (opened(note, vkeys.slice(0, 1)) !== undefined) byNewest.add(headLine(checkpoint));
  };
  if (last !== undefined) add(last.note);
  const tree = new RegistryTree(store, registry);
  const [kept] = found.values();
  const isKnown = !isWhole && kept !== undefined && kept.size > LOOK_BACK && (await leadsTo(tree, kept));
  const from = isKnown ? kept.size - LOOK_BACK : undefined;
  const unreachable: string[] = [];
  let answered = anchors.every((anchor) => anchor.list === undefined) ? 1 : 0;
  const origin = vkeys[0]?.name as string;
  for (const anchor of anchors) {
    if (anchor.list === undefined) continue;
    try {
      for await (const { note } of heard(anchor.list(origin, from), patienceMs, patienceMs * 5)) add(note);
      answered += 1;
    } catch (error) {
      unreachable.push(`the anchor ${anchor.name} could not be read: ${whyOf(error)}`); // prettier-ignore
    }
  }
  const roots = await tree.roots([...found.values()].map(({ size }) => size));
  const isApart = ({ size, root }: Checkpoint): boolean => roots.get(size) !== root;
  const apart = [...found].filter(([, checkpoint]) => isApart(checkpoint));
  const shared = [...found.values()].filter((each) => !isApart(each)).reduce<Checkpoint | undefined>((a, b) => (a !== undefined && a.size > b.size ? a : b), undefined); // prettier-ignore
  const hasSigned = [...found].some(([line, checkpoint]) => byNewest.has(line) && !isApart(checkpoint));
  if (apart.length === 0) return { apart: [], shared, hasSigned, answered, unreachable };
  const declared = await declaredIn(store, tree, origin, new Set(apart.map(([line]) => line)));
  const left = apart.filter(([line]) => !declared.has(line)).map(([, checkpoint]) => checkpoint);
  return { apart: left.toSorted((a, b) => a.size - b.size), shared, hasSigned, answered, unreachable };
}

async function leadsTo(tree: RegistryTree, { size, root }: Checkpoint): Promise<boolean> {
  return (await tree.roots([size])).get(size) === root;
}

/** What is left behind, and whether anything that was signed says that it is the same log. */
export function leftBehind({ apart, shared }: Pick<Comparison, 'apart' | 'shared'>): string {
  const sizes = `${apart.length} checkpoints to which this registry does not lead, of the sizes ${apart[0]?.size} to ${apart.at(-1)?.size}`;
  return shared === undefined
    ? `${sizes}, and none to which it leads: nothing that was signed says that this is the same log. It may be another one of its name, and nothing of the old one is in it`
    : `${sizes}; the greatest to which it leads has the size ${shared.size}`;
}

/** What says in the registry itself that it goes on from a backup. */
export function declaration(
  reason: string,
  registry: Checkpoint | undefined,
  { apart, shared }: Pick<Comparison, 'apart' | 'shared'>,
): readonly Announcement[] {
  const lines = apart.map(headLine);
  const from = registry === undefined ? FROM_NOTHING : headLine(registry);
  const count = Math.min(DECLARATIONS, Math.ceil(lines.length / NAMED));
  return Array.from({ length: count }, (_, i) => ({
    kind: 'restore.declared',
    details: {
      reason: reason.slice(0, 1_000).toWellFormed(),
      from,
      shared: shared === undefined ? FROM_NOTHING : headLine(shared),
      abandoned: lines.slice(i * NAMED, (i + 1) * NAMED),
    },
  }));
}

/** What one of these keys signed. */
export function opened(note: string, vkeys: readonly Vkey[]): Checkpoint | undefined {
  try {
    const { origin, size, root } = openCheckpoint(Buffer.from(note), vkeys);
    return { origin, size, root };
  } catch (error) {
    if (isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return undefined; // anybody may have written it
    throw error;
  }
}
