import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { object, text } from '../input.js';
import { Public } from './access.js';
import { type Login, SessionService } from './session.service.js';

@Controller('auth')
export class AuthController {
  constructor(private readonly sessions: SessionService) {}

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(@Body() body: unknown): Promise<Login> {
    const { email, password } = object(body);
    return this.sessions.login(text(email, 'email'), text(password, 'password'));
  }
}
