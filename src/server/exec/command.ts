import { InvalidArgumentError, Option, type Command } from 'commander';
import { configure } from '../config/configure.js';
import { withVariable } from '../engine-options.js';
import { addServeOptions, refuseFlagsOfOtherEngine } from '../settings.js';
import type { ExecSettings, VariableOfClient } from './exec-settings.js';
import { execExitCodes } from './exit-codes.js';

const MORE_HELP = `
The program gets MODELDOCK_URL, for instance http://127.0.0.1:41231, and each variable named with --as.
Exit codes: the program's own; ${execExitCodes.notExecutable} it cannot be executed; ${execExitCodes.notFound} there is no such program; 128 + n for signal n;
${execExitCodes.findings} it passed, and --findings fail found something; with --each-profile that of the first run that failed.
Examples:
  modeldock exec -- npm test
  modeldock exec --as LM_STUDIO_URL --findings fail -- pytest -q
  modeldock exec --as OPENAI_BASE_URL={url}/v1 --each-profile -- go test ./...`;

/** Adds `exec`, which runs a program beside a server of its own. */
export function addExecCommand(program: Command): void {
  const command = program
    .command('exec')
    .description('start a server on a free port, run a program beside it, and end with its exit code')
    .usage('[options] -- <program> [arguments...]')
    .argument('<program>', 'what to run; it finds the server in MODELDOCK_URL')
    .argument('[arguments...]', 'its own arguments')
    .passThroughOptions()
    .addOption(
      new Option(
        '--as <name[=template]>',
        'also set this variable of the program, to the URL or to a template with {url}, {host} or {port}; may be repeated',
      ).argParser(collectVariables),
    )
    .addOption(
      withVariable(
        new Option('--findings <what>', 'when the client does what would hurt with a real LM Studio')
          .choices(['fail', 'print', 'ignore'])
          .default('print'),
      ),
    )
    .addOption(
      withVariable(
        new Option('--each-profile', 'run the program once under each profile, and sum up').conflicts([
          'profile',
          'replay',
        ]),
      ),
    )
    .addHelpText('after', MORE_HELP);
  addServeOptions(command, { port: 0, logLevel: 'warn' }).action(
    async (file: string, parameters: string[], given: ExecSettings) => {
      // A port of its own: the one of the configuration may be taken by a server that is used while developing.
      const settings = await configure(given, command, ['port', 'json', 'watch']);
      refuseFlagsOfOtherEngine(settings, command);
      const { runExec } = await import('./run-exec.js');
      process.exitCode = await runExec([file, ...parameters], settings);
    },
  );
}

function collectVariables(text: string, previous: VariableOfClient[] = []): VariableOfClient[] {
  const [, name, template = '{url}'] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.+))?$/.exec(text) ?? [];
  if (name === undefined) {
    throw new InvalidArgumentError(
      'Expected the name of an environment variable, such as LM_STUDIO_URL, or NAME={url}/v1.',
    );
  }
  if (/\{(?!(?:url|host|port)\})[^}]*\}/.test(template))
    throw new InvalidArgumentError('Expected {url}, {host} or {port} in the template.');
  return [...previous, { name, template }];
}
