import type { RemovedModel } from '../../src/core/downloader.js';
import type { Examples } from '../lm-studio/examples.js';
import type { ControlErrorCode } from '../../src/control/base/control-error.js';
import type { BandwidthLimit } from '../../src/control/contract/downloads-control.js';
import type { JobReport } from '../../src/control/contract/dock-control.js';
import { fails, input } from './examples.js';

/*
 * The examples of the control API's document that need an engine that really downloads. A test finds each of them among
 * the answers of one.
 */

const start = Date.parse('2025-10-03T15:33:23.496Z');

const job = {
  id: 'job_493c7c9ded',
  model: 'ibm/granite-4-micro',
  totalBytes: 1_000_000,
  downloadedBytes: 0,
  startedAt: start,
  state: 'downloading',
  bytesPerSecond: 0,
  phase: 'connecting',
  repo: 'ibm/granite-4-micro',
  commit: '0f6c3a9d52e14b7788aa91c0de4f5b6a7c8d9e01',
  quantization: 'Q8_0',
  files: [{ path: 'model.gguf', sizeBytes: 1_000_000, downloadedBytes: 0, hashedBytes: 0 }],
  connections: 4,
  timeline: [],
} satisfies JobReport;

export const downloadExamples = {
  started: {
    job: { summary: 'It has begun', value: job },
    already: { summary: 'All of it is there', value: { state: 'already_downloaded' } },
  },
  bandwidth: {
    limited: { summary: '10 MB/s', value: { bytesPerSecond: 10_000_000 } satisfies BandwidthLimit },
    unlimited: { summary: 'No limit', value: { bytesPerSecond: null } satisfies BandwidthLimit },
  },
  limit: {
    limited: { summary: '10 MB/s', value: { bytesPerSecond: 10_000_000 } },
    lifted: { summary: 'No limit any more', value: { bytesPerSecond: null } },
  },
  move: { first: { summary: 'To the front', value: { position: 0 } } },
  removed: {
    one: {
      summary: 'One file',
      value: {
        key: 'ibm/granite-4-micro',
        files: ['/models/ibm/granite-4-micro/model.gguf'],
        bytes: 1_000_000,
      } satisfies RemovedModel,
    },
  },
  metrics: {
    simulated: {
      summary: 'Of a session with one download',
      value:
        '# HELP modeldock_jobs Downloads by their state, and by their phase while they are downloading.\n' +
        '# TYPE modeldock_jobs gauge\n' +
        'modeldock_jobs{state="downloading"} 1\n' +
        'modeldock_jobs{state="paused"} 0\n' +
        'modeldock_jobs{state="completed"} 0\n' +
        'modeldock_jobs{state="failed"} 0\n',
    },
  },
} satisfies Record<string, Examples>;

export const refusalExamples = {
  badName: { name: fails('No name of a model', 'invalid_request', 'Invalid artifact name. Must be in kebab-case') },
  badLimit: {
    zero: fails('Nothing at all', 'invalid_request', input('bytesPerSecond: expected a number above 0, found 0')),
  },
  badPosition: {
    negative: fails(
      'Before the first',
      'invalid_request',
      input('position: expected a number of at least 0, found -1'),
    ),
  },
  badForce: {
    unknown: fails(
      'No yes and no no',
      'invalid_request',
      input('force: expected one of "true", "false", found "maybe"'),
    ),
  },
  cannotMove: {
    running: fails(
      'It does not wait',
      'wrong_job_state',
      'Cannot move job_493c7c9ded: it is downloading, and only a job that is waiting in the queue can be.',
    ),
  },
  cannotUpdate: {
    absent: fails('Not there', 'not_found', 'Cannot update ibm/granite-4-micro: no model of that key is installed.'),
  },
  notInstalled: {
    absent: fails('Not there', 'not_found', 'Cannot remove ibm/granite-4-micro: no model of that key is installed.'),
  },
  unrecorded: {
    copied: fails(
      'Somebody else has put it there',
      'unrecorded_files',
      'Cannot remove me/copied: modeldock has not put its files there. --force removes them all the same.',
    ),
  },
  badToken: refused('A token of yesterday', 'bad_token'),
  gated: refused('No token', 'gated_no_token'),
  missing: refused('No such repo, or a private one', 'missing_or_private'),
  busy: refused('By another process', 'model_busy'),
  unsafe: refused('A file above its folder', 'unsafe_path'),
  disk: refused('A folder that is not ours', 'disk_error'),
  hubError: refused('Something else answers', 'hub_error'),
  unavailable: refused('Nothing answers', 'hub_unavailable'),
  noSpace: refused('The disk is full', 'insufficient_space'),
} satisfies Record<string, Examples>;

function refused(summary: string, code: ControlErrorCode): Examples {
  return { refused: fails(summary, code, `Cannot download refused/${code}: ${code.replaceAll('_', ' ')}.`) };
}
