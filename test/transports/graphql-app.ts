import 'reflect-metadata';
import {
  BadRequestException,
  ForbiddenException,
  Injectable,
  Module,
  ParseIntPipe,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  Args,
  GraphQLModule,
  Int,
  Mutation,
  ObjectType,
  Field,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
  GqlExecutionContext,
} from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { Audited, SkipAudit } from '../../src/index.js';

@ObjectType()
export class Invoice {
  @Field(() => Int) id!: number;
  @Field(() => String) status!: string;
}

interface HttpRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly extra?: { readonly request: HttpRequest };
  user?: object;
}

/** Apollo's on Express, Mercurius' on Fastify. */
interface Context {
  readonly req?: HttpRequest;
  readonly reply?: { readonly request: HttpRequest };
}

/** Lets in who says who he is. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const context = GqlExecutionContext.create(execution).getContext<Context>();
    // Over a socket Apollo's driver gives the connection as `req`, with the request that opened it below.
    const at = context.req ?? context.reply?.request;
    const user = (at?.headers ?? at?.extra?.request.headers)?.['x-user'];
    if (at && user !== undefined) at.user = { id: user };
    return user !== undefined;
  }
}

@Injectable()
class NeverGuard implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('never');
  }
}

/** It never ends. */
async function* ticks(): AsyncGenerator<{ invoices: Invoice }> {
  for (let id = 1; ; id++) {
    yield { invoices: { id, status: 'OPEN' } };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

@Resolver(() => Invoice)
@UseGuards(UserGuard)
export class InvoiceResolver {
  @Query(() => Invoice)
  invoice(@Args('id', { type: () => Int }) id: number): Invoice {
    return { id, status: 'OPEN' };
  }

  @Mutation(() => Invoice)
  @Audited<InvoiceResolver['approve']>('invoice.approve', {
    resource: 'Invoice',
    details: ({ args, result }) => ({ args, status: result?.status }),
  })
  approve(@Args('id', { type: () => Int }) id: number): Invoice {
    return { id, status: 'APPROVED' };
  }

  @Mutation(() => Invoice)
  @Audited<InvoiceResolver['remove']>('invoice.delete', {
    reason: 'required',
    before: () => ({ status: 'OPEN' }),
    after: ({ result }) => ({ id: result?.id, status: result?.status }),
  })
  remove(@Args('id', { type: () => Int }) id: number): Promise<Invoice> {
    return Promise.resolve({ id, status: 'DELETED' });
  }

  @Mutation(() => Invoice)
  @UseGuards(NeverGuard)
  @Audited('invoice.never')
  never(): Invoice {
    return { id: 0, status: '' };
  }

  @Mutation(() => Invoice)
  @Audited('invoice.fail', { durability: 'committed' })
  fail(): Invoice {
    throw new BadRequestException('not so');
  }

  @Mutation(() => Invoice)
  @Audited('invoice.number')
  number(@Args('id', { type: () => String }, ParseIntPipe) id: number): Invoice {
    return { id, status: 'OPEN' };
  }

  @Mutation(() => Invoice)
  @SkipAudit()
  skipped(): Invoice {
    return { id: 1, status: 'OPEN' };
  }

  /** Nobody marked it. */
  @Mutation(() => Invoice)
  plain(): Invoice {
    return { id: 1, status: 'OPEN' };
  }

  @Subscription(() => Invoice)
  @Audited('invoice.follow')
  invoices(): AsyncGenerator<{ invoices: Invoice }> {
    return ticks();
  }

  @ResolveField(() => String, { nullable: true })
  broken(@Parent() _invoice: Invoice): string {
    throw new Error('no such field for you');
  }
}

/** Made anew for each request. */
@Resolver(() => Invoice)
@Injectable({ scope: Scope.REQUEST })
@UseGuards(UserGuard)
export class ScopedResolver {
  @Mutation(() => Invoice)
  @Audited('invoice.scoped')
  scoped(): Invoice {
    return { id: 1, status: 'OPEN' };
  }
}

const providers = [InvoiceResolver, ScopedResolver];

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      allowBatchedHttpRequests: true,
      persistedQueries: {},
      subscriptions: { 'graphql-ws': true },
    }),
  ],
  providers,
})
export class OnApollo {}

@Module({
  imports: [
    GraphQLModule.forRoot<MercuriusDriverConfig>({
      driver: MercuriusDriver,
      autoSchemaFile: true,
      allowBatchedQueries: true,
      path: '/graphql',
    }),
  ],
  providers,
})
export class OnMercurius {}
