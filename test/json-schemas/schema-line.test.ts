import { describe, expect, it } from 'vitest';
import { createHub } from '../../src/hub/index.js';
import { createDock, parseCatalog } from '../../src/index.js';

const $schema = './node_modules/modeldock/dist/schemas/some.json';
const model = {
  displayName: 'Rocket',
  type: 'llm' as const,
  architecture: 'llama',
  maxContextLength: 8192,
  files: [{ repo: 'acme/Rocket-GGUF', format: 'gguf' as const, quantization: 'Q4_K_M', sizeBytes: 1 }],
};

describe('the line "$schema"', () => {
  it('is accepted in a scenario and passed on by no door', async () => {
    const scenario = { $schema, steps: [{ type: 'stall' as const }] };
    const dock = createDock({ scenario, scenarioRules: [{ model: 'a/*', scenario }] });
    const plain = { steps: [{ type: 'stall' }] };
    expect(await dock.scenario.get()).toEqual({ scenario: plain, rules: [{ model: 'a/*', scenario: plain }] });
    expect(await dock.scenario.set({ scenario, rules: [{ model: '*', scenario }] })).toEqual({
      scenario: plain,
      rules: [{ model: '*', scenario: plain }],
    });
    expect(JSON.stringify(await dock.snapshot())).not.toContain('$schema');
  });

  it('is accepted in a fault, over HTTP too, and not passed on', async () => {
    const dock = createDock();
    const answer = await dock.api.fetch(
      new Request('http://localhost:1234/__modeldock/faults', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ $schema, effect: { type: 'hang' }, times: 1 }),
      }),
    );
    expect([answer.status, await answer.json()]).toEqual([200, expect.not.objectContaining({ $schema })]);
    expect(await dock.faults.list()).toEqual([
      {
        id: 'fault-1',
        addedAt: expect.any(Number) as number,
        seen: 0,
        fired: 0,
        ended: false,
        effect: { type: 'hang' },
        times: 1,
      },
    ]);
  });

  it('is accepted in a catalog, which is then an object with the models', async () => {
    expect(parseCatalog({ $schema, models: [model] })).toEqual([model]);
    expect(parseCatalog({ models: [] })).toEqual([]);
    const dock = createDock({ catalog: { $schema, models: [{ ...model, installed: true }] } });
    expect(await dock.models.list()).toMatchObject([{ displayName: 'Rocket' }]);
    expect(JSON.stringify(await dock.snapshot())).not.toContain('$schema');
  });

  it('leads to the models in the path of what is wrong with one', () => {
    expect(() => parseCatalog({ $schema, models: [{ ...model, type: 'x' }] })).toThrow(
      '  models[0].type: expected one of',
    );
    expect(() => parseCatalog({ $schema, models: [model, model] })).toThrow(
      '  models[1].files[0]: expected another name',
    );
    expect(() => parseCatalog({ $schema })).toThrow('  models: expected an array, found nothing');
  });

  it('is accepted in repos and faults of a hub, over HTTP too', async () => {
    const hub = await createHub({ rateLimits: false });
    try {
      const post = (path: string, body: unknown): Promise<Response> =>
        fetch(`${hub.endpoint}/__hub/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        });
      const fault = { effect: { type: 'gzip' } };
      expect((await post('repos', { $schema, id: 'acme/x', files: [{ path: 'a.txt', text: 'a' }] })).status).toBe(200);
      expect((await post('faults', { $schema, ...fault })).status).toBe(200);
      expect((await post('faults', { $schema, faults: [fault, { $schema, ...fault }] })).status).toBe(200);
      expect(JSON.stringify([hub.faults.list(), hub.control.repos()])).not.toContain('$schema');
      expect(hub.faults.list()).toHaveLength(3);
    } finally {
      await hub.close();
    }
  });

  it('is refused where it is no text', () => {
    expect(() => parseCatalog({ $schema: 1, models: [] })).toThrow('  $schema: expected no key of this name, found 1');
  });
});
