import { CommanderError, Option, type Command } from 'commander';
import { profileNames } from '../../contract/profiles.js';
import { parseCount } from '../engine-options.js';
import { exitCodes } from '../downloads/exit-codes.js';
import type { VerifySettings } from './verify-settings.js';
import { verifyProcessIo, type VerifyIo } from './verify-io.js';

const EXIT_CODES = `
Exit codes: ${exitCodes.done} every row that could be tried holds; ${exitCodes.failed} a row differs; ${exitCodes.wrongUse} wrong use; ${exitCodes.unreachable} nothing answers there;
${exitCodes.noPermission} the server asks for a token; ${exitCodes.interrupted} ended by Ctrl-C. docs/verify.md has all of it.`;

/** Adds `verify`, which tries what is known of LM Studio's API with a server. */
export function addVerifyCommand(program: Command, io: VerifyIo = verifyProcessIo): void {
  program
    .command('verify')
    .description('try with a server, LM Studio or another, what is known of its API; nothing is changed there')
    .argument('[url]', 'where it listens, such as http://localhost:1234')
    .addOption(new Option('--download <model>', 'also download this model, and watch it to its end'))
    .addOption(new Option('--profile <name>', 'the edition of LM Studio to expect').choices(profileNames))
    .addOption(new Option('--token <token>', 'the API token, where the server asks for one').env('LM_API_TOKEN'))
    .addOption(new Option('--dry-run', 'print the calls, and make none'))
    .addOption(new Option('--json', 'print the report as one line of JSON'))
    .addOption(new Option('--junit <file>', 'write the report as JUnit XML'))
    .addOption(new Option('--out <file>', 'write the report to send in an issue'))
    .addOption(new Option('--note <text>', 'what to say of the server in the report, such as its version'))
    .addOption(new Option('--apply <file>', 'show which entries of src/contract/inferred.ts a report settles'))
    .addOption(new Option('--poll <ms>', 'between two polls of the download').default(1000).argParser(parseCount))
    .addOption(
      new Option('--patience <seconds>', 'how long no byte may come before the download is left alone')
        .default(600)
        .argParser(parseCount),
    )
    .addHelpText('after', EXIT_CODES)
    .exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode === 0 ? exitCodes.done : exitCodes.wrongUse, code, message);
    })
    .action(async (url: string | undefined, settings: VerifySettings) => {
      const { runVerify } = await import('./run-verify.js');
      process.exitCode = await runVerify(url, settings, program.version() ?? '', io);
    });
}
