import type { ReactNode } from 'react';
import { dayText } from '../format/days.ts';
import { count, money } from '../format/money.ts';
import { causeName } from '../parts/causes.ts';
import { Figure } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { type Change, Effect } from './retention-effect.tsx';

type Group = NonNullable<Change['groups']>[number];
type Part = Group['parts'][number];

const WORDS: Readonly<Record<string, string>> = {
  base: 'What they had when the cohort was taken',
  'not-counted': 'Came back, which the profile leaves out',
};
const partName = (of: string): string => WORDS[of] ?? causeName(of);

/** The parts of a change by cause, over all groups. */
export const ByCause = ({ told }: { readonly told: Change }): ReactNode => (
  <PlainTable
    caption="By cause"
    columns={[
      { header: 'Cause', cell: ({ of }: NonNullable<Change['byCause']>[number]) => partName(of) },
      {
        header: 'Effect on NRR',
        cell: ({ of, effect }) => (
          <Effect label={`Effect of ${partName(of)}`} effect={effect} formula="The sum of this cause over all groups below." />
        ),
      },
    ]}
    items={told.byCause ?? []}
    keyOf={({ of }) => of}
    empty="Nothing moved"
  />
);

/** A group of customers, or one of the causes by which they moved. */
interface Line {
  readonly key: string;
  readonly group: Group;
  readonly part?: Part;
}

const periodText = ({ from, to }: Group): string => `${dayText(from)} to ${dayText(to)}`;

const GROUPS: Readonly<Record<Group['group'], { readonly name: string; readonly formula: string }>> = {
  'window-entered': {
    name: 'Came into the twelve months: customers of both cohorts',
    formula: 'What they moved in these days ÷ ARR of the later cohort.',
  },
  'window-left': {
    name: 'Went out of the twelve months: the same customers a year before',
    formula:
      'It was growth, and is now part of what growth is measured by: − NRR before × what they moved in these days ÷ ARR of the later cohort.',
  },
  'cohort-joined': {
    name: 'Joined the cohort',
    formula: 'Their ARR now − NRR before × their ARR when the cohort was taken, ÷ ARR of the later cohort.',
  },
  'cohort-left': {
    name: 'Left the cohort',
    formula: 'The same of who was in the earlier cohort alone, taken away.',
  },
};

/** The parts by whose they are and in which days, group by group. */
export const ByGroup = ({ told }: { readonly told: Change }): ReactNode => {
  const { planCurrency: currency, groups = [] } = told;
  const lines: Line[] = groups.flatMap((group) => [
    { key: group.group, group },
    ...group.parts.map((part) => ({ key: `${group.group} ${part.of}`, group, part })),
  ]);
  const name = ({ group, part }: Line): string => (part === undefined ? GROUPS[group.group].name : partName(part.of));
  return (
    <PlainTable
      caption="By what came and went"
      columns={[
        {
          header: 'What',
          cell: (line) => (line.part === undefined ? <strong>{name(line)}</strong> : <span className="within">{name(line)}</span>),
        },
        { header: 'Days', cell: ({ group, part }) => (part === undefined ? periodText(group) : null) },
        { header: 'Customers', cell: ({ group, part }) => (part === undefined ? count(group.customers) : null) },
        {
          header: 'Amount',
          cell: ({ group, part }) => (part === undefined ? null : <Amount group={group} part={part} currency={currency} />),
        },
        {
          header: 'Effect on NRR',
          cell: (line) => (
            <Effect
              label={`Effect of ${name(line)}`}
              effect={(line.part ?? line.group).effect}
              formula={GROUPS[line.group.group].formula}
            />
          ),
        },
      ]}
      items={lines}
      keyOf={({ key }) => key}
      empty="Nothing moved"
    />
  );
};

/** Leads to all movements of these days by the cause, whoever moved them. */
const Amount = ({ group, part, currency }: { readonly group: Group; readonly part: Part; readonly currency: string }): ReactNode => {
  const { of, amountMinor, explain } = part;
  if (explain === undefined) return money(amountMinor, currency, { isShort: true });
  return (
    <Figure
      amountMinor={amountMinor}
      currency={currency}
      label={`${causeName(of)}, ${periodText(group)}`}
      explain={explain}
      isShort
      isChange
    />
  );
};
