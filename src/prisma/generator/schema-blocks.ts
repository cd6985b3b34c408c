import { attributeOf, endOfBrackets, type Attribute } from './schema-values.js';
import { stringOf, tokensOf, type Token } from './schema-tokens.js';

/** A line of a comment, and where it stands. */
export interface Remark {
  readonly file: string;
  readonly line: number;
  /** Without its slashes. */
  readonly text: string;
  /** Three slashes: it belongs to what follows, or to the field before it. Two: a note. */
  readonly doc: boolean;
}

export interface SchemaField {
  readonly name: string;
  readonly type: string;
  /** The database's type, in quotes, of one that Prisma does not know. */
  readonly unsupported?: string;
  readonly list: boolean;
  readonly optional: boolean;
  readonly attributes: readonly Attribute[];
  readonly remarks: readonly Remark[];
}

export interface SchemaBlock {
  /** `model`, `view`, `enum`, `type`, `generator`, `datasource`. */
  readonly kind: string;
  readonly name: string;
  readonly fields: readonly SchemaField[];
  readonly attributes: readonly Attribute[];
  readonly remarks: readonly Remark[];
}

export interface ParsedSchema {
  readonly blocks: readonly SchemaBlock[];
  /** Comments that belong to no model and no field. */
  readonly loose: readonly Remark[];
}

/** Reads a file that Prisma has found valid; what it would not have, this does not look for. @param file its name for messages */
export function parseSchema(source: string, file: string): ParsedSchema {
  return new Parser(tokensOf(source), file).parse();
}

class Parser {
  readonly #blocks: SchemaBlock[] = [];
  readonly #loose: Remark[] = [];
  /** Comments that wait for what they belong to. */
  #pending: Remark[] = [];
  #at = 0;

  constructor(
    readonly tokens: readonly Token[],
    readonly file: string,
  ) {}

  parse(): ParsedSchema {
    while (this.#at < this.tokens.length) {
      if (this.#peek()?.kind === 'word') this.#block();
      else this.#between();
    }
    this.#dropPending();
    return { blocks: this.#blocks, loose: this.#loose };
  }

  #block(): void {
    const remarks = this.#takePending();
    const kind = this.#next().text;
    const name = this.#next().text;
    const fields: SchemaField[] = [];
    const attributes: Attribute[] = [];
    this.#next(); // the brace
    this.#restOfLine(this.#loose);
    while (this.#at < this.tokens.length && this.#peek()?.text !== '}') {
      const token = this.#peek();
      if (token?.kind === 'word') fields.push(this.#field());
      else if (token?.kind === 'attribute') {
        this.#dropPending();
        attributes.push(this.#attribute());
        this.#restOfLine(this.#loose);
      } else this.#between();
    }
    this.#dropPending();
    this.#at++;
    this.#restOfLine(this.#loose);
    this.#blocks.push({ kind, name, fields, attributes, remarks });
  }

  #field(): SchemaField {
    const remarks = this.#takePending();
    const name = this.#next().text;
    const attributes: Attribute[] = [];
    let type = '';
    let unsupported: string | undefined;
    let list = false;
    let optional = false;
    for (let token = this.#peek(); token !== undefined && token.text !== '}'; token = this.#peek()) {
      if (token.kind === 'newline' || token.kind === 'doc' || token.kind === 'comment') break;
      if (token.kind === 'attribute') attributes.push(this.#attribute());
      else if (token.text === '(') {
        const inside = this.#brackets();
        if (type === 'Unsupported' && inside[1] !== undefined) unsupported = stringOf(inside[1].text);
      } else if (token.text === '[') list = this.#brackets().length > 0;
      else {
        if (token.kind === 'word') type ||= token.text;
        optional ||= token.text === '?';
        this.#at++;
      }
    }
    this.#restOfLine(remarks);
    const known = unsupported === undefined ? {} : { unsupported };
    return { name, type, ...known, list, optional, attributes, remarks };
  }

  #attribute(): Attribute {
    const start = this.#at++;
    if (this.#peek()?.text === '(') this.#brackets();
    return attributeOf(this.tokens.slice(start, this.#at));
  }

  #brackets(): readonly Token[] {
    const start = this.#at;
    this.#at = endOfBrackets(this.tokens, start);
    return this.tokens.slice(start, this.#at);
  }

  /** Comments at the end of a line. */
  #restOfLine(remarks: Remark[]): void {
    for (let token = this.#peek(); token !== undefined && token.kind !== 'newline'; token = this.#peek()) {
      if (token.kind !== 'doc' && token.kind !== 'comment') return;
      remarks.push(this.#remark(this.#next()));
    }
    this.#at++;
  }

  /** Comments and empty lines between two things; an empty line cuts a comment off from what follows. */
  #between(): void {
    const token = this.#next();
    if (token.kind === 'newline') this.#dropPending();
    else if (token.kind === 'doc' || token.kind === 'comment') {
      this.#pending.push(this.#remark(token));
      if (this.#peek()?.kind === 'newline') this.#at++;
    }
  }

  #remark({ kind, text, line }: Token): Remark {
    return { file: this.file, line, text: text.replace(/^\/+/, '').trim(), doc: kind === 'doc' };
  }

  #takePending(): Remark[] {
    return this.#pending.splice(0);
  }

  #dropPending(): void {
    this.#loose.push(...this.#takePending());
  }

  #peek(): Token | undefined {
    return this.tokens[this.#at];
  }

  #next(): Token {
    return this.tokens[this.#at++] ?? { kind: 'newline', text: '', line: 0 };
  }
}
