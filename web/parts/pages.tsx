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
  const [isMore, setMore] = useState(false);
  const page = useApi<P>(at(cursor));
  return (
    <LoadedView loaded={page} what={what}>
      {(data) => {
        const { nextCursor } = data as { readonly nextCursor: string | null };
        return (
          <SpaceBetween size="s">
            {children(data)}
            {nextCursor === null ? null : isMore ? (
              <Pages at={at} what={what} cursor={nextCursor}>
                {children}
              </Pages>
            ) : (
              <Button onClick={() => setMore(true)}>More of {what}</Button>
            )}
          </SpaceBetween>
        );
      }}
    </LoadedView>
  );
}
