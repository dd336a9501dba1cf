import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Another name than the hub's: headers signed for one are not sent to the other. */
const HOST = '127.0.0.2';

/**
 * Starts one process that serves `root` in several ways, each on a port of its own.
 * @param blocks name → { tls, directives }
 * @returns the URLs by name, the seconds of processor time used so far, and a function that ends it
 */
export async function startNginx(folder, root, blocks, { key, certificate }) {
  const names = Object.keys(blocks);
  const ports = await freePorts(names.length);
  const servers = names.map((name, index) => {
    const { tls, directives } = blocks[name];
    return `server {
      listen ${HOST}:${ports[index]}${tls ? ' ssl' : ''}; root ${root}; ${directives}
      ${tls ? `ssl_certificate ${certificate}; ssl_certificate_key ${key};` : ''}
    }`;
  });
  const configuration = join(folder, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    configuration,
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
     ${temporary.join(' ')} ${servers.join('\n')} }`,
  );
  const child = spawn('nginx', ['-c', configuration, '-p', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'exit');
  await answering(ports[0], gone);
  return {
    urls: Object.fromEntries(
      names.map((name, index) => [name, `http${blocks[name].tls ? 's' : ''}://${HOST}:${ports[index]}`]),
    ),
    cpuSeconds: () => cpuSecondsOf(child.pid),
    close: async () => {
      child.kill();
      await gone;
    },
  };
}

/** Returns the seconds of processor time that a process has used so far, including its threads. */
export function cpuSecondsOf(pid) {
  // After the name, which may contain anything: the 12th and 13th field, in ticks.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond();
}

const ticksPerSecond = () => Number(spawnSync('getconf', ['CLK_TCK']).stdout);

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function answering(port, gone) {
  let ended = false;
  void gone.then(() => (ended = true));
  for (let attempt = 0; attempt < 250 && !ended; attempt++) {
    const answers = await fetch(`http://${HOST}:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nginx does not answer on ${HOST}:${port}.`);
}
