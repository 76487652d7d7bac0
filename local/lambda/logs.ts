/** One line that a function wrote, or that the stack says about a construct. */
export interface LogEntry {
  /** Wall time, epoch milliseconds: logs do not follow the test clock. */
  readonly atMs: number;
  /** Function name, or construct path for lines of the stack itself. */
  readonly source: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'metric';
  readonly line: string;
}

export interface LogStore {
  readonly append: (source: string, line: string, level?: LogEntry['level']) => void;
  /** Names under which something was logged since the start. */
  readonly sources: () => readonly string[];
  /** Newest last. `source` matches any part of the name. */
  readonly read: (query: { readonly source?: string; readonly level?: LogEntry['level']; readonly limit?: number }) => readonly LogEntry[];
}

/** Lines kept for each source; older ones are forgotten. */
const LINES_PER_SOURCE = 1_000;
/** Longest line kept whole, in characters. */
const MAX_LINE_LENGTH = 20_000;
const DEFAULT_LIMIT = 200;

const levelOf = (line: string): LogEntry['level'] => {
  if (line.includes('"_aws"')) return 'metric';
  const found = /"level":\s*"(DEBUG|INFO|WARN|ERROR|CRITICAL)"/i.exec(line)?.[1]?.toLowerCase();
  if (found === undefined) return 'info';
  return found === 'critical' ? 'error' : (found as LogEntry['level']);
};

export const openLogs = (onAppend: (entry: LogEntry) => void): LogStore => {
  const bySource = new Map<string, LogEntry[]>();
  return {
    sources: () => [...bySource.keys()],
    append: (source, line, level = levelOf(line)) => {
      const entry: LogEntry = {
        atMs: Date.now(),
        source,
        level,
        line: line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)}…` : line,
      };
      const entries = bySource.get(source) ?? [];
      entries.push(entry);
      // Trimmed in halves, so that a busy function does not shift a thousand entries with each line.
      if (entries.length > LINES_PER_SOURCE * 2) entries.splice(0, LINES_PER_SOURCE);
      bySource.set(source, entries);
      onAppend(entry);
    },
    read: ({ source, level, limit = DEFAULT_LIMIT }) =>
      [...bySource.entries()]
        .filter(([name]) => source === undefined || name.includes(source))
        .flatMap(([, entries]) => entries)
        .filter((entry) => (level === undefined ? entry.level !== 'metric' : entry.level === level))
        .sort((one, other) => one.atMs - other.atMs)
        .slice(-limit),
  };
};
