import { CommanderError, Option, type Command } from 'commander';
import { profileNames } from '../../contract/profiles.js';
import { parseHost, parsePort } from '../../node/parse-address.js';
import { exitCodes } from '../downloads/exit-codes.js';
import { withVariable } from '../engine-options.js';
import { logLevels } from '../../config/log-levels.js';
import type { ProxyFlags } from './proxy-settings.js';

const DEFAULT_PORT = 1235;

/** Adds `proxy`, which stands in front of a server and looks at what passes. */
export function addProxyCommand(program: Command): void {
  const command = program
    .command('proxy')
    .description('stand in front of LM Studio: journal, findings, faults, and the contract checked on every answer')
    .argument('<url>', 'where LM Studio listens, such as http://localhost:1234');
  for (const option of [
    new Option('-p, --port <number>', 'where to listen; 0 takes any free port')
      .default(DEFAULT_PORT)
      .argParser(parsePort),
    new Option('--host <address>', 'listen on this address only, instead of on 127.0.0.1 and ::1').argParser(parseHost),
    new Option('--allow-host <names...>', 'names under which the proxy may be asked for, besides localhost'),
    new Option('--control-token <token>', 'what the control API asks for; made at start where --host is not loopback'),
    new Option('--profile <name>', 'the edition of LM Studio to expect; any by default').choices(profileNames),
    new Option('--record <file>', 'write down how fast the bytes of each download came, for --scenario to play again'),
    new Option('--log-level <level>', 'what to log on stderr').choices(logLevels).default('info'),
    new Option('--json', 'print one line of JSON when listening, and nothing else on stdout'),
  ]) {
    command.addOption(withVariable(option));
  }
  command
    .exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode === 0 ? exitCodes.done : exitCodes.wrongUse, code, message);
    })
    .action(async (url: string, settings: ProxyFlags) => {
      const { runProxy } = await import('./run-proxy.js');
      await runProxy(url, settings, program.version() ?? '');
    });
}
