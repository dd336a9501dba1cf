/*
 * What is not known for sure outside LM Studio, and what this project decided: never LM Studio's word. One table, so that
 * better evidence is entered in one place. Where a decision comes down to a value, it stands in inferred-values.ts, from
 * where the code reads it; where it is the way the code works, the entry says so in words, and a test by its name shows it.
 */

import { inferred as values } from './inferred-values.js';

interface Behaviour {
  /** What we do. */
  behaviour: string;
  because: string;
}

/** What is known of each value, and why it was chosen. */
const reasons: Record<keyof typeof values, string> = {
  catalogQuantizationStatus: 'The type and the message were observed, the HTTP status was not.',
  unknownModelMessage: 'Status 404 and type model_not_found were observed, the message was not.',
  malformedNameMessage:
    'Sent for the empty name; we send the same for every name that is neither a link nor owner/name in kebab-case.',
  malformedLinkMessage:
    'Observed for links to a file; we send the same for another host, another protocol, more than owner/repo, and names ' +
    'that no model repo can have.',
  missingQuantizationMessage:
    'The observed message is for a repo without GGUF and MLX. What LM Studio adds for a quantization that the repo lacks, ' +
    'or for files that are pieces, projectors or draft heads, is unknown: we add why, and what there is.',
  wrongTypeCode: 'The error object for a field of the wrong type was not observed.',
  wrongTypeMessage: 'The message for a field of the wrong type was not observed.',
  wrongValueCode: 'The error object for a value out of range was not observed.',
  wrongValueMessage: 'The message for a value out of range was not observed.',
  unknownKeyCode: 'Observed on the routes for chat and load; we send it on every route.',
  unsupportedMediaTypeMessage: 'The message was not observed.',
  emptyBodyIsEmptyObject: "Express's habit: an empty JSON body is read as {}.",
  bodyLimitBytes: 'The limit of LM Studio is unknown; ours is 1 MiB.',
  hubRefusals:
    'How LM Studio reports over REST what its hub or its disk refuses is unknown: each has a status, and its name as code.',
  internalErrorMessage: 'The type was documented, no message was observed.',
};

/** The values, each with its reason. */
export const inferred = Object.fromEntries(
  Object.entries(values).map(([name, { value }]) => [name, { value, because: reasons[name as keyof typeof values] }]),
) as { [Name in keyof typeof values]: (typeof values)[Name] & { because: string } };

/** Ways of working: nothing reads them, and as plain data they stay out of what a page loads. */
export const inferredBehaviours = {
  estimateNeedsSpeed: {
    behaviour: 'estimated_completion is absent exactly when the speed is 0.',
    because: 'The docs say it is present while downloading; JSON has no infinity.',
  },
  finalizingIsDownloading: {
    behaviour: 'While the checksum is computed a job is downloading, with all its bytes there.',
    because: 'The SDK has an event for it; REST has no status of its own, and users report such jobs.',
  },
  waitingIsDownloading: {
    behaviour:
      'A job that waits its turn, for the hub or for its digest is downloading, with speed 0 and without an estimate.',
    because: 'REST has no status of its own for any of it, and a client that shows a speed must not show an old one.',
  },
  catalogModelsHaveNoQuantization: {
    behaviour:
      'A quantization with a catalog id is refused, unless a server that really downloads was told to take it.',
    because: 'The refusal was observed in released servers; its words say that it will be possible.',
  },
  failedJobsAreUnexplained: {
    behaviour:
      'A failed job has no field of its own, unless the server was told to add a string `error`, as one that really downloads is.',
    because: 'The extra fields are unknown; an object under `error` would break typed clients.',
  },
  retryMakesANewJob: {
    behaviour: 'Asking again for a failed model makes a new job, which goes on from the bytes on disk.',
    because: 'Not observed.',
  },
  attachToPaused: {
    behaviour: 'Asking again for a paused model answers the same job, still paused.',
    because: 'Not observed.',
  },
  quantizationsAreSeparateJobs: { behaviour: 'Two quantizations of one repo are two jobs.', because: 'Not observed.' },
  unknownReposHaveQuantizations: {
    behaviour:
      'A repo that the simulated catalog does not know has each well-formed quantization that it is asked for.',
    because: 'Public repos have any of them; a repo that has not answers 404, as for a name that is no quantization.',
  },
  secondDownloadOfOneKey: {
    behaviour:
      'Of two downloads that get one key, the newer has it, and the other is listed as `key@quantization`; a catalog model ' +
      'names the other as a variant.',
    because: 'Not observed.',
  },
  wellFormedWrongToken: {
    behaviour: 'A well-formed token that is not ours is answered as a malformed one.',
    because: 'The 401 for a malformed token was observed, the other was not.',
  },
  noListOfJobs: {
    behaviour: 'The status route without a job id is an unknown route.',
    because: 'A draft of the docs had a list there; no released server was seen to answer one.',
  },
  headIsGetWithoutBody: {
    behaviour: 'HEAD is answered as GET, without the body, on every route that takes GET.',
    because: "Express's habit. Observed is only that unknown routes and the log name it as HEAD.",
  },
  wrongTypeBeforeRouting: {
    behaviour:
      'Under /api/v1, a body of another type than application/json gets its 415 whatever the path, with POST, PUT, PATCH and DELETE.',
    because: 'Observed for a POST to an unknown route, not for the other methods.',
  },
  encodedBodies: {
    behaviour:
      'Bodies in gzip, deflate and br are decoded within the limit, charsets that begin with utf- are read; others are 415, damaged ones 400.',
    because: "Express's habit; neither the statuses nor their words were observed.",
  },
  legacyModelNotFound: {
    behaviour: 'GET /api/v0/models/<id> of a model that is not there is the 404 that loading it gets.',
    because: 'Not observed.',
  },
  cannedInferenceNeedsALoadedModel: {
    behaviour: 'With canned inference, a call for a model that is not loaded is the 404 that unloading it gets.',
    because:
      'The words on these routes were not observed, and a released server may load a downloaded model for the call: the error is what a client must handle.',
  },
  otherMethodsAreUnknownRoutes: {
    behaviour: 'OPTIONS and TRACE are unknown routes like any other.',
    because: 'Observed for OPTIONS with CORS off, not for TRACE.',
  },
  pathsIgnoreCase: {
    behaviour: 'Paths are matched without regard to case.',
    because: "Express's habit; not observed.",
  },
  oneTrailingSlashIsIgnored: { behaviour: 'One trailing slash is ignored.', because: "Express's habit; not observed." },
  neighboursArePretty: {
    behaviour: 'GET /v1/models and /api/v0/models are pretty-printed, GET /lmstudio-greeting is compact.',
    because: 'Pretty-printing was observed under /api/v1 only.',
  },
} as const satisfies Record<string, Behaviour>;
