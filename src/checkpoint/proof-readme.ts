import { parseProof } from '../chain/inclusion.js';
import { inclusionPlan } from '../chain/proof.js';
import { parseTlogProof } from '../chain/tlog-proof.js';
import { parseHeadLine } from '../chain/heads.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import type { ProvenEntry } from '../chain/check-proof.js';

/**
 * What goes with a proof: what it says, and how to check this very folder with bash, sha256sum, xxd and openssl. All text of it that
 * comes from the log has been through a parser that leaves no room for anything but digits and origins.
 */
export function proofReadme(
  files: ReadonlyMap<string, Uint8Array>,
  { entry, sections, checkpoint }: ProvenEntry,
): string {
  const latin1 = (name: string): string => Buffer.from(files.get(name) ?? []).toString('latin1');
  const signed = parseTlogProof(files.get('registry.tlog-proof') ?? new Uint8Array());
  const isShort = !files.has('head.leaf');
  const last = isShort ? entry : parseLeaf(files.get('registry.leaf') ?? new Uint8Array());
  const text = signed.hashes.length + 4; // the line of the checkpoint's origin
  const opened = (['actor', 'data'] as const).filter((name) => typeof sections[name] !== 'string');
  const steps: string[] = [];
  if (!isShort) {
    const head = parseHeadLine(latin1('head.leaf'));
    const toHead = parseProof(latin1('entry.proof'));
    const toHeads = parseProof(latin1('head.proof'));
    const count = last.heads?.count ?? 0;
    steps.push(
      `# 1. The entry is number ${entry.seq} of the ${head.size} entries of its chain, whose root stands in head.leaf.`,
      `h=$(leaf entry.leaf)`,
      ...walk('entry.proof', toHead.index, head.size),
      `same 'entry -> head.leaf' "$h" "$(cut -d' ' -f3 head.leaf | base64 -d | xxd -p -c 32)"`,
      `same 'chain' "$(sed -n 2p entry.leaf)" "$(cut -d' ' -f1 head.leaf)"`,
      `same 'number' "$(sed -n 3p entry.leaf)" ${entry.seq}`,
      '',
      `# 2. That line is number ${toHeads.index} of the ${count} lines whose root stands in registry.leaf.`,
      `h=$(leaf head.leaf)`,
      ...walk('head.proof', toHeads.index, count),
      `same 'head.leaf -> registry.leaf' "\\"heads\\":{\\"count\\":${count},\\"root\\":\\"$h\\"}" "$(sed -n 6p registry.leaf | grep -ao '"heads":{"count":[0-9]*,"root":"[0-9a-f]*"}')"`,
      `same 'kind' '"action":"heads"' "$(sed -n 6p registry.leaf | grep -ao '^{"action":"heads"' | cut -c2-)"`,
      '',
    );
  }
  const leaf = isShort ? 'entry.leaf' : 'registry.leaf';
  steps.push(
    `# ${isShort ? 1 : 3}. ${leaf} is number ${last.seq} of the ${checkpoint.size} entries of the registry, whose root was signed.`,
    `h=$(leaf ${leaf})`,
    ...walk('registry.tlog-proof', signed.index, checkpoint.size),
    `same '${leaf} -> checkpoint' "$h" "$(sed -n ${text + 2}p registry.tlog-proof | base64 -d | xxd -p -c 32)"`,
    `same 'registry' "$(sed -n 2p ${leaf})" "$(sed -n ${text}p registry.tlog-proof)"`,
    `same 'number in it' "$(sed -n 3p ${leaf})" ${last.seq}`,
    `same 'size' "$(sed -n ${text + 1}p registry.tlog-proof)" ${checkpoint.size}`,
    ...(isShort ? [] : [`same 'a registry' registry "$(sed -n ${text}p registry.tlog-proof | sed 's,.*/,,')"`]),
    ...(isShort ? [] : [`same 'deployment' "$(sed -n 2p entry.leaf | sed 's,/[^/]*$,,')" "$(sed -n ${text}p registry.tlog-proof | sed 's,/[^/]*$,,')"`]), // prettier-ignore
    '',
    `# ${isShort ? 2 : 4}. The three lines of the checkpoint were signed by your key, under the name of the registry.`,
    `name=\${VKEY%%+*}; rest=\${VKEY#*+}; id=\${rest%%+*}; key=\${rest#*+}`,
    `same 'name of the key' "$name" "$(sed -n ${text}p registry.tlog-proof)"`,
    `{ printf 302a300506032b6570032100; printf %s "$key" | base64 -d | tail -c 32 | xxd -p -c 32; } | xxd -r -p > "$work/key.der"`,
    `sed -n '${text},${text + 2}p' registry.tlog-proof > "$work/text"`,
    `sed -n '${text + 4},$p' registry.tlog-proof | while read -r dash who signature; do`,
    `  printf %s "$signature" | base64 -d > "$work/line"`,
    `  if [ "$who" = "$name" ] && [ "$(head -c 4 "$work/line" | xxd -p)" = "$id" ]; then`,
    `    tail -c +5 "$work/line" > "$work/signature"`,
    `    openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/text" -sigfile "$work/signature"`,
    `  fi`,
    `done`,
  );
  opened.forEach((section, i) => {
    steps.push(
      '',
      `# ${(isShort ? 3 : 5) + i}. The section ${section} is the one that the entry committed to.`,
      `h=$({ printf 'audit-section/v1\\n${section}\\n%s\\n' "$(cat ${section}.salt)"; cat ${section}.bytes; } | sha256sum | cut -c1-64)`,
      `same 'section ${section}' "$h" "$(sed -n 6p entry.leaf | grep -ao '"commit":{"actor":[^,]*,"data":[^}]*}' | grep -ao '"${section}":"[0-9a-f]*"' | cut -d'"' -f4)"`,
    );
  });
  return `# Proof of one entry of an audit log

Entry ${entry.seq} of ${entry.origin}, id ${entry.id}, sealed ${entry.sealedAt}. Its bytes are \`entry.leaf\`; the last line says what happened.
Sections shown: ${opened.length === 0 ? 'none' : opened.map((name) => `\`${name}.bytes\``).join(', ')}.

You need the key of the registry ${checkpoint.origin} from somewhere else than from whoever gave you this folder. It is a line
\`${checkpoint.origin}+<8 hex digits>+<base64>\`.

This text comes from whoever made the folder, too. By program, your own copy of any of them:

    npx nestjs-prisma-audit verify-proof . --vkey "$VKEY"
    python3 verify.py proof . --vkey "$VKEY"

By hand: read this, and run it with bash in this folder, VKEY set to your key. Each line must say \`ok\`, and the signature \`Signature Verified Successfully\` at
least once and nothing else. A hash is SHA-256; a leaf is hashed behind a byte 0, two hashes behind a byte 1 (RFC 6962).

\`\`\`bash
work=$(mktemp -d)
leaf() { { printf '\\000'; cat "$1"; } | sha256sum | cut -c1-64; }
node() { printf '01%s%s' "$1" "$2" | xxd -r -p | sha256sum | cut -c1-64; }
line() { sed -n "$2p" "$1" | base64 -d | xxd -p -c 32; }
same() { if [ -n "$2" ] && [ "$2" = "$3" ]; then echo "ok: $1"; else echo "NOT: $1"; fi; }

${steps.join('\n')}
\`\`\`
`;
}

/** One line a sibling, on the side where it stands. */
function walk(file: string, index: number, size: number): string[] {
  return inclusionPlan(index, size).map((nodes, i) => {
    const [first] = nodes;
    const isLeft = first !== undefined && first.index * 2 ** first.level < index;
    const sibling = `"$(line ${file} ${i + 3})"`;
    return isLeft ? `h=$(node ${sibling} "$h")` : `h=$(node "$h" ${sibling})`;
  });
}
