import { ok, type Check } from './checks.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

const STATE = `select registry_size::float8 as grown, signed_size::float8 as size, signed_seconds as signed, anchored_size::float8 as kept, anchored_seconds as anchored, hosts from "audit".evidence_state()`;

interface State {
  readonly grown: number | null;
  readonly size: number | null;
  /** Seconds since then. */
  readonly signed: number | null;
  readonly kept: number;
  readonly anchored: number | null;
  readonly hosts: readonly string[] | null;
}

/** What the configuration of whoever asks says of anchors. */
export interface KnownAnchors {
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** There are some, and all of them lie on the machine of the leader. */
  readonly areLocal: boolean;
  /** Somebody is to sign: a key is configured. */
  readonly isToBeSigned?: boolean | undefined;
}

/** So many heartbeats, or ticks while the registry grows, may be missed before it is said. */
const MISSED = 3;

const LOOK = 'look at what the sealer says: is it running, has it the key, do anchors answer? Was the database restored, or set back? Then declare that (docs/restoring.md)'; // prettier-ignore

function unsigned(
  grown: number,
  { tickMs, isToBeSigned = false }: KnownAnchors,
): { readonly says: string; readonly checks: readonly Check[] } {
  if (!isToBeSigned)
    return { says: 'level L0: nobody has signed this log; "keygen" makes a key', checks: [ok('evidence', 'level L0')] };
  const says = `no checkpoint yet: a key is configured, and a sealer that has it signs within ${Math.ceil(tickMs / 1000)} s of the first entry`; // prettier-ignore
  if (grown === 0) return { says, checks: [ok('evidence', 'no checkpoint yet')] };
  return { says, checks: [warn('evidence', `the registry has ${grown} entries, and none is signed`, `if it stays so, ${LOOK}`)] }; // prettier-ignore
}

/** How far the registry is signed and anchored, as a sentence, and what of it somebody should look at. */
export async function checkSigned(
  pool: Pool,
  schema: string,
  known: KnownAnchors,
): Promise<{ readonly says: string; readonly checks: readonly Check[] }> {
  const state = (await pool.query<State>(inSchema(schema, STATE))).rows[0];
  if (state?.size == null || state.signed === null) return unsigned(state?.grown ?? 0, known);
  const { grown, size, signed, kept, anchored, hosts } = state;
  const late = (seconds: number): boolean => seconds * 1000 > MISSED * known.heartbeatMs;
  const checks: Check[] = [];
  if (size > (grown ?? 0))
    checks.push(warn('evidence', `a checkpoint of ${size} entries is kept, and the registry has ${grown ?? 0}: somebody wrote it, or took entries away`, 'run verify with a policy; nothing more is signed while it is there')); // prettier-ignore
  // First: it is what a restore looks like, however long ago the backup was made.
  else if ((grown ?? 0) > size && signed * 1000 > MISSED * known.tickMs)
    checks.push(warn('evidence', `the registry has ${grown} entries, and was signed at ${size}, ${ago(signed)}: what came since is not signed`, `if it stays so, ${LOOK}`)); // prettier-ignore
  else if (late(signed))
    checks.push(warn('evidence', `the registry was signed ${ago(signed)}, for the last time`, LOOK));
  if (anchored === null)
    checks.push(warn('anchor', 'no anchor has ever taken a checkpoint: whoever owns the database can cut the log off', 'name one in evidence.anchors of audit.config (docs/anchors.md)')); // prettier-ignore
  else if (late(anchored))
    checks.push(warn('anchor', `an anchor took a checkpoint ${ago(anchored)}, for the last time`, 'look at what the sealer says of it')); // prettier-ignore
  if (known.areLocal && (hosts?.length ?? 0) > 1)
    checks.push(warn('anchor.local', `${hosts?.length} machines have signed of late, and the anchors lie on the machine that signs: each has a part, and whoever takes the machine has key and anchor`, 'let evidence.anchors lie elsewhere (docs/anchors.md)')); // prettier-ignore
  if (checks.length === 0) checks.push(ok('evidence', 'the registry is signed and anchored'));
  const where = anchored === null ? 'in no anchor' : `${kept} of them anchored, ${ago(anchored)}`;
  return { says: `${size} entries of the registry signed, ${ago(signed)}; ${where}`, checks };
}

function warn(name: string, message: string, remedy: string): Check {
  return { name, state: 'warn', message, remedy };
}

function ago(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 120 ? `${whole} s ago` : `${Math.round(whole / 60)} min ago`;
}
