import { get } from 'node:http';
import type { Command } from 'commander';
import { Option } from 'commander';
import { parseHost, parsePort } from '../node/parse-address.js';
import { withVariable } from './engine-options.js';

const TIMEOUT_MS = 2000;

interface HealthSettings {
  port: number;
  host: string;
}

/** Adds `health`, for the health check of a container: ends with 0 where the server answers. */
export function addHealthCommand(program: Command): void {
  program
    .command('health')
    .description('end with 0 where a server answers, for the health check of a container')
    .addOption(withVariable(new Option('-p, --port <number>', 'its port').default(1234).argParser(parsePort)))
    .addOption(withVariable(new Option('--host <address>', 'its address').default('127.0.0.1').argParser(parseHost)))
    .action(async (settings: HealthSettings) => {
      const problem = await findProblem(settings);
      if (problem === undefined) return;
      process.stderr.write(`modeldock: ${problem}\n`);
      process.exitCode = 1;
    });
}

/** Asks for the greeting, which takes no token. Resolves with what is wrong; undefined where all is well. */
function findProblem({ port, host }: HealthSettings): Promise<string | undefined> {
  // A server on every address answers on this one.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/lmstudio-greeting`;
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode === 200 ? undefined : `${url} answered ${statusCode}; expected 200.`);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.once('error', (error) => resolve(`Cannot reach ${url}: ${error.message}.`));
  });
}
