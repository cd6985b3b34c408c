import { Body, Controller, ForbiddenException, HttpCode, Post } from '@nestjs/common';
import { AuditService } from 'nestjs-prisma-audit';
import { object, oneOf, optional, text } from '../input.js';

/** Plates that may come in, as a list of the haulier's has them. */
const EXPECTED = new Set(['BAB1234', 'HHXY77']);

/** The barrier at the yard. Its camera signs in as a user, reads plates, and opens for those that are expected. */
@Controller('gate')
export class GateController {
  constructor(private readonly audit: AuditService) {}

  @Post('passages')
  @HttpCode(204)
  async pass(@Body() body: unknown): Promise<void> {
    const { plate, direction, picture } = object(body);
    const read = text(plate, 'plate', 32);
    const way = oneOf(direction, 'direction', ['in', 'out']);
    const isExpected = EXPECTED.has(read.replaceAll(/[\s-]/g, '').toUpperCase());
    await this.audit.access(
      {
        point: 'yard',
        event: !isExpected ? 'denied' : way === 'in' ? 'entry' : 'exit',
        direction: way,
        method: 'plate',
        vehicle: read,
        evidenceUrl: optional(picture, 'picture', (value, name) => text(value, name, 2_000)),
      },
      { durability: 'committed' }, // the barrier stays down until the log knows
    );
    if (!isExpected) throw new ForbiddenException('Nobody expects this vehicle.');
  }
}
