// The lower bound: node:http sends the bytes that modeldock sent, headers included, without reading the request.
import { createServer } from 'node:http';

const { headers, body } = JSON.parse(process.argv[2]);
const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
