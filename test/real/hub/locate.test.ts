import { createServer } from 'node:http';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import type { FileLocation } from '../../../src/real/hub/file-location.js';
import type { HubClient } from '../../../src/real/hub/hub-client.js';
import { realClock } from '../../../src/real/real-clock.js';
import type { DownloadPlan, PlannedFile } from '../../../src/real/plan.js';
import { soon } from '../../hub/soon.js';
import { clientOf, listening, patience, rejection, startHub } from './client-on-hub.js';

const TWO_HOURS = 2 * 60 * 60_000;

async function planOf(client: HubClient, repo: string): Promise<DownloadPlan> {
  return client.plan({ owner: 'modeldock', repo, subject: repo }, patience());
}

function fileIn(plan: DownloadPlan, path: string): PlannedFile {
  return plan.files.find((file) => file.path === path)!;
}

async function bytesAt({ url, headers }: FileLocation): Promise<number> {
  const { body, statusCode } = await request(url, { headers });
  expect(statusCode).toBe(200);
  return (await body.arrayBuffer()).byteLength;
}

describe('a location', () => {
  it('is a signed URL, where no token goes, for a large file', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint, { environment: { HF_TOKEN: 'hf_member' } });
    const plan = await planOf(client, 'gated-manual-chat-GGUF');
    const before = realClock.monotonic();
    const location = await client.locate(plan, plan.files[0]!, patience());
    expect(new URL(location.url).origin).toBe(hub.cdn);
    expect(location).toMatchObject({ headers: {} });
    expect(location.bucket).toBeUndefined();
    expect(await bytesAt(location)).toBe(plan.files[0]!.size);
    expect(hub.journal.summary().authorizationAtCdn).toBe(0);
    // An hour by the URL, from a Date in whole seconds; renewed a minute before.
    expect(Math.abs(location.expiresAt - before - 3_600_000)).toBeLessThan(10_000);
    expect(location.expiresAt - location.renewAt).toBeCloseTo(60_000, 0);
  });

  it('is on the hub itself, with the token, for a small file, sent directly or by a redirect', async () => {
    for (const smallFiles of ['redirect', 'direct'] as const) {
      const hub = await startHub({ smallFiles });
      const client = clientOf(hub.endpoint, { environment: { HF_TOKEN: 'hf_member' } });
      const plan = await planOf(client, 'tiny-chat-MLX-4bit');
      const location = await client.locate(plan, fileIn(plan, 'config.json'), patience());
      expect(new URL(location.url).origin).toBe(hub.endpoint);
      expect(location.headers).toEqual({ authorization: 'Bearer hf_member' });
      expect(location.bucket).toBe('resolvers');
      expect(location.renewAt).toBe(Infinity);
      expect(await bytesAt(location)).toBe(fileIn(plan, 'config.json').size);
      expect(hub.journal.entries().filter(({ route }) => route === 'resolve')).toHaveLength(
        smallFiles === 'direct' ? 2 : 1,
      );
    }
  });

  it('takes one request, also of a hub that knows no HEAD', async () => {
    const hub = await startHub({ faults: [{ effect: { type: 'no-head' } }] });
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'tiny-chat-GGUF');
    await client.locate(plan, plan.files[0]!, patience());
    expect(hub.journal.entries().filter(({ route }) => route === 'resolve')).toHaveLength(1);
  });

  it('is found without reading on where a mirror sends the whole file at once', async () => {
    const path = 'model-Q4_0.gguf';
    const files = [{ path, size: 9 * 1024 * 1024, storage: 'git' as const }];
    const hub = await startHub({ repos: [{ id: 'modeldock/whole', files }], smallFiles: 'direct' });
    hub.faults.add({ effect: { type: 'ignore-range' } });
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'whole');
    const location = await client.locate(plan, plan.files[0]!, patience());
    await soon(() => hub.journal.entries().at(-1)).toMatchObject({ status: 200, outcome: 'left' });
    expect(await bytesAt(location)).toBe(files[0]!.size);
  });

  it('is renewed by the clock of the hub, whatever that of this machine shows', async () => {
    for (const ms of [-TWO_HOURS, TWO_HOURS]) {
      const hub = await startHub({
        faults: [{ effect: { type: 'clock-skew', ms } }, { effect: { type: 'signature-lifetime', ms: 5000 } }],
      });
      const client = clientOf(hub.endpoint);
      for (const repo of ['tiny-chat-GGUF', 'split-chat-GGUF']) {
        const plan = await planOf(client, repo);
        const before = realClock.monotonic();
        const { expiresAt, renewAt } = await client.locate(plan, plan.files.at(-1)!, patience());
        // A lifetime of 5 s is in whole seconds, and never shorter.
        expect(Math.abs(expiresAt - before - 5500)).toBeLessThan(2000);
        expect(renewAt).toBeLessThan(expiresAt);
      }
    }
  });

  it('is found where a repo was renamed since', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'tiny-chat-GGUF');
    const location = await client.locate({ ...plan, repo: 'tiny-chat-old-name-GGUF' }, plan.files[1]!, patience());
    expect(await bytesAt(location)).toBe(plan.files[1]!.size);
  });
});

describe('a location that is refused', () => {
  it('tells a gated repo with a token from one without', async () => {
    const hub = await startHub();
    const failures = { none: 'token_missing', hf_reader: 'gated' };
    const refusals = { none: 'gated_no_token', hf_reader: 'gated_not_on_list' };
    for (const token of ['none', 'hf_reader'] as const) {
      const client = clientOf(hub.endpoint, token === 'none' ? {} : { environment: { HF_TOKEN: token } });
      const plan = await planOf(client, 'gated-manual-chat-GGUF');
      const error = await rejection(client.locate(plan, plan.files[0]!, patience()));
      expect(error).toMatchObject({ name: 'DownloadError', code: failures[token] });
      expect(error.message).toContain(`${hub.endpoint}/modeldock/gated-manual-chat-GGUF`);
      const first = await rejection(client.locateFirst(plan, plan.files[0]!, 'it', patience()));
      expect(first).toMatchObject({ name: 'RefusedError', code: refusals[token], subject: 'it' });
    }
  });

  it('is revision_gone when the commit was taken out of the repo', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'moving-chat-GGUF');
    hub.faults.add({ when: { route: 'resolve' }, effect: { type: 'drop-commit' } });
    expect(await rejection(client.locate(plan, plan.files[0]!, patience()))).toMatchObject({ code: 'revision_gone' });
  });

  it('is changed_upstream when size or digest are not the planned ones, or the file is gone', async () => {
    for (const smallFiles of ['redirect', 'direct'] as const) {
      const hub = await startHub({ smallFiles });
      const client = clientOf(hub.endpoint);
      const plan = await planOf(client, 'tiny-chat-MLX-4bit');
      const large = fileIn(plan, 'tokenizer.json');
      const small = fileIn(plan, 'config.json');
      const otherDigest = (file: PlannedFile): PlannedFile => ({
        ...file,
        digest: { ...file.digest, hex: file.digest.hex.replace(/^./, 'x') },
      });
      const wrong = [{ ...large, size: 5 }, otherDigest(large), { ...large, path: 'gone.json' }];
      if (smallFiles === 'direct') wrong.push({ ...small, size: 5 }, otherDigest(small));
      for (const file of wrong) {
        const error = await rejection(client.locate(plan, file, patience()));
        expect(error).toMatchObject({
          code: 'changed_upstream',
          message: expect.stringContaining(file.path) as string,
        });
      }
    }
  });

  it('says which failures may pass: no server, too many requests, a failing server', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'tiny-chat-GGUF');
    const locate = () => rejection(client.locate(plan, plan.files[0]!, patience()));
    hub.faults.add({ times: 1, effect: { type: 'server-error', status: 503, retryAfterSeconds: 2 } });
    expect(await locate()).toMatchObject({
      kind: 'server',
      message: expect.stringContaining('(503') as string,
      retryAfterMs: 2000,
    });
    hub.faults.add({ times: 1, effect: { type: 'rate-limit', headers: false } });
    expect(await locate()).toMatchObject({ kind: 'rate-limited', retryAfterMs: undefined });
    await hub.close();
    expect(await locate()).toMatchObject({ kind: 'unreachable' });
  });

  it('goes nowhere that the redirect policy refuses', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint);
    const plan = await planOf(client, 'tiny-chat-GGUF');
    for (const to of ['another-protocol', 'loop'] as const) {
      hub.faults.clear();
      hub.faults.add({ effect: { type: 'redirect', to } });
      expect(await rejection(client.locate(plan, plan.files[0]!, patience()))).toMatchObject({
        code: 'redirect_refused',
      });
    }
  });

  it('never leaves encryption behind', async () => {
    const hub = await startHub({ tls: true });
    const client = clientOf(hub.endpoint, { agents: { ca: hub.certificate! } });
    const plan = await planOf(client, 'tiny-chat-GGUF');
    expect((await client.locate(plan, plan.files[0]!, patience())).url).toMatch(/^https:/);
    hub.faults.add({ effect: { type: 'redirect', to: 'another-protocol' } });
    const error = await rejection(client.locate(plan, plan.files[0]!, patience()));
    expect(error).toMatchObject({ code: 'redirect_refused', message: expect.stringContaining('encryption') as string });
  });

  it('may be the sign-in page of a guest network, which passes', async () => {
    const hub = await startHub();
    const plan = await planOf(clientOf(hub.endpoint), 'tiny-chat-GGUF');
    const portal = await listening(
      createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<p>Welcome')),
    );
    const error = await rejection(clientOf(portal).locate(plan, plan.files[0]!, patience()));
    expect(error).toMatchObject({ kind: 'server', message: expect.stringContaining('guest network') as string });
  });

  it('never shows a token or a signature', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint, { environment: { HF_TOKEN: 'hf_member' } });
    const plan = await planOf(client, 'tiny-chat-GGUF');
    const texts: string[] = [];
    for (const type of ['server-error', 'rate-limit', 'reset'] as const) {
      hub.faults.clear();
      hub.faults.add({ when: { route: 'resolve' }, effect: { type } });
      texts.push((await rejection(client.locate(plan, plan.files[0]!, patience()))).message);
    }
    expect(texts).toHaveLength(3);
    expect(texts.join('\n')).not.toMatch(/hf_member|Signature|\?/);
  });
});
