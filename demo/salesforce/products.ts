import { idsFromOne, type OrgRecord } from './records.ts';

/** Salesforce's id of each Stripe product, and the products themselves. */
export interface Products {
  readonly records: readonly OrgRecord[];
  readonly idOf: (stripeProductId: string) => string;
}

export const productsOf = (sold: readonly (readonly [id: string, name: string])[], at: number): Products => {
  const ids = idsFromOne();
  const known = new Map(sold.map(([stripeId]) => [stripeId, ids('Product2')]));
  const idOfProduct = (stripeId: string): string => {
    const id = known.get(stripeId);
    if (id === undefined) throw new RangeError(`Salesforce has no product for ${stripeId}.`);
    return id;
  };
  return {
    records: sold.map(([stripeId, name]) => ({
      object: 'Product2',
      id: idOfProduct(stripeId),
      versions: [{ at, fields: { Name: name, ProductCode: stripeId, IsActive: true, Stripe_Product_Id__c: stripeId } }],
    })),
    idOf: idOfProduct,
  };
};
