import type { SalesforceSide } from './salesforce/side.ts';
import type { Act } from './world.ts';

/** A part of the demo company: some customers with all that happens to them, for tests that need not load everybody. */
export const actsOf = (acts: readonly Act[], customers: ReadonlySet<string>): readonly Act[] =>
  acts.filter((act) => {
    switch (act.kind) {
      case 'product':
      case 'price':
        return true;
      case 'customer':
        return customers.has(act.customer.id);
      case 'subscription':
        return customers.has(act.subscription.customerId);
      default:
        return customers.has(act.invoice.customer.id);
    }
  });

/** What Salesforce holds of these customers, with everybody who sells and everything that is sold, and the account of nobody else. */
export const recordsOf = ({ records, accountIds }: SalesforceSide, customers: ReadonlySet<string>): SalesforceSide['records'] => {
  const accounts = new Set([...accountIds].flatMap(([customerId, accountId]) => (customers.has(customerId) ? [accountId] : [])));
  const orders = new Set<string>();
  const isOf = (accountId: unknown): boolean => typeof accountId === 'string' && accounts.has(accountId);
  return records.filter(({ object, id, versions: [first] }) => {
    switch (object) {
      case 'User':
      case 'Product2':
        return true;
      case 'Account':
        return accounts.has(id);
      case 'OrderItem':
        return orders.has(String(first?.fields['OrderId']));
      default:
        if (isOf(first?.fields['AccountId']) && object === 'Order') orders.add(id);
        return isOf(first?.fields['AccountId']);
    }
  });
};
