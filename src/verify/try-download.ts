import type { ProfileName } from '../contract/profiles.js';
import { redactText } from '../core/redact.js';
import { contractOf } from './contract-of.js';
import { UnansweredError, type Exchange } from './exchange.js';
import { watchLife, type LifeOptions } from './life.js';
import type { RowResult } from './report.js';
import { lifeRows, type LifeJudgement, type LifeRow } from './rows/life.js';
import { showAnswer } from './show.js';

/** A download to try the rows with. */
export interface DownloadTrial {
  /** Sends the token, where there is one. */
  exchange: Exchange;
  profile: ProfileName;
  token?: string | undefined;
  download: LifeOptions;
}

/** Tries the rows that a download decides. @throws UnansweredError where nothing listens any more */
export async function tryDownload({ exchange, profile, token, download }: DownloadTrial): Promise<RowResult[]> {
  try {
    const life = await watchLife(exchange, download);
    return lifeRows.map((row) => resultOf(row, row.judge(life, profile), token));
  } catch (error) {
    if (!(error instanceof UnansweredError) || error.isUnreachable) throw error;
    const [first, ...rest] = lifeRows;
    const why = `a call of the download was not answered: ${error.message}`;
    return [
      {
        ...contractOf(first!),
        outcome: 'differs',
        differences: [why],
        expected: 'an answer',
        found: { noAnswer: error.message },
      },
      ...rest.map((row) => ({ ...contractOf(row), outcome: 'not-tried' as const, reason: why })),
    ];
  }
}

/** The rows that a download decides, where none is made. */
export function withoutDownload(reason: string): RowResult[] {
  return lifeRows.map((row) => ({ ...contractOf(row), outcome: 'not-tried', reason }));
}

function resultOf(row: LifeRow, judgement: LifeJudgement, token: string | undefined): RowResult {
  if (judgement === 'holds') return { ...contractOf(row), outcome: 'holds' };
  if ('notTried' in judgement) return { ...contractOf(row), outcome: 'not-tried', reason: judgement.notTried };
  const { differences, expected, found } = judgement;
  return {
    ...contractOf(row),
    outcome: 'differs',
    differences: differences.map((text) => redactText(text, token)),
    expected: redactText(expected, token),
    found: showAnswer(found, token),
  };
}
