import { CommanderError, Option, type Command } from 'commander';
import { engineOptions, withVariable, type EngineSettings } from '../engine-options.js';
import { exitCodes } from './exit-codes.js';
import type { GetSettings } from './get.js';
import type { ListSettings } from './list.js';
import type { RemoveSettings } from './remove.js';
import { processIo, type CliIo } from './cli-io.js';

const EXIT_CODES = `
Exit codes: ${exitCodes.done} done, or already downloaded; ${exitCodes.failed} failed; ${exitCodes.wrongUse} wrong use; ${exitCodes.unreachable} the hub cannot be reached;
${exitCodes.busy} another process downloads this model; ${exitCodes.noPermission} no permission (a token, a gate); ${exitCodes.interrupted} paused by Ctrl-C.
docs/real-downloads.md explains all of them.`;

/** Adds `get`, `list`, `remove` and `update`, which work on the models folder without a server. */
export function addDownloadCommands(program: Command, io: CliIo = processIo): void {
  commandOf(program, 'get')
    .description('download a model, or resume a download: verified, with a progress bar')
    .argument('<model>', 'a catalog id, an owner/repo of the hub, or a link')
    .addOption(
      new Option(
        '--quantization <name>',
        'for instance Q4_K_M; by default the first of the usual ones that the repo has',
      ),
    )
    .action(async (model: string, settings: GetSettings) =>
      end(async () => (await import('./get.js')).runGet(model, settings, io)),
    );
  commandOf(program, 'list')
    .description('list installed models and unfinished downloads')
    .addOption(new Option('--json', 'as one line of JSON'))
    .action(async (settings: ListSettings) => end(async () => (await import('./list.js')).runList(settings, io)));
  commandOf(program, 'remove')
    .description('delete the files of a model')
    .argument('<model>', 'its key as shown by modeldock list, its owner/repo, or a link')
    .addOption(new Option('--force', 'also delete files that modeldock did not download'))
    .action(async (model: string, settings: RemoveSettings) =>
      end(async () => (await import('./remove.js')).runRemove(model, settings, io)),
    );
  commandOf(program, 'update')
    .description('download the files of a model that have changed on the hub')
    .argument('<model>', 'its key as shown by modeldock list, its owner/repo, or a link')
    .action(async (model: string, settings: EngineSettings) =>
      end(async () => (await import('./update.js')).runUpdate(model, settings, io)),
    );
}

/** Commands that download nothing, and so have no limit of bandwidth. */
const LOCAL_COMMANDS = ['list', 'remove'];

function commandOf(program: Command, name: string): Command {
  const command = program.command(name).addHelpText('after', EXIT_CODES);
  for (const option of engineOptions()) {
    if (option.name() === 'bandwidth' && LOCAL_COMMANDS.includes(name)) continue;
    command.addOption(withVariable(option));
  }
  return command.exitOverride(({ exitCode, code, message }) => {
    throw new CommanderError(exitCode === 0 ? exitCodes.done : exitCodes.wrongUse, code, message);
  });
}

async function end(run: () => Promise<number>): Promise<void> {
  process.exitCode = await run();
}
