import { describe, expect, it } from 'vitest';
import { inferred } from '../../src/contract/inferred.js';
import { problemFrom } from '../../src/contract/problem-from.js';
import { RefusedError, type RefusalCode } from '../../src/core/errors.js';
import { createRealDock } from '../../src/create-real-dock.js';
import { createImaginedDownloader } from '../real/faces/imagined-downloader.js';
import { json, pretty } from './client.js';

/** What LM Studio's routes answer to each refusal, by its code: status, type, and the code in the answer if it has one. */
const answered: Record<RefusalCode, [status: number, type: string, code: string | undefined]> = {
  model_not_found: [404, 'model_not_found', undefined],
  no_compatible_option: [404, 'model_not_found', undefined],
  catalog_quantization: [501, 'not_implemented', undefined],
  bad_token: [401, 'invalid_request', 'bad_token'],
  gated_no_token: [403, 'invalid_request', 'gated_no_token'],
  gated_not_on_list: [403, 'invalid_request', 'gated_not_on_list'],
  repo_disabled: [403, 'invalid_request', 'repo_disabled'],
  missing_or_private: [404, 'model_not_found', 'missing_or_private'],
  insufficient_space: [507, 'unknown', 'insufficient_space'],
  hub_unavailable: [503, 'unknown', 'hub_unavailable'],
  offline: [503, 'unknown', 'offline'],
  hub_error: [502, 'unknown', 'hub_error'],
  redirect_refused: [502, 'unknown', 'redirect_refused'],
  proxy_auth: [502, 'unknown', 'proxy_auth'],
  unsafe_path: [422, 'invalid_request', 'unsafe_path'],
  disk_error: [500, 'unknown', 'disk_error'],
  model_busy: [409, 'invalid_request', 'model_busy'],
  unrecorded_files: [409, 'invalid_request', 'unrecorded_files'],
  model_not_installed: [404, 'model_not_found', undefined],
  instance_not_loaded: [404, 'model_not_found', undefined],
  job_not_found: [404, 'job_not_found', undefined],
  wrong_job_state: [409, 'invalid_request', 'wrong_job_state'],
};

const cases = Object.entries(answered) as [RefusalCode, [number, string, string | undefined]][];

describe('a refusal of the engine', () => {
  it.each(cases)('%s has a status, a type and a code of its own', (code, [status, type, shown]) => {
    const problem = problemFrom(new RefusedError(code, 'me/model', 'It cannot be.'));
    expect([problem.status, problem.answer.error.type, problem.answer.error.code]).toEqual([status, type, shown]);
    expect(problem.headers).toEqual({});
  });

  it.each(cases.filter(([, [, , shown]]) => shown !== undefined))(
    '%s is sent with the message of the engine and its Retry-After',
    async (code, [status, type]) => {
      const downloader = {
        ...createImaginedDownloader({ now: () => Date.now() }),
        start: async () => {
          throw new RefusedError(code, 'me/model', 'Cannot download me/model: it is so.', { retryAfterMs: 1200 });
        },
      };
      const { api } = createRealDock({ downloader });
      const body = '{"model":"https://huggingface.co/me/model"}';
      const answer = await api.fetch(
        new Request('http://localhost:1234/api/v1/models/download', { method: 'POST', headers: json, body }),
      );
      expect(answer.status).toBe(status);
      expect(await answer.text()).toBe(
        pretty({ error: { type, message: 'Cannot download me/model: it is so.', code } }),
      );
      // A state that nobody waits for has none.
      expect(answer.headers.get('retry-after')).toBe(code === 'wrong_job_state' ? null : '2');
    },
  );

  it('of the hub or the disk is in the table of inferred values', () => {
    for (const [code, [status, type]] of Object.entries(inferred.hubRefusals.value)) {
      expect(answered[code as RefusalCode]).toEqual([status, type, code]);
    }
  });
});
