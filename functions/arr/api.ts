import { companyConfig } from '../platform/config.ts';
import { apiHandler } from '../platform/http.ts';
import { ok } from '../platform/result.ts';
import { customerOn } from './customer.ts';
import { explain } from './explain.ts';
import { listMovements } from './list-movements.ts';
import { readStatus, today } from './read.ts';
import { readWaterfall } from './read-waterfall.ts';
import { arrRoutes } from './routes.ts';

export const handler = apiHandler('arr-api', arrRoutes, {
  getArrStatus: async ({ query }) => ok(await readStatus(query.on ?? today())),
  listArrMovements: ({ query, page }) => listMovements(query, page, today()),
  getArrWaterfall: ({ query }) => readWaterfall(query, companyConfig()),
  getArrCustomer: ({ params, query }) => customerOn(params.customerId, query.on ?? today()),
  explainArr: ({ query, page }) => explain(query, page),
});
