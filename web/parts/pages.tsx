import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import type { Address, Answer, Path } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { LoadedView } from './states.tsx';

interface PagesProps<P extends Path> {
  /** Where a page is: the first one without a cursor. */
  readonly at: (cursor: string | undefined) => Address<P>;
  /** What is listed, for who waits for it: "the customers". */
  readonly what: string;
  readonly children: (page: Answer<P>) => ReactNode;
  /** Where to go on, if it is not the first page. */
  readonly cursor?: string | undefined;
}

/** A list that comes page by page: one, and below it the next once it is wanted. */
export function Pages<P extends Path>({ at, what, children, cursor }: PagesProps<P>): ReactNode {
  const page = useApi<P>(at(cursor));
  return (
    <LoadedView loaded={page} what={what}>
      {(data) => {
        const { nextCursor } = data as { readonly nextCursor: string | null };
        return (
          <SpaceBetween size="s">
            {children(data)}
            <PagesAfter at={at} what={what} cursor={nextCursor}>
              {children}
            </PagesAfter>
          </SpaceBetween>
        );
      }}
    </LoadedView>
  );
}

/** What follows on a page that is there: the next one once it is wanted, or nothing after the last. */
export function PagesAfter<P extends Path>({
  cursor,
  ...asked
}: Omit<PagesProps<P>, 'cursor'> & { readonly cursor: string | null }): ReactNode {
  const [isWanted, setWanted] = useState(false);
  if (cursor === null) return null;
  return isWanted ? <Pages {...asked} cursor={cursor} /> : <Button onClick={() => setWanted(true)}>More of {asked.what}</Button>;
}
