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
  readonly headers: Readonly<Record<string, string | undefined>>;
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
    const request = context.req ?? context.reply?.request;
    const user = request?.headers['x-user'];
    if (request && user !== undefined) request.user = { id: user };
    return user !== undefined;
  }
}

@Injectable()
class NeverGuard implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('never');
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
