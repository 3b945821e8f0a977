import express, { type Express, type Request, type Response } from 'express';
import { flowtrace } from '@tracelab/function-tracer/express';
import { type Product, ProductTable } from './database.ts';

class ProductMissing extends Error {
  readonly code = 'ProductMissing';

  constructor(id: number) {
    super(`There is no product ${id}`);
  }
}

/** The API: create, read, list, change and delete products. */
export function createApp(table = new ProductTable()): Express {
  const app = express();
  app.use(flowtrace(), express.json());
  app.post('/products', async (request, response) => {
    response.status(201).json(await table.insert(fieldsOf(request)));
  });
  app.get('/products', async (_request, response) => {
    response.json(await listProducts(table));
  });
  app.get('/products/:id', async (request, response) => {
    response.json(await findProduct(table, idOf(request)));
  });
  app.patch('/products/:id', async (request, response) => {
    response.json(present(await table.update(idOf(request), fieldsOf(request)), idOf(request)));
  });
  app.delete('/products/:id', async (request, response) => {
    response.status((await table.delete(idOf(request))) ? 204 : 404).end();
  });
  app.use(answerError);
  return app;
}

/** One query for each product: `flowctl report` shows it as a repeated call. */
async function listProducts(table: ProductTable): Promise<Product[]> {
  const products: Product[] = [];
  for (const id of await table.selectIds()) products.push(await findProduct(table, id));
  return products;
}

async function findProduct(table: ProductTable, id: number): Promise<Product> {
  return present(await table.select(id), id);
}

function present(product: Product | undefined, id: number): Product {
  if (product === undefined) throw new ProductMissing(id);
  return product;
}

function idOf(request: Request): number {
  return Number(request.params['id']);
}

function fieldsOf(request: Request): Omit<Product, 'id'> {
  return request.body as Omit<Product, 'id'>;
}

// Express knows an error handler by its four parameters.
// eslint-disable-next-line max-params, @typescript-eslint/no-unused-vars
function answerError(error: unknown, _request: Request, response: Response, _next: unknown): void {
  const isMissing = error instanceof ProductMissing;
  response.status(isMissing ? 404 : 500).json({ detail: isMissing ? error.message : 'Internal error' });
}
