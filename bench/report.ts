/** One figure against what must hold and what is tried for. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly floor: number;
  readonly goal?: number;
  /** Whether more is better, or less. */
  readonly better: 'more' | 'less';
  readonly limitedBy: string;
}

const text = (value: number, unit: string): string => {
  if (Number.isNaN(value)) return 'none';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const number = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit.startsWith('$') ? `$${number}${unit.slice(1)}` : `${number} ${unit}`.trim();
};

const holds = ({ measured, better }: Figure, limit: number): boolean => (better === 'more' ? measured >= limit : measured <= limit);

/** `NaN` (nothing was measured) misses every floor. */
export const missesFloor = (figure: Figure): boolean => !holds(figure, figure.floor);

const verdict = (figure: Figure): string => {
  if (missesFloor(figure)) return 'FLOOR MISSED';
  return figure.goal === undefined || holds(figure, figure.goal) ? 'goal' : 'floor';
};

/** Columns as wide as their longest text. */
export const tableText = (header: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

export const figuresText = (figures: readonly Figure[]): string =>
  tableText(
    ['figure', 'measured', 'floor', 'goal', 'holds', 'limited by'],
    figures.map((figure) => [
      figure.what,
      text(figure.measured, figure.unit),
      text(figure.floor, figure.unit),
      figure.goal === undefined ? '' : text(figure.goal, figure.unit),
      verdict(figure),
      figure.limitedBy,
    ]),
  );

/** A progress line on standard error, once for each tenth. */
export const progress = (what: string): ((done: number, total: number) => void) => {
  let shown = 0;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / Math.max(1, total));
    if (tenth <= shown) return;
    shown = tenth;
    console.error(`${what}: ${tenth * 10}%`);
  };
};
