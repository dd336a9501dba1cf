import type { InferredName } from './row.js';

/** Entries of `inferred.ts` that no call can settle without doing harm, or without luck: each with what it would take. */
export const untried: Partial<Record<InferredName, string>> = {
  hubRefusals: 'it would take a hub or a disk that refuses',
  internalErrorMessage: 'it would take a defect of the server',
  retryMakesANewJob: 'it would take a download that fails',
  attachToPaused: 'REST cannot pause a download',
  quantizationsAreSeparateJobs: 'it would take two downloads',
  secondDownloadOfOneKey: 'it would take two downloads',
  unknownReposHaveQuantizations: 'it is about the simulated catalog alone',
  cannedInferenceNeedsALoadedModel: 'a real server might load a model for such a call',
};
