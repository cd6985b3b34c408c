import { AuditError } from '../event/errors.js';
import { messageOf } from '../event/cause.js';
import { nearest } from '../event/nearest.js';
import type { Anchor, EvidenceConfig, Signer } from './port.js';
import { environmentSigner } from './signers/environment-signer.js';

export interface CheckedEvidence {
  /** `undefined`: nobody signs here. */
  readonly signer: Signer | undefined;
  /** Whoever has no signer must not lead. */
  readonly required: boolean;
  readonly anchors: readonly Anchor[];
  /** Milliseconds. */
  readonly tickMs: number;
  /** Milliseconds, at least `tickMs`. */
  readonly heartbeatMs: number;
}

const KNOWN: readonly (keyof EvidenceConfig)[] = ['signer', 'anchors', 'tickMs', 'heartbeatMs'];
const DAY = 86_400_000;
const MAX_ANCHORS = 16;

/**
 * `evidence` of `audit.config`, with the defaults put in; the environment is asked for its key.
 * @throws AuditError `AUDIT_CONFIG_INVALID`, `AUDIT_OPTIONS_INVALID` for the environment's, saying what to write instead
 */
export function checkEvidence(config: unknown): CheckedEvidence {
  const { signer: named, anchors, tickMs: tick, heartbeatMs: heartbeat } = checkNames(config ?? {});
  const { signer, required } = checkSigner(named);
  const tickMs = whole('tickMs', tick, 1_000, DAY) ?? 60_000;
  const heartbeatMs = whole('heartbeatMs', heartbeat, tickMs, 7 * DAY) ?? tickMs * 10;
  return { signer, required, anchors: checkAnchors(anchors) ?? beside(signer), tickMs, heartbeatMs };
}

/** Asked by whoever signs and anchors alone. What it throws names a variable that is not set here. */
function called(evidence: () => unknown): unknown {
  try {
    return evidence();
  } catch (error) {
    throw invalid(`evidence cannot be made: ${messageOf(error)}`, error);
  }
}

function checkNames(given: unknown): Record<string, unknown> {
  const config = typeof given === 'function' ? called(given as () => unknown) : given;
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw invalid('evidence must be an object: evidence: { anchors: [ … ] }');
  for (const name of Object.keys(config)) {
    if (KNOWN.some((known) => known === name)) continue;
    const meant = nearest(name, KNOWN);
    throw invalid(`there is no setting ${JSON.stringify(`evidence.${name}`)}${meant === undefined ? `; there are ${KNOWN.join(', ')}` : `: did you mean ${meant}?`}`); // prettier-ignore
  }
  return { ...config };
}

function checkSigner(named: unknown = 'environment'): Pick<CheckedEvidence, 'signer' | 'required'> {
  if (named === 'environment' || named === 'required')
    return { signer: environmentSigner(), required: named === 'required' };
  if (typeof named !== 'object' || named === null || !has(named, 'vkeys') || !has(named, 'sign'))
    throw invalid("evidence.signer must be 'environment', 'required', fileSigner({ path }), or an object with vkeys(name) and sign(bytes, vkey)"); // prettier-ignore
  const signer = named as Signer; // its methods are there; what they give is looked at when it comes
  if (signer.anchorBeside !== undefined) checkAnchor(signer.anchorBeside, 'evidence.signer.anchorBeside');
  return { signer, required: true };
}

function checkAnchors(anchors: unknown): readonly Anchor[] | undefined {
  if (anchors === undefined) return undefined;
  if (!Array.isArray(anchors))
    throw invalid("evidence.anchors must be a list: anchors: [fileAnchor('/mnt/audit/checkpoints')]");
  if (anchors.length > MAX_ANCHORS)
    throw invalid(`evidence.anchors has ${anchors.length} anchors, and ${MAX_ANCHORS} are the most`);
  const checked = anchors.map((anchor: unknown, i) => checkAnchor(anchor, `evidence.anchors[${i}]`));
  const names = checked.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw invalid(
      `two of evidence.anchors have the name ${JSON.stringify(twice)}: take one of them out, or give each a name of its own, postgresAnchor(pool, { name: 'auditor' })`,
    );
  return checked;
}

function checkAnchor(anchor: unknown, name: string): Anchor {
  if (typeof anchor !== 'object' || anchor === null || !has(anchor, 'put'))
    throw invalid(`${name} must be an anchor: fileAnchor(…), directoryAnchor(…), postgresAnchor(…), webhookAnchor(…), s3Anchor(…), stdoutAnchor(), or an object with name and put()`); // prettier-ignore
  const it = anchor as Anchor; // as above
  if (typeof it.name !== 'string' || it.name === '' || it.name.length > 1_000)
    throw invalid(`${name} must have a name, 1 to 1000 characters: kind and place, without a secret`);
  if (it.list !== undefined && typeof it.list !== 'function')
    throw invalid(`list of ${name} must be a function, or not there`);
  return it;
}

const beside = (signer: Signer | undefined): readonly Anchor[] =>
  signer?.anchorBeside === undefined ? [] : [signer.anchorBeside];

const has = (object: object, method: string): boolean => typeof Reflect.get(object, method) === 'function';

function whole(name: string, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(
    `evidence.${name} must be a whole number of milliseconds from ${least} to ${most}, not ${typeof value === 'number' ? value : `a ${typeof value}`}`,
  );
}

function invalid(message: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_CONFIG_INVALID', `audit.config: ${message}`, {}, cause);
}
