import { companyConfig } from '../platform/config.ts';
import { apiHandler, rawBody } from '../platform/http.ts';
import { fail, ok } from '../platform/result.ts';
import { listAlerts, listToldAlerts } from './alerts/list.ts';
import { readBookings } from './bookings/read-bookings.ts';
import { decideChange, listChanges, proposeChange } from './changes/decide.ts';
import { listProfiles, wantComparison, wantProfileLedger } from './decided/ask.ts';
import { compareCustomer } from './decided/compare-customer.ts';
import { listComparedLines, readComparison } from './decided/read-comparison.ts';
import { customerOn } from './figures/customer.ts';
import { explain } from './figures/explain.ts';
import { listMovements } from './figures/list-movements.ts';
import { readStatus, today } from './figures/read.ts';
import { readWaterfall } from './figures/read-waterfall.ts';
import { readForecast } from './forecast/read-forecast.ts';
import { closeMonth, listClosings, listRestatements, readClosing } from './ledger/close.ts';
import { readRetentionChange } from './metrics/read-change.ts';
import { readCohorts } from './metrics/read-cohorts.ts';
import { readMetrics } from './metrics/read-metrics.ts';
import { readPack, readPackCsv } from './metrics/read-pack.ts';
import { readChurnRisk } from './risk/read-risk.ts';
import { arrRoutes } from './routes.ts';
import { decideRuling, listRulings, propose } from './rulings/decide.ts';
import { besideOfAll, listCustomers, listEntries } from './standings/read.ts';

export const handler = apiHandler('arr-api', arrRoutes, {
  getArrStatus: async ({ query }) => ok(await readStatus(query.on ?? today())),
  listArrMovements: ({ query, page }) => listMovements(query, page, today()),
  getArrWaterfall: ({ query }) => readWaterfall(query, companyConfig(), today()),
  getArrMetrics: ({ query }) => readMetrics(query, companyConfig(), today()),
  getArrCohorts: ({ query }) => readCohorts(query, companyConfig(), today()),
  getArrPack: ({ query }) => readPack(query, companyConfig(), today()),
  getArrPackCsv: async ({ query }) => {
    const csv = await readPackCsv(query, companyConfig(), today());
    return csv.ok ? ok(rawBody('text/csv; charset=utf-8', csv.value)) : csv;
  },
  listArrBookings: ({ query, page }) => readBookings(query, page, companyConfig(), today()),
  getArrRetentionChange: ({ query, page }) => readRetentionChange(query, page, companyConfig(), today()),
  getArrForecast: ({ query }) => readForecast(query, companyConfig(), today()),
  listArrChurnRisk: ({ query, page }) => readChurnRisk(query, page, companyConfig(), today()),
  listArrCustomers: ({ query, page }) => {
    const { dimension, value } = query;
    if ((dimension === undefined) !== (value === undefined))
      return Promise.resolve(fail('question-incomplete', 'dimension and value are given together, or neither of them', 'dimension'));
    return listCustomers({ ...query, sort: query.sort ?? 'arr' }, page);
  },
  getArrBeside: besideOfAll,
  listArrBeside: ({ params, page }) => listEntries(params.kind, page),
  closeArrMonth: ({ body, caller }) => closeMonth(body.month, caller.subject),
  listArrClosings: async () => ok(await listClosings()),
  getArrClosing: ({ params }) => readClosing(params.month),
  listArrRestatements: ({ query, page }) => listRestatements(query.month, page),
  getArrCustomer: ({ params, query }) => customerOn(params.customerId, query.on ?? today()),
  listArrAlerts: ({ query, page }) => listAlerts(query.state, page),
  listToldArrAlerts: ({ page }) => listToldAlerts(page),
  listArrRulings: ({ query, page }) => listRulings(query, page),
  proposeArrRuling: ({ body, caller }) => propose({ ...body, proposedBy: caller.subject }),
  approveArrRuling: ({ params, caller }) =>
    decideRuling({ rulingId: params.rulingId, status: 'approved', by: caller.subject, observedOn: today() }),
  rejectArrRuling: ({ params, caller }) =>
    decideRuling({ rulingId: params.rulingId, status: 'rejected', by: caller.subject, observedOn: today() }),
  listArrProfileChanges: ({ page }) => listChanges(page),
  proposeArrProfileChange: ({ body, caller }) => proposeChange({ ...body, proposedBy: caller.subject }, today()),
  approveArrProfileChange: ({ params, caller }) => decideChange({ ...params, status: 'approved', by: caller.subject }),
  rejectArrProfileChange: ({ params, caller }) => decideChange({ ...params, status: 'rejected', by: caller.subject }),
  listArrProfiles: async () => ok(await listProfiles()),
  makeArrProfileLedger: ({ params, caller }) => wantProfileLedger(params.profile, caller.subject),
  makeArrComparison: ({ body, caller }) => wantComparison(body, caller.subject),
  getArrComparison: ({ query }) => readComparison(query),
  getArrComparedCustomer: ({ params, query }) => compareCustomer({ ...params, ...query }),
  listArrComparedLines: ({ query, page }) => listComparedLines(query, page),
  explainArr: ({ query, page }) => explain(query, page),
});
