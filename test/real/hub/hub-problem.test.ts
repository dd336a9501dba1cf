import { describe, expect, it } from 'vitest';
import { asRefusal } from '../../../src/real/hub/hub-errors.js';
import { problemIn } from '../../../src/real/hub/hub-problem.js';
import { DownloadError } from '../../../src/real/download-error.js';

const question = { endpoint: 'https://hub.example', repo: 'o/r', revision: 'abc', path: 'x.gguf' };

/** What the hub sends, whether it had a token, what becomes of it before and after there is a job, and words in the text. */
const cases: [
  status: number,
  headers: Record<string, string>,
  token: boolean,
  refusal: string,
  failure: string,
  says: string,
][] = [
  [
    401,
    { 'x-error-message': 'Invalid username or password.' },
    false,
    'missing_or_private',
    'missing_or_private',
    'HF_TOKEN',
  ],
  [
    401,
    { 'x-error-message': 'Invalid username or password.' },
    true,
    'missing_or_private',
    'missing_or_private',
    'this user',
  ],
  [401, {}, false, 'missing_or_private', 'missing_or_private', 'HF_TOKEN'],
  [404, { 'x-error-code': 'RepoNotFound' }, true, 'missing_or_private', 'missing_or_private', 'this user'],
  [404, { 'x-error-code': 'RepoNotFound' }, false, 'missing_or_private', 'missing_or_private', 'spelling'],
  [404, {}, false, 'missing_or_private', 'missing_or_private', 'spelling'],
  [
    401,
    { 'x-error-message': 'Invalid credentials in Authorization header' },
    true,
    'bad_token',
    'bad_token',
    '/settings/tokens',
  ],
  [401, {}, true, 'bad_token', 'bad_token', '/settings/tokens'],
  [401, { 'x-error-code': 'GatedRepo' }, false, 'gated_no_token', 'token_missing', 'https://hub.example/o/r'],
  [403, { 'x-error-code': 'GatedRepo' }, true, 'gated_not_on_list', 'gated', 'https://hub.example/o/r'],
  [404, { 'x-error-code': 'RevisionNotFound' }, false, 'model_not_found', 'revision_gone', 'no revision abc'],
  [404, { 'x-error-code': 'EntryNotFound' }, false, 'hub_error', 'changed_upstream', 'x.gguf'],
  [
    403,
    { 'x-error-message': 'Access to this resource is disabled.' },
    false,
    'repo_disabled',
    'repo_disabled',
    'disabled',
  ],
  [407, {}, false, 'proxy_auth', 'proxy_auth', 'HTTP_PROXY'],
  [403, { 'x-error-message': 'Not from here.' }, false, 'hub_error', 'hub_error', 'Not from here.'],
  [418, {}, true, 'hub_error', 'hub_error', '418'],
];

describe('an answer that is no success', () => {
  it.each(cases)('%i %j with a token: %s', (status, headers, sentToken, refusal, failure, says) => {
    const problem = problemIn({ status, headers, sentToken }, question);
    expect(problem).toBeInstanceOf(DownloadError);
    expect(problem).toMatchObject({ code: failure, message: expect.stringContaining(says) as string });
    expect(asRefusal(problem, 'it')).toMatchObject({
      name: 'RefusedError',
      code: refusal,
      subject: 'it',
      message: problem.message,
    });
  });

  it.each([
    [429, 'rate-limited'],
    [500, 'server'],
    [502, 'server'],
    [504, 'server'],
    [408, 'server'],
  ])('%i may pass: %s', (status, kind) => {
    const problem = problemIn(
      { status, headers: { 'retry-after': '5', 'x-request-id': 'Root=1-abc' }, sentToken: false },
      question,
    );
    expect(problem).toMatchObject({ name: 'HubRequestError', kind, retryAfterMs: 5000 });
    expect(problem.message).toContain(`(${status})`);
    expect(problem.message).toMatch(/ in 5 s\. \(request Root=1-abc\)$/);
    expect(asRefusal(problem, 'it')).toMatchObject({ code: 'hub_unavailable', retryAfterMs: 5000 });
  });

  it('is reported with the id that the hub gave the request', () => {
    for (const [status, headers, sentToken, refusal] of cases) {
      if (refusal === 'proxy_auth') continue;
      const problem = problemIn({ status, headers: { ...headers, 'x-request-id': 'Root=1-abc' }, sentToken }, question);
      expect(problem.message).toMatch(/ \(request Root=1-abc\)$/);
    }
  });

  it('cannot write over a terminal, nor fill it', () => {
    const headers = { 'x-error-message': `\u001b[2J\u202e${'x'.repeat(5000)}` };
    const { message } = problemIn({ status: 403, headers, sentToken: false }, question);
    expect(message).toMatch(/^[\x20-\x7e…]{1,600}$/);
  });
});

describe('an error that is not about the hub', () => {
  it('stays what it is as a refusal, or becomes the nearest one', () => {
    const other = new TypeError('ours');
    expect(asRefusal(other, 'it')).toBe(other);
    expect(asRefusal(new DownloadError('redirect_refused', 'no'), 'it')).toMatchObject({ code: 'redirect_refused' });
    expect(asRefusal(new DownloadError('changed_upstream', 'other'), 'it')).toMatchObject({ code: 'hub_error' });
  });
});
