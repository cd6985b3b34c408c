import 'reflect-metadata';
import {
  BadRequestException,
  ForbiddenException,
  Injectable,
  Module,
  ParseIntPipe,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Args, GraphQLModule, Int, Mutation, ObjectType, Field, Parent, Query, ResolveField, Resolver, GqlExecutionContext } from '@nestjs/graphql';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { currentContext } from '../../src/context/context.js';
import { Audited, SkipAudit } from '../../src/index.js';

@ObjectType()
export class Invoice {
  @Field(() => Int) id!: number;
  @Field(() => String) status!: string;
}

/** Lets in who says who he is. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const { req } = GqlExecutionContext.create(execution).getContext<{ req: { headers: Record<string, string>; user?: object } }>();
    const user = req.headers['x-user'];
    if (user !== undefined) req.user = { id: user };
    return user !== undefined;
  }
}

@Injectable()
class NeverGuard implements CanActivate {
  canActivate(): boolean {
    throw new ForbiddenException('never');
  }
}

export const groups: (string | undefined)[] = [];

@Resolver(() => Invoice)
@UseGuards(UserGuard)
export class InvoiceResolver {
  @Query(() => Invoice)
  invoice(@Args('id', { type: () => Int }) id: number): Invoice {
    return { id, status: 'OPEN' };
  }

  @Mutation(() => Invoice)
  @Audited('invoice.approve', {
    resource: 'Invoice',
    details: ({ args, result }) => ({ args, status: (result as Invoice | undefined)?.status }),
  })
  approve(@Args('id', { type: () => Int }) id: number): Invoice {
    groups.push(currentContext()?.root.group);
    return { id, status: 'APPROVED' };
  }

  @Mutation(() => Invoice)
  @Audited('invoice.delete', { reason: 'required', before: () => ({ status: 'OPEN' }), after: ({ result }) => ({ ...(result as Invoice) }) })
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

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, introspection: true, allowBatchedHttpRequests: true }),
  ],
  providers: [InvoiceResolver],
})
export class GraphqlApp {}
