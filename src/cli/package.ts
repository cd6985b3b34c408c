import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { prove } from '../checkpoint/prove.js';
import { AuditError } from '../event/errors.js';
import { MOST_PROVED, Package } from '../export/package.js';
import type { AuditReader } from '../query/reader.js';
import { deploymentOrigin, recordProof, withProofSource, type Pool } from '../store/postgres/index.js';
import { conditionsOf, type ConditionOptions } from './conditions.js';
import { quoted } from './condition-words.js';

export interface PackageOptions {
  readonly out?: string;
  /** `true`: under the usual name. */
  readonly package?: string | true;
  readonly control?: string;
  readonly sample?: number;
  readonly openings?: boolean;
  readonly continue?: boolean;
}

export function withPackage(command: Command): Command {
  return command
    .option('--out <dir>', 'the new directory')
    .option(
      '--package [zip]',
      'in place of --out: one zip for a control and a period, with proofs of the sample, a verifier and a page on top (default: <control>_<period>_<origin>.zip)',
    )
    .option('--control <name>', 'of a package: which control of a framework it is evidence for, CC7.2');
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkPackage(options: PackageOptions & ConditionOptions): void {
  if ((options.out === undefined) === (options.package === undefined)) throw refused('name the new directory with --out, or a zip with --package: one of the two'); // prettier-ignore
  if (options.package === undefined && options.control !== undefined) throw refused('--control is what a package is for: pass --package too'); // prettier-ignore
  if (options.package === undefined) return;
  if (options.continue === true) throw refused('--continue goes on in a directory: pass --out');
  const { from, to } = conditionsOf(options);
  if (from === undefined || to === undefined) throw refused('a package is of a period: pass --from and --to');
  if ((options.sample ?? 0) > MOST_PROVED) throw refused(`a package has proofs of its sample, ${MOST_PROVED} at most`);
}

/** `undefined` where none was asked for. */
export async function beginPackage(
  options: PackageOptions & ConditionOptions,
  { pool, schema, reader, onProof }: { readonly pool: Pool; readonly schema: string; readonly reader: AuditReader; readonly onProof: (done: number, total: number) => void }, // prettier-ignore
): Promise<Package | undefined> {
  if (options.package === undefined) return undefined;
  const { from = new Date(0), to = new Date(), tenant } = conditionsOf(options); // both are there, as checked
  const [first] = (await reader.find({ tenant, limit: 1 })).entries;
  const origin = first?.origin ?? (await deploymentOrigin(pool, schema));
  return await Package.begin({
    file: options.package === true ? undefined : options.package,
    of: { control: options.control, from, to, origin },
    verifier: readFileSync(join(dirname(realpathSync(process.argv[1] ?? '')), '../../../verifier/python/verify.py')),
    async prove(id) {
      const open = options.openings === true ? (['actor', 'data'] as const) : [];
      const proof = await withProofSource(pool, schema, (source) => prove(source, id, { open }));
      await recordProof(pool, schema, proof.proves.entry.origin, { id: proof.proves.entry.id, opened: proof.opened });
      return proof;
    },
    onProof,
  });
}

export function packageWords({ out, package: zip, control }: PackageOptions): readonly string[] {
  if (zip === undefined) return [`--out ${quoted(out ?? '')}`];
  return [
    zip === true ? '--package' : `--package ${quoted(zip)}`,
    ...(control === undefined ? [] : [`--control ${quoted(control)}`]),
  ];
}

const refused = (message: string): AuditError => new AuditError('AUDIT_OPTIONS_INVALID', message);
