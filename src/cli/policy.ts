import { open } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { REGISTRY } from '../chain/registry.js';
import { formatVkey, vkeyOf, parseVkey, type Vkey } from '../chain/vkey.js';
import { checkEvidence } from '../checkpoint/check-evidence.js';
import type { AnchorPlace } from '../checkpoint/port.js';
import { AuditError } from '../event/errors.js';
import { inSchema } from '../store/postgres/index.js';
import { formatPolicy, type Policy } from '../verify/policy.js';
import { environment, requireLog, withPool } from './environment.js';
import { commanderOutput, complain, line, print, type Text } from './terminal.js';

const FILE = 'audit-policy.json';
/** A day. */
const MAX_AGE_S = 86_400;

export function policyCommand(): Command {
  const init = new Command('init')
    .description(
      'write what an auditor is to trust (origin, keys, anchors) from what is configured here; he reads it, asks where each line comes from, and keeps it where nobody else can change it',
    )
    .option('--out <file>', 'a file that is not there yet', FILE)
    .option(
      '--vkey <vkey>',
      'the key of the registry, as "keygen" printed it; else that of the configured signer',
      vkey,
    )
    .action(async (options: { out: string; vkey?: Vkey }, command: Command) => {
      const env = await environment(command, 'AUDIT_SEALER_DATABASE_URL');
      const evidence = checkEvidence(env.evidence);
      const { origin, chains } = await withPool(env, 'policy', async (pool) => {
        await requireLog(pool, env.schema);
        const { rows } = await pool.query<{ origin: string; chains: string[] }>(inSchema(env.schema, `select b.origin, array(select c.origin from "audit".chain c where c.chain in (0, 1) order by 1) as chains from "audit".backlog() b`)); // prettier-ignore
        return rows[0] as { origin: string; chains: string[] }; // the log is there, and has one
      });
      const keys = await keysOf(options.vkey, evidence.signer, `${origin}/${REGISTRY.name}`);
      const unnamed = evidence.anchors.filter(({ place }) => place === undefined);
      const anchors = evidence.anchors.flatMap(({ place }) => (place === undefined ? [] : [place]));
      const policy: Policy = {
        origin,
        keys: keys.map((each) => ({ vkey: each })),
        anchors,
        quorum: Math.min(1, anchors.length),
        ...(anchors.length > 0 ? { maxAnchorAge: MAX_AGE_S } : {}),
        chains: keys.length === 0 ? chains : [...new Set([`${origin}/${REGISTRY.name}`, ...chains])],
        level: keys.length === 0 ? 'L0' : anchors.length === 0 ? 'L1' : 'L2',
        restores: [],
      };
      await write(options.out, formatPolicy(policy));
      print(line`wrote ${options.out}: level ${policy.level}, ${keys.length} keys, ${anchors.length} anchors`);
      for (const { name } of unnamed) complain(line`the anchor ${name} cannot be read by a policy, and is left out`);
      for (const each of keys) print(line`key     ${formatVkey(each)}`);
      for (const place of anchors) for (const each of neededBy(place)) print(line`set     ${each}`);
      print('It says what this machine says. An auditor compares key and anchors with what he was told in another way, and keeps the file himself.'); // prettier-ignore
    });
  return new Command('policy').description('the file by which an auditor verifies: verify --policy FILE').addCommand(init.exitOverride().configureOutput(commanderOutput)); // prettier-ignore
}

/** Variables that whoever verifies sets: a policy holds no secret. */
function neededBy(place: AnchorPlace): readonly Text[] {
  if (place.type === 'postgres')
    return [line`${place.urlVariable}, where you verify, to the URL of the database with the anchor ${place.table ?? ''}, for a role that reads it`]; // prettier-ignore
  if (place.type === 'webhook')
    return [line`${place.secretVariable}, where you verify, to the secret of the anchor ${place.listUrl}`];
  return [];
}

async function keysOf(
  named: Vkey | undefined,
  signer: ReturnType<typeof checkEvidence>['signer'],
  registry: string,
): Promise<readonly Vkey[]> {
  if (named === undefined) return (await signer?.vkeys(registry)) ?? [];
  if (named.name === registry) return [named];
  throw new AuditError('AUDIT_OPTIONS_INVALID', `--vkey is a key of ${named.name}, and the registry of this log is ${registry}: with the same bytes its key is ${formatVkey(vkeyOf(registry, named.key))}`); // prettier-ignore
}

/** Never over a file that is there: it may be the one that somebody verifies by. */
async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o644).catch((error: unknown) => {
    throw new AuditError('AUDIT_OPTIONS_INVALID', `${file} cannot be written as a new file; name another with --out`, {}, error); // prettier-ignore
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function vkey(text: string): Vkey {
  try {
    return parseVkey(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message); // it throws nothing else
  }
}
