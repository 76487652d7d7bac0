import { useCallback } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Address } from '../api/client.ts';

/** What a Cloudscape link tells when it is followed. */
interface Followed {
  readonly detail: { readonly href?: string | undefined; readonly external?: boolean };
  readonly preventDefault: () => void;
}

/** Follows links of our own without loading the page again; the browser's own ways (new tab, middle button) stay. */
export const useFollow = (): ((event: Followed) => void) => {
  const [, navigate] = useLocation();
  return useCallback(
    (event: Followed) => {
      const { href, external } = event.detail;
      if (href === undefined || external === true) return;
      event.preventDefault();
      navigate(href);
    },
    [navigate],
  );
};

/** Parameters of the address: what a screen shows is in it, so that it can be sent to somebody and gone back to. */
export const useAddressParameters = (): readonly [URLSearchParams, (changes: Readonly<Record<string, string | undefined>>) => void] => {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (changes: Readonly<Record<string, string | undefined>>) =>
      setParameters((current) => {
        const next = new URLSearchParams(current);
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      }),
    [setParameters],
  );
  return [parameters, change];
};

/** The page's address with other parameters. */
export const useHref = (): ((changes: Readonly<Record<string, string>>) => string) => {
  const [path] = useLocation();
  const [parameters] = useSearchParams();
  return (changes) => {
    const next = new URLSearchParams(parameters);
    for (const [name, value] of Object.entries(changes)) next.set(name, value);
    return `${path}?${next}`;
  };
};

type Explanation = Address<'/api/v1/arr/explain'>;

const EXPLAIN = '/api/v1/arr/explain';

/** What is being explained, if anything: an address of `arr/explain`, kept in the page's own address. */
export const useExplained = (): Explanation | undefined => {
  const [parameters] = useSearchParams();
  const asked = parameters.get('explain');
  return asked === null ? undefined : `${EXPLAIN}?${asked}`;
};

/** The page's address with an explanation beside what it shows. */
export const useExplainHref = (): ((explain: Explanation) => string) => {
  const hrefOf = useHref();
  return (explain) => hrefOf({ explain: explain.slice(EXPLAIN.length + 1) });
};
