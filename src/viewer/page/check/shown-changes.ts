import { fieldOf, type Columns } from '../column-names.js';
import { isSameValue } from './same-value.js';

export type Members = Readonly<Record<string, unknown>>;

export const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.map((each) => objectOf(each)) : []); // prettier-ignore
export const objectOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
export const ownOf = (of: Members, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined);
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Fields that an abridged entry names at least, and characters of a name. */
const ABRIDGED = { fields: 16, name: 200 };
const SIDES = ['old', 'new'] as const;

interface Given {
  readonly sealed: Members;
  readonly shown: Members;
  /** The data section with JavaScript's numbers. */
  readonly plain: Members;
  readonly columns: Columns;
}

/** `changes` and `change` have the client's names and types: each is what the bytes say, or nobody can tell here. */
export class ShownChanges {
  readonly wrong = new Set<string>();
  readonly unsure = new Set<string>();

  constructor(private readonly given: Given) {
    this.#changes(given.shown['abridged'] === true);
    const { sealed, shown } = given;
    if ('change' in shown) this.#change(objectOf(sealed['change']), objectOf(shown['change']));
    else if ('change' in sealed && shown['abridged'] !== true) this.wrong.add('change');
    if ('change' in shown && !('change' in sealed)) this.wrong.add('change');
  }

  #changes(isAbridged: boolean): void {
    const [ours, theirs] = [listOf(this.given.sealed['changes']), listOf(this.given.shown['changes'])];
    const isAll = ours.length === theirs.length || (isAbridged && theirs.length >= ABRIDGED.fields && theirs.length < ours.length); // prettier-ignore
    if (!isAll || !Array.isArray(this.given.shown['changes'])) this.wrong.add('changes');
    for (const [i, other] of theirs.entries()) {
      const change = ours[i] ?? {};
      const column = String(change['field']);
      this.#name('changes', column, other['field'], isAbridged);
      for (const name of new Set([...Object.keys(change), ...Object.keys(other)])) {
        if (name === 'field' || name === 'asText' || (isAbridged && !(name in other))) continue;
        if (name !== 'old' && name !== 'new') {
          if (!isSame(change[name], other[name])) this.wrong.add('changes');
        } else if (!(name in change) || !(name in other)) this.wrong.add('changes');
        else if (isAsText(other, name)) this.#text('changes', change[name], other[name]);
        else this.#value(`changes.${column}`, change[name], other[name], { side: name, column });
      }
    }
  }

  #change(own: Members, given: Members): void {
    if (Object.keys(given).some((name) => !(name in own)) || own['operation'] !== given['operation'] || own['model'] !== given['model']) this.wrong.add('change'); // prettier-ignore
    for (const name of ['masked', 'cut'])
      for (const side of SIDES) this.#marks(`change.${name}`, objectOf(objectOf(own[name])[side]), objectOf(objectOf(given[name])[side])); // prettier-ignore
    for (const name of ['redacted', 'ignored']) {
      const [a, b] = [own[name], given[name]].map((list): readonly unknown[] => (Array.isArray(list) ? list : []));
      if (a?.length !== b?.length) this.wrong.add(`change.${name}`);
      for (const [i, path] of (a ?? []).entries()) this.#name(`change.${name}`, String(path), b?.[i]);
    }
    for (const side of SIDES) this.#side(side, own, given);
  }

  /** What the field's type cannot hold stands apart, as the database's text. */
  #side(side: 'old' | 'new', own: Members, given: Members): void {
    const [ours, theirs, apart] = [objectOf(own[side]), objectOf(given[side]), objectOf(objectOf(given['asText'])[side])]; // prettier-ignore
    const columns = Object.keys(ours);
    const [values, texts] = [Object.keys(theirs), Object.keys(apart)];
    if (columns.length !== values.length + texts.length || side in own !== side in given) this.wrong.add(`change.${side}`); // prettier-ignore
    for (const column of columns) {
      const names = this.#names(column);
      const isNamed = (of: Members): string | undefined => names.find((name) => Object.hasOwn(of, name));
      const [name, text] = [isNamed(theirs), isNamed(apart)];
      if (name !== undefined) this.#value(`change.${column}`, ours[column], theirs[name], { side, column });
      else if (text !== undefined) this.#text(`change.${side}`, ours[column], apart[text]);
      else this.#unnamed(`change.${side}`);
    }
  }

  /** What is left of values that were not logged: itself, by the name of its own field. */
  #marks(name: string, ours: Members, theirs: Members): void {
    if (Object.keys(ours).length !== Object.keys(theirs).length) this.wrong.add(name);
    for (const [column, value] of Object.entries(ours)) {
      const found = this.#names(column).find((each) => Object.hasOwn(theirs, each));
      if (found === undefined) this.#unnamed(name);
      else if (!isSame(value, theirs[found])) this.wrong.add(name);
    }
  }

  #value(name: string, sealed: unknown, shown: unknown, { side, column }: { side: string; column: string }): void {
    const plain = ownOf(objectOf(this.given.plain[side]), column) ?? sealed;
    if (!isSameValue(sealed, shown, plain)) (this.given.shown['abridged'] === true ? this.wrong : this.unsure).add(name); // prettier-ignore
  }

  #text(name: string, sealed: unknown, shown: unknown): void {
    if ((typeof sealed === 'string' ? sealed : JSON.stringify(sealed)) !== shown) this.wrong.add(name);
  }

  /** Its own, and what the session calls it: a path begins with its column. */
  #names(path: string): readonly string[] {
    const { columns } = this.given;
    const [first = ''] = path.split('.');
    return [fieldOf(columns, path), path, fieldOf(columns, first) + path.slice(first.length)];
  }

  #name(where: string, path: string, shown: unknown, isShort = false): void {
    const names = this.#names(path).map((name) => (isShort ? name.slice(0, ABRIDGED.name) : name));
    if (typeof shown === 'string' && names.includes(shown)) return;
    const { sealed } = this.given;
    const isOther = SIDES.some((side) => typeof shown === 'string' && Object.hasOwn(objectOf(sealed[side]), shown));
    if (isOther || typeof shown !== 'string') this.wrong.add(where);
    else this.#unnamed(where);
  }

  /** Where nothing is known of what the model's columns are called, it may be what the application calls this one. */
  #unnamed(where: string): void {
    (this.given.columns === undefined && this.given.shown['abridged'] !== true ? this.unsure : this.wrong).add(where);
  }
}

const isAsText = (change: Members, side: string): boolean =>
  Array.isArray(change['asText']) && change['asText'].includes(side);
