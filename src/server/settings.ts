import { parseHost, parsePort } from '../node/parse-address.js';
import { readJsonText } from '../node/json-text.js';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { looksLikeReplayToken } from '../control/session/replay-token.js';
import { profileNames, type ProfileName } from '../contract/profiles.js';
import {
  createDock,
  isScenarioName,
  parseCatalog,
  parseScenario,
  scenarios,
  type Catalog,
  type Scenario,
  type ScenarioName,
  type StartMoment,
} from '../index.js';
import { isOrigin } from '../api/origin.js';
import { answerDates, type AnswerDates } from '../control/base/session-clock.js';
import { createInference } from '../inference/create-inference.js';
import { CommandError } from './command-error.js';
import { engineOptions, parseCount, withVariable, type EngineSettings } from './engine-options.js';
import { logLevels, type LogLevel } from '../config/log-levels.js';

/** The checked settings of `modeldock serve`. */
export interface Settings extends EngineSettings {
  port: number;
  host?: string;
  engine: 'simulated' | 'real';
  scenario: NamedScenario;
  /** The moments at which downloads are held, by model. */
  hold?: Readonly<Record<string, StartMoment>>;
  speed: number;
  frozen?: boolean;
  seed: string;
  /** Which clock the dates in answers are on; the simulation's by default. */
  dates?: AnswerDates;
  profile: ProfileName;
  explainFailures?: boolean;
  requireToken?: string;
  /** `true` stands for every origin. */
  cors?: string | true;
  /** Host names under which the control API may be called, besides loopback's and that of `--host`. */
  allowHost?: string[];
  controlToken?: string | undefined;
  catalog?: Catalog;
  allowCatalogQuantization?: boolean;
  jobsAtOnce?: number;
  /** The file that gets the byte/time trace of each download. */
  record?: string;
  /** `none`, `canned`, or the URL of a server that runs models. */
  inference: string;
  /** The bearer token of that server. */
  inferenceToken?: string;
  unknownModels: 'refuse' | 'imagine';
  /** A replay token, or the JSON of a snapshot. */
  replay?: string;
  logLevel: LogLevel;
  json?: boolean;
  /** The file of further settings. */
  config?: string;
  /** Whether a changed scenario, catalog or configuration counts for new jobs. */
  watch?: boolean;
  /** The files that the scenario and the catalog were read from. */
  files?: readonly string[];
}

interface NamedScenario {
  /** The name or file that the user gave. */
  name: string;
  scenario: ScenarioName | Scenario;
}

export interface ServeDefaults {
  port?: number;
  logLevel?: LogLevel;
}

/** Settings that have no meaning beside others, by the names that commander gives them. */
export const EXCLUDES: Readonly<Record<string, readonly string[]>> = {
  frozen: ['speed'],
  // A session that is brought back has its own; a user who gives both would believe in one that is not played.
  replay: ['scenario', 'hold', 'speed', 'frozen', 'seed', 'profile', 'catalog', 'unknownModels'],
};

/** Adds the flags of `serve`, each with its environment variable. */
export function addServeOptions(command: Command, { port = 1234, logLevel = 'info' }: ServeDefaults = {}): Command {
  const noteFile = (path: string): void => {
    const before = command.getOptionValue('files') as Settings['files'];
    command.setOptionValue('files', [...(before ?? []), path]);
  };
  for (const option of [
    new Option('-p, --port <number>', 'port to listen on; 0 takes any free port').default(port).argParser(parsePort),
    new Option('--host <address>', 'listen on this address only, instead of on 127.0.0.1 and ::1').argParser(parseHost),
    new Option('--engine <name>', 'simulate downloads, or download from Hugging Face')
      .choices(['simulated', 'real'])
      .default('simulated'),
    new Option('--scenario <name|file>', 'the scenario that every model plays: a name, or a JSON file')
      .default({ name: 'steady', scenario: 'steady' } satisfies NamedScenario, 'steady')
      .argParser((text) => readScenario(text, noteFile)),
    new Option(
      '--hold <model=moment...>',
      'hold downloads from their first answer on: ibm/granite-4-micro=42%, qwen/*=stalled@99%, paused, finalizing, completed, failed@50%',
    ).argParser(parseHold),
    new Option('--speed <factor>', 'speed of simulated time; at 60 a minute takes a second')
      .default(1)
      .argParser(parseSpeed),
    new Option('--frozen', 'stop the clock; POST /__modeldock/clock/advance moves it').conflicts([...EXCLUDES.frozen!]),
    new Option('--seed <text>', 'decides job ids, wobble and the sizes of unknown repos').default('modeldock'),
    new Option(
      '--dates <clock>',
      'which clock the dates in answers are on: the simulation\'s, or that of the caller, for which "6 s left" then stays 6 s (default: "dock")',
    ).choices(answerDates),
    new Option('--profile <name>', 'the edition of LM Studio to imitate').choices(profileNames).default('documented'),
    new Option('--explain-failures', 'add why it failed to the status of a failed job, which LM Studio leaves out'),
    new Option('--require-token <token>', 'require this bearer token of every call').argParser(
      tokenOf('--require-token'),
    ),
    new Option(
      '--cors [origin]',
      'let pages of other origins call: all of them, or one; the control API stays open only to a named origin and to loopback',
    ).argParser(parseOrigin),
    new Option(
      '--allow-host <names...>',
      'host names under which the control API may be called, besides localhost',
    ).argParser(parseHosts),
    new Option(
      '--control-token <token>',
      'bearer token for the control API; generated at start if --host is not loopback or the engine is real',
    ).argParser(tokenOf('--control-token')),
    new Option('--catalog <file>', 'the models that the simulation can download, as JSON').argParser((text) =>
      readCatalog(text, noteFile),
    ),
    new Option(
      '--unknown-models <what>',
      'answer to catalog ids that the catalog does not have: a 404, or a model made up from the name',
    )
      .choices(['refuse', 'imagine'])
      .default('refuse'),
    new Option(
      '--inference <none|canned|url>',
      'answer to calls that run a model: a 501, short made-up texts, or the answer of a server that runs models',
    )
      .default('none')
      .argParser(parseInference),
    new Option('--inference-token <token>', 'the bearer token of the server that runs models').argParser(
      tokenOf('--inference-token'),
    ),
    new Option(
      '--replay <token|file>',
      'start with the session of a test that failed (a token, or a snapshot as JSON), as the session "default"',
    )
      .conflicts([...EXCLUDES.replay!])
      .argParser(readReplay),
    ...engineOptions(),
    new Option('--allow-catalog-quantization', 'accept a quantization with a catalog id, which LM Studio refuses'),
    new Option('--jobs-at-once <number>', 'how many downloads run at a time; others wait').argParser(parseCount),
    new Option('--record <file>', 'record how fast bytes arrive, as a file for --scenario'),
    new Option('--log-level <level>', 'what to log on stderr').choices(logLevels).default(logLevel),
    new Option('--json', 'print one line of JSON when listening, and nothing else on stdout'),
    new Option(
      '--config <file>',
      'further settings, which flags and variables outdo; modeldock.config.{json,js,…} in the working directory by default',
    ),
    new Option('--watch', 'let a changed scenario, catalog or configuration count for new jobs'),
  ]) {
    command.addOption(withVariable(option));
  }
  return command;
}

/**
 * The flags of each engine that have no effect with the other one. They are refused there, so that users do not rely on
 * them.
 */
export const FLAGS_OF: Record<Settings['engine'], readonly string[]> = {
  simulated: ['scenario', 'hold', 'speed', 'frozen', 'seed', 'dates', 'catalog', 'unknown-models', 'replay'],
  real: ['models-dir', 'catalog-dir', 'bandwidth', 'allow-catalog-quantization', 'jobs-at-once', 'record'],
};

/**
 * Refuses flags of the other engine. Environment variables that `get` and the other commands read as well are ignored,
 * because they were not necessarily set for this server.
 * @throws CommandError for a flag of the other engine
 */
export function refuseFlagsOfOtherEngine({ engine }: Settings, command: Command): void {
  const other = engine === 'real' ? 'simulated' : 'real';
  for (const option of command.options.filter((each) => FLAGS_OF[other].includes(each.name()))) {
    const source = command.getOptionValueSource(option.attributeName());
    // A variable that switches something off has no value, and asks for nothing.
    if (command.getOptionValue(option.attributeName()) === undefined) continue;
    if (source !== 'cli' && !(source === 'env' && engine === 'real')) continue;
    const given = source === 'env' ? option.envVar! : `--${option.name()}`;
    throw new CommandError(
      `Cannot use ${given} with --engine ${engine}: it is for --engine ${other} only. Leave one of them out.`,
    );
  }
}

/**
 * Takes the variables that switch something off out of an environment: commander takes any text for "on", and people write
 * MODELDOCK_JSON=0.
 * @returns what puts them back
 * @throws CommandError for a text that means neither on nor off
 */
export function readSwitches(environment: NodeJS.ProcessEnv, commands: readonly Command[]): () => void {
  const off: NodeJS.ProcessEnv = {};
  for (const command of commands) {
    for (const option of command.options) {
      const { envVar, required, optional } = option;
      const isSwitch = !required && !optional;
      const text = isSwitch && envVar !== undefined ? environment[envVar] : undefined;
      if (text === undefined || /^(1|true|yes|on)$/i.test(text)) continue;
      if (!/^(0|false|no|off)?$/i.test(text)) {
        throw new CommandError(
          `Cannot use ${envVar}: expected 1, true, yes or on, or 0, false, no, off or nothing, found ${text}.`,
        );
      }
      off[envVar!] = text;
      // It outdoes a configuration that switches it on.
      command.setOptionValueWithSource(option.attributeName(), undefined, 'env');
    }
  }
  for (const name of Object.keys(off)) Reflect.deleteProperty(environment, name);
  return () => Object.assign(environment, off);
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (text.trim() !== '' && Number.isFinite(speed) && speed > 0) return speed;
  throw new InvalidArgumentError('Expected a number above 0, such as 0.5 or 60. Use --frozen to stop the clock.');
}

function tokenOf(flag: string): (text: string) => string {
  return (text) => {
    if (/^[\x21-\x7e]+$/.test(text)) return text;
    // Thrown as a CommandError, because Commander would quote the token, and logs of stderr are often kept.
    throw new CommandError(
      `Cannot use ${flag}: expected visible ASCII without spaces, as in an Authorization header, found other characters.`,
    );
  };
}

/** Parses `MODEL=MOMENT`, several of them separated by spaces or commas, or all of them as JSON. */
function parseHold(
  text: string,
  previous: Readonly<Record<string, StartMoment>> = {},
): Readonly<Record<string, StartMoment>> {
  try {
    const given = text.trimStart().startsWith('{') ? (JSON.parse(text) as Record<string, StartMoment>) : readHold(text);
    const hold = { ...previous, ...given };
    createDock({ hold }).close();
    return hold;
  } catch (error) {
    throw new InvalidArgumentError(
      `Expected MODEL=MOMENT, such as ibm/granite-4-micro=42% or qwen/*=failed@50%. ${(error as Error).message}`,
    );
  }
}

function readHold(text: string): Record<string, string> {
  const entries = text.split(/[\s,]+/).filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => {
      const [, model, moment] = /^([^=]+)=(.+)$/.exec(entry) ?? [];
      if (model === undefined || moment === undefined) throw new Error(`Cannot read ${entry}.`);
      return [model, moment];
    }),
  );
}

function parseHosts(text: string, previous: string[] = []): string[] {
  const names = text.split(/[\s,]+/).filter(Boolean);
  if (names.length > 0 && names.every((name) => /^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(name)))
    return [...previous, ...names];
  throw new InvalidArgumentError('Expected names and addresses as in a URL, without scheme and port.');
}

function parseOrigin(text: string): string {
  if (text === '*' || isOrigin(text)) return text;
  throw new InvalidArgumentError(
    'Expected * or an origin such as http://localhost:5173 or tauri://localhost, without a path.',
  );
}

function parseInference(text: string): string {
  try {
    createInference(text, false);
    return text;
  } catch (error) {
    // Thrown as a CommandError, because Commander would quote the value, and a URL may carry a password.
    throw new CommandError((error as Error).message);
  }
}

function readScenario(text: string, noteFile: (path: string) => void): NamedScenario {
  if (isScenarioName(text)) return { name: text, scenario: text };
  const names = Object.keys(scenarios).join(', ');
  noteFile(text);
  return { name: text, scenario: readJson(text, parseScenario, `a JSON file, or one of ${names}`) };
}

function readCatalog(text: string, noteFile: (path: string) => void): Catalog {
  noteFile(text);
  return readJson(text, parseCatalog, 'a JSON file');
}

function readReplay(text: string): string {
  return looksLikeReplayToken(text)
    ? text
    : readText(text, 'a replay token (mdk1.…), or a file with one or with a snapshot as JSON');
}

function readJson<Value>(path: string, parse: (input: unknown) => Value, expected: string): Value {
  const text = readText(path, expected);
  try {
    return readJsonText(text, path, parse);
  } catch (error) {
    throw new InvalidArgumentError(`Expected ${expected}. ${(error as Error).message}`);
  }
}

function readText(path: string, expected: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`Expected ${expected}. The file cannot be read: ${(error as Error).message}.`);
  }
}
