import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';
import { useFollow } from './navigate.ts';

/** To a customer's screen, by its name where that is known. */
export const CustomerLink = ({ customerId, children }: { readonly customerId: string; readonly children?: ReactNode }): ReactNode => {
  const follow = useFollow();
  return (
    <Link href={`/customers/${encodeURIComponent(customerId)}`} onFollow={follow}>
      {children ?? customerId}
    </Link>
  );
};
