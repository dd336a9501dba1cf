import type { ProblemType } from './answers.js';
import type { HubRefusalCode } from './hub-refusal-code.js';

/*
 * What is not known for sure outside LM Studio, and what this project decided: never LM Studio's word. One table, so that
 * better evidence is entered in one place. Where a decision comes down to a value, the code reads it here; where it is the way
 * the code works, the entry says so in words, and a test by its name shows it.
 *
 * Values and reasons are three objects and not one: what no code reads, a bundler leaves out of a page, but only as a whole.
 */

/** A status, and the type of the error object. */
type Refusal = readonly [status: number, type: ProblemType];

/** The values, which the code reads from here. */
export const inferred = {
  catalogQuantizationStatus: { value: 501 },
  unknownModelMessage: {
    value: (id: string, advice?: string) =>
      `Model '${id}' not found in model catalog${advice === undefined ? '' : `. ${advice}`}`,
  },
  malformedNameMessage: { value: 'Invalid artifact name. Must be in kebab-case' },
  malformedLinkMessage: { value: 'Invalid HuggingFace model URL format' },
  missingQuantizationMessage: {
    value: (message: string, choices: readonly string[], advice?: string) =>
      [
        message,
        ...(advice === undefined ? [] : [advice]),
        ...(choices.length === 0 ? [] : [`Available quantizations: ${choices.join(', ')}`]),
      ].join('. '),
  },
  wrongTypeCode: { value: 'invalid_type' },
  wrongTypeMessage: {
    value: (field: string, expected: string, found: string) =>
      `Invalid type for '${field}': expected ${expected}, received ${found}`,
  },
  wrongValueCode: { value: 'invalid_value' },
  wrongValueMessage: {
    value: (field: string, expected: string) => `Invalid value for '${field}': expected ${expected}`,
  },
  unknownKeyCode: { value: 'unrecognized_keys' },
  unsupportedMediaTypeMessage: {
    value: (found: string | undefined) =>
      `Unsupported content type ${found === undefined ? '(none)' : `'${found}'`}. Please send the body as application/json`,
  },
  emptyBodyIsEmptyObject: { value: true as boolean },
  bodyLimitBytes: { value: 1024 * 1024 },
  hubRefusals: {
    value: {
      bad_token: [401, 'invalid_request'],
      gated_no_token: [403, 'invalid_request'],
      gated_not_on_list: [403, 'invalid_request'],
      repo_disabled: [403, 'invalid_request'],
      missing_or_private: [404, 'model_not_found'],
      unsafe_path: [422, 'invalid_request'],
      model_busy: [409, 'invalid_request'],
      unrecorded_files: [409, 'invalid_request'],
      hub_error: [502, 'unknown'],
      redirect_refused: [502, 'unknown'],
      proxy_auth: [502, 'unknown'],
      hub_unavailable: [503, 'unknown'],
      offline: [503, 'unknown'],
      insufficient_space: [507, 'unknown'],
      disk_error: [500, 'unknown'],
    } as const satisfies Record<HubRefusalCode, Refusal>,
  },
  internalErrorMessage: { value: 'Internal server error' },
} as const;

/** What is known of each value, and why it was chosen. */
export const inferredBecause = {
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
} as const satisfies Record<keyof typeof inferred, string>;

interface Behaviour {
  /** What we do. */
  behaviour: string;
  because: string;
}

/** Ways of working, which no code reads. */
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
      'A quantization with a catalog id is refused, unless a server that really downloads is configured to take it.',
    because: 'The refusal was observed in released servers; its words say that it will be possible.',
  },
  failedJobsAreUnexplained: {
    behaviour:
      'A failed job has no field of its own, unless the server is configured to add a string `error`, as one that really downloads is.',
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
