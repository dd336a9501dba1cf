import { createMiddleware } from '@mswjs/http-middleware';
import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock, type SimulatedDock } from '../../src/index.js';

const started_at = '2025-10-03T15:33:23.496Z';

function mount(dock: SimulatedDock): express.Express {
  const app = express();
  // Any origin: the port is known only once the app listens.
  const handlers = createHandlers(dock.api, { baseUrl: '*' });
  // This package sees MSW's types for CommonJS, and we those for ESM: to the compiler these are two classes.
  app.use('/lm-studio', createMiddleware(...(handlers as unknown as Parameters<typeof createMiddleware>)));
  return app;
}

describe('MSW handlers of modeldock in @mswjs/http-middleware', () => {
  it('serve the documented example', async () => {
    const dock = createDock({ scenario: 'docs-example', jobIds: ['job_493c7c9ded'], now: started_at, speed: 0 });
    const app = mount(dock);
    const post = () => request(app).post('/lm-studio/api/v1/models/download').send({ model: 'ibm/granite-4-micro' });
    const example = {
      job_id: 'job_493c7c9ded',
      status: 'downloading',
      total_size_bytes: 2279145003,
      downloaded_bytes: 948,
      bytes_per_second: 7834.710743801653,
      estimated_completion: '2025-10-07T00:21:47.030Z',
      started_at,
    };

    await post().expect(200);
    await dock.clock.advance(127);
    for (const answer of [
      await post(),
      await request(app).get('/lm-studio/api/v1/models/download/status/job_493c7c9ded'),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.text).toBe(JSON.stringify(example, null, 2));
    }
  });

  it('serve a model from its download to its unloading', async () => {
    const app = mount(createDock());
    const model = 'simulate/instant';
    await request(app).get('/lm-studio/lmstudio-greeting').expect(200, { lmstudio: true });
    await request(app).get('/lm-studio/api/v1/models').expect(200, { models: [] });

    const started = await request(app).post('/lm-studio/api/v1/models/download').send({ model }).expect(200);
    expect(started.body).toMatchObject({ status: 'completed', downloaded_bytes: 1_000_000_000 });
    await request(app)
      .post('/lm-studio/api/v1/models/download')
      .send({ model })
      .expect(200, { status: 'already_downloaded' });

    const listed = await request(app).get('/lm-studio/api/v1/models').expect(200);
    expect(listed.body).toMatchObject({ models: [{ key: model, loaded_instances: [] }] });
    await request(app)
      .get('/lm-studio/v1/models')
      .expect(200, { data: [{ id: model, object: 'model', owned_by: 'organization_owner' }], object: 'list' });
    const loaded = await request(app).post('/lm-studio/api/v1/models/load').send({ model }).expect(200);
    expect(loaded.body).toMatchObject({ instance_id: model, status: 'loaded' });
    await request(app)
      .post('/lm-studio/api/v1/models/unload')
      .send({ instance_id: model })
      .expect(200, { instance_id: model });
  });

  it('refuse as elsewhere', async () => {
    const app = mount(createDock());
    const refused = await request(app).post('/lm-studio/api/v1/models/download').send({}).expect(400);
    expect(refused.body).toMatchObject({ error: { code: 'missing_required_parameter', param: 'model' } });
    await request(app).get('/lm-studio/api/v1/models/download/status/nobody').expect(404);
  });

  it('leave the other routes to the app', async () => {
    const app = mount(createDock());
    app.get('/lm-studio/users', (_request, response) => void response.send("the app's own"));
    await request(app).get('/lm-studio/users').expect(200, "the app's own");
  });
});
