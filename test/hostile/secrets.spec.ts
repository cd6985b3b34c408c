import { expect } from '@jest/globals';
import { withoutValues } from '../../src/event/error-message.js';
import { errorFact } from '../../src/event/error-fact.js';
import { plainJson } from '../../src/event/plain-json.js';
import { secretNames } from '../../src/event/redaction.js';
import { defaultAction } from '../../src/http/default-action.js';
import { requestPolicy } from '../../src/http/policy.js';
import { regexpPattern } from '../../src/http/regexp-pattern.js';
import { namedParameters, routePattern } from '../../src/http/route-pattern.js';
import type { AuditedMark, RequestRecord } from '../../src/http/request-record.js';
import type { AuditRequest } from '../../src/http/request.js';
import { prepare } from '../../src/recorder/prepare.js';
import { hostile } from '../support/hostile.js';

const isSecret = secretNames();
const S = 'hunter2-Secret';

/** What an entry of this request says of its resource, by way of the policy and of the door. */
function entryOf(
  pattern: string,
  params: Record<string, unknown>,
  mark?: AuditedMark,
  parameters: Record<string, unknown> = params,
): { id: unknown; flags: unknown; all: string } {
  const request = { method: 'POST', headers: {}, params, routeOptions: { url: pattern } } as unknown as AuditRequest;
  const record = { startedAt: 0, startedMonotonic: 0 } as unknown as RequestRecord;
  const route = requestPolicy({ requests: 'all' }).routeFor(request, record, { pattern, audited: mark });
  const call = { request, params: params as Record<string, string> };
  const resource =
    typeof route?.resource === 'function'
      ? route.resource(call)
      : route?.resource === undefined
        ? undefined
        : { type: route.resource, id: call.params['id'] };
  const row = prepare(
    { action: route?.action ?? 'none', ...(resource ? { resource } : {}), details: { ...route?.details?.(call) } },
    isSecret,
    { context: null, source: 'request', parameters },
  );
  // The moment and the process are numbers of this run: a short secret may stand in them by chance.
  const said = { ...row, at: 0, actor: null };
  return { id: row.resourceId, flags: row.flags, all: JSON.stringify(said) };
}

/** The same of a route of Express that is given as a RegExp or a list, by way of the pattern that is made of it. */
function entryOfExpress(path: unknown, url: string, params: Record<string, string>, mark?: AuditedMark): ReturnType<typeof entryOf> {
  const request = { method: 'POST', headers: {}, params, originalUrl: url, route: { path } } as unknown as AuditRequest;
  const pattern = routePattern(request) ?? '';
  const entry = entryOf(pattern, params, mark, namedParameters(request, params));
  return { ...entry, all: `${entry.all} ${pattern}` };
} // prettier-ignore

type OfPath = [pattern: string, params: Record<string, unknown>, mark?: AuditedMark];
const PATHS: Record<string, OfPath> = {
  'a parameter': ['/reset-password/:token', { token: S }],
  'a parameter of Fastify with an expression': ['/reset/:token(^\\w+$)', { token: S }],
  'an optional one': ['/reset{/:token}', { token: S }],
  'an optional one of Fastify': ['/reset/:token?', { token: S }],
  'a wildcard with a name': ['/reset/*token', { token: [S, 'b'] }],
  'a wildcard of Fastify': ['/reset-password/*', { '*': S }],
  'camel case': ['/reset/:resetToken', { resetToken: S }],
  'snake case': ['/reset/:reset_token', { reset_token: S }],
  'in one piece': ['/reset/:accesstoken', { accesstoken: S }],
  capitals: ['/reset/:TOKEN', { TOKEN: S }],
  nested: ['/users/:id/reset/:token', { id: '7', token: S }],
  'an action behind it': ['/invites/:token/accept', { token: S }],
  'a PIN': ['/cards/:pin', { pin: '8213' }],
  'a key of an API': ['/by/:apiKey/list', { apiKey: S }],
  'a callback': [
    '/r/:token',
    { token: S },
    { action: 'r', resource: ({ params }) => ({ type: 'R', id: params['token'] }) },
  ],
  'a callback that makes a list': [
    '/r/:id/:token',
    { id: '7', token: S },
    { action: 'r', resource: ({ params }) => ({ type: 'R', id: [params['id'] ?? '', params['token'] ?? ''] }) },
  ],
  'a callback that puts it into a text': [
    '/r/:token',
    { token: S },
    { action: 'r', resource: ({ params }) => ({ type: 'R', id: `reset:${params['token']}` }) },
  ],
  'a callback that encodes it': [
    '/r/:token',
    { token: 'a b/hunter2' },
    { action: 'r', resource: ({ params }) => ({ type: 'R', id: encodeURIComponent(params['token'] ?? '') }) },
  ],
  'no action of its own, and a type': ['/r/:token', { token: S }, { resource: 'Reset' }],
  'details with the parameters': ['/r/:token', { token: S }, { action: 'r', details: ({ params }) => ({ params }) }],
  'details with the query': [
    '/r',
    {},
    { action: 'r', details: () => ({ url: `/r?a=1&token=${S}`, referer: `https://x.test/?reset_token=${S}#a` }) },
  ],
  'details with an encoded name': ['/r', {}, { action: 'r', details: () => ({ url: `/r?user%5Bpassword%5D=${S}` }) }],
  'details with a fragment': [
    '/r',
    {},
    { action: 'r', details: () => ({ url: `https://x.test/#access_token=${S}&x=1` }) },
  ],
};

const ofNumber = (name: string): AuditedMark => ({ action: 'r', resource: ({ params }) => ({ type: 'R', id: params[name] }) }); // prettier-ignore
const EXPRESSIONS: Record<string, [path: unknown, url: string, params: Record<string, string>, mark?: AuditedMark]> = {
  'a capture': [/^\/reset-password\/([\w-]+)$/, `/reset-password/${S}`, { 0: S }],
  'a capture that has a name': [/^\/r\/(?<token>[\w-]+)$/, `/r/${S}`, { token: S }],
  'a capture behind another': [/^\/users\/(\d+)\/token\/(.+)$/, `/users/7/token/${S}`, { 0: '7', 1: S }, ofNumber('1')],
  'a capture that a callback takes': [/^\/reset-password\/([\w-]+)$/, `/reset-password/${S}`, { 0: S }, ofNumber('0')],
  'a capture within a word': [/^\/reset-token-([\w-]+)$/, `/reset-token-${S}`, { 0: S }],
  'no capture': [/^\/reset-password\/[\w-]+$/, `/reset-password/${S}`, {}],
  'an expression of the path alone': [/hunter2/, `/reset/${S}`, {}, { resource: 'Reset' }],
  'a list': [['/a/:id', '/reset/:token'], `/reset/${S}`, { token: S }],
  'a list of expressions': [[/^\/a\/(\d+)$/, /^\/reset-password\/([\w-]+)$/], `/reset-password/${S}`, { 0: S }],
  'a list where no entry is the one': [['/a/:id', '/b'], `/reset/${S}`, {}],
  'a wildcard of Express 4': ['/reset-password/*', `/reset-password/${S}`, { 0: S }, ofNumber('0')],
  'a path that does not decode': [/^\/reset-password\/(.+)$/, `/reset-password/${S}%`, { 0: `${S}%` }, ofNumber('0')],
}; // prettier-ignore

/** Sources of expressions with all that a reader of them may stumble over. */
const STRANGE = [
  '', '.', '^', '$', '|', '||', '()', '(?:)', '(|a)', '[]', '[^]', '[)]', '[(|]', '\\(', '\\)', '(a(b(c)?)*)+', '(?<x>a)\\k<x>|(b)\\1', '(?=a)(?!b)(?<=c)(?<!d)/a',
  '^/(?<id>[^/]+?)(?:/(?<b>.*?))??$', '/a{2}/b{0,}/c{0}', '/a\\/b', '\\u0061\\x61\\cA\\0\\d\\p', '(?:(?:(?:a|b)|c)|(d))', '/:id/*', '/(?:a|[|)]|\\|)', '^/a$|^/(.+)$|', '{', '}', ']', '/é/ /\u2028',
  'v: [[a-z]--[aeiou]]', 'v: [\\q{abc|d}]', '(?:a)?'.repeat(50), `${'('.repeat(60)}a${')'.repeat(60)}`, 'a|'.repeat(300),
]; // prettier-ignore

hostile('secrets in paths and queries', (holds) => {
  for (const [name, [path, url, params, mark]] of Object.entries(EXPRESSIONS)) {
    holds(`Express: ${name}`, () => {
      expect(entryOfExpress(path, url, params, mark).all).not.toMatch(name === 'an expression of the path alone' ? /Secret/ : /hunter2/); // prettier-ignore
    });
  }
  holds('Express: the id in a capture that is no secret stays', () => {
    expect(entryOfExpress(/^\/users\/(\d+)\/reset-password$/, '/users/7/reset-password', { 0: '7' }).id).toBe('7');
  });
  for (const source of STRANGE) {
    holds(`Express: ${source} as the source of an expression`, () => {
      const expression = new RegExp(source.replace(/^v: /, ''), source.startsWith('v: ') ? 'v' : '');
      for (const url of [`/${S}`, `/a/${S}`, `/a/${S}/`, '/', '/%', `/a?${S}`, `/${'a/'.repeat(4_000)}`])
        for (const params of [{}, { 0: S, 1: 'a', id: '7' }]) {
          const request = { method: 'POST', headers: {}, params, originalUrl: url, route: { path: [expression] } };
          const pattern = routePattern(request);
          expect(pattern).toMatch(/^\/[\w:*./~-]*$/);
          expect(pattern).not.toContain('hunter2');
        }
    });
  }
  holds('Express: an expression costs no more than its own match', () => {
    const url = `/${'1'.repeat(16_000)}`;
    const started = performance.now();
    entryOfExpress(/^\/(?:\d+a|\d+b|\d+)$/, url, {});
    expect(performance.now() - started).toBeLessThan(200);
  });
  for (const [name, [pattern, params, mark]] of Object.entries(PATHS)) {
    holds(name, () => {
      const { id, flags, all } = entryOf(pattern, params, mark);
      for (const secret of [S, '8213', 'hunter2']) expect(all).not.toContain(secret);
      if (id !== null) expect(flags).toBe('no-context,redacted');
    });
  }
  holds('an id that is no secret stays', () => {
    expect(entryOf('/users/:id/reset/:token', { id: '7', token: '7' }, { action: 'u', resource: 'User' }).id).toBe('7');
    expect(entryOf('/users/:id', { id: '7' }).id).toBe('7');
    expect(defaultAction('POST', '/reset-password/:token', {}).idParameter).toBe('token');
  });
  holds('a mounted router behind a word of a secret', () => {
    const request = { method: 'GET', headers: {}, baseUrl: '/reset-password/hunter', route: { path: '/form' } };
    expect(routePattern(request)).toBe('/reset-password/:masked/form');
  });
});

const MESSAGES = [
  `password: "hunter2 with spaces"`,
  `password: "hunter2 \\" hunter2"`,
  `password: "hunter2 with spaces and \\" quotes'`,
  `password: 'hunter2's hunter2'`,
  `password = "hunter2`,
  `password="one\nhunter2"`,
  `{"password":"a hunter2","user":"ann"}`,
  `{"user":"ann","credentials":{"a":"hunter2","b":["hunter2",{"c":"}hunter2"}]}}`,
  `body was {\\"password\\":\\"a \\\\\\"hunter2\\\\\\" b hunter2\\"}`,
  `tokens: ["a", "hunter2", 'hunter2']`,
  `password: b'a hunter2'`,
  `password: Some("a hunter2")`,
  `password => "a hunter2"`,
  `password := 'a hunter2'`,
  `"api key": "a hunter2"`,
  `user[password]=hunter2`,
  `user.password=hunter2&b=1`,
  `?token=hunter2&x=1`,
  `Authorization: Bearer hunter2`,
  `Authorization: "Bearer hunter2"`,
  `authorization='Basic hunter2'`,
  `postgresql://user:hunter2@host/db`,
  `postgresql://user:p@hunter2@host/db`,
  `postgresql://user:p/hunter2@host/db`,
  `redis://:hunter2@host`,
  `password=hunter2\\ hunter2`,
  `pass\u200bword: "hunter2"`,
  `ｐａｓｓｗｏｒｄ: "hunter2"`,
  `secret: \`a hunter2\``,
  `password:hunter2`,
];

hostile('secrets that a message quotes', (holds) => {
  for (const message of MESSAGES) {
    holds(JSON.stringify(message), () => {
      const { text, redacted } = withoutValues(message, isSecret);
      expect(text).not.toContain('hunter2');
      expect(redacted).toBe(true);
    });
  }
  holds('what stands beside it stays', () => {
    const { text } = withoutValues(`{"password":"a, b","user":"ann"} and token=x, code: 7`, isSecret);
    expect(text).toBe(`{"password":[redacted],"user":"ann"} and token=[redacted], code: 7`);
  });
});

const NAMES = [
  'PİN',
  'PıN',
  'pın',
  'kullanıcıPİN',
  'ŞİFRE_PASSWORD',
  'ｐａｓｓｗｏｒｄ',
  'user_ｐａｓｓｗｏｒｄ',
  'pass\u200bword',
  'user_pass\u200bword',
  'user_pa\u00adssword',
  'user_pa\u0301ssword',
  'user_pássword',
  'user_to\u2060ken',
  'ſecret',
  'user:password',
  'user/password',
  'user password',
  'userPassword',
  'user-password',
  'USER.PASSWORD',
  'user[password]',
  'paſſword',
  'x'.repeat(2_000),
  '\u{1D429}assword',
];

hostile('names of secrets in other letters', (holds) => {
  for (const name of NAMES) holds(JSON.stringify(name).slice(0, 60), () => expect(isSecret(name)).toBe(true));
  holds('words that only look alike stay', () => {
    for (const name of ['passenger', 'Überweisung', 'spinner', 'tokenizer', 'straße', 'pünktlich'])
      expect(isSecret(name)).toBe(false);
  });
});

const N = 60_000;
const LONG: Record<string, () => unknown> = {
  'a route whose other alternative takes long': () =>
    regexpPattern(/^\/(?:files\/.*|.*-.*-.*\.pdf)$/, `/files/${'-'.repeat(2_000)}`, {}),
  'a route of three thousand alternatives': () => {
    const route = new RegExp(`^/(?:${Array.from({ length: 3_000 }, (_, i) => `a${i}`).join('|')})$`);
    for (let i = 0; i < 100; i += 1) regexpPattern(route, '/a77', {});
  },
  'a key of capitals': () => plainJson({ ['A'.repeat(N)]: 1 }, 'details', isSecret),
  'a name of capitals below the bound, a thousand times': () => {
    const fresh = secretNames();
    for (let i = 0; i < 1_000; i += 1) fresh(`${'A'.repeat(1_000)}${i}`);
  },
  'a key of digits': () => plainJson({ ['1'.repeat(N)]: 1 }, 'details', isSecret),
  'a key of dots': () => plainJson({ ['.'.repeat(N)]: 1 }, 'details', isSecret),
  'a long key over many secrets': () => {
    const members = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`pin${i}`, 1]));
    const { redacted } = plainJson({ ['k'.repeat(N)]: members }, 'details', isSecret);
    expect(JSON.stringify(redacted).length).toBeLessThan(200_000);
  },
  ...Object.fromEntries(
    [
      '=',
      ':',
      '"',
      "'",
      '\\',
      ')=(',
      'a=',
      'a:',
      '://',
      'a://',
      'a://b:',
      'Bearer ',
      'token ',
      'token=',
      'password="',
      'password={',
      "password='\\",
      'value "',
      ' ',
      '\n',
      'invalid input',
      'A',
      '\u200b',
    ].map((piece) => [`a message of ${JSON.stringify(piece)}`, () => withoutValues(piece.repeat(100_000), isSecret)]),
  ),
  ...Object.fromEntries(
    ['?', '&', '?a', '?a=', '&token=', '=', '?token=%'].map((piece) => [
      `a detail of ${JSON.stringify(piece)}`,
      () => plainJson({ url: piece.repeat(Math.floor(40_000 / piece.length)) }, 'details', isSecret),
    ]),
  ),
  'an error with a stack of 20 MB': () => {
    const error = new Error('x');
    error.stack = `${'    at a:1'.repeat(2_000_000)}\n`;
    return errorFact(error, { stacks: true });
  },
  'a thrown text of 20 MB': () => errorFact('x'.repeat(20_000_000)),
};

hostile('what looking for secrets costs', (holds) => {
  for (const [name, run] of Object.entries(LONG)) {
    holds(name, () => {
      const { user } = process.cpuUsage();
      run();
      // CPU of a slow, shared machine; what was quadratic took seconds.
      expect((process.cpuUsage().user - user) / 1_000).toBeLessThan(700);
    });
  }
  holds('what is remembered of names is bounded in bytes', () => {
    const fresh = secretNames();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 10_000; i += 1) fresh(`${i}${'x'.repeat(900)}`.split('').join(''));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
  });
});
