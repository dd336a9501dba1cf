import * as z from 'zod/mini';
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { modelBody } from '../../src/control/contract/schemas.js';
import { limitBody, moveBody, removeQuery } from '../../src/control/contract/download-schemas.js';
import * as schemas from './answers.js';
import { requestExamples as asked } from './examples.js';
import { downloadExamples as downloads, refusalExamples as wrong } from './download-examples.js';
import { inPath } from './inputs.js';
import { answers, fails, noSuchJob, operation, read, wrongJobState } from './operation.js';

type Operation = 'start' | 'move' | 'limit' | 'readBandwidth' | 'setBandwidth' | 'update' | 'remove' | 'metrics';

/** What only an engine that really downloads can be asked. @param job the answer that is one job */
export function downloadOperations(job: ZodOpenApiResponseObject): Record<Operation, ZodOpenApiOperationObject> {
  const jobs = 'Jobs';
  const parts = 'World';
  const bandwidth = answers('The limit of all downloads together.', schemas.bandwidth, downloads.bandwidth);
  const started = answers(
    'The job as it stands, or that all of it is there already.',
    z.union([schemas.jobReport, schemas.alreadyDownloaded]),
    downloads.started,
  );
  const badLimit = fails('`invalid_request`: no number of bytes per second.', wrong.badLimit);
  return {
    start: operation({
      id: 'startDownload',
      tag: jobs,
      summary: 'Start a download',
      description:
        'As a client would. Besides, it takes a quantization with a model catalog identifier. What the hub or the disk refuses has the status and the code that a client gets.',
      body: { schema: modelBody, examples: asked.model },
      answer: started,
      problems: { ...refusals, '400': fails('`invalid_request`: no name of a model.', wrong.badName) },
      real: true,
    }),
    move: operation({
      id: 'moveJob',
      tag: jobs,
      summary: 'Move a download in the queue',
      description: 'To a place among those that wait, from 0.',
      path: inPath.job,
      body: { schema: moveBody, examples: downloads.move },
      answer: job,
      problems: {
        '400': fails('`invalid_request`: no place in a queue.', wrong.badPosition),
        '404': noSuchJob,
        '409': wrongJobState(wrong.cannotMove),
      },
      real: true,
    }),
    limit: operation({
      id: 'limitJob',
      tag: jobs,
      summary: 'Limit the speed of a download',
      description: 'From now on. `null` lifts the limit.',
      path: inPath.job,
      body: { schema: limitBody, examples: downloads.limit },
      answer: job,
      problems: { '400': badLimit, '404': noSuchJob },
      real: true,
    }),
    readBandwidth: read({
      id: 'getBandwidth',
      tag: jobs,
      summary: 'Read the limit of all downloads',
      description: 'In bytes per second; `null` where there is none.',
      answer: bandwidth,
      real: true,
    }),
    setBandwidth: operation({
      id: 'setBandwidth',
      tag: jobs,
      summary: 'Limit the speed of all downloads together',
      description: 'From now on. `null` lifts the limit.',
      body: { schema: limitBody, examples: downloads.limit },
      answer: bandwidth,
      problems: { '400': badLimit },
      real: true,
    }),
    update: operation({
      id: 'updateModel',
      tag: parts,
      summary: 'Update an installed model',
      description: 'To the newest commit; only files that changed are downloaded.',
      path: inPath.key,
      answer: started,
      problems: { '404': fails('`not_found`: it is not installed.', wrong.cannotUpdate) },
      real: true,
    }),
    remove: operation({
      id: 'removeModel',
      tag: parts,
      summary: 'Remove an installed model',
      description:
        'A client that asks for it again downloads it again. Where downloads are actual ones its files are deleted: those that modeldock has put there, or with `force` all of that model.',
      path: inPath.key,
      query: z.extend(removeQuery, {
        force: removeQuery.shape.force.check(
          z.meta({ description: 'Deletes files as well that modeldock has not put there.' }),
        ),
      }),
      answer: answers('What was deleted.', schemas.removedModel, downloads.removed),
      problems: {
        '204': { description: 'It is done: of a simulated model there are no files.' },
        '400': fails(
          '`invalid_request`: the name of the session cannot be one, or a parameter cannot be.',
          wrong.badForce,
        ),
        '404': fails('`not_found`: it is not installed.', wrong.notInstalled),
        '409': fails(
          '`unrecorded_files`: modeldock has not put its files there; `force` deletes them all the same. `model_busy`: another process downloads it. `wrong_job_state`: a job for it is under way.',
          wrong.unrecorded,
        ),
      },
    }),
    metrics: read({
      id: 'getMetrics',
      tag: 'Record',
      summary: 'Read the metrics',
      description:
        'For Prometheus. Where downloads are simulated there is one: the number of jobs in each state. The control token is asked for as everywhere here; Prometheus can send it as a bearer token.',
      answer: {
        description: 'Counters since the engine was opened, and gauges as they stand.',
        content: {
          'text/plain': {
            schema: z.string().check(z.meta({ description: 'The text exposition format, version 0.0.4.' })),
            examples: downloads.metrics,
          },
        },
      },
    }),
  };
}

/** As on LM Studio's routes. */
const refusals: Record<`${number}`, ZodOpenApiResponseObject> = {
  '401': fails('`bad_token`: the hub does not know the token.', wrong.badToken),
  '403': fails(
    '`forbidden`: from a page of another site, under a name that is not of this machine, or without the control token. `gated_no_token`, `gated_not_on_list`, `repo_disabled`: the hub does not let it be downloaded.',
    wrong.gated,
  ),
  '404': fails(
    '`not_found`: there is no such model, or no such quantization of it. `missing_or_private`: the hub shows no such repo.',
    wrong.missing,
  ),
  '409': fails('`model_busy`: another process downloads it.', wrong.busy),
  '422': fails('`unsafe_path`: a name in the repo must not become a path.', wrong.unsafe),
  '500': fails(
    '`internal_error`: a defect of modeldock. `disk_error`: the models folder cannot be written.',
    wrong.disk,
  ),
  '502': fails(
    '`hub_error`, `redirect_refused`, `proxy_auth`: what answers is not the hub, or nothing that can be used.',
    wrong.hubError,
  ),
  '503': fails('`hub_unavailable`, with `Retry-After`; `offline`: it is not to be asked.', wrong.unavailable),
  '507': fails('`insufficient_space`: it does not fit on the disk.', wrong.noSpace),
};
