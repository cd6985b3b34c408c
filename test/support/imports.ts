import { parseSync } from '@swc/core';

export interface ModuleReference {
  /** What is written between the quotes; undefined when it is computed at run time. */
  readonly specifier: string | undefined;
  readonly kind: 'import' | 'export' | 'dynamic import' | 'require' | 'import type';
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

export interface SourceReferences {
  readonly references: ModuleReference[];
  readonly usesImportMeta: boolean;
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Every mention of another module in a TypeScript source; a parser rather than a pattern, for comments and strings. */
export function readReferences(source: string): SourceReferences {
  const references: ModuleReference[] = [];
  let usesImportMeta = false;

  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === 'MetaProperty' && value['kind'] === 'import.meta') usesImportMeta = true;
    const reference = referenceOf(value);
    if (reference) references.push(reference);
    Object.values(value).forEach(visit);
  };
  visit(parseSync(source, { syntax: 'typescript', decorators: true, target: 'es2022' }).body);
  return { references, usesImportMeta };
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

function referenceOf(node: Node): ModuleReference | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return { kind: 'import', specifier: textOf(node['source']), typeOnly: node['typeOnly'] === true };
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      // `export { name }` of something declared in the file itself has no source.
      if (!node['source']) return undefined;
      return { kind: 'export', specifier: textOf(node['source']), typeOnly: node['typeOnly'] === true };
    case 'TsImportType':
      return { kind: 'import type', specifier: textOf(node['argument']), typeOnly: true };
    case 'TsExternalModuleReference':
      return { kind: 'require', specifier: textOf(node['expression']), typeOnly: false };
    case 'CallExpression': {
      const callee = node['callee'] as Node;
      const isRequire = callee.type === 'Identifier' && callee['value'] === 'require';
      if (callee.type !== 'Import' && !isRequire) return undefined;
      const [first] = node['arguments'] as { expression: Node }[];
      return { kind: isRequire ? 'require' : 'dynamic import', specifier: textOf(first?.expression), typeOnly: false };
    }
    default:
      return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'StringLiteral') return value['value'] as string;
  const quasis = value['quasis'] as { cooked: string }[] | undefined;
  return value.type === 'TemplateLiteral' && quasis?.length === 1 ? quasis[0]?.cooked : undefined;
}
