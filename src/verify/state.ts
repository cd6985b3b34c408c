import { exactCount } from '../chain/count.js';
import type { Digest } from '../chain/hashing.js';
import { isOrigin } from '../chain/leaf.js';
import { decodeFrontier, encodeFrontier, type Frontier } from '../chain/merkle.js';
import { AuditError } from '../event/errors.js';
import { LEVELS, type Level } from './report.js';

/** Where a chain was when it was verified: all that is needed to go on from there. */
export interface ChainState {
  readonly origin: string;
  readonly chain: number;
  /** Entries, one at least. */
  readonly size: number;
  /** Of the last of them. */
  readonly hash: Digest;
  readonly frontier: Frontier;
}

/** What a run leaves for the next one, which then takes it on trust: keep it where nobody can write who may change the log. */
export interface VerifyState {
  /** RFC 3339, by the clock of whoever verified. */
  readonly verifiedAt: string;
  /** What the origins of all chains begin with. */
  readonly deployment: string;
  /** What that run had proved of it: what was not compared with keys and anchors then is not compared later. */
  readonly level: Level;
  readonly chains: readonly ChainState[];
}

const FORMAT = 'nestjs-prisma-audit/verify-state/v2';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Of a line: an origin of 255 bytes, and a frontier of 53 hashes. */
const LONGEST = 8_192;

/** JSON, a line for each chain. */
export function formatState({ verifiedAt, deployment, level, chains }: VerifyState): string {
  const lines = chains.map((chain) => `\n${chainLine(chain)}`);
  return `${head(verifiedAt, deployment, level)}${lines.join(',')}${chains.length > 0 ? '\n' : ''}]}\n`;
}

const head = (verifiedAt: string, deployment: string, level: Level): string =>
  `{"format":${JSON.stringify(FORMAT)},"verifiedAt":${JSON.stringify(verifiedAt)},"deployment":${JSON.stringify(deployment)},"level":"${level}","chains":[`;

const chainLine = ({ origin, chain, size, hash, frontier }: ChainState): string =>
  JSON.stringify({ origin, chain, size, hash, frontier: encodeFrontier(frontier) });

/**
 * Takes only what `formatState` writes.
 * @throws AuditError `AUDIT_STATE_INVALID`, with the number of the line
 */
export function parseState(text: string): VerifyState {
  const lines = text.split('\n');
  const first = lines[0] ?? '';
  const [, format, verifiedAt = '', deployment = '', , level] =
    /^\{"format":"([a-z0-9./-]{1,60})","verifiedAt":"([^"]{1,30})","deployment":"([^"\\]{0,255})"(,"level":"(L[0-3])")?,"chains":\[(?:\]\})?$/.exec(
      first.slice(0, LONGEST),
    ) ?? [];
  if (format === undefined) throw refused(1, 'is not the first of a file that verify --save-state wrote');
  if (format !== FORMAT) throw refused(1, `is of another format than ${FORMAT}: verify without --since, and save anew`);
  const reached = LEVELS.find((each) => each === level);
  if (reached === undefined) throw refused(1, 'has no level');
  if (!TIME.test(verifiedAt) || Number.isNaN(Date.parse(verifiedAt))) throw refused(1, 'has no time in verifiedAt');
  const isEmpty = first.endsWith(']}');
  if (!isEmpty && !isOrigin(deployment)) throw refused(1, 'has no deployment');
  const end = lines.length - 2;
  const isWhole = lines.at(-1) === '' && (isEmpty ? end === 0 : end >= 2 && lines[end] === ']}');
  if (!isWhole) throw refused(Math.max(1, lines.length), 'is not the end of the file: it was cut, or added to');
  const chains = isEmpty
    ? []
    : lines.slice(1, end).map((line, i, all) => parseChain(line, i + 2, i === all.length - 1));
  for (const [i, { chain, origin }] of chains.entries()) {
    if (chain <= (chains[i - 1]?.chain ?? -1)) throw refused(i + 2, 'is not in the order of the chains');
    if (!origin.startsWith(`${deployment}/`)) throw refused(i + 2, 'is of another deployment');
  }
  return { verifiedAt, deployment, level: reached, chains };
}

function parseChain(line: string, number: number, isLast: boolean): ChainState {
  const state = chainOf(isLast ? line : line.slice(0, -1));
  if (state === undefined || chainLine(state) + (isLast ? '' : ',') !== line)
    throw refused(number, 'is not origin, chain, size, hash and frontier as verify --save-state writes them');
  return state;
}

function chainOf(json: string): ChainState | undefined {
  if (json.length > LONGEST) return undefined;
  try {
    const { origin, chain, size, hash, frontier } = JSON.parse(json) as Record<keyof ChainState, unknown>;
    const isNumbers = exactCount(String(chain)) === chain && exactCount(String(size)) === size;
    if (!isNumbers || typeof origin !== 'string' || !isOrigin(origin) || (size as number) < 1) return undefined;
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof frontier !== 'string') return undefined;
    const [c, s] = [chain as number, size as number];
    return { origin, chain: c, size: s, hash, frontier: decodeFrontier(s, frontier) };
  } catch {
    return undefined;
  }
}

function refused(line: number, what: string): AuditError {
  return new AuditError('AUDIT_STATE_INVALID', `line ${line} of the state ${what}`, { line });
}
