import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { totalSizeOf } from '../../../src/real/plan.js';
import { clientOf, createLeapingClock, listening, patience, rejection, startHub } from './client-on-hub.js';

const chat = { owner: 'modeldock', repo: 'tiny-chat-GGUF', subject: 'modeldock/tiny-chat-GGUF' };

function small(
  id: string,
  paths: readonly string[],
  more: object = {},
): { id: string; files: { path: string; text: string }[] } {
  return { id, ...more, files: paths.map((path) => ({ path, text: path, storage: 'lfs' as const })) };
}

/** What a signal says when its time is up. */
const late = (): DOMException => new DOMException('The time is up.', 'TimeoutError');

describe('a plan', () => {
  it('pins the commit and knows sizes and digests before a byte moves', async () => {
    const hub = await startHub();
    const plan = await clientOf(hub.endpoint).plan(chat, patience());
    const { commits } = hub.control.repos().find(({ id }) => id === chat.subject)!;
    expect(plan).toMatchObject({
      ...{ owner: 'modeldock', repo: 'tiny-chat-GGUF' },
      format: 'gguf',
      quantization: 'Q4_K_M',
    });
    expect(plan.commit).toBe(commits.at(-1)!.sha);
    expect(plan.files.map(({ path }) => path)).toEqual(['mmproj-tiny-chat-F16.gguf', 'tiny-chat-Q4_K_M.gguf']);
    expect(plan.files[1]).toMatchObject({ size: 3 * 1024 * 1024, digest: { algorithm: 'sha256' } });
    expect(totalSizeOf(plan)).toBe(4 * 1024 * 1024);
  });

  it('knows small files by the sha1 of their git blob, and ends a whole repo with its index and config', async () => {
    const hub = await startHub();
    const plan = await clientOf(hub.endpoint).plan(
      { owner: 'modeldock', repo: 'tiny-chat-MLX-4bit', subject: 'mlx' },
      patience(),
    );
    expect(plan.format).toBe('mlx');
    expect(plan.files.map(({ path }) => path)).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
      'model.safetensors.index.json',
      'config.json',
    ]);
    const text = '{"model_max_length":8192}\n';
    const hex = createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
    expect(plan.files[3]).toEqual({
      path: 'tokenizer_config.json',
      size: text.length,
      digest: { algorithm: 'git-sha1', hex },
    });
  });

  it('has all shards, the first one last', async () => {
    const hub = await startHub();
    const split = { owner: 'modeldock', repo: 'split-chat-GGUF', subject: 'split' };
    const client = clientOf(hub.endpoint);
    expect((await client.plan(split, patience())).files.map(({ path }) => path)).toEqual([
      'split-chat-Q4_K_M-00002-of-00003.gguf',
      'split-chat-Q4_K_M-00003-of-00003.gguf',
      'split-chat-Q4_K_M-00001-of-00003.gguf',
    ]);
    expect((await client.plan({ ...split, quantization: 'bf16' }, patience())).files.map(({ path }) => path)).toEqual([
      'BF16/split-chat-BF16-00002-of-00002.gguf',
      'BF16/split-chat-BF16-00001-of-00002.gguf',
    ]);
  });

  it('follows a renamed repo to its new name', async () => {
    const hub = await startHub();
    const plan = await clientOf(hub.endpoint).plan({ ...chat, repo: 'tiny-chat-old-name-GGUF' }, patience());
    expect(plan.repo).toBe('tiny-chat-GGUF');
  });

  it('keeps the commit when the branch moves between two pages', async () => {
    const hub = await startHub({ treePageSize: 2 });
    hub.faults.add({ when: { route: 'tree', nth: 2 }, effect: { type: 'move-branch' } });
    const moving = { owner: 'modeldock', repo: 'moving-chat-GGUF', subject: 'moving' };
    const before = hub.control.repos().find(({ id }) => id.includes('moving'))!.branches.main;
    const plan = await clientOf(hub.endpoint).plan(moving, patience());
    expect(plan.commit).toBe(before);
    expect(hub.control.repos().find(({ id }) => id.includes('moving'))!.branches.main).not.toBe(before);
  });

  it('takes a revision: a tag, a branch or a commit', async () => {
    const hub = await startHub();
    const { tags, branches } = hub.control.repos().find(({ id }) => id.includes('moving'))!;
    const client = clientOf(hub.endpoint);
    const moving = { owner: 'modeldock', repo: 'moving-chat-GGUF', subject: 'moving' };
    expect((await client.plan({ ...moving, revision: 'v1.0' }, patience())).commit).toBe(tags['v1.0']);
    expect((await client.plan({ ...moving, revision: 'next' }, patience())).commit).toBe(branches.next);
    const error = await rejection(client.plan({ ...moving, revision: 'nope/never' }, patience()));
    expect(error).toMatchObject({ code: 'model_not_found', message: expect.stringContaining('nope/never') as string });
  });

  it('reads every page, also where a mirror links to the hub behind it', async () => {
    const hub = await startHub({ treePageSize: 2 });
    const faults = hub.faults.add({ effect: { type: 'foreign-link' } });
    expect((await clientOf(hub.endpoint).plan(chat, patience())).files).toHaveLength(2);
    expect(hub.journal.entries().filter(({ route }) => route === 'tree').length).toBeGreaterThan(2);
    hub.faults.remove(faults[0]!);
    hub.faults.add({ effect: { type: 'foreign-link', origin: 'http://127.0.0.1:9' } });
    const error = await rejection(clientOf(hub.endpoint).plan(chat, patience()));
    expect(error).toMatchObject({
      code: 'redirect_refused',
      message: expect.stringContaining('127.0.0.1:9') as string,
    });
  });

  it('refuses with the choices when the quantization is not there', async () => {
    const hub = await startHub();
    const error = await rejection(clientOf(hub.endpoint).plan({ ...chat, quantization: 'Q5_K_M' }, patience()));
    expect(error).toMatchObject({ code: 'no_compatible_option', choices: ['F16', 'Q4_K_M', 'Q8_0'] });
    expect(error.message).toContain('F16, Q4_K_M, Q8_0');
  });

  it('refuses a repo that is no model, and one with weights for other programs', async () => {
    const hub = await startHub({
      repos: [small('o/plain', ['a.txt', 'config.json']), small('o/torch', ['config.json', 'model.bin.safetensors'])],
    });
    const client = clientOf(hub.endpoint);
    for (const repo of ['plain', 'torch']) {
      const error = await rejection(client.plan({ owner: 'o', repo, subject: repo }, patience()));
      expect(error).toMatchObject({
        code: 'no_compatible_option',
        message: expect.stringContaining('-GGUF') as string,
      });
    }
  });

  it('refuses names that must not become paths', async () => {
    const hub = await startHub({
      repos: [small('o/evil', ['con.gguf']), small('o/twins-mlx', ['a.safetensors', 'config.json', 'Config.json'])],
    });
    const client = clientOf(hub.endpoint);
    for (const [owner, repo] of [
      ['o', 'evil'],
      ['o', 'twins-mlx'],
      ['..', 'evil'],
    ] as const) {
      const error = await rejection(client.plan({ owner, repo, subject: repo }, patience()));
      expect(error).toMatchObject({ code: 'unsafe_path' });
    }
    expect(hub.journal.entries().filter(({ target }) => target.includes('..'))).toEqual([]);
  });

  it('is not troubled by a bad name among the files that it leaves out', async () => {
    const hub = await startHub({ repos: [small('o/half', ['con.txt', 'good-Q4_0.gguf'])] });
    const plan = await clientOf(hub.endpoint).plan({ owner: 'o', repo: 'half', subject: 'half' }, patience());
    expect(plan.files.map(({ path }) => path)).toEqual(['good-Q4_0.gguf']);
  });
});

describe('a hub that refuses a plan', () => {
  const plan = (repo: string, endpoint: string, environment: NodeJS.ProcessEnv = {}) =>
    rejection(clientOf(endpoint, { environment }).plan({ owner: 'modeldock', repo, subject: repo }, patience()));

  it('does not tell missing from private, and the advice depends on whether there was a token', async () => {
    const { endpoint } = await startHub();
    for (const repo of ['private-chat-GGUF', 'never-was-GGUF']) {
      const anonymous = await plan(repo, endpoint);
      expect(anonymous).toMatchObject({
        code: 'missing_or_private',
        message: expect.stringContaining('HF_TOKEN') as string,
      });
      const reader = await plan(repo, endpoint, { HF_TOKEN: 'hf_reader' });
      expect(reader).toMatchObject({
        code: 'missing_or_private',
        message: expect.stringContaining("the token's user") as string,
      });
    }
  });

  it('says so of a bad token, without telling it', async () => {
    const { endpoint } = await startHub();
    for (const HF_TOKEN of ['hf_wrong', 'hf_wrong\nX: 1']) {
      const error = await plan('tiny-chat-GGUF', endpoint, { HF_TOKEN });
      expect(error.code).toBe('bad_token');
      expect(error.message).not.toContain('hf_wrong');
    }
  });

  it('says so of a disabled repo', async () => {
    const { endpoint } = await startHub();
    expect(await plan('disabled-chat-GGUF', endpoint)).toMatchObject({ code: 'repo_disabled' });
  });

  it('is not asked at all with HF_HUB_OFFLINE', async () => {
    const hub = await startHub();
    expect(await plan('tiny-chat-GGUF', hub.endpoint, { HF_HUB_OFFLINE: 'yes' })).toMatchObject({ code: 'offline' });
    expect(hub.journal.entries()).toEqual([]);
  });

  it('is believed only as far as it makes sense', async () => {
    const sha = 'a'.repeat(40);
    const answers: Record<string, unknown> = {
      '/api/models/o/web-page': '<!doctype html>',
      '/api/models/o/no-commit': { sha: 'main' },
      '/api/models/o/no-list': { sha },
      [`/api/models/o/no-list/tree/${sha}`]: { error: 'none' },
      '/api/models/o/no-digest': { sha },
      [`/api/models/o/no-digest/tree/${sha}`]: [{ type: 'file', path: 'x.gguf', size: 1, oid: 'cafe' }],
      '/api/models/o/twice': { sha },
      [`/api/models/o/twice/tree/${sha}`]: Array.from({ length: 2 }, () => ({
        ...{ type: 'file', path: 'x-Q4_K_M.gguf', size: 1, oid: sha },
      })),
      '/api/models/o/no-size': { sha },
      [`/api/models/o/no-size/tree/${sha}`]: [{ type: 'file', path: 'x.gguf', size: -1, oid: sha }],
    };
    const server = createServer(({ url }, response) => {
      const answer = answers[url!.replace(/\?.*/, '')];
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
    const endpoint = await listening(server);
    for (const repo of ['web-page', 'no-commit', 'no-list', 'no-digest', 'no-size', 'twice']) {
      const error = await rejection(clientOf(endpoint).plan({ owner: 'o', repo, subject: repo }, patience()));
      expect(error).toMatchObject({ code: 'hub_error', message: expect.stringContaining('HF_ENDPOINT') as string });
    }
  });

  it('is not read forever', async () => {
    const sha = 'a'.repeat(40);
    let page = 0;
    const server = createServer(({ url }, response) => {
      if (!url!.includes('/tree/')) return response.end(JSON.stringify({ sha }));
      page++;
      const files = Array.from({ length: 50_000 }, (_, index) => ({
        ...{ type: 'file', path: `${page}/${index}`, size: 1, oid: sha },
      }));
      response.setHeader('link', `<${url!.replace(/&page=.*/, '')}&page=${page}>; rel="next"`);
      return response.end(JSON.stringify(files));
    });
    const client = clientOf(await listening(server));
    const error = await rejection(client.plan({ owner: 'o', repo: 'endless', subject: 'it' }, patience()));
    expect(error).toMatchObject({ code: 'hub_error', message: expect.stringContaining('200000 files') as string });
    // Twice: an answer that cannot be used is asked for once more.
    expect(page).toBe(10);
  });

  it('is not asked for the same page forever', async () => {
    const hub = await startHub();
    hub.faults.add({ when: { route: 'tree' }, effect: { type: 'redirect', to: 'loop' } });
    expect(await plan('tiny-chat-GGUF', hub.endpoint)).toMatchObject({ code: 'redirect_refused' });
    expect(hub.journal.entries()).toHaveLength(2);
  });
});

describe('a hub in trouble', () => {
  it('is asked again after failures, and given up after many', async () => {
    const hub = await startHub();
    hub.faults.add({ when: { route: ['info', 'tree'] }, times: 3, effect: { type: 'server-error' } });
    expect((await clientOf(hub.endpoint).plan(chat, patience())).quantization).toBe('Q4_K_M');
    hub.faults.add({ effect: { type: 'server-error', status: 500 } });
    const error = await rejection(clientOf(hub.endpoint).plan(chat, patience()));
    expect(error).toMatchObject({ code: 'hub_unavailable', message: expect.stringContaining('500') as string });
  });

  it('is called again after a reset, and unreachable when no server listens', async () => {
    const hub = await startHub();
    hub.faults.add({ times: 1, effect: { type: 'reset' }, when: { route: 'tree' } });
    expect((await clientOf(hub.endpoint).plan(chat, patience())).quantization).toBe('Q4_K_M');
    await hub.close();
    const error = await rejection(clientOf(hub.endpoint).plan(chat, patience()));
    expect(error).toMatchObject({
      code: 'hub_unavailable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('has until the time is up, and the refusal tells the last cause', async () => {
    const hub = await startHub();
    hub.faults.add({ effect: { type: 'server-error', status: 502 } });
    const limits = { errorAttempts: 10_000 };
    const up = new AbortController();
    const planning = rejection(clientOf(hub.endpoint, { limits }).plan(chat, up.signal));
    // A second question shows that the first has been answered.
    await expect.poll(() => hub.journal.entries().length).toBeGreaterThan(1);
    up.abort(late());
    expect(await planning).toMatchObject({
      code: 'hub_unavailable',
      message: expect.stringContaining('502') as string,
    });
    hub.faults.clear();
    hub.faults.add({ when: { route: 'info' }, effect: { type: 'stall' } });
    const silent = await rejection(clientOf(hub.endpoint, { limits }).plan(chat, AbortSignal.timeout(300)));
    expect(silent).toMatchObject({ code: 'hub_unavailable', message: expect.stringContaining('in time') as string });
  });

  it('ends with the reason of the abort signal', async () => {
    const hub = await startHub();
    hub.faults.add({ when: { route: 'info' }, effect: { type: 'stall' } });
    const stop = new AbortController();
    const planning = rejection(clientOf(hub.endpoint).plan(chat, stop.signal));
    stop.abort(new Error('enough'));
    expect((await planning).message).toBe('enough');
  });

  it('is not called for as long as it asks, and a second longer, by any caller in that bucket', async () => {
    const hub = await startHub();
    const clock = createLeapingClock();
    hub.faults.add({
      when: { route: 'info' },
      times: 1,
      effect: { type: 'rate-limit', headers: 'RateLimit', retryAfterSeconds: 300 },
    });
    const client = clientOf(hub.endpoint, { clock });
    await client.plan(chat, patience());
    expect(clock.slept).toEqual([301_000]);
    hub.faults.add({
      when: { route: 'info' },
      times: 1,
      effect: { type: 'rate-limit', headers: 'Retry-After', retryAfterSeconds: 7 },
    });
    await client.plan(chat, patience());
    expect(clock.slept).toEqual([301_000, 7000]);
  });

  it('is not asked by one plan while another one waits, nor is that a reason to hurry', async () => {
    const hub = await startHub();
    hub.faults.add({ when: { route: 'info' }, times: 1, effect: { type: 'rate-limit', retryAfterSeconds: 60 } });
    const client = clientOf(hub.endpoint);
    for (let caller = 0; caller < 2; caller++) {
      const leaving = new AbortController();
      const planned = rejection(client.plan(chat, leaving.signal));
      // The hub has refused the first; the second waits behind it from the beginning.
      await expect.poll(() => client.gate.waitMs('api')).toBeGreaterThan(50_000);
      setTimeout(() => leaving.abort(late()), 50);
      const error = await planned;
      expect(error).toMatchObject({ code: 'hub_unavailable', message: expect.stringContaining('429') as string });
      expect(error.retryAfterMs).toBeGreaterThan(50_000);
      expect(hub.journal.entries()).toHaveLength(1);
    }
  });

  it('asks nothing in a bucket that is closed, and anything in another', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint);
    const plan = await client.plan(chat, patience());
    client.gate.close('resolvers', 60_000);
    const asked = hub.journal.entries().length;
    const error = await rejection(client.locate(plan, plan.files[0]!, patience()));
    expect(error).toMatchObject({ kind: 'rate-limited' });
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
    expect(hub.journal.entries()).toHaveLength(asked);
    await client.plan(chat, patience());
    expect(hub.journal.entries().length).toBeGreaterThan(asked);
  });
});
