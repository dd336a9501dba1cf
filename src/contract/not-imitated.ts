import { Problem } from './problem.js';

/* Explains what modeldock does not do and how to go on. Loaded with the first call that needs it. */

export function inferenceNotImitated(route: string): Problem {
  return notImitated(
    `${route} needs a model that runs, and there is none here. To go on, start modeldock with --inference URL to forward such ` +
      'calls to an OpenAI-compatible server, or with --inference canned for made-up answers (in process: the option "inference").',
  );
}

export function sdkNotImitated(path: string): Problem {
  return notImitated(
    `the WebSocket of LM Studio's SDKs at ${path} does not open here. To go on, use the REST API under /api/v1, or point the SDK ` +
      'at a real LM Studio.',
  );
}

function notImitated(what: string): Problem {
  return new Problem(
    501,
    'not_implemented',
    `modeldock imitates how LM Studio downloads, lists and loads models, and runs none: ${what}`,
    { code: 'not_imitated' },
  );
}
