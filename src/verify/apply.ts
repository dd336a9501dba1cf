import type { InferredName, RowSource } from './row.js';
import type { RowOutcome, RowResult, VerifyReport } from './report.js';

/** What a report of a real server says about an entry of `inferred.ts`. */
export interface SettledEntry {
  name: InferredName;
  /** As it was decided, otherwise, or neither: some of its rows hold and others differ. */
  verdict: 'confirmed' | 'contradicted' | 'in part';
  /** The rows it rests on. */
  rows: readonly RowResult[];
}

/** What a report changes in what is known. */
export interface AppliedReport {
  settled: readonly SettledEntry[];
  /** Entries that the report says nothing about. */
  open: readonly InferredName[];
  /** Rows with evidence already, from which this server differs. */
  contradicted: readonly RowResult[];
}

/** A file that is no report. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

const SOURCES: readonly RowSource[] = ['documented', 'observed', 'inferred'];
const OUTCOMES: readonly RowOutcome[] = ['holds', 'differs', 'not-tried'];

/** Reads a report that came from outside. @throws ReportError */
export function parseReport(text: string): VerifyReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ReportError(`expected JSON, found a text that does not parse (${(error as Error).message})`);
  }
  const { format, rows } = (typeof value === 'object' && value !== null ? value : {}) as {
    format?: unknown;
    rows?: unknown;
  };
  if (format !== 'modeldock-verify/1') {
    throw new ReportError(
      `expected "format": "modeldock-verify/1", found ${format === undefined ? 'none' : JSON.stringify(format)}`,
    );
  }
  if (!Array.isArray(rows) || !rows.every(isRow))
    throw new ReportError('expected rows with an id, a source and an outcome');
  return value as VerifyReport;
}

/**
 * Tells which entries of `inferred.ts` a report settles.
 * @param names all entries
 * @throws ReportError for a report of modeldock itself, whose answers are evidence of nothing
 */
export function applyReport({ isModeldock, rows }: VerifyReport, names: readonly InferredName[]): AppliedReport {
  if (isModeldock) {
    throw new ReportError('it is a report of modeldock itself, which settles nothing about LM Studio');
  }
  const tried = rows.filter(({ outcome }) => outcome !== 'not-tried');
  const settled = names.flatMap((name): SettledEntry[] => {
    const about = tried.filter(({ settles }) => settles?.includes(name) === true);
    if (about.length === 0) return [];
    const differing = about.filter(({ outcome }) => outcome === 'differs').length;
    const verdict = differing === 0 ? 'confirmed' : differing === about.length ? 'contradicted' : 'in part';
    return [{ name, verdict, rows: about }];
  });
  const known = new Set(settled.map(({ name }) => name));
  return {
    settled,
    open: names.filter((name) => !known.has(name)),
    contradicted: tried.filter(({ source, outcome }) => source !== 'inferred' && outcome === 'differs'),
  };
}

function isRow(value: unknown): value is RowResult {
  if (typeof value !== 'object' || value === null) return false;
  const { id, source, outcome, sentence } = value as Partial<RowResult>;
  return (
    typeof id === 'string' && typeof sentence === 'string' && SOURCES.includes(source!) && OUTCOMES.includes(outcome!)
  );
}
