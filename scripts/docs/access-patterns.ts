interface KeyModel {
  readonly field: string;
  readonly composite: readonly string[];
  readonly template?: string;
}

/** What ElectroDB is given for an entity, in the parts that the reference shows. */
export interface EntityModel {
  readonly model: { readonly entity: string; readonly version: string; readonly service: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly indexes: Readonly<Record<string, { readonly index?: string; readonly pk: KeyModel; readonly sk?: KeyModel }>>;
}

export interface DeclaredEntity {
  /** The file that declares it. */
  readonly path: string;
  readonly model: EntityModel;
}

/** ElectroDB's own key format where a model gives no template. */
const keyText = (key: KeyModel | undefined, { model }: EntityModel): string => {
  if (key === undefined) return '';
  if (key.template !== undefined) return `\`${key.template}\``;
  const parts = key.composite.map((name) => `${name}_\${${name}}`);
  return `\`${[`$${model.service}`, ...parts].join('#')}\``;
};

/** Every item of the table, and the named ways to find it. */
export const accessPatternsMarkdown = (entities: readonly DeclaredEntity[]): string => {
  const sorted = [...entities].sort((a, b) =>
    a.path === b.path ? (a.model.model.entity < b.model.model.entity ? -1 : 1) : a.path < b.path ? -1 : 1,
  );
  const lines = [
    '# Access patterns',
    '',
    'Generated from the entities in `functions/` by `npm run docs`; do not edit. One table with the keys `pk` and `sk`, one index `gsi1` with `gsi1pk` and `gsi1sk`, which holds keys only: what it lists is read from the table. Items that expire carry `expiresAt` in epoch seconds. An item whose `event` is a map is published when it is inserted.',
    '',
    'The ledger has no entity: `LEDGER#<profile>` has its `HEAD`, `REBUILD` and `UNDER-WAY#…` (what a run is about to write or drop), `LEDGER#<profile>#<period of recording>` its segments (`<version>#<digest>#<slice>`), `LEDGER#<profile>#REBUILD#<begun at>` what a rebuild has read; `FIGURES` beside the head and `LEDGER#<profile>#FIGURES#<dimension>#<first day of a month>` what is kept of it by `functions/arr/metrics/kept-store.ts`; all else is written and read by `functions/arr/ledger/store.ts`, and what was replaced carries `expiresAt`. It takes in what `RECORDED#<shard>` lists in the index (`functions/arr/records/recorded-store.ts`).',
    'Totals have no entity: their items under `TOT#<lane>` (`LOG#<position>`, `BASE#<part>#<month>`, `BASE#<part>#NET`, `HEAD`) are written and read by `functions/arr/totals/log-store.ts` and `functions/arr/totals/base-store.ts`. Totals that were made anew lie under `TOT#<generation>#<lane>`, beside `TOT#<generation>#REFILL`; `TOT#GENERATIONS` says which are read (`functions/arr/totals/generation-store.ts`); those of before carry `expiresAt` from then on (`functions/arr/totals/expire.ts`).',
    '',
    '| entity | declared in | access pattern | index | partition key | sort key |',
    '|---|---|---|---|---|---|',
  ];
  for (const { path, model } of sorted) {
    for (const [name, { index, pk, sk }] of Object.entries(model.indexes)) {
      lines.push(
        `| ${model.model.entity} | \`${path}\` | \`${name}\` | ${index ?? 'table'} | ${keyText(pk, model)} | ${keyText(sk, model)} |`,
      );
    }
  }
  lines.push('', '## Attributes', '');
  for (const { model } of sorted) lines.push(`- **${model.model.entity}**: ${Object.keys(model.attributes).join(', ')}`);
  return `${lines.join('\n')}\n`;
};
