import * as z from 'zod/mini';
import { isDate, toEpochDay } from '../../platform/calendar.ts';
import { ok, type Result } from '../../platform/result.ts';
import type { ReadObject } from './fields.ts';
import { type MappingProblem, unmapped } from './problems.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';

/**
 * What is read of a record, as its REST API shows it: ids come out with 18 characters, date-times as epoch milliseconds; dates stay as they are,
 * and numbers stay as they were parsed until amounts.ts reads them exactly. What is not named here is not read.
 */
const id = z.pipe(
  z.string().check(z.refine((text) => recordId(text) !== undefined, { error: 'is not an id of 15 or 18 characters' })),
  z.transform((text) => recordId(text) ?? text),
);
const text = z.string().check(z.maxLength(255));
const date = z.string().check(z.refine(isDate, { error: 'is not a date as YYYY-MM-DD' }));

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{3}))?(?:Z|[+-]00:?00)$/;
const DAY_MS = 86_400_000;

/** Epoch milliseconds of `2026-10-30T16:00:00.000+0000`; `undefined` for anything else. Salesforce writes UTC. */
export const dateTimeOf = (written: string): number | undefined => {
  const [, day = '', hours, minutes, seconds, milliseconds = '0'] = DATE_TIME.exec(written) ?? [];
  if (!isDate(day)) return undefined;
  return toEpochDay(day) * DAY_MS + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
};
const instant = z.pipe(
  z.string().check(z.refine((written) => dateTimeOf(written) !== undefined, { error: 'is not a date-time in UTC' })),
  z.transform((written) => dateTimeOf(written) ?? 0),
);

const currencyIsoCode = z.nullish(z.string().check(z.regex(/^[A-Z]{3}$/)));
const system = { Id: id, IsDeleted: z.boolean(), SystemModstamp: instant };

export const accountSnapshot = z.object({ ...system, Name: text, ParentId: z.nullish(id) });

export const contactSnapshot = z.object({ ...system, AccountId: z.nullish(id), Title: z.nullish(text), Department: z.nullish(text) });

export const userSnapshot = z.object({
  Id: id,
  SystemModstamp: instant,
  IsActive: z.boolean(),
  ManagerId: z.nullish(id),
  UserRoleId: z.nullish(id),
  Title: z.nullish(text),
});

export const contractSnapshot = z.object({
  ...system,
  CreatedDate: instant,
  AccountId: id,
  ContractNumber: z.nullish(text),
  StatusCode: text,
  StartDate: z.nullish(date),
  EndDate: z.nullish(date),
  ContractTerm: z.nullish(z.int()),
  CompanySignedDate: z.nullish(date),
  CustomerSignedDate: z.nullish(date),
  ActivatedDate: z.nullish(instant),
  CurrencyIsoCode: currencyIsoCode,
});

export const orderSnapshot = z.object({
  ...system,
  CreatedDate: instant,
  AccountId: z.nullish(id),
  ContractId: z.nullish(id),
  OriginalOrderId: z.nullish(id),
  OrderNumber: z.nullish(text),
  StatusCode: text,
  EffectiveDate: z.nullish(date),
  EndDate: z.nullish(date),
  IsReductionOrder: z.boolean(),
  CompanyAuthorizedDate: z.nullish(date),
  CustomerAuthorizedDate: z.nullish(date),
  ActivatedDate: z.nullish(instant),
  CurrencyIsoCode: currencyIsoCode,
});

export const orderItemSnapshot = z.object({
  ...system,
  OrderId: id,
  Product2Id: id,
  OriginalOrderItemId: z.nullish(id),
  Quantity: z.number(),
  UnitPrice: z.number(),
  NetUnitPrice: z.nullish(z.number()),
  ListPrice: z.nullish(z.number()),
  ProductSellingModelId: z.nullish(id),
  ServiceDate: z.nullish(date),
  EndDate: z.nullish(date),
  CurrencyIsoCode: currencyIsoCode,
});

export const productSnapshot = z.object(system);

export const sellingModelSnapshot = z.object({
  ...system,
  SellingModelType: text,
  PricingTerm: z.nullish(z.int()),
  PricingTermUnit: z.nullish(text),
});

export const opportunitySnapshot = z.object({
  ...system,
  CreatedDate: instant,
  AccountId: z.nullish(id),
  OwnerId: z.nullish(id),
  ContractId: z.nullish(id),
  StageName: text,
  Type: z.nullish(text),
  Amount: z.nullish(z.number()),
  Probability: z.nullish(z.number()),
  ForecastCategory: text,
  CloseDate: date,
  IsClosed: z.boolean(),
  IsWon: z.boolean(),
  CurrencyIsoCode: currencyIsoCode,
});

export const opportunityItemSnapshot = z.object({
  ...system,
  OpportunityId: id,
  Product2Id: z.nullish(id),
  Quantity: z.number(),
  UnitPrice: z.nullish(z.number()),
  TotalPrice: z.number(),
  Discount: z.nullish(z.number()),
  ServiceDate: z.nullish(date),
});

export const opportunityHistorySnapshot = z.object({
  ...system,
  CreatedDate: instant,
  OpportunityId: id,
  StageName: text,
  Amount: z.nullish(z.number()),
  Probability: z.nullish(z.number()),
  ForecastCategory: z.nullish(text),
  CloseDate: z.nullish(date),
  CurrencyIsoCode: currencyIsoCode,
});

export type ContractSnapshot = z.infer<typeof contractSnapshot>;
export type OrderSnapshot = z.infer<typeof orderSnapshot>;
export type OrderItemSnapshot = z.infer<typeof orderItemSnapshot>;
export type SellingModelSnapshot = z.infer<typeof sellingModelSnapshot>;
export type OpportunitySnapshot = z.infer<typeof opportunitySnapshot>;
export type OpportunityItemSnapshot = z.infer<typeof opportunityItemSnapshot>;
export type OpportunityHistorySnapshot = z.infer<typeof opportunityHistorySnapshot>;

/** A record with the raw one beside it, in which the configured fields are looked up. */
export interface Read<T> {
  readonly is: T;
  readonly raw: SalesforceRecord;
}

/** Problem: `shape-unreadable`, by the name of the first field that is not as it should be; its value is not repeated. */
export const readRecord = <Schema extends z.ZodMiniType>(
  schema: Schema,
  raw: SalesforceRecord,
  object: ReadObject,
): Result<Read<z.infer<Schema>>, MappingProblem> => {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return ok({ is: parsed.data, raw });
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'Id';
  const which = typeof raw['Id'] === 'string' ? ` ${raw['Id'].slice(0, 18)}` : '';
  return unmapped(
    'shape-unreadable',
    `${object}${which} cannot be read: ${field} is missing, or not what Salesforce writes there. May the integration user read the field?`,
    `${object}.${field}`,
  );
};

/** All of them, or the first problem. */
export const readRecords = <Schema extends z.ZodMiniType>(
  schema: Schema,
  raws: readonly SalesforceRecord[],
  object: ReadObject,
): Result<readonly Read<z.infer<Schema>>[], MappingProblem> => {
  const records: Read<z.infer<Schema>>[] = [];
  for (const raw of raws) {
    const record = readRecord(schema, raw, object);
    if (!record.ok) return record;
    records.push(record.value);
  }
  return ok(records);
};
