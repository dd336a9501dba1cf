/*
 * What nobody outside LM Studio knows for sure, and what this project decided: never LM Studio's word. One table, so that
 * better evidence is entered in one place. Where a decision comes down to a value, the code reads it from here; where
 * it is the way the code works, the entry says so in words, and a test by its name shows it.
 */

import type { ProblemType } from './answers.js';

interface Decision<Value> {
  value: Value;
  /** What is known, and why we chose what we chose. */
  because: string;
}

/** A status, and the type of the error object. */
type Refusal = readonly [status: number, type: ProblemType];

interface Behaviour {
  /** What we do. */
  behaviour: string;
  because: string;
}

const decide = <Value>(value: Value, because: string): Decision<Value> => ({ value, because });

export const inferred = {
  catalogQuantizationStatus: decide(501, 'The type and the message were observed, the HTTP status was not.'),
  unknownModelMessage: decide(
    (id: string, advice?: string) =>
      `Model '${id}' not found in model catalog${advice === undefined ? '' : `. ${advice}`}`,
    'Status 404 and type model_not_found were observed, the message was not.',
  ),
  malformedNameMessage: decide(
    'Invalid artifact name. Must be in kebab-case',
    'Sent for the empty name; we send the same for every name that is neither a link nor owner/name in kebab-case.',
  ),
  malformedLinkMessage: decide(
    'Invalid HuggingFace model URL format',
    'Observed for links to a file; we send the same for another host, another protocol, more than owner/repo, and names ' +
      'that no model repo can have.',
  ),
  missingQuantizationMessage: decide(
    (message: string, choices: readonly string[], advice?: string) =>
      [
        message,
        ...(advice === undefined ? [] : [advice]),
        ...(choices.length === 0 ? [] : [`Available quantizations: ${choices.join(', ')}`]),
      ].join('. '),
    'The observed message is for a repo without GGUF and MLX. What LM Studio adds for a quantization that the repo lacks, ' +
      'or for files that are pieces, projectors or draft heads, is unknown: we add why, and what there is.',
  ),
  wrongTypeCode: decide('invalid_type', 'The error object for a field of the wrong type was not observed.'),
  wrongTypeMessage: decide(
    (field: string, expected: string, found: string) =>
      `Invalid type for '${field}': expected ${expected}, received ${found}`,
    'The message for a field of the wrong type was not observed.',
  ),
  wrongValueCode: decide('invalid_value', 'The error object for a value out of range was not observed.'),
  wrongValueMessage: decide(
    (field: string, expected: string) => `Invalid value for '${field}': expected ${expected}`,
    'The message for a value out of range was not observed.',
  ),
  unknownKeyCode: decide('unrecognized_keys', 'Observed on the chat route; we send the same on every route.'),
  unsupportedMediaTypeStatus: decide(
    415,
    'Observed for multipart in one build; we ask for application/json everywhere.',
  ),
  unsupportedMediaTypeMessage: decide(
    (found: string | undefined) =>
      `Unsupported content type ${found === undefined ? '(none)' : `'${found}'`}. Please send the body as application/json`,
    'The message was not observed.',
  ),
  emptyBodyIsEmptyObject: decide(true, "Express's habit: an empty JSON body is read as {}."),
  bodyLimitBytes: decide(1024 * 1024, 'The limit of LM Studio is unknown; ours is 1 MiB.'),
  hubRefusals: decide(
    {
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
    } as const satisfies Record<string, Refusal>,
    'How LM Studio reports over REST what its hub or its disk refuses is unknown: each has a status, and its name as code.',
  ),
  internalErrorMessage: decide('Internal server error', 'The type was documented, no message was observed.'),
} as const;

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
    behaviour: 'HEAD is answered as GET, without the body.',
    because: "Express's habit; not observed.",
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
    behaviour: 'GET /v1/models is pretty-printed, GET /lmstudio-greeting is compact.',
    because: 'Pretty-printing was observed under /api/v1 only.',
  },
} as const satisfies Record<string, Behaviour>;
