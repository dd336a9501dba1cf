import * as z from 'zod/mini';
import type { downloadRoutes } from '../../src/control/contract/downloads-control.js';
import * as schemas from './answers.js';
import { startDownload } from './control-descriptions.js';
import { noSuchJob, type Description } from './operation.js';

const job = { description: 'The job as it stands.', schema: schemas.jobReport };
const bandwidth = { description: 'The limit of all downloads together.', schema: schemas.bandwidth };
const badLimit = '`invalid_request`: not a number of bytes per second.';

/** The descriptions of the routes that need an engine that really downloads. */
export const downloadDescriptions: Record<keyof typeof downloadRoutes, Description> = {
  'downloads.start': startDownload,
  'downloads.move': {
    id: 'moveJob',
    tag: 'Jobs',
    summary: 'Move a download in the queue',
    description: 'To a place in the queue, from 0.',
    answer: job,
    problems: {
      '400': '`invalid_request`: not a place in a queue.',
      '404': noSuchJob,
      '409': '`wrong_job_state`: the job is not in a state that allows this.',
    },
    real: true,
  },
  'downloads.limit': {
    id: 'limitJob',
    tag: 'Jobs',
    summary: 'Limit the speed of a download',
    description: 'From now on. `null` lifts the limit.',
    answer: job,
    problems: { '400': badLimit, '404': noSuchJob },
    real: true,
  },
  'downloads.bandwidth.get': {
    id: 'getBandwidth',
    tag: 'Jobs',
    summary: 'Read the limit of all downloads',
    description: 'In bytes per second; `null` if there is none.',
    answer: bandwidth,
    real: true,
  },
  'downloads.bandwidth.set': {
    id: 'setBandwidth',
    tag: 'Jobs',
    summary: 'Limit the speed of all downloads together',
    description: 'From now on. `null` lifts the limit.',
    answer: bandwidth,
    problems: { '400': badLimit },
    real: true,
  },
  'downloads.update': {
    id: 'updateModel',
    tag: 'Simulation',
    summary: 'Update an installed model',
    description: 'To the newest commit; only files that changed are downloaded.',
    answer: startDownload.answer!,
    problems: { '404': '`not_found`: it is not installed.' },
    real: true,
  },
  'downloads.remove': {
    id: 'removeModel',
    tag: 'Simulation',
    summary: 'Remove an installed model',
    description:
      'A client that asks for it again downloads it again. With real downloads its files are deleted: those that modeldock downloaded, or with `force` all files of that model.',
    input: z.strictObject({
      force: z
        .optional(z.enum(['true', 'false']))
        .check(z.meta({ description: 'Also deletes files that modeldock did not download.' })),
    }),
    answer: { description: 'What was deleted.', schema: schemas.removedModel },
    problems: {
      '204': { description: 'Done: a simulated model has no files.' },
      '400': '`invalid_request`: the name of the session or a parameter is invalid.',
      '404': '`not_found`: it is not installed.',
      '409':
        '`unrecorded_files`: modeldock did not download its files; `force` deletes them anyway. `model_busy`: another process downloads it. `wrong_job_state`: a job for it is running.',
    },
  },
  'downloads.metrics': {
    id: 'getMetrics',
    tag: 'Record',
    summary: 'Read the metrics',
    description:
      'For Prometheus. With simulated downloads there is only the number of jobs in each state. The control token is required as everywhere here; Prometheus can send it as a bearer token.',
    answer: {
      description: 'Counters since the engine was opened, and current gauges.',
      schema: z.string().check(z.meta({ description: 'The text exposition format, version 0.0.4.' })),
    },
  },
};
