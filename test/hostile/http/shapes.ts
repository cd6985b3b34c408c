import {
  All,
  Controller,
  Get,
  Head,
  Module,
  Next,
  Post,
  Req,
  Search,
  UseGuards,
  VERSION_NEUTRAL,
  Version,
  VersioningType,
  type ModuleMetadata,
  type Type,
  type VersioningOptions,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Audited, SkipAudit } from '../../../src/index.js';
import { OfClass, OfMethod, refusalOf, type Refusal } from './refusals.js';

/** Handlers of one application, and which requests are whose. */
export interface Shape {
  readonly on: readonly ('express' | 'fastify')[];
  readonly controllers: readonly Type[];
  /** Those of modules below. */
  readonly nested?: readonly Type[];
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly prepare?: (app: NestExpressApplication) => void;
  /** `METHOD path`, with headers after it as `name=value`: the action of the one entry, or nothing. */
  readonly requests: Readonly<Record<string, string | undefined | ((refusal: Refusal) => string)>>;
}

/** What each handler of these answers with, unless it is to fail. */
function answer(request: { readonly headers: Readonly<Record<string, string | undefined>> }): string {
  if (refusalOf(request) === 'handler') throw new Error('broken');
  return 'ok';
}

/** A controller with one handler. */
function controller(
  options: { readonly path: string | string[]; readonly host?: string | RegExp | string[]; readonly version?: never },
  action: string | undefined,
  route: MethodDecorator = Get(),
  ...more: MethodDecorator[]
): Type {
  class One {
    one(request: never): string {
      return answer(request);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(One.prototype, 'one') as PropertyDescriptor;
  Req()(One.prototype, 'one', 0);
  for (const decorate of [...more, UseGuards(OfMethod), route, ...(action === undefined ? [] : [Audited(action)])])
    decorate(One.prototype, 'one', descriptor);
  Object.defineProperty(One.prototype, 'one', descriptor);
  UseGuards(OfClass)(One);
  Controller(options)(One);
  return One;
}

const BOTH = ['express', 'fastify'] as const;
const v = (version: unknown): { path: string; version: never } => ({ path: 'bills', version: version as never });
const versioned = (options: VersioningOptions) => (app: NestExpressApplication) => {
  app.setGlobalPrefix('api').enableVersioning(options);
};

const bills = (): Type[] => [
  controller(v('1'), 'bill.same'),
  controller(v('2'), 'bill.same'),
  controller(v(['3', '4']), 'bill.many'),
  controller(v('9'), 'bill.method', Get(), Version('5')),
  controller(v('6'), undefined),
  controller(v('7'), 'bill.skipped', Get(), SkipAudit()),
  controller(v(VERSION_NEUTRAL), 'bill.neutral'),
];

/** The versions of {@link bills}, each as this way of asking for it says. */
const ask = (how: (version: string) => string): Record<string, string | undefined> => ({
  [`GET /api/bills ${how('1')}`]: 'bill.same',
  [`GET /api/bills ${how('2')}`]: 'bill.same',
  [`HEAD /api/bills ${how('2')}`]: 'bill.same',
  [`GET /api/bills ${how('3')}`]: 'bill.many',
  [`GET /api/bills ${how('4')}`]: 'bill.many',
  [`GET /api/bills ${how('5')}`]: 'bill.method',
  [`GET /api/bills ${how('6')}`]: undefined,
  [`GET /api/bills ${how('7')}`]: undefined,
});

@Controller('shared/:id')
@UseGuards(OfClass)
class First {
  @Audited('first.read')
  @Get()
  read(@Next() next: () => void): void {
    next();
  }
}

/** What the first controller lets pass, the second answers, or its guard. */
const passedOn = (refusal: Refusal): string =>
  ['app', 'global', 'class', 'middleware'].includes(refusal) ? 'first.read' : 'second.read';

const NESTED = [controller({ path: 'parts' }, 'nested.part'), controller(v('1'), 'nested.bill')];
@Module({ controllers: NESTED })
class Nested {}

export const SHAPES: Readonly<Record<string, Shape>> = {
  'versions by header': {
    on: BOTH,
    controllers: bills(),
    prepare: versioned({ type: VersioningType.HEADER, header: 'X-Version' }),
    requests: { ...ask((version) => `x-version=${version}`), 'GET /api/bills': 'bill.neutral' },
  },
  'versions by media type': {
    on: BOTH,
    controllers: bills(),
    prepare: versioned({ type: VersioningType.MEDIA_TYPE, key: 'v=' }),
    requests: { ...ask((version) => `accept=application/json;v=${version}`), 'GET /api/bills': 'bill.neutral' },
  },
  'versions by a function': {
    on: BOTH,
    controllers: bills(),
    prepare: versioned({
      type: VersioningType.CUSTOM,
      extractor: (request: unknown) => (request as { headers: Record<string, string> }).headers['x-of'] ?? '',
    }),
    requests: ask((version) => `x-of=${version}`),
  },
  'versions by a function that gives several': {
    on: BOTH,
    controllers: bills().slice(0, -1),
    prepare: versioned({
      type: VersioningType.CUSTOM,
      extractor: (request: unknown) =>
        String((request as { headers: Record<string, string> }).headers['x-of'] ?? '').split('+'),
    }),
    requests: ask((version) => `x-of=99+${version}`),
  },
  'versions in the path': {
    on: BOTH,
    controllers: bills(),
    prepare: versioned({ type: VersioningType.URI }),
    requests: {
      'GET /api/v1/bills': 'bill.same',
      'GET /api/v4/bills': 'bill.many',
      'GET /api/v5/bills': 'bill.method',
      'GET /api/v7/bills': undefined,
      'GET /api/bills': 'bill.neutral',
    },
  },
  'a default version': {
    on: BOTH,
    controllers: [controller({ path: 'bills' }, 'bill.default'), controller(v('2'), 'bill.two')],
    prepare: versioned({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: ['1', VERSION_NEUTRAL] }),
    requests: {
      'GET /api/bills x-version=1': 'bill.default',
      'GET /api/bills': 'bill.default',
      'GET /api/bills x-version=2': 'bill.two',
    },
  },
  hosts: {
    on: ['express'],
    controllers: [
      controller({ path: 'host', host: 'a.example.test' }, 'host.a'),
      controller({ path: 'host', host: ['b.example.test', 'c.example.test'] }, 'host.b'),
      controller({ path: 'host', host: ':account.shop.test' }, 'host.shop'),
      controller({ path: 'host', host: /^r\d+\.example\.test$/ }, 'host.expression'),
      controller({ path: 'host' }, 'host.any'),
    ],
    requests: {
      'GET /host host=a.example.test': 'host.a',
      'GET /host host=c.example.test': 'host.b',
      'GET /host host=acme.shop.test': 'host.shop',
      'GET /host host=r2.example.test': 'host.expression',
      'GET /host host=x.example.test': 'host.any',
    },
  },
  'one host on Fastify': {
    on: ['fastify'],
    controllers: [controller({ path: 'host', host: 'a.example.test' }, 'host.a')],
    requests: { 'GET /host host=a.example.test': 'host.a' },
  },
  methods: {
    on: BOTH,
    controllers: [
      controller({ path: 'm' }, 'm.head', Head()),
      controller({ path: 'm' }, 'm.get', Get()),
      controller({ path: 'm' }, 'm.post', Post()),
      controller({ path: 'm' }, 'm.search', Search()),
      controller({ path: 'all' }, 'm.all', All()),
    ],
    requests: {
      'GET /m': 'm.get',
      'HEAD /m': 'm.head',
      'POST /m': 'm.post',
      'PUT /all': 'm.all',
      'GET /all': 'm.all',
    },
  },
  'a method of one, all methods of another': {
    on: ['express'],
    controllers: [controller({ path: 'm' }, 'm.get', Get()), controller({ path: 'm' }, 'm.all', All())],
    requests: { 'GET /m': 'm.get', 'PATCH /m': 'm.all' },
  },
  wildcards: {
    on: BOTH,
    controllers: [
      controller({ path: 'old' }, 'wild.old', Get('*')),
      controller({ path: ['one', 'two'] }, 'wild.several', Get([':id', ':id/more'])),
    ],
    requests: { 'GET /old/a/b': 'wild.old', 'GET /one/7': 'wild.several', 'GET /two/7/more': 'wild.several' },
  },
  'wildcards of Express 5': {
    on: ['express'],
    controllers: [
      controller({ path: 'named' }, 'wild.named', Get('*rest')),
      controller({ path: 'braces' }, 'wild.braces', Get('{*rest}')),
      controller({ path: 'plus' }, 'wild.plus', Get('+')),
      controller({ path: 'regexp' }, 'wild.regexp', Get('(.*)')),
      controller({ path: 'mid' }, 'wild.middle', Get('*/end')),
      controller({ path: 'maybe' }, 'wild.maybe', Get('x{/:id}')),
      controller({ path: 'file' }, 'wild.dotted', Get(':name.:ext')),
    ],
    requests: {
      'GET /named/a/b': 'wild.named',
      'GET /braces/a/b': 'wild.braces',
      'GET /plus/a': 'wild.plus',
      'GET /regexp/a': 'wild.regexp',
      'GET /mid/a/end': 'wild.middle',
      'GET /maybe/x': 'wild.maybe',
      'GET /maybe/x/7': 'wild.maybe',
      'GET /file/a.b': 'wild.dotted',
    },
  },
  'a handler that passes on to another controller': {
    on: ['express'],
    controllers: [First, controller({ path: 'shared/:name' }, 'second.read'), controller({ path: 'apart' }, 'apart')],
    requests: { 'GET /shared/7': passedOn, 'GET /apart': 'apart' },
  },
  'a handler that passes on to one of the same pattern': {
    on: ['express'],
    controllers: [First, controller({ path: 'shared/:id' }, 'second.read')],
    requests: { 'GET /shared/7': passedOn },
  },
  'a module with a path of its own, and an exclusion': {
    on: BOTH,
    controllers: [controller({ path: 'free' }, 'free.read')],
    nested: NESTED,
    imports: [Nested, RouterModule.register([{ path: 'plant/:plant', module: Nested }])],
    prepare: (app) => {
      app
        .setGlobalPrefix('api/:region', { exclude: ['free'] })
        .enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    },
    requests: {
      'GET /api/eu/plant/north/parts': 'nested.part',
      'GET /api/eu/plant/north/bills x-version=1': 'nested.bill',
      'GET /free': 'free.read',
    },
  },
};
