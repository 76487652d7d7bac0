import * as z from 'zod/mini';
import { dayParameter as day } from '../platform/fields.ts';
import { defineRoutes } from '../platform/routes.ts';
import {
  arrComparedLines,
  arrComparison,
  arrProfiles,
  comparedCustomer,
  comparisonLedger,
  profileChange,
  profileLedger,
  switchName,
} from './profile-answers.ts';

const name = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));

/** A figure by another definition than that in force. */
export const profileParameter = {
  profile: z.optional(
    name('Definition profile, e.g. `stripe`; arr/profiles lists them. One that is not in force needs its ledger. Default: that in force'),
  ),
};
/** What a figure by a profile may answer beside its own problems. */
export const profileProblems = { 'profile-unknown': 404, 'ledger-not-made': 409 } as const;

const sides = {
  left: name('Profile that is gone from, e.g. `enterprise`'),
  right: name('Profile that is gone to, e.g. `stripe`'),
};
const cut = {
  dimension: z.optional(
    name('What to cut by, with `value`: product, entity, currency, or an attribute of customers such as `segment`. Default: everything'),
  ),
  value: z.optional(z.string().check(z.maxLength(120), z.describe('Value of the dimension'))),
};
const comparisonProblems = {
  ...profileProblems,
  'profiles-same': 400,
  'question-incomplete': 400,
  'dimension-unknown': 404,
} as const;

/** Routes of definition profiles: which there are, their ledgers, and what two of them differ by. */
export const profileRoutes = defineRoutes({
  listArrProfiles: {
    method: 'GET',
    path: '/api/v1/arr/profiles',
    scope: 'arr/read',
    summary: 'Definition profiles with their switches and what ledger there is of each; comparisons that were asked for',
    response: arrProfiles,
  },
  makeArrProfileLedger: {
    method: 'POST',
    path: '/api/v1/arr/profiles/{profile}/ledger',
    scope: 'arr/write',
    summary: 'Has the ledger of a profile made from all facts, or brought up to date: figures can then be asked for by that profile',
    params: z.object({ profile: name('Name of the profile') }),
    response: profileLedger,
    problems: { 'profile-unknown': 404, 'ledgers-full': 409 },
  },
  makeArrComparison: {
    method: 'POST',
    path: '/api/v1/arr/comparisons',
    scope: 'arr/write',
    summary: 'Has the comparison of two profiles made from all facts, or brought up to date',
    body: z.strictObject(sides),
    response: comparisonLedger,
    problems: { 'profile-unknown': 404, 'profiles-same': 400, 'ledgers-full': 409 },
  },
  getArrComparison: {
    method: 'GET',
    path: '/api/v1/arr/comparison',
    scope: 'arr/read',
    summary: 'ARR by two profiles at the end of each period, and what each switch changes: left + Σ reasons = right, to the minor unit',
    query: z.object({
      ...sides,
      from: day('First day of the first period, YYYY-MM-DD'),
      to: day('Last day of the last period, included, YYYY-MM-DD'),
      period: z.optional(z.enum(['day', 'month', 'quarter', 'year']).check(z.describe('Fiscal periods. Default: month'))),
      ...cut,
    }),
    response: arrComparison,
    problems: { ...comparisonProblems, 'period-invalid': 400 },
  },
  listArrComparedLines: {
    method: 'GET',
    path: '/api/v1/arr/comparison/lines',
    scope: 'arr/read',
    summary: 'Customers’ lines on which two profiles differ at the end of a day, the largest difference first, each with its reasons',
    query: z.object({
      ...sides,
      on: day('Day at whose end they differ, YYYY-MM-DD'),
      because: z.optional(switchName.check(z.describe('Only those on which this switch bears'))),
      ...cut,
    }),
    paged: true,
    response: arrComparedLines,
    problems: comparisonProblems,
  },
  getArrComparedCustomer: {
    method: 'GET',
    path: '/api/v1/arr/comparison/customers/{customerId}',
    scope: 'arr/read',
    summary:
      'One customer under two profiles at the end of a day: its lines with the reasons, and the movements of either side with their events',
    params: z.object({ customerId: name('Id of the customer, `<vendor>.<instance>.<id at the source>`') }),
    query: z.object({ ...sides, on: day('Day at whose end it is told, YYYY-MM-DD') }),
    response: comparedCustomer,
    problems: { 'profile-unknown': 404, 'profiles-same': 400, 'customer-unknown': 404 },
  },
  listArrProfileChanges: {
    method: 'GET',
    path: '/api/v1/arr/profile-changes',
    scope: 'arr/read',
    summary: 'Changes of the profile in force, newest first: what they change, their effect on prior months, who proposed and who approved',
    paged: true,
    response: z.object({ items: z.array(profileChange), nextCursor: z.nullable(z.string()) }),
  },
  proposeArrProfileChange: {
    method: 'POST',
    path: '/api/v1/arr/profile-changes',
    scope: 'arr/write',
    summary: 'Proposes that another profile be put in force, with its effect on the last 24 months; the two must have been compared',
    body: z.strictObject({
      profile: name('The profile that is to be in force'),
      reason: z.string().check(z.minLength(3), z.maxLength(500), z.describe('Why, as an auditor will read it')),
    }),
    response: profileChange,
    problems: { ...comparisonProblems, 'profile-in-force': 409, 'period-invalid': 400 },
  },
  approveArrProfileChange: {
    method: 'POST',
    path: '/api/v1/arr/profile-changes/{changeId}/approve',
    scope: 'arr/write',
    summary: 'Approves a change that another person proposed: the profile may then be put in force by a deployment',
    params: z.object({ changeId: name('Id of the change') }),
    response: profileChange,
    problems: { 'change-unknown': 404, 'change-decided': 409, 'second-person-needed': 403, 'change-stale': 409 },
  },
  rejectArrProfileChange: {
    method: 'POST',
    path: '/api/v1/arr/profile-changes/{changeId}/reject',
    scope: 'arr/write',
    summary: 'Rejects a change, or takes back one’s own',
    params: z.object({ changeId: name('Id of the change') }),
    response: profileChange,
    problems: { 'change-unknown': 404, 'change-decided': 409, 'second-person-needed': 403, 'change-stale': 409 },
  },
});
