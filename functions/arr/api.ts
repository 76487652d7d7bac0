import { companyConfig } from '../platform/config.ts';
import { apiHandler } from '../platform/http.ts';
import { ok } from '../platform/result.ts';
import { listAlerts, listToldAlerts } from './alerts/list.ts';
import { customerOn } from './figures/customer.ts';
import { explain } from './figures/explain.ts';
import { listMovements } from './figures/list-movements.ts';
import { readStatus, today } from './figures/read.ts';
import { readWaterfall } from './figures/read-waterfall.ts';
import { arrRoutes } from './routes.ts';
import { decideRuling, listRulings, propose } from './rulings/decide.ts';

export const handler = apiHandler('arr-api', arrRoutes, {
  getArrStatus: async ({ query }) => ok(await readStatus(query.on ?? today())),
  listArrMovements: ({ query, page }) => listMovements(query, page, today()),
  getArrWaterfall: ({ query }) => readWaterfall(query, companyConfig()),
  getArrCustomer: ({ params, query }) => customerOn(params.customerId, query.on ?? today()),
  listArrAlerts: ({ query, page }) => listAlerts(query.state, page),
  listToldArrAlerts: ({ page }) => listToldAlerts(page),
  listArrRulings: ({ query, page }) => listRulings(query, page),
  proposeArrRuling: ({ body, caller }) => propose({ ...body, proposedBy: caller.subject }),
  approveArrRuling: ({ params, caller }) =>
    decideRuling({ rulingId: params.rulingId, status: 'approved', by: caller.subject, observedOn: today() }),
  rejectArrRuling: ({ params, caller }) =>
    decideRuling({ rulingId: params.rulingId, status: 'rejected', by: caller.subject, observedOn: today() }),
  explainArr: ({ query, page }) => explain(query, page),
});
