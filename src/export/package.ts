import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { codeOf } from '../checkpoint/node-error.js';
import type { MadeProof } from '../checkpoint/prove.js';
import { writeNewFolder } from '../checkpoint/proof-directory.js';
import { AuditError, isAuditError } from '../event/errors.js';
import type { WrittenExport } from './directory.js';
import { csvCells } from './csv.js';
import { SAMPLE_FILE } from './draw.js';
import { SHEET } from './manifest.js';
import { packagePage, packageReadme, type DrawnEntry, type PackagePage } from './package-page.js';
import { checkControl, packageName, type PackageOf } from './package-name.js';
import { ZipFile } from './zip.js';

export interface PackageOptions {
  /** The new zip; a directory that is there gets one of the usual name. @defaultValue of that name, in the working directory */
  readonly file?: string | undefined;
  readonly of: PackageOf;
  /** Text of `verify.py`, which goes with it. */
  readonly verifier: Uint8Array;
  /** Proves an entry of the sample, and tells the log that it did. */
  readonly prove: (id: string) => Promise<MadeProof>;
  readonly onProof?: ((done: number, total: number) => void) | undefined;
}

/** Proofs that are made for one package: each reads the hashes of all chains. */
export const MOST_PROVED = 1_000;

/** An export and what belongs to it, made in a directory beside the zip and then put into it: for one control and one period. */
export class Package {
  readonly file: string;
  /** Where the export is to be written. */
  readonly directory: string;
  readonly #stage: string;
  readonly #options: PackageOptions;

  private constructor(file: string, stage: string, options: PackageOptions) {
    [this.file, this.#stage, this.#options] = [file, stage, options];
    this.directory = join(stage, 'export');
  }

  /** @throws AuditError `AUDIT_OPTIONS_INVALID`, before anything is read */
  static async begin(options: PackageOptions): Promise<Package> {
    if (options.of.control !== undefined) checkControl(options.of.control);
    const named = resolve(options.file ?? '.');
    const found = await stat(named).catch(() => undefined);
    const file = found?.isDirectory() === true ? join(named, packageName(options.of)) : named;
    if (await stat(file).then(() => true, () => false)) throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${file} already: name a new file`); // prettier-ignore
    try {
      return new Package(file, await mkdtemp(join(dirname(file), `.${basename(file)}-`)), options);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no directory ${dirname(file)} to write it into: make it first`); // prettier-ignore
    }
  }

  /** Makes the zip of the export that was written. */
  async pack({ manifest, sha256 }: WrittenExport): Promise<void> {
    const { of, verifier } = this.#options;
    const sample = manifest.sample && (await this.#proved());
    const listed = (await readdir(this.#stage, { recursive: true, withFileTypes: true })).filter((each) =>
      each.isFile(),
    );
    const names = listed.map(({ parentPath, name }) => relative(this.#stage, join(parentPath, name)).replaceAll(sep, '/')).toSorted(); // prettier-ignore
    const proofs = [
      ...(names.includes('export/proof/entry.leaf') ? ['export/proof'] : []),
      ...(sample ?? []).flatMap(({ proof }) => (proof === undefined ? [] : [proof])),
    ];
    const page: PackagePage = { ...of, sheet: await this.#sheet(), files: manifest.files, sha256, sample, proofs, producedBy: manifest.producedBy }; // prettier-ignore
    const zip = await ZipFile.create(this.file, new Date(manifest.producedAt));
    try {
      const sums: string[] = [];
      const add = async (name: string, content: Parameters<ZipFile['add']>[1]): Promise<void> => void sums.push(`${await zip.add(name, content)}  ${name}\n`); // prettier-ignore
      await add('index.html', packagePage(page));
      await add('README.md', packageReadme(page));
      await add('verify.py', verifier);
      for (const name of names) await add(name, { path: join(this.#stage, name) });
      await zip.add('SHA256SUMS', sums.join(''));
      await zip.close();
    } catch (error) {
      await zip.abandon();
      throw error;
    }
  }

  /** What it was made of goes, whatever came of it. */
  async end(): Promise<void> {
    await rm(this.#stage, { recursive: true, force: true });
  }

  async #proved(): Promise<readonly DrawnEntry[]> {
    const { prove, onProof } = this.#options;
    const lines = (await readFile(join(this.directory, SAMPLE_FILE), 'utf8')).split(/(?<=\r\n)/).slice(1);
    await mkdir(join(this.#stage, 'proofs'));
    const entries: DrawnEntry[] = [];
    for (const line of lines) {
      const [, , seq = '', id = '', occurredAt = '', , action = '', outcome = '', type = '', resourceId = ''] = (csvCells(line) ?? []).map((cell) => cell.slice(1, -1).replaceAll('""', '"')); // prettier-ignore
      const entry = {
        id,
        seq,
        occurredAt,
        action,
        outcome,
        resource: resourceId === '' ? type : `${type}:${resourceId}`,
      };
      // Both are digits, unless somebody made the entry so: what cannot be a name is proved by nothing.
      const proof = /^\d+$/.test(seq) && /^[0-9a-f-]{36}$/.test(id) ? `proofs/${seq}-${id}` : undefined;
      entries.push({
        ...entry,
        proof: proof !== undefined && (await this.#prove(prove, id, proof)) ? proof : undefined,
      });
      onProof?.(entries.length, lines.length);
    }
    return entries;
  }

  async #prove(prove: PackageOptions['prove'], id: string, folder: string): Promise<boolean> {
    try {
      await writeNewFolder(join(this.#stage, folder), (await prove(id)).files);
      return true;
    } catch (error) {
      if (isAuditError(error, 'AUDIT_NOT_COVERED')) return false;
      throw error;
    }
  }

  /** As it is filed: the page says nothing else than the sheet. */
  async #sheet(): Promise<PackagePage['sheet']> {
    const lines = (await readFile(join(this.directory, SHEET), 'utf8')).split('\n');
    return lines.flatMap((line) => {
      const [, name, value] = /^(\S.{0,9}\S|\S) +(.+)$/.exec(line) ?? [];
      return name === undefined || value === undefined || line.startsWith('Export of') ? [] : [[name, value] as const];
    });
  }
}
