import {
  Body,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  Param,
  Patch,
  Post,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
} from '@nestjs/common';
import { Audited, SkipAudit } from '../../src/index.js';

class Closed implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('closed');
  }
}

/** Nothing is marked here: which of these leave an entry, and what it is called, is the module's affair. */
@Controller('api/v1/residents')
export class Residents {
  @Post()
  create(@Body() body?: { fail?: string }): object {
    if (body?.fail === 'login') throw new UnauthorizedException('wrong password');
    return { id: 'made', name: 'secret of the body' };
  }
  @Get()
  list(): object[] {
    return [];
  }
  @Get(':id')
  read(@Param('id') id: string): string {
    return id;
  }
  @Patch(':id')
  update(): void {}
  @UseGuards(Closed)
  @Delete(':id')
  remove(): void {}
  @SkipAudit()
  @Post(':id/skipped')
  skipped(): void {}
  @SkipAudit()
  @UseGuards(Closed)
  @Post(':id/skipped-closed')
  skippedClosed(): void {}
  @Audited()
  @Post(':id/approve')
  approve(): void {}
  @Audited(undefined, { severity: 'warning' })
  @Get(':id/export')
  exported(): void {}
}

@Controller('health')
export class Health {
  @Get()
  live(): string {
    return 'ok';
  }
}

// Marks of a class, of the class it extends, and of a method, against each other.
@Audited('base.any', { severity: 'notice', resource: 'Base' })
class Base {
  @Get('inherited')
  inherited(): object {
    return { id: 1 };
  }
  @Audited('base.own', { resource: 'Own' })
  @Get('own')
  own(): object {
    return { id: 2 };
  }
  @Audited('base.overridden')
  @Get('overridden')
  overridden(): object {
    return { id: 3 };
  }
}

@Controller('extends')
export class Extends extends Base {
  // A method that overrides is a new one: it has its own marks, and those of the class.
  @Get('overridden')
  override overridden(): object {
    return super.overridden();
  }
  @SkipAudit()
  @Audited('extends.both')
  @Get('both')
  both(): void {}
}

@SkipAudit()
@Controller('quiet')
export class Quiet extends Base {
  @Audited('quiet.but', { severity: 'critical' })
  @Get('but')
  but(): object {
    return { id: 4 };
  }
  @Get('silent')
  silent(): void {}
}

@Audited('again.any')
@Controller('again')
export class Again extends Quiet {}
