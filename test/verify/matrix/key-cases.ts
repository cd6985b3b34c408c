import { handoverStatement } from '../../../src/chain/handover.js';
import { headLine } from '../../../src/chain/heads.js';
import { formatVkey } from '../../../src/chain/vkey.js';
import type { TrustedKey } from '../../../src/verify/index.js';
import { signerOf, vkeyOfLabel } from '../../checkpoint/support/memory.js';
import { declaredLines, ORIGIN, REGISTRY } from '../signed-log.js';
import { finds, right, type Finds, type MatrixCase } from './case.js';
import { append, noteOf, OTHER_ROOT, resign, retell, rewriteData, signedBy, toldData } from './forger.js';

const ELSEWHERE = 'example.com/elsewhere';
const HOUR = 3_600_000;
const key = async (label: string, validity: Omit<TrustedKey, 'vkey'> = {}): Promise<TrustedKey> => ({ vkey: await vkeyOfLabel(REGISTRY, label), ...validity }); // prettier-ignore
const keys = (name: string, on: MatrixCase['on'], trusted: () => Promise<readonly TrustedKey[]>, codes: Finds, steps: MatrixCase['steps'] = []): MatrixCase => ({
  name: `key: ${name}`,
  ...(on && { on }),
  steps,
  auditor: async (has) => ({ ...has, policy: { ...has.policy, keys: await trusted() } }),
  finds: finds(codes),
}); // prettier-ignore
const rotated = (name: string, trusted: () => Promise<readonly TrustedKey[]>, codes: Finds, steps: MatrixCase['steps'] = []): MatrixCase => keys(name, 'rotated', trusted, codes, steps); // prettier-ignore
const policies = (name: string, policy: Parameters<NonNullable<MatrixCase['auditor']>>[0]['policy'], ...codes: Finds): MatrixCase => ({
  name: `policy: ${name}`,
  auditor: (has) => ({ ...has, policy: { ...has.policy, ...policy } }),
  finds: finds(codes),
}); // prettier-ignore
const restores = (name: string, on: MatrixCase['on'], steps: MatrixCase['steps'], isAccepted: boolean, codes: Finds): MatrixCase => ({
  name: `restore: ${name}`,
  ...(on && { on }),
  steps: steps ?? [],
  auditor: async (has, { log }) => {
    return isAccepted ? { ...has, policy: { ...has.policy, restores: await declaredLines(log) } } : has;
  },
  finds: finds(codes),
}); // prettier-ignore

/** What `key.rotated` says. @param by who signs; undefined: nobody, as where the key before is not at hand */
const handover = async (from: string, to: string, by?: string): Promise<string> => {
  const [before, next] = [formatVkey(await vkeyOfLabel(REGISTRY, from)), formatVkey(await vkeyOfLabel(REGISTRY, to))];
  const signature = by === undefined ? null : await signerOf(by).sign(Buffer.from(handoverStatement(before, next)), await vkeyOfLabel(REGISTRY, by)); // prettier-ignore
  return JSON.stringify({ details: { from: before, to: next, signature: signature && Buffer.from(signature).toString('base64') } }); // prettier-ignore
};
const declared = (size: number, root = OTHER_ROOT): string =>
  JSON.stringify({ details: { reason: 'x', from: headLine({ origin: REGISTRY, size: 1, root }), abandoned: [headLine({ origin: REGISTRY, size, root })] } }); // prettier-ignore
/** The registry goes on behind what is forged: heads again, so that its size is one that is signed. */
const told = append('heads', toldData([]), {
  count: 0,
  root: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
});

/** Which key signs when, who handed over to whom, what was restored, and what a policy asks for. */
export const KEY_CASES: readonly MatrixCase[] = [
  right(rotated('handed over, and the policy has the first', async () => [await key('one')], [''])),
  right(rotated('handed over, and the policy has both', async () => [await key('one'), await key('two')], [''])),
  rotated('handed over, and the policy has the second alone', async () => [await key('two')], [
    '',
    'CHECKPOINT_UNTRUSTED',
  ]),
  rotated(
    'the first signs behind the handover',
    async () => [await key('one')],
    ['', 'KEY_OF_ANOTHER_TIME'],
    [signedBy(7, ['one'])],
  ),
  right(rotated('both sign behind the handover', async () => [await key('one')], [''], [signedBy(7, ['one', 'two'])])),
  rotated(
    'the second signs before the handover',
    async () => [await key('one'), await key('two')],
    ['', 'KEY_OF_ANOTHER_TIME'],
    [signedBy(3, ['two'])],
  ),
  rotated(
    'the handover signed by nobody, in data that agree',
    async () => [await key('one')],
    ['CHECKPOINT_DIFFERS', 'CHECKPOINT_UNTRUSTED REGISTRY_REWRITTEN'],
    [rewriteData(4, (data) => data.replace(/"signature":"[^"]+"/, '"signature":null'))],
  ),
  rotated(
    'the signature of the handover is another',
    async () => [await key('one')],
    ['CHECKPOINT_DIFFERS KEY_HANDOVER_FORGED', 'CHECKPOINT_UNTRUSTED KEY_HANDOVER_FORGED REGISTRY_REWRITTEN'],
    [rewriteData(4, (data) => data.replace(/"signature":"../, '"signature":"AA'))],
  ),
  rotated(
    'the handover goes to a key of their own, and all is signed by it',
    async () => [await key('one')],
    [
      'KEY_HANDOVER_FORGED',
      'BELOW_LEVEL CHECKPOINT_UNTRUSTED KEY_HANDOVER_FORGED',
      'CHECKPOINT_UNTRUSTED KEY_HANDOVER_FORGED REGISTRY_REWRITTEN',
    ],
    [
      rewriteData(4, (data) => data.replace(/"to":"[^"]+"/, '"to":"TO"')),
      async (client) => {
        const to = formatVkey(await vkeyOfLabel(REGISTRY, 'evil'));
        const step = rewriteData(4, (data) => data.replace('"TO"', JSON.stringify(to)));
        await (typeof step === 'string' ? client.query(step) : step(client));
      },
      resign('evil'),
    ],
  ),
  rotated(
    'the data of the handover edited',
    async () => [await key('one')],
    ['KEY_HANDOVER_FORGED SECTION_ALTERED', 'CHECKPOINT_UNTRUSTED KEY_HANDOVER_FORGED SECTION_ALTERED'],
    [`update audit.content set data = replace(data, '"from"', '"form"') where op = 'key.rotated'`],
  ),
  keys('nobody handed over, and the policy has the first', 'stranger', async () => [await key('one')], [
    '',
    'CHECKPOINT_UNTRUSTED',
  ]),
  right(
    keys(
      'nobody handed over, and the policy has both',
      'stranger',
      async () => [await key('one'), await key('three')],
      [''],
    ),
  ),
  keys('nobody handed over, and the policy has the new one alone', 'stranger', async () => [await key('three')], [
    '',
    'CHECKPOINT_UNTRUSTED',
  ]),
  keys('the policy has another', undefined, async () => [await key('evil')], [
    '',
    'BELOW_LEVEL CHECKPOINT_UNTRUSTED',
    'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_UNTRUSTED',
  ]),
  keys('the policy has none', undefined, () => Promise.resolve([]), ['', 'BELOW_LEVEL', 'ANCHOR_MISSING BELOW_LEVEL']),
  right(
    keys(
      'valid all the time',
      undefined,
      async () => [await key('one', { from: Date.now() - HOUR, until: Date.now() + HOUR })],
      [''],
    ),
  ),
  keys('its time is over', undefined, async () => [await key('one', { until: Date.now() - HOUR })], [
    '',
    'BELOW_LEVEL KEY_OF_ANOTHER_TIME',
    'ANCHOR_MISSING BELOW_LEVEL KEY_OF_ANOTHER_TIME',
  ]),
  keys('its time is to come', undefined, async () => [await key('one', { from: Date.now() + HOUR })], [
    '',
    'BELOW_LEVEL KEY_OF_ANOTHER_TIME',
    'ANCHOR_MISSING BELOW_LEVEL KEY_OF_ANOTHER_TIME',
  ]),
  keys(
    'a handover by a key that nobody trusts, signed',
    undefined,
    async () => [await key('one')],
    ['', 'CHECKPOINT_UNTRUSTED', 'CHECKPOINT_UNTRUSTED'],
    [
      async (client) => {
        const step = append('key.rotated', await handover('evil', 'two', 'evil'));
        await (typeof step === 'string' ? client.query(step) : step(client));
      },
    ],
  ),
  keys(
    'a handover signed by the key that it goes to',
    undefined,
    async () => [await key('one')],
    ['KEY_HANDOVER_FORGED'],
    [append('key.rotated', () => handover('one', 'evil', 'evil'))],
  ),
  keys(
    'a handover signed by nobody, and the new key signs',
    undefined,
    async () => [await key('one')],
    ['', 'CHECKPOINT_UNTRUSTED'],
    [append('key.rotated', () => handover('one', 'evil')), signedBy(5, ['evil'])],
  ),
  keys(
    'a handover without details',
    undefined,
    async () => [await key('one')],
    ['KEY_HANDOVER_FORGED'],
    [append('key.rotated', '{}')],
  ),
  keys(
    'a handover with a signature that is none',
    undefined,
    async () => [await key('one')],
    ['KEY_HANDOVER_FORGED'],
    [
      append('key.rotated', async () =>
        (await handover('one', 'evil', 'evil')).replace(/"signature":"[^"]+"/, '"signature":7'),
      ),
    ],
  ),

  restores('declared, signed, and the policy does not know of it', 'restored', [], false, ['', 'RESTORE_DECLARED']),
  right(restores('declared, signed, and in the policy', 'restored', [], true, [''])),
  restores('declared by whoever has no key', 'backup', [append('restore.declared', declared(4)), told], false, [
    '',
    '',
    'REGISTRY_REWRITTEN',
  ]),
  restores(
    'declared for what was rewritten, by whoever has no key',
    undefined,
    [retell({ leave: [3] }), append('restore.declared', declared(4)), told],
    false,
    [
      'CHAIN_UNTOLD CHECKPOINT_DIFFERS',
      'BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
      'ANCHOR_MISSING BELOW_LEVEL CHAIN_UNTOLD REGISTRY_REWRITTEN',
    ],
  ),
  restores('declared, and says nothing', undefined, [append('restore.declared', '{}')], false, ['']),
  restores(
    'declared, says nothing, and is signed',
    undefined,
    [append('restore.declared', '{}'), signedBy(5, ['one'])],
    false,
    ['', 'RESTORE_DECLARED'],
  ),
  restores(
    'taken out again',
    'restored',
    [rewriteData(3, (data) => data.replace(/"abandoned":\[[^\]]*\]/, '"abandoned":[]'))],
    true,
    ['CHECKPOINT_DIFFERS', 'REGISTRY_REWRITTEN'],
  ),

  {
    name: 'policy: of another deployment',
    auditor: async (has) => ({
      ...has,
      policy: {
        ...has.policy,
        origin: ELSEWHERE,
        chains: [],
        keys: [{ vkey: await vkeyOfLabel(`${ELSEWHERE}/registry`, 'one') }],
      },
    }),
    finds: finds([
      '',
      'BELOW_LEVEL CHECKPOINT_UNTRUSTED ORIGIN_DIFFERS',
      'ANCHOR_MISSING BELOW_LEVEL CHECKPOINT_UNTRUSTED ORIGIN_DIFFERS',
    ]),
  },
  policies('expects a chain that is not there', { chains: [`${ORIGIN}/9`] }, '', 'CHAIN_MISSING', 'CHAIN_MISSING'),
  policies('asks for a higher level than is proved', { level: 'L3' }, '', 'BELOW_LEVEL', 'BELOW_LEVEL'),
  right(
    policies(
      'knows of a restore that never was',
      { restores: [headLine({ origin: REGISTRY, size: 1, root: OTHER_ROOT })] },
      '',
      '',
      '',
    ),
  ),
  {
    name: 'policy: asks for L1, and nothing is signed',
    steps: ['delete from audit.checkpoint'],
    auditor: (has) => ({ ...has, policy: { ...has.policy, level: 'L1', quorum: 0 }, anchors: [] }),
    finds: finds(['', 'BELOW_LEVEL']),
  },
  {
    name: 'two notes of one size shown to two people: this auditor has one',
    auditor: async (has) => ({
      ...has,
      anchors: [
        {
          name: 'mine',
          async *list() {
            yield { note: await noteOf(4, OTHER_ROOT, ['one']), storedAt: 0 };
          },
        },
      ].slice(0, has.anchors.length),
    }),
    finds: finds(['', '', 'ANCHOR_MISSING BELOW_LEVEL EQUIVOCATION REGISTRY_REWRITTEN']),
  },
];
