import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { Audited } from 'nestjs-prisma-audit';
import { CurrentUser, Roles, type SignedInUser } from '../auth/access.js';
import { Role } from '../generated/prisma/client.js';
import { Id, object, oneOf, text } from '../input.js';
import { UsersService, type UserView } from './users.service.js';

const roles = Object.values(Role);

@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  list(@CurrentUser() user: SignedInUser): Promise<UserView[]> {
    return this.users.list(user.tenantId);
  }

  @Audited('user.invite')
  @Roles(Role.ADMIN)
  @Post()
  invite(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<UserView> {
    const { email, name, role, password } = object(body);
    return this.users.invite(user.tenantId, {
      email: text(email, 'email'),
      name: text(name, 'name'),
      role: oneOf(role, 'role', roles),
      password: text(password, 'password'),
    });
  }

  @Put('me/avatar')
  setAvatar(@Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<UserView> {
    const png = text(object(body)['png'], 'png', 20_000);
    return this.users.setAvatar(user.id, new Uint8Array(Buffer.from(png, 'base64')));
  }

  @Audited('user.role')
  @Roles(Role.ADMIN)
  @Patch(':id')
  setRole(@Id() id: number, @Body() body: unknown, @CurrentUser() user: SignedInUser): Promise<UserView> {
    return this.users.setRole(id, user.tenantId, oneOf(object(body)['role'], 'role', roles));
  }

  @Audited('user.delete')
  @Roles(Role.ADMIN)
  @Delete(':id')
  @HttpCode(204)
  async remove(@Id() id: number, @CurrentUser() user: SignedInUser): Promise<void> {
    await this.users.remove(id, user.tenantId);
  }
}
