// modeldock in a user's Express app.
import express from 'express';
import { createDock } from '../../dist/index.js';
import { createMiddleware } from '../../dist/server/index.js';

const dock = createDock({ scenario: 'slow' });
const app = express().use(createMiddleware(dock.api));
const server = app.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
