// The peer: MSW handlers behind Express, through @mswjs/http-middleware.
import { createMiddleware } from '@mswjs/http-middleware';
import express from 'express';
import { http, HttpResponse } from 'msw';

const { body } = JSON.parse(process.argv[2]);
const app = express().use(
  createMiddleware(
    http.get('*/api/v1/models/download/status/:id', () =>
      HttpResponse.text(body, { headers: { 'Content-Type': 'application/json; charset=utf-8' } }),
    ),
  ),
);
const server = app.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
