import {
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';

/** Who refuses a request, as its header asks for it. */
export const REFUSALS = [
  'app',
  'global',
  'class',
  'method',
  'later',
  'unknown',
  'middleware',
  'handler',
  'nobody',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What an entry says of each: outcome and status. */
export const ENDS: Record<Refusal, readonly [outcome: string, status: number]> = {
  app: ['denied', 403],
  global: ['denied', 403],
  class: ['denied', 403],
  method: ['denied', 403],
  later: ['denied', 403],
  unknown: ['denied', 401],
  middleware: ['denied', 403],
  handler: ['failure', 500],
  nobody: ['success', 200],
};

interface Asking {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export function refusalOf(request: Asking): string | undefined {
  return request.headers['x-refusal'];
}

function asked(context: ExecutionContext, ...refusals: Refusal[]): boolean {
  return (refusals as (string | undefined)[]).includes(refusalOf(context.switchToHttp().getRequest<Asking>()));
}

@Injectable()
export class OfApp implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return !asked(context, 'app');
  }
}

@Injectable()
export class OfGlobal implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (asked(context, 'global')) throw new ForbiddenException();
    return true;
  }
}

@Injectable()
export class OfClass implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return !asked(context, 'class');
  }
}

@Injectable()
export class OfMethod implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (asked(context, 'unknown')) throw new UnauthorizedException();
    if (asked(context, 'later')) await new Promise((resolve) => setTimeout(resolve, 5));
    return !asked(context, 'method', 'later');
  }
}
