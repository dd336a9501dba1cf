import { afterEach, describe, expect, it } from 'vitest';
import { inferred, inferredBehaviours } from '../../src/contract/inferred.js';
import { profileNames } from '../../src/contract/profiles.js';
import { createRealDock } from '../../src/create-real-dock.js';
import { lifeRows } from '../../src/verify/rows/life.js';
import { probeRows } from '../../src/verify/rows/index.js';
import { untried } from '../../src/verify/untried.js';
import { openRealWorld, pass, type RealWorld } from '../real/engine/real-world.js';
import { differing, untriedIn, verifyApi, verifyDock } from './verified.js';

const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';

describe('the rows of the contract', () => {
  it('each have an id of their own', () => {
    const ids = [...probeRows, ...lifeRows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('settle each entry of inferred.ts, or it is said what that would take', () => {
    const settled = new Set([...probeRows, ...lifeRows].flatMap(({ settles = [] }) => settles));
    const names = Object.keys({ ...inferred, ...inferredBehaviours }).sort();
    expect([...settled, ...Object.keys(untried)].sort()).toEqual(names);
  });

  it('are decided by calls that name nothing that a server may have', () => {
    const safe = /modeldock-verify\/no-such-model|lmstudio-community\/no-such-model-GGUF|No Such Model/;
    for (const { call } of probeRows.filter((row) => row.call.path.startsWith('/api/v1/models/'))) {
      const body = typeof call.body === 'string' ? call.body : '';
      expect([call.method, ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST'].includes(call.method)]).toEqual([
        call.method,
        true,
      ]);
      if (call.method === 'POST' && /"(?:model|instance_id)":"[^"]/.test(body)) expect(body).toMatch(safe);
    }
    expect(probeRows.filter(({ call }) => call.method === 'DELETE')).toEqual([]);
  });
});

describe('modeldock itself, simulated', () => {
  it.each(profileNames)('holds every row in the profile %s', async (profile) => {
    const verified = await verifyDock({ profile }, { profile });
    expect(differing(verified)).toEqual([]);
    expect(Object.keys(untriedIn(verified)).sort()).toEqual(
      [
        ...Object.keys(untried).map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)),
        ...['missing-token', 'malformed-token', 'well-formed-wrong-token', 'preflight-with-cors'],
        ...['failed-is-unexplained', 'no-such-quantization', 'finalizing'],
        ...(profile === 'lmstudio-0.4' ? [] : ['keep-alive']),
      ].sort(),
    );
  });

  it('holds the rows of tokens, and of CORS, where it is asked for them', async () => {
    const verified = await verifyDock({ requireToken: TOKEN, cors: '*' }, { token: TOKEN });
    expect(differing(verified)).toEqual([]);
    expect(verified).toMatchObject({ profile: 'documented', isModeldock: true, isTurnedAway: false });
    expect(untriedIn(verified)).toMatchObject({ 'any-token-passes': 'the server asks for a token' });
    for (const id of ['missing-token', 'malformed-token', 'well-formed-wrong-token', 'preflight-with-cors']) {
      expect(verified.rows).toContainEqual(expect.objectContaining({ id, outcome: 'holds' }));
    }
  });

  it.each([
    ['a token that is missing', undefined],
    ['a wrong token', 'sk-lm-00000000:00000000000000000000'],
  ])('is tried with what needs no token, and no more, given %s', async (_, token) => {
    const verified = await verifyDock({ requireToken: TOKEN }, { token });
    expect(differing(verified)).toEqual([]);
    expect(verified.isTurnedAway).toBe(true);
    expect(untriedIn(verified)).toMatchObject({
      models: 'the server asks for another token',
      start: 'the server asks for another token',
    });
    expect(verified.rows).toContainEqual(expect.objectContaining({ id: 'missing-token', outcome: 'holds' }));
  });

  it('holds the rows of a link, of a slow check and of a failure', async () => {
    const link = await verifyDock({}, { download: 'https://huggingface.co/lmstudio-community/Qwen3.5-4B-GGUF' });
    expect(differing(link)).toEqual([]);
    expect(link.rows).toContainEqual(expect.objectContaining({ id: 'no-such-quantization', outcome: 'holds' }));

    const slow = await verifyDock({}, { download: 'simulate/finalizes-slowly' });
    expect(differing(slow)).toEqual([]);
    expect(slow.rows).toContainEqual(expect.objectContaining({ id: 'finalizing', outcome: 'holds' }));

    const failing = await verifyDock({ explainFailures: true }, { download: 'simulate/fails-at-50' });
    expect(differing(failing)).toEqual([]);
    expect(failing.rows).toContainEqual(expect.objectContaining({ id: 'failed-is-unexplained', outcome: 'holds' }));
    expect(untriedIn(failing)).toMatchObject({ completed: 'the download ended as failed' });
  });

  it('is left alone once nothing comes any more, or the model is there already', async () => {
    const stalled = await verifyDock({}, { download: 'simulate/stalls-at-50' });
    expect(differing(stalled)).toEqual([]);
    expect(untriedIn(stalled)).toMatchObject({ completed: 'no byte came for 120 s' });

    const there = await verifyDock({}, { download: 'simulate/already-downloaded' });
    expect(differing(there)).toEqual([]);
    expect(untriedIn(there)).toMatchObject({ completed: 'the model is there already' });
    expect(there.rows).toContainEqual(expect.objectContaining({ id: 'already-downloaded', outcome: 'holds' }));
  });
});

describe('modeldock itself, with real downloads', () => {
  let world: RealWorld | undefined;
  afterEach(() => world?.close());

  it.each(profileNames)('holds every row in the profile %s, with a download from a local hub', async (profile) => {
    const MB = 1_000_000;
    world = await openRealWorld({
      repos: [{ id: 'stage/slow-GGUF', files: [{ path: 'slow-Q4_K_M.gguf', size: MB }] }],
      faults: [{ when: { route: 'cdn' }, effect: { type: 'slow-body', bytesPerSecond: 2 * MB, share: 'total' } }],
    });
    const downloader = await world.open();
    const dock = createRealDock({ downloader, profile });
    const trial = { profile, download: 'https://huggingface.co/stage/slow-GGUF', pass: () => pass(downloader) };
    const verified = await verifyApi(dock.api, trial);
    dock.close();
    expect(differing(verified)).toEqual([]);
    expect(verified.isModeldock).toBe(true);
    for (const id of ['unknown-model', 'second-start', 'completed', 'listed-afterwards', 'no-such-quantization']) {
      expect(verified.rows).toContainEqual(expect.objectContaining({ id, outcome: 'holds' }));
    }
  });
});
