import express from 'express';
import {
  Controller,
  Get,
  Module,
  Param,
  Post,
  VersioningType,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** One application, and what a request to each path is called there, with `requests: 'all'`. */
export interface Unmatched {
  readonly on: readonly ('express' | 'fastify')[];
  readonly prepare: (app: NestExpressApplication) => void;
  readonly requests: Readonly<Record<string, string>>;
}

const NONE = 'http.unmatched failure 404';

@Controller('files')
export class Files {
  @Get()
  list(): string {
    return 'files';
  }
  @Get(':id')
  read(@Param('id') id: string): string {
    return id;
  }
  @Post('up/*')
  up(): string {
    return 'up';
  }
}

/** Middleware that is bound to paths leaves its own route on the request. */
@Module({})
export class Bound implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((_request: unknown, _response: unknown, next: () => void) => next())
      .forRoutes('tenants/*path', { path: '{*all}', method: 0 }, 'words');
  }
}

const BOTH = ['express', 'fastify'] as const;
const unmatched = (...requests: string[]): Record<string, string> =>
  Object.fromEntries(requests.map((request) => [request, NONE]));

export const UNMATCHED: Readonly<Record<string, Unmatched>> = {
  'no prefix': {
    on: BOTH,
    prepare: () => undefined,
    requests: {
      ...unmatched(
        'POST /nope',
        'GET /',
        'PUT /files/7',
        'DELETE /files',
        'GET /tenants/acme/x',
        'POST /words',
        'GET /a/b/c?token=x',
      ),
      'GET /files': 'files.list success 200',
      'GET /files/7': 'files.read success 200',
      'POST /files/up/a': 'files.up.update success 201',
    },
  },
  'a global prefix': {
    on: BOTH,
    prepare: (app) => app.setGlobalPrefix('api'),
    requests: {
      ...unmatched(
        'POST /nope',
        'POST /api/nope',
        'GET /api',
        'GET /',
        'GET /files',
        'PUT /api/files/7',
        'GET /api/tenants/acme',
        'POST /api/words',
        'DELETE /apix',
        'GET /API/nope',
      ),
      'GET /api/files': 'files.list success 200',
      'GET /api/files/7': 'files.read success 200',
    },
  },
  'a prefix with a word and a parameter': {
    on: BOTH,
    prepare: (app) => app.setGlobalPrefix('shop/:shop'),
    requests: {
      ...unmatched('POST /nope', 'POST /shop/acme/nope', 'GET /shop', 'GET /shop/acme'),
      'GET /shop/acme/files': 'shop.files.list success 200',
    },
  },
  'a prefix with exclusions': {
    on: BOTH,
    prepare: (app) => app.setGlobalPrefix('api', { exclude: ['files', 'other'] }),
    requests: {
      ...unmatched('POST /nope', 'POST /api/nope', 'GET /api/files', 'GET /other', 'POST /files'),
      'GET /files': 'files.list success 200',
      'GET /api/files/7': 'files.read success 200',
    },
  },
  'a prefix and versions in the path': {
    on: BOTH,
    prepare: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    requests: {
      ...unmatched(
        'POST /nope',
        'POST /api/nope',
        'POST /api/v1/nope',
        'GET /api/v2/files',
        'GET /v1/files',
        'GET /api/files',
      ),
      'GET /api/v1/files': 'files.list success 200',
    },
  },
  'a prefix and versions by header': {
    on: BOTH,
    prepare: (app) =>
      app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.HEADER, header: 'x-v', defaultVersion: '1' }),
    requests: unmatched('POST /nope', 'POST /api/nope', 'GET /api/files'), // of no version
  },
  'routers of Express beside it': {
    on: ['express'],
    prepare: (app) => {
      const router = express.Router();
      router.get('/parts/:id', (_request, response) => void response.send('part'));
      router.all('/{*rest}', (_request, _response, next) => next());
      const below = express();
      below.post('/things', (_request, response) => void response.send('thing'));
      app.setGlobalPrefix('api');
      app.use('/sub', router);
      app.use('/app', below);
    },
    requests: {
      ...unmatched('POST /nope', 'GET /sub/nope', 'GET /app/nope', 'POST /sub', 'GET /api/sub/parts/7'),
      // In front of all modules: docs/outcomes.md.
      'GET /sub/parts/7': '',
      'POST /app/things': '',
      'GET /api/files': 'files.list success 200',
    },
  },
};
