import { hash } from 'node:crypto';
import { join } from 'node:path';
import { parseLeaf } from '../chain/parse-leaf.js';
import type { Vkey } from '../chain/vkey.js';
import { checkProof, checkUnsigned } from '../chain/check-proof.js';
import { readPlain, readProofFolder } from '../checkpoint/proof-directory.js';
import { isAuditError } from '../event/errors.js';
import { POPULATION_HEAD } from './csv.js';
import { Draw, MOST_DRAWN, populationLineOf, POPULATION_FILE, SAMPLE_FILE } from './draw.js';
import type { Said } from './export-report.js';
import type { Manifest, ManifestSample } from './manifest.js';
import { readLines } from './read-lines.js';
import type { RowFacts } from './row-facts.js';
import { BEFORE_FILE, SEED_FOLDER, seedOf } from './seed.js';

const INCOMPLETE: readonly unknown[] = ['missing', 'unsigned', 'later'];
const LEAF_BYTES = 65_535;

/** Makes population and sample anew from the rows that go by, and compares. */
export class PopulationCheck {
  readonly #manifest: Manifest;
  readonly #draw: Draw | undefined;
  readonly #population: AsyncIterator<Buffer> | undefined;
  #isPopulationRight = true;

  constructor(directory: string, manifest: Manifest) {
    this.#manifest = manifest;
    const { sample, files } = manifest;
    const isDrawable = sample !== undefined && sample.size > 0 && sample.size <= MOST_DRAWN;
    this.#draw = isDrawable ? new Draw(seedOf(sample.checkpoint.root, sample.word), sample.size) : undefined;
    if (files.some(({ name }) => name === POPULATION_FILE))
      this.#population = readLines(join(directory, POPULATION_FILE))[Symbol.asyncIterator]();
  }

  async begin(): Promise<void> {
    await this.#compare(POPULATION_HEAD);
  }

  async row({ origin = '', seq }: RowFacts, line: string): Promise<void> {
    if (this.#draw === undefined && this.#population === undefined) return;
    const made = populationLineOf(line, this.#manifest.format);
    this.#draw?.add(origin, seq, made);
    await this.#compare(made);
  }

  async #compare(expected: string): Promise<void> {
    if (this.#population === undefined || !this.#isPopulationRight) return;
    const { value, done } = (await this.#population.next()) as IteratorResult<Buffer, undefined>;
    if (done === true || value.toString('utf8') !== expected) this.#isPopulationRight = false;
  }

  async end(directory: string, vkeys: readonly Vkey[], said: Said): Promise<void> {
    const isMore = this.#population !== undefined && (await this.#population.next()).done !== true;
    if (!this.#isPopulationRight || isMore) said.find({ code: 'POPULATION_DIFFERS', file: POPULATION_FILE, message: `${POPULATION_FILE} is not the list of the rows` }); // prettier-ignore
    const { sample } = this.#manifest;
    if (sample === undefined) return;
    await checkSeed(directory, this.#manifest, sample, vkeys, said);
    const found = await readPlain(join(directory, SAMPLE_FILE), 64 * 1024 * 1024);
    if (this.#draw !== undefined && found instanceof Buffer && hash('sha256', found) === hash('sha256', this.#draw.text()))
      said.proved.push('the sample is the one that seed and population give');
    else said.find({ code: 'SAMPLE_DIFFERS', file: SAMPLE_FILE, message: `${SAMPLE_FILE} is not the sample that seed and rows give: another one was chosen` }); // prettier-ignore
  }
}

async function checkSeed(
  directory: string,
  { filter }: Manifest,
  sample: ManifestSample,
  vkeys: readonly Vkey[],
  said: Said,
) {
  const wrong = (message: string, code: 'SAMPLE_DIFFERS' | 'INCOMPLETE_UNPROVEN' = 'SAMPLE_DIFFERS'): void =>
    said.find({ code, file: `${SEED_FOLDER}/`, message });
  const { checkpoint, word, seed } = sample;
  if (seed !== seedOf(checkpoint.root, word)) wrong('the seed is not made of this root and this word');
  if (word === undefined) said.limits.push('no word was said: the owner of the log could steer the sample');
  try {
    const folder = join(directory, SEED_FOLDER);
    const files = await readProofFolder(folder);
    const proven = vkeys.length > 0 ? checkProof(files, vkeys) : checkUnsigned(files);
    const { entry } = proven;
    if (proven.checkpoint.origin !== entry.origin) return wrong('what it proves is no entry of a registry');
    const { size, root } = proven.checkpoint;
    if (size !== checkpoint.size || root !== checkpoint.root) return wrong('its checkpoint is not the one of the seed');
    const end = Date.parse(typeof filter['to'] === 'string' ? filter['to'] : '');
    if (!(Date.parse(entry.sealedAt) >= end)) return wrong('its entry was not sealed after the period');
    if (entry.seq > 0) {
      const before = await readPlain(join(folder, BEFORE_FILE), LEAF_BYTES);
      const parsed = parseLeaf(before instanceof Buffer ? before : Buffer.alloc(0));
      if (parsed.hash !== entry.prev || !(Date.parse(parsed.sealedAt) < end)) return wrong('its entry is not the first after the period'); // prettier-ignore
    }
    if (size > entry.seq + 1) said.limits.push(`that no checkpoint between ${entry.seq + 1} and ${size - 1} entries was signed is for your anchors to say: the sample was drawn by the one at ${size}`); // prettier-ignore
    if (vkeys.length === 0) said.find({ code: 'INCOMPLETE_UNSIGNED', file: `${SEED_FOLDER}/`, message: 'the checkpoint that decides the sample was not checked: pass --vkey' }); // prettier-ignore
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) return wrong('the folder cannot be read');
    wrong(error.message, INCOMPLETE.includes(error.facts['reason']) ? 'INCOMPLETE_UNPROVEN' : 'SAMPLE_DIFFERS');
  }
}
