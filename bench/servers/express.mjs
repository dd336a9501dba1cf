// A mock as it is often written by hand: Express answers a fixed job.
import express from 'express';

const job = JSON.parse(JSON.parse(process.argv[2]).body);
const app = express().set('json spaces', 2);
app.get('/api/v1/models/download/status/:id', (request, response) =>
  response.json({ ...job, job_id: request.params.id }),
);
const server = app.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })),
);
