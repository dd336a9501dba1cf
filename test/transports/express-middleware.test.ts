import express from 'express';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { createDock } from '../../src/index.js';
import { createMiddleware } from '../../src/server/index.js';
import { describeDownloadApi } from '../suites/download-api.suite.js';
import type { Transport } from '../suites/transport.js';
import { openWorld } from '../suites/world.js';
import { exchangeOverHttp } from './http-exchange.js';

const mounted: Transport = {
  name: "the middleware in a user's Express app",
  cannot: {},
  open: async (settings) => {
    const { api, dock, waiting } = openWorld(settings);
    const app = express();
    app.get('/', (_request, response) => void response.send("the app's own page"));
    app.use('/lab/lm-studio', createMiddleware(api, { ownership: 'origin' }));
    const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab/lm-studio`;
    return {
      baseUrl,
      ...exchangeOverHttp(baseUrl, waiting),
      advance: (ms) => dock.clock.advance(ms),
      close: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  },
};

describeDownloadApi(mounted);

describe("a user's Express app", () => {
  const model = { model: 'simulate/slow' };

  it('gets the requests that the api does not own, bodies intact', async () => {
    const app = express();
    app.use(createMiddleware(createDock().api));
    app.use(express.json());
    app.post('/api/v1/users', (req, res) => void res.json({ app: req.body as unknown }));

    await request(app).get('/lmstudio-greeting').expect(200, { lmstudio: true });
    await request(app)
      .post('/api/v1/users')
      .send({ name: 'Ada' })
      .expect(200, { app: { name: 'Ada' } });
    const missing = await request(app).get('/nothing').expect(404);
    expect(missing.text).toContain('Cannot GET /nothing');
  });

  it('may have read the body before the middleware', async () => {
    const app = express();
    app.use(express.json());
    app.use('/lm', createMiddleware(createDock({ jobIds: ['job_1'] }).api));

    const started = await request(app).post('/lm/api/v1/models/download').send(model).expect(200);
    expect(started.body).toMatchObject({ job_id: 'job_1', status: 'downloading' });
    await request(app).get('/lm/api/v1/models/download/status/job_1').expect(200);
  });

  it('may have two docks, under two paths', async () => {
    const app = express();
    app.use('/first', createMiddleware(createDock({ jobIds: ['job_first'] }).api));
    app.use('/second', createMiddleware(createDock({ jobIds: ['job_second'] }).api));

    const start = async (path: string): Promise<unknown> =>
      (await request(app).post(`${path}/api/v1/models/download`).send(model)).body;
    expect(await start('/first')).toMatchObject({ job_id: 'job_first' });
    expect(await start('/second')).toMatchObject({ job_id: 'job_second' });
    await request(app).get('/second/api/v1/models/download/status/job_first').expect(404);
  });
});
