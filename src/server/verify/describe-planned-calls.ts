import { firstCalls } from '../../verify/verify.js';
import { probeRows } from '../../verify/rows/index.js';
import type { ProbeCall } from '../../verify/row.js';
import { showRequest } from '../../verify/show.js';
import type { VerifySettings } from './verify-settings.js';

const LONGEST_BODY = 100;

/** The calls that `verify` would make, one line each. */
export function describePlannedCalls(
  url: string,
  { download, token }: Pick<VerifySettings, 'download' | 'token'>,
): string {
  const calls = [...new Set([...firstCalls, ...probeRows.map(({ call }) => call)].map((call) => lineOf(call, token)))];
  return [
    `modeldock verify ${url} would make these ${calls.length} calls. None of them starts, loads, unloads or deletes anything:`,
    'each names a model or a job that no server has, or has a body that no server accepts.',
    '',
    ...calls,
    '',
    ...(download === undefined
      ? ['Nothing would be downloaded: that takes --download MODEL.']
      : [
          `Then it would download ${download}:`,
          '',
          '  GET /api/v1/models',
          `  POST /api/v1/models/download  ${JSON.stringify({ model: download })}  (again while it runs, and at its end)`,
          ...(download.includes('://')
            ? ['  POST /api/v1/models/download  the same with "quantization":"Q0_NO_SUCH", which no repo has']
            : []),
          '  GET /api/v1/models/download/status/<job_id>, until it has ended',
        ]),
    '',
  ].join('\n');
}

function lineOf(call: ProbeCall, token: string | undefined): string {
  const { method, path, headers = {}, body } = showRequest(call, token);
  const more = [
    ...Object.entries(headers)
      .filter(([, value]) => value !== 'application/json')
      .map(([name, value]) => `${name}: ${value}`),
    ...(call.authorization !== undefined && call.authorization !== 'none'
      ? [`Authorization: ${call.authorization}`]
      : []),
    ...(body === undefined || body === '' ? [] : [clip(body)]),
  ];
  return `  ${[`${method} ${path}`, ...more].join('  ')}`;
}

function clip(body: string): string {
  return body.length <= LONGEST_BODY ? body : `${body.slice(0, LONGEST_BODY).trimEnd()}… (${body.length} characters)`;
}
