import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, JSON_TYPE, pretty, START } from './checks.js';

const start = Date.parse(START);
const frozen = (date: string) => ({ mode: 'frozen', now: Date.parse(date), date, dates: 'dock' });
const atFirst = {
  session: 'default',
  engine: 'simulated',
  clock: frozen(START),
  jobs: 0,
  faults: 0,
  journalEntries: 0,
};

/** What operates a dock, under `/__modeldock`. */
export function controlApi(transport: Transport): void {
  const { check } = checksOver(transport);

  describe('the control API', () => {
    check('reports that the dock is running, and its time', {}, async (client) => {
      const answer = await client.get('/__modeldock/health');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(JSON_TYPE);
      expect(answer.body).toBe(pretty({ status: 'ok', ...atFirst }));
    });

    check('moves the clock, and the downloads with it', { jobIds: ['job_1'] }, async (client) => {
      await client.download('simulate/steady');
      const answer = await client.post('/__modeldock/clock/advance', { ms: 10_100 });
      expect(answer.status).toBe(200);
      const clock = frozen('2025-10-03T15:33:33.596Z');
      const completed = { at: clock.now, job: 'job_1', model: 'simulate/steady', type: 'completed' };
      expect(answer.body).toBe(pretty({ clock, transitions: [completed] }));
      expect((await client.status('job_1')).body).toContain('"completed"');
    });

    check('resets to the initial state', { jobIds: ['job_1'] }, async (client) => {
      await client.download('simulate/instant');
      await client.post('/api/v1/models/load', { model: 'simulate/instant' });
      await client.advance(60_000);
      const answer = await client.post('/__modeldock/reset', '');
      expect(answer.status).toBe(200);
      expect(answer.body).toBe(pretty(atFirst));
      expect((await client.get('/api/v1/models')).body).toBe(pretty({ models: [] }));
      expect((await client.status('job_1')).status).toBe(404);
      expect((await client.download('simulate/slow')).body).toContain('"job_1"');
    });

    check('refuses to turn the clock back', {}, async (client) => {
      for (const body of [{ ms: -1 }, { ms: 'soon' }, {}, { milliseconds: 1 }]) {
        expect((await client.post('/__modeldock/clock/advance', body)).status).toBe(400);
      }
      const { clock } = JSON.parse((await client.get('/__modeldock/health')).body) as { clock: { now: number } };
      expect(clock.now).toBe(start);
    });

    check('lists its routes for an unknown path', {}, async (client) => {
      const answer = await client.get('/__modeldock/nothing');
      expect(answer.status).toBe(404);
      expect(answer.body).toContain('POST /__modeldock/clock/advance');
    });
  });
}
