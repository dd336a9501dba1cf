import { describe, expect } from 'vitest';
import { refusal, stagedIn, START, type Door } from './door.js';

export function theWorld(door: Door): void {
  const staged = stagedIn(door);

  describe('the scenario', () => {
    staged('is chosen by the first matching pattern, for later jobs', {}, async ({ control, start }) => {
      const early = await start('ibm/granite-4-micro');
      const rules = [
        { model: 'qwen/*', scenario: 'fails' },
        { model: '*', scenario: 'instant' },
      ];
      expect(await control.scenario.set({ rules })).toEqual({ scenario: 'steady', rules });
      expect(await control.scenario.get()).toEqual({ scenario: 'steady', rules });
      const failing = await start('qwen/qwen3-8b');
      await start('openai/gpt-oss-20b');
      await control.clock.advance({ until: 'idle' });
      const states = (await control.jobs.list()).map(({ state, downloadedBytes }) => [state, downloadedBytes > 0]);
      expect(states).toEqual([
        ['completed', true],
        ['failed', true],
        ['completed', true],
      ]);
      expect((await control.jobs.get(early)).timeline.map(({ type }) => type)).toEqual(['connect', 'transfer']);
      expect((await control.jobs.get(failing)).timeline.at(-1)!.type).toBe('fail');
    });

    staged('can be a custom scenario', {}, async ({ control, start, poll }) => {
      const scenario = {
        steps: [
          { type: 'connect', ms: 7 },
          { type: 'fail', code: 'gated' },
        ],
      };
      expect((await control.scenario.set({ scenario })).scenario).toEqual(scenario);
      const job = await start('ibm/granite-4-micro');
      await control.clock.advance(6);
      expect((await poll(job)).status).toBe('downloading');
      await control.clock.advance(1);
      expect((await poll(job)).status).toBe('failed');
    });

    staged('that cannot be played is refused, and nothing changes', {}, async ({ control }) => {
      const wrong = [
        [{ scenario: 'no-such' }, 'Cannot play the scenario no-such'],
        [{ scenario: { steps: [{ type: 'connect', ms: -1 }] } }, 'steps[0].ms'],
        [
          {
            rules: [
              { model: '*', scenario: 'instant' },
              { model: '*', scenario: 7 },
            ],
          },
          'rules[1].scenario',
        ],
      ] as const;
      for (const [choice, reason] of wrong) {
        const refused = await refusal(control.scenario.set(choice));
        expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
        expect(refused.message).toContain(reason);
        expect(await control.scenario.get()).toEqual({ scenario: 'steady', rules: [] });
      }
    });
  });

  describe('the faults', () => {
    staged('are added, listed, counted and removed', {}, async ({ control, client }) => {
      const fault = { when: { route: 'models' }, effect: { type: 'status', status: 503 }, times: 2 } as const;
      const added = await control.faults.add(fault);
      expect(added).toEqual({ id: 'fault-1', ...fault, addedAt: START, seen: 0, fired: 0, ended: false });
      const statuses = [];
      for (let call = 0; call < 3; call++) statuses.push((await client('GET', '/api/v1/models')).status);
      expect(statuses).toEqual([503, 503, 200]);
      expect(await control.faults.list()).toEqual([{ ...added, seen: 2, fired: 2, ended: true }]);
      expect((await control.status()).faults).toBe(1);
      await control.faults.remove('fault-1');
      expect(await control.faults.list()).toEqual([]);
    });

    staged('are cleared all at once, and ids are not used again', {}, async ({ control, client }) => {
      await control.faults.add({ effect: { type: 'status', status: 500 } });
      await control.faults.add({ effect: { type: 'network-error' } });
      await control.faults.clear();
      expect((await client('GET', '/api/v1/models')).status).toBe(200);
      expect((await control.faults.add({ effect: { type: 'network-error' } })).id).toBe('fault-3');
      await expect(client('GET', '/api/v1/models')).rejects.toThrow();
    });

    staged('that are not there cannot be removed', {}, async ({ control }) => {
      expect(await refusal(control.faults.remove('fault-9'))).toMatchObject({ status: 404, code: 'not_found' });
    });

    staged('that are invalid are refused with the path of the mistake', {}, async ({ control }) => {
      const refused = await refusal(control.faults.add({ effect: { type: 'status', status: 42 } }));
      expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(refused.message).toContain('effect.status: expected a number of at least 200, found 42');
      expect(await control.faults.list()).toEqual([]);
    });

    staged('with an oversized body or pattern are refused, and leave nothing', {}, async ({ control }) => {
      let deep: unknown = 'deep';
      for (let level = 0; level < 65; level++) deep = [deep];
      const long = `*${'a'.repeat(512)}`;
      const wrong = [
        [{ effect: { type: 'status', status: 500, body: deep } }, 'effect.body'],
        [{ when: { model: long }, effect: { type: 'hang' } }, 'when.model'],
        [{ when: { path: long }, effect: { type: 'hang' } }, 'when.path'],
      ] as const;
      for (const [fault, path] of wrong) {
        const refused = await refusal(control.faults.add(fault));
        expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
        expect(refused.message).toContain(path);
      }
      expect(await control.faults.list()).toEqual([]);
      const rules = [{ model: long, scenario: 'instant' }];
      expect(await refusal(control.scenario.set({ rules }))).toMatchObject({ status: 400, code: 'invalid_request' });
    });

    staged('do not touch the control API', {}, async ({ control }) => {
      await control.faults.add({ effect: { type: 'network-error' } });
      expect((await control.status()).faults).toBe(1);
    });
  });

  describe('the models', () => {
    staged('are put into the library, and a client finds them there', {}, async ({ control, client, attach }) => {
      const added = await control.models.add('ibm/granite-4-micro');
      expect(added).toMatchObject({ key: 'ibm/granite-4-micro', sizeBytes: 2_279_145_003 });
      expect(await control.models.list()).toEqual([added]);
      expect((await client('GET', '/api/v1/models')).body).toContain('"key": "ibm/granite-4-micro"');
      expect(await attach('ibm/granite-4-micro')).toEqual({ status: 'already_downloaded' });
    });

    staged('can be chosen by their quantization', {}, async ({ control }) => {
      const link = 'https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF';
      const added = await control.models.add(link, 'Q8_0');
      expect(added.quantization?.name).toBe('Q8_0');
    });

    staged('are taken off, and can be downloaded again', {}, async ({ control, attach }) => {
      const added = await control.models.add('ibm/granite-4-micro');
      await control.models.remove(added.key);
      expect(await control.models.list()).toEqual([]);
      expect((await attach('ibm/granite-4-micro')).status).toBe('downloading');
    });

    staged('that a download brought can be taken off as well', {}, async ({ control, attach, start }) => {
      const first = await start('simulate/instant');
      expect(await attach('simulate/instant')).toEqual({ status: 'already_downloaded' });
      await control.models.remove((await control.models.list())[0]!.key);
      expect((await attach('simulate/instant')).job_id).not.toBe(first);
    });

    staged('stay removed, even if polls advance their job meanwhile', { msPerPoll: 60_000 }, async (stage) => {
      const { control, poll, start } = stage;
      const job = await start('simulate/steady');
      await poll(job);
      const [installed] = await control.models.list();
      await Promise.all([control.models.remove(installed!.key), ...Array.from({ length: 30 }, () => poll(job))]);
      expect(await control.models.list()).toEqual([]);
    });

    staged('that the hub refuses are refused by its name and status', {}, async ({ control }) => {
      const refused = await refusal(control.models.add('simulate/gated'));
      expect(refused).toMatchObject({ status: 403, code: 'gated_no_token' });
    });

    staged('that are not there are refused', {}, async ({ control }) => {
      expect(await refusal(control.models.remove('no/such-model'))).toMatchObject({ status: 404, code: 'not_found' });
      expect(await refusal(control.models.add('no/such-model'))).toMatchObject({ status: 404, code: 'not_found' });
      expect(await refusal(control.models.add('Not A Name'))).toMatchObject({ status: 400, code: 'invalid_request' });
    });
  });
}
