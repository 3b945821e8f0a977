import { Injectable } from '@nestjs/common';
import { Delays } from '../delays.ts';
import { ExternalApi } from '../external/external-api.ts';
import { ItemsService } from '../items/items.service.ts';
import { UsersService } from '../users/users.service.ts';
import type { OperationNode, Tree } from './operation.ts';

interface Place {
  readonly id: string;
  readonly depth: number;
  readonly width: number;
}

@Injectable()
export class OperationsService {
  constructor(
    private readonly delays: Delays,
    private readonly users: UsersService,
    private readonly items: ItemsService,
    private readonly external: ExternalApi,
  ) {}

  /** A database, another company and a computation, one after the other; each one's failure is its own. */
  async complex() {
    return {
      database: await orError(() => this.counts()),
      external_api: await orError(() => this.todos()),
      cpu_operation: await orError(() => sum(1_000_000)),
    };
  }

  nested({ depth, width }: Tree): Promise<OperationNode> {
    return this.#node({ id: 'root', depth, width });
  }

  /** What the background task does when its caller has long gone. */
  async later(): Promise<void> {
    await this.delays.between(1_000, 3_000);
    this.counts();
    await this.todos();
  }

  private counts() {
    return { users_count: this.users.count(), items_count: this.items.count() };
  }

  private async todos() {
    const todos = await this.external.todos();
    return { todos_count: todos.length, sample_todo: todos[0] ?? null };
  }

  async #node({ id, depth, width }: Place): Promise<OperationNode> {
    await this.delays.between(50, 200);
    if (depth === 0) return { operation_id: id, depth, result: 'Leaf node reached' };
    const results = await this.#resultsAt(depth);
    const children: OperationNode[] = [];
    for (let n = 0; n < width; n++) children.push(await this.#node({ id: `${id}-${n}`, depth: depth - 1, width }));
    return { operation_id: id, depth, results, children };
  }

  async #resultsAt(depth: number): Promise<Readonly<Record<string, unknown>>> {
    if (depth % 3 === 0) return { db_operation: await orError(() => this.counts()) };
    if (depth % 3 === 1) return { api_call: await orError(() => this.todos()) };
    return { cpu_operation: sum(100_000) };
  }
}

function sum(count: number) {
  const startedAtMs = performance.now();
  let result = 0;
  for (let n = 0; n < count; n++) result += n;
  return { result, duration_ms: performance.now() - startedAtMs };
}

async function orError<T>(work: () => T | Promise<T>): Promise<T | { readonly error: string }> {
  try {
    return await work();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
