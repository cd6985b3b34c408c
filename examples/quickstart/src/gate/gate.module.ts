import { Module } from '@nestjs/common';
import { GateController } from './gate.controller.js';

@Module({ controllers: [GateController] })
export class GateModule {}
