import type { ProfileName } from '../contract/profiles.js';
import type { Received } from './exchange.js';
import type { ContractRow } from './row.js';

/** How a server fares with the contract, as plain data without secrets. */
export interface VerifyReport {
  /** The format of the report. */
  format: 'modeldock-verify/1';
  /** The version of modeldock that made it. */
  modeldock: string;
  /** ISO 8601. */
  verifiedAt: string;
  /** Without user and password. */
  url: string;
  /** Whether the server is modeldock itself, whose answers are evidence of nothing. */
  isModeldock: boolean;
  profile: ProfileName;
  /** What the user says about the server, such as its version. */
  note?: string;
  summary: Record<RowOutcome, number>;
  rows: readonly RowResult[];
}

export type RowOutcome = 'holds' | 'differs' | 'not-tried';

/** How a server fares with one row. */
export interface RowResult extends ContractRow {
  outcome: RowOutcome;
  /** Why it was not tried. */
  reason?: string;
  /** The request, where one request decides. */
  request?: ShownRequest;
  /** Where it differs, one sentence each. */
  differences?: readonly string[];
  /** What was expected. */
  expected?: string;
  /** What was found: of a row that differs, and of one that is inferred. */
  found?: ShownAnswer;
}

export interface ShownRequest {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export type ShownAnswer = Pick<Received, 'status' | 'headers' | 'body'> | { noAnswer: string };
