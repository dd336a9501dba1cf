/*
 * What nobody outside LM Studio knows for sure. Each entry is this project's decision, not LM Studio's word: the code
 * reads them from here, so that better evidence is entered in one place.
 */

interface Decision<Value> {
  value: Value;
  /** What is known, and why we chose what we chose. */
  because: string;
}

const decide = <Value>(value: Value, because: string): Decision<Value> => ({ value, because });

export const inferred = {
  estimateNeedsSpeed: decide(
    true,
    'The docs say estimated_completion is present while downloading. JSON has no infinity, so it is absent exactly when the speed is 0.',
  ),
  catalogQuantizationStatus: decide(501, 'The type and the message were observed, the HTTP status was not.'),
  unknownModelMessage: decide(
    (id: string) => `Model '${id}' not found in model catalog`,
    'Status 404 and type model_not_found were observed, the message was not.',
  ),
  malformedNameMessage: decide(
    'Invalid artifact name. Must be in kebab-case',
    'Known for the empty name; we send the same for every name that is neither a link nor owner/name in kebab-case.',
  ),
  malformedLinkMessage: decide(
    'Invalid HuggingFace model URL format',
    'Observed for links to a file; we send the same for another host, another protocol, or more than owner/repo.',
  ),
  missingQuantizationMessage: decide(
    (message: string, choices: readonly string[]) => `${message}. Available quantizations: ${choices.join(', ')}`,
    'What a quantization that the repo lacks gets is unknown: the observed message, and what there is.',
  ),
  wrongTypeCode: decide('invalid_type', 'The error object for a field of the wrong type was not observed.'),
  wrongTypeMessage: decide(
    (field: string, expected: string, found: string) =>
      `Invalid type for '${field}': expected ${expected}, received ${found}`,
    'The message for a field of the wrong type was not observed.',
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
  attachToPaused: decide(true, 'Asking again for a paused model: the same job, still paused. Not observed.'),
  retryMakesANewJob: decide(
    true,
    'Asking again for a failed model: a new job, which goes on from the bytes on disk. Not observed.',
  ),
  quantizationsAreSeparateJobs: decide(true, 'Two quantizations of one repo are two jobs. Not observed.'),
  headIsGetWithoutBody: decide(true, "Express's habit; not observed."),
  pathsIgnoreCase: decide(true, "Express's habit; not observed."),
  oneTrailingSlashIsIgnored: decide(true, "Express's habit; not observed."),
  wellFormedWrongTokenMessage: decide(
    'malformed',
    'The 401 for a malformed token was observed; we send the same for a well-formed one that is not ours.',
  ),
  gatedStatus: decide(403, 'How LM Studio reports a gated repo over REST is unknown.'),
  hubUnavailableStatus: decide(503, 'How LM Studio reports an unreachable hub over REST is unknown.'),
  secondRepoOfOneKey: decide(
    'newest wins',
    'What the list shows when two downloads get one key is unknown; we list the newest, and catalog models name the others as variants.',
  ),
  failedJobsAreUnexplained: decide(
    true,
    'The extra fields of a failed job are unknown: none by default. A server may be told to add a string `error`.',
  ),
} as const;
