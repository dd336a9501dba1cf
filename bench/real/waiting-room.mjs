/* Accepts every request, `node waiting-room.mjs MS` milliseconds late: nginx asks here before it answers. */
import { createServer } from 'node:http';

const lateMs = Number(process.argv[2]);
const server = createServer((_request, response) => {
  setTimeout(() => response.writeHead(204).end(), lateMs);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })));
