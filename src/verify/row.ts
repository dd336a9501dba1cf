import type { inferred, inferredBehaviours } from '../contract/inferred.js';
import type { ProfileName } from '../contract/profiles.js';
import type { Expectation } from './expectation.js';

/** Where a row of the contract comes from: LM Studio's documentation, a real server, or a decision of this project. */
export type RowSource = 'documented' | 'observed' | 'inferred';

/** An entry of `src/contract/inferred.ts`: a value, or a behaviour. */
export type InferredName = keyof typeof inferred | keyof typeof inferredBehaviours;

/** One fact about LM Studio's API. */
export interface ContractRow {
  /** In kebab-case; never used for another fact. */
  id: string;
  source: RowSource;
  sentence: string;
  /** The entries of `inferred.ts` that an answer of a real server settles. */
  settles?: readonly InferredName[];
}

/** A call that changes nothing on the server. */
export interface ProbeCall {
  method: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** What is sent for `Authorization`: the token that was given (the default), nothing, or another text. */
  authorization?: 'none' | (string & {});
}

/** A row that one call decides. */
export interface ProbeRow extends ContractRow {
  call: ProbeCall;
  expects: Expectation | ((facts: ServerFacts) => Expectation);
  /** Why it cannot be tried with a server of these facts; undefined where it can. */
  unless?: (facts: ServerFacts) => string | undefined;
}

/** What is known of the server before the rows are tried. */
export interface ServerFacts {
  profile: ProfileName;
  /** Whether it refuses calls without a token. */
  asksForToken: boolean;
  /** Whether the token that was given is the right one, or none is asked for. */
  hasAccess: boolean;
  /** Whether it lets pages of other origins call. */
  hasCors: boolean;
}
