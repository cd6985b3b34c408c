#!/usr/bin/env node
/**
 * Builds the page of the viewer (src/viewer/page/) in memory, and writes it as strings into src/viewer/assets.generated.ts: the library
 * needs no file at run time, so it works when an application is bundled. Prints what the page weighs, and fails where that is too much.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { viewerAliases, viewerInject } from './viewer-aliases.mjs';

const page = fileURLToPath(new URL('../src/viewer/page/', import.meta.url));
const target = fileURLToPath(new URL('../src/viewer/assets.generated.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** What a reader's browser loads for the page. Bytes, compressed. */
const MOST = 70 * 1024;

const TYPES = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** Others of Node's own modules are not there in a browser, where a bundler puts something empty in their place without a word. */
const noNode = {
  name: 'no-node',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!source.startsWith('node:')) return undefined;
    throw new Error(`${importer} imports ${source}, which no browser has`);
  },
};

/**
 * One program with all that it imports. @returns its JavaScript and its style
 * @param naming of its files, where what it imports later is to be in files of its own
 */
async function bundle(file, naming = { codeSplitting: false }) {
  const { output } = await build({
    configFile: false,
    root: page,
    logLevel: 'warn',
    plugins: [noNode],
    resolve: { alias: viewerAliases },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: 'es2022',
      // Those that know light-dark(): what is put in its place for others does not follow the page around an element.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
      cssCodeSplit: file.endsWith('.css'),
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      reportCompressedSize: false,
      rolldownOptions: {
        input: page + file,
        output: naming,
        transform: { inject: viewerInject },
      },
    },
  });
  const text = (wanted) => output.filter(({ fileName }) => fileName.endsWith(wanted)).map(({ code, source }) => code ?? String(source)).join('\n'); // prettier-ignore
  const files = output.filter(({ type }) => type === 'chunk');
  return { js: text('.js'), css: text('.css'), files };
}

const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);
const weight = (text) => gzipSync(text, { level: 9 }).length;
const has = (file) => existsSync(page + file);

const assets = {};
/** Under a name that changes with its content, so that it can be kept for good. */
function hashed(name, extension, body) {
  const path = `assets/${name}-${sha256(body, 'hex').slice(0, 12)}.${extension}`;
  assets[path] = { type: TYPES[extension], body, isHashed: true };
  return path;
}

const head = (title, rest) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${rest}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">`;

// What checks a seal is loaded with the first entry that is looked at: the other views need none of it. Rolldown names the files, since
// they name each other.
const main = await bundle('main.tsx', { entryFileNames: 'page-[hash].js', chunkFileNames: '[name]-[hash].js' });
const style = main.css + (await bundle('style.css')).css;
for (const { fileName, code } of main.files)
  assets[`assets/${fileName}`] = { type: TYPES.js, body: code, isHashed: true };
const entry = main.files.find(({ isEntry }) => isEntry);
const [script, sheet] = [`assets/${entry.fileName}`, hashed('page', 'css', style)];
assets['index.html'] = {
  type: TYPES.html,
  body: `${head('Audit log', '<base href="%BASE%">')}
<link rel="stylesheet" href="${sheet}">
<script type="module" src="${script}"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript. The command <code>nestjs-prisma-audit query</code> shows the same without it.</noscript>
</body>
</html>
`,
  isHashed: false,
};

if (has('element.tsx')) {
  const { js } = await bundle('element.tsx');
  // Applications name it in their own pages, so its name stays.
  assets['element.js'] = { type: TYPES.js, body: js, isHashed: false };
}

if (has('verify-page.tsx')) {
  const { js, css } = await bundle('verify-page.tsx');
  // Inside of an element these would end it, or begin a comment that hides its end.
  const inline = js.replaceAll('</script', String.raw`<\/script`).replaceAll('<!--', String.raw`<\!--`);
  const all = css + style;
  const csp = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(inline, 'base64')}'`,
    `style-src 'sha256-${sha256(all, 'base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  assets['verify.html'] = {
    type: TYPES.html,
    body: `${head('Check a proof', `<meta http-equiv="Content-Security-Policy" content="${csp}">`)}
<style>${all}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page checks in your browser, and needs JavaScript for it.</noscript>
<script type="module">${inline}</script>
</body>
</html>
`,
    isHashed: false,
    csp,
  };
}

const text = `// Written by scripts/build-viewer.mjs from src/viewer/page/; not to be edited, not in git.
export interface Asset {
  readonly type: string;
  readonly body: string;
  /** Its name changes with its content. */
  readonly isHashed: boolean;
  /** In place of the policy of the page. */
  readonly csp?: string;
}
/** Of this package. */
export const version = ${JSON.stringify(version)};
export const assets: Readonly<Record<string, Asset>> = ${JSON.stringify(assets, null, 1)};
`;
// A new modification time would make watchers and incremental checks start again for nothing.
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);

const weights = Object.entries(assets).map(([name, { body }]) => [name, weight(body)]);
for (const [name, bytes] of weights) console.log(`viewer: ${name} ${(bytes / 1024).toFixed(1)} kB compressed`);
const whole = weight(entry.code) + weight(style);
if (whole > MOST) {
  console.error(`The page of the viewer has ${whole} bytes compressed, and ${MOST} are the most.`);
  process.exitCode = 1;
}
