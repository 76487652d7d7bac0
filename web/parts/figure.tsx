import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import Popover from '@cloudscape-design/components/popover';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import type { Address } from '../api/client.ts';
import { type MoneyOptions, money } from '../format/money.ts';
import { useExplainHref, useFollow } from './navigate.ts';

type Explanation = Address<'/api/v1/arr/explain'>;

interface FigureProps extends MoneyOptions {
  /** Whole minor units; undefined where the figure is left out for want of a plan rate. */
  readonly amountMinor: string | undefined;
  readonly currency: string;
  /** What it is, for who hears it: "ARR", "churn of Mar 2026". */
  readonly label: string;
  readonly explain: Explanation;
  readonly size?: 'heading-xl' | 'heading-m' | 'body-m';
}

/** Shown where a figure is left out; the notice of the screen says why. */
export const ABSENT = '–';

/** An amount that opens its explanation. Exact to the minor unit on hover and for screen readers, short where space is. */
export const Figure = ({ amountMinor, currency, label, explain, size = 'body-m', ...options }: FigureProps): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  if (amountMinor === undefined) return <span>{ABSENT}</span>;
  const shown = money(amountMinor, currency, options);
  const exact = money(amountMinor, currency, { ...options, isShort: false });
  // Who speaks to the page says what is seen.
  const told = shown === exact ? shown : `${shown}, exactly ${exact}`;
  return (
    <span className="figure" title={exact} data-figure={amountMinor}>
      <Link href={hrefOf(explain)} onFollow={follow} fontSize={size} ariaLabel={`${label}: ${told}. Explain`}>
        {shown}
      </Link>
    </span>
  );
};

interface ExplainedProps {
  /** What it is and how much, for who hears it. */
  readonly label: string;
  readonly explain: Explanation;
  readonly children: ReactNode;
}

/** Any text that leads to an explanation. */
export const Explained = ({ label, explain, children }: ExplainedProps): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  return (
    <span className="figure">
      <Link href={hrefOf(explain)} onFollow={follow} ariaLabel={`${label}. Explain`}>
        {children}
      </Link>
    </span>
  );
};

export type Part = { readonly label: string } & ({ readonly explain: Explanation } | { readonly href: string });

interface DerivedProps {
  readonly label: string;
  /** As it is read. */
  readonly text: string;
  /** How it is made, as a sentence. */
  readonly formula: string;
  /** What it is made of: each leads to its own explanation, or to the screen that is one. */
  readonly parts?: readonly Part[];
  /** What is shown, exactly as the API tells it. */
  readonly exact?: string | undefined;
  readonly size?: 'large' | 'medium';
}

/** A figure that is computed of others: opens its formula, and from there the explanations of its parts. */
export const Derived = ({ label, text, formula, parts = [], exact, size = 'medium' }: DerivedProps): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  return (
    <Popover
      header={label}
      triggerType="text"
      size="medium"
      renderWithPortal
      dismissAriaLabel="Close"
      content={
        <SpaceBetween size="xs">
          <Box variant="span">{formula}</Box>
          {parts.map((part) => (
            <Link key={part.label} href={'href' in part ? part.href : hrefOf(part.explain)} onFollow={follow}>
              {part.label}
            </Link>
          ))}
        </SpaceBetween>
      }
    >
      <span className="figure" data-derived={label} data-exact={exact}>
        <Box variant="span" fontSize={size === 'large' ? 'heading-xl' : 'body-m'} color="inherit">
          {text}
        </Box>
      </span>
    </Popover>
  );
};
