import {
  All,
  Controller,
  Get,
  Head,
  Injectable,
  Module,
  Post,
  VERSION_NEUTRAL,
  Version,
  type CanActivate,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { Audited } from '../../src/index.js';

/** Nobody gets in, so that no interceptor ever sees a handler: all that is known comes from the route table. */
@Injectable()
export class Closed implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
export class Root {
  @Audited('root')
  @Get()
  root(): void {}
}

@Controller(['orders', 'purchases'])
export class Orders {
  @Audited('order.read')
  @Get(':id')
  read(): void {}
  @Audited('order.line')
  @Get([':order/lines/:line', ':order/l/:line'])
  line(): void {}
  @Audited('order.legacy-file')
  @Get('legacy/*')
  legacyFile(): void {}
  @Audited('order.any')
  @All(':id/any')
  any(): void {}
  @Get(':id/plain')
  plain(): void {}
}

@Controller('orders')
export class Files {
  @Audited('order.file')
  @Get('files/*path')
  file(): void {}
}

/** The same patterns as others', with names of their own for the parameters. */
@Controller('orders')
export class Names {
  @Audited('name.post')
  @Post(':name')
  post(): void {}
  @Audited('name.lines')
  @Get(':name/lines')
  lines(): void {}
}

@Controller('admin/orders')
export class AdminOrders {
  @Audited('admin.order.read')
  @Get(':id')
  read(): void {}
}

@Controller({ path: 'bills', version: '1' })
export class BillsOne {
  @Audited('bill.one')
  @Get(':id')
  read(): void {}
}

@Controller({ path: 'bills', version: ['2', '3'] })
export class BillsTwo {
  @Audited('bill.two')
  @Get(':id')
  read(): void {}
  @Audited('bill.four')
  @Version('4')
  @Get(':id')
  four(): void {}
}

@Controller({ path: 'bills', version: VERSION_NEUTRAL })
export class BillsNeutral {
  @Audited('bill.neutral')
  @Get(':id')
  read(): void {}
}

@Controller('parts')
export class Parts {
  @Audited('part.read')
  @Get(':id')
  read(): void {}
  @Audited('part.head')
  @Head('both/:id')
  head(): void {}
  @Audited('part.get')
  @Get('both/:id')
  get(): void {}
}

@Controller('parts')
export class NestedParts {
  @Audited('nested.part.read')
  @Get(':id')
  read(): void {}
}
@Module({ controllers: [NestedParts] })
class NestedModule {}
@Module({ imports: [NestedModule, RouterModule.register([{ path: 'plant/:plant', module: NestedModule }])] })
export class PlantModule {}

/** The same path on two hosts. */
@Controller({ path: 'host', host: '127.0.0.1' })
export class HostA {
  @Audited('host.a')
  @Get()
  read(): void {}
}
@Controller({ path: 'host', host: 'b.example.test' })
export class HostB {
  @Audited('host.b')
  @Get()
  read(): void {}
}

export const CONTROLLERS = [Root, Orders, Names, AdminOrders, Parts];
/** What Fastify's router refuses: a wildcard with a name, a path twice. */
export const OF_EXPRESS = [Files, HostA, HostB];
export const VERSIONED = [BillsOne, BillsTwo, BillsNeutral];
