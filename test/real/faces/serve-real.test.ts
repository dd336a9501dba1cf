import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/testing/index.js';
import { start, startListening, type Ready, type Started } from '../../server/command.js';
import { LARGE, LARGE_BYTES, openSmallHub, sha256Of, TINY, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

function serveReal(folder: string, ...args: string[]): Promise<Started & Ready> {
  return startListening(['--engine', 'real', '--models-dir', folder, ...args], { env: small.env });
}

interface Status {
  job_id: string;
  status: string;
  downloaded_bytes: number;
  error?: unknown;
}

async function post(url: string, model: string, quantization?: string): Promise<{ status: number; body: Status }> {
  const response = await fetch(`${url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model, ...(quantization !== undefined && { quantization }) }),
  });
  return { status: response.status, body: (await response.json()) as Status };
}

async function poll(url: string, job: string): Promise<Status> {
  return (await (await fetch(`${url}/api/v1/models/download/status/${job}`)).json()) as Status;
}

async function untilCompleted(url: string, job: string): Promise<void> {
  await expect.poll(() => poll(url, job)).toMatchObject({ status: 'completed' });
}

describe('modeldock --engine real', () => {
  it('downloads what a client asks for, and lists it', async () => {
    const folder = await small.newFolder();
    const { url } = await serveReal(folder);
    const { body } = await post(url, TINY);
    expect(body).toMatchObject({ status: 'downloading', total_size_bytes: 4_000_000 });
    await untilCompleted(url, body.job_id);
    for (const file of ['tiny-Q4_K_M.gguf', 'mmproj-tiny-F16.gguf']) {
      expect(await sha256Of(join(folder, 'me/tiny-GGUF', file))).toBe(await small.digestOf('me/tiny-GGUF', file));
    }
    const { models } = (await (await fetch(`${url}/api/v1/models`)).json()) as { models: { key: string }[] };
    expect(models).toMatchObject([{ quantization: { name: 'Q4_K_M' }, format: 'gguf' }]);
    expect((await post(url, TINY)).body).toEqual({ status: 'already_downloaded' });
  });

  it('says what to try for an unknown model', async () => {
    const { url } = await serveReal(await small.newFolder());
    const { status, body } = await post(url, 'nobody/nothing');
    expect([status, body.error]).toEqual([
      404,
      {
        type: 'model_not_found',
        message: expect.stringMatching(
          /^Model 'nobody\/nothing' not found in model catalog\. Use the link of its Hugging Face repo \(https:\/\/huggingface\.co\/owner\/name\)/,
        ) as string,
      },
    ]);
  });

  it('resumes at its next start, under the same id, a download that it was stopped in', async () => {
    const folder = await small.newFolder();
    const first = await serveReal(folder, '--bandwidth', '2M');
    const { body } = await post(first.url, LARGE);
    await expect
      .poll(async () => (await poll(first.url, body.job_id)).downloaded_bytes)
      .toBeGreaterThan(LARGE_BYTES / 40);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(existsSync(join(folder, 'me/large-GGUF/large-Q4_K_M.gguf'))).toBe(false);

    const { url } = await serveReal(folder);
    const resumed = await poll(url, body.job_id);
    expect(resumed.job_id).toBe(body.job_id);
    expect(resumed.downloaded_bytes).toBeGreaterThan(0);
    await untilCompleted(url, body.job_id);
    const file = 'large-Q4_K_M.gguf';
    expect(await sha256Of(join(folder, 'me/large-GGUF', file))).toBe(await small.digestOf('me/large-GGUF', file));
  });

  it('prints the token of the control API, with which downloads can be controlled', async () => {
    const { url, engine, controlToken } = await serveReal(await small.newFolder(), '--bandwidth', '3M');
    expect(engine).toBe('real');
    expect(controlToken).toMatch(/^[0-9a-f]{32}$/);
    await expect(connect(url).status()).rejects.toMatchObject({ status: 403 });
    const control = connect(url, { controlToken: controlToken! });
    expect(await control.downloads.bandwidth.get()).toEqual({ bytesPerSecond: 3_000_000 });
    const job = await control.downloads.start(LARGE);
    if (job === 'already_downloaded') throw new Error('It cannot be there.');
    expect(job).toMatchObject({ state: 'downloading', repo: 'me/large-GGUF', quantization: 'Q4_K_M' });
    expect(job.files).toMatchObject([{ path: 'large-Q4_K_M.gguf', sizeBytes: LARGE_BYTES }]);
    await expect.poll(() => control.jobs.get(job.id)).toMatchObject({ phase: 'transferring' });
    expect(await control.jobs.pause(job.id)).toMatchObject({ state: 'paused' });
    expect(await control.downloads.metrics()).toContain('modeldock_jobs{state="paused"} 1\n');
    await control.downloads.bandwidth.set({ bytesPerSecond: null });
    await control.jobs.resume(job.id);
    expect(await control.jobs.wait(job.id, { status: 'completed', timeoutMs: 60_000 })).toMatchObject({
      downloadedBytes: LARGE_BYTES,
    });
    const [model] = await control.models.list();
    expect(await control.downloads.remove(model!.key)).toMatchObject({ bytes: LARGE_BYTES });
    expect(await control.models.list()).toEqual([]);
    expect(await control.jobs.cancel((await startAgain(control, LARGE)).id)).toMatchObject({ code: 'cancelled' });
  });

  it('says what the hub refuses, with a status and a code', async () => {
    const { url } = await serveReal(await small.newFolder());
    const refused = async (model: string, quantization?: string): Promise<unknown> => {
      const { status, body } = await post(url, model, quantization);
      return [status, (body as unknown as { error: { code?: string } }).error.code];
    };
    expect(await refused('https://huggingface.co/me/gated-GGUF')).toEqual([403, 'gated_no_token']);
    expect(await refused('https://huggingface.co/me/nothing-GGUF')).toEqual([404, 'missing_or_private']);
    expect(await refused(TINY, 'Q2_K')).toEqual([404, undefined]);
    expect(await refused('me/tiny', 'Q4_K_M')).toEqual([501, undefined]);
  });

  it('accepts a quantization with a catalog id if configured to', async () => {
    const { url } = await serveReal(await small.newFolder(), '--allow-catalog-quantization');
    expect((await post(url, 'me/unheard-of', 'Q4_K_M')).status).toBe(404);
  });

  it('writes down how a download went, and the simulator plays it again', async () => {
    const folder = await small.newFolder();
    const trace = `${folder}-trace.json`;
    const recording = await serveReal(folder, '--record', trace, '--bandwidth', '30M');
    const { body } = await post(recording.url, LARGE);
    await untilCompleted(recording.url, body.job_id);
    recording.signal('SIGTERM');
    await recording.ended;

    const { url } = await startListening(['--scenario', trace, '--frozen']);
    const control = connect(url);
    const again = await post(url, 'ibm/granite-4-micro');
    const { timeline } = await control.jobs.get(again.body.job_id);
    expect(timeline.map(({ type }) => type)).toContain('trace');
    await control.clock.advance({ until: { job: again.body.job_id, status: 'completed' } });
    expect(await poll(url, again.body.job_id)).toMatchObject({ status: 'completed' });
  });

  it('says why it cannot start, on one line', async () => {
    const started = start(['--engine', 'real', '--port', '0', '--models-dir', '/dev/null/models'], { env: small.env });
    expect(await started.ended).toBe(1);
    expect(started.stdout()).toBe('');
    expect(started.stderr()).toMatch(/^modeldock: Cannot use \/dev\/null\/models as a models folder: .+\n$/);
    const wrong = start(['--engine', 'real', '--port', '0'], { env: { ...small.env, HF_ENDPOINT: 'hub.example' } });
    expect(await wrong.ended).toBe(1);
    expect(wrong.stderr()).toMatch(/^modeldock: Cannot use HF_ENDPOINT: .+ found "hub\.example".+\n$/);
    const proxied = start(['--engine', 'real', '--port', '0'], { env: { ...small.env, http_proxy: ':::' } });
    expect(await proxied.ended).toBe(1);
    expect(proxied.stderr()).toMatch(/^modeldock: Cannot use HTTP_PROXY: .+\n$/);
  });
});

describe('the welcome of --engine real', () => {
  it('says where models go, which hub it is, what limits there are, and never a token of the hub', async () => {
    const folder = await small.newFolder();
    const env = { ...small.env, HF_TOKEN: 'hf_secret' };
    const args = [
      '--engine',
      'real',
      '--port',
      '0',
      '--models-dir',
      folder,
      '--bandwidth',
      '5M',
      '--jobs-at-once',
      '1',
    ];
    const started = start(args, { env });
    await expect.poll(started.stdout).toContain('Ctrl-C');
    const text = started.stdout();
    expect(text).toContain('the downloads are actual ones');
    expect(text).toContain(`Models     ${folder}`);
    expect(text).toContain(`Hub        ${small.hub.endpoint}`);
    expect(text).toContain('with a token (from HF_TOKEN, or its file)');
    expect(text).toContain('1 download at a time, 5.0 MB/s at most');
    expect(text).toMatch(/X-Modeldock-Token: [0-9a-f]{32}\n/);
    expect(text + started.stderr()).not.toContain('hf_secret');
    started.signal('SIGINT');
    expect(await started.ended).toBe(0);
  });

  it('says that there is no token', async () => {
    const started = start(['--engine', 'real', '--port', '0', '--models-dir', await small.newFolder()], {
      env: small.env,
    });
    await expect.poll(started.stdout).toContain('without a token: gated models are refused');
    expect(started.stdout()).toContain('3 downloads at a time, without a limit of bandwidth');
  });
});

async function startAgain(control: ReturnType<typeof connect>, model: string): Promise<{ id: string }> {
  await control.downloads.bandwidth.set({ bytesPerSecond: 1_000_000 });
  const job = await control.downloads.start(model);
  if (job === 'already_downloaded') throw new Error(`${model} is there, although it was removed.`);
  return job;
}
