import { configSchema } from '../src/config/config-schema.js';
import type { JsonSchema, Notes } from './annotate.js';
import { definitions as catalogDefinitions, modelNotes } from './catalog.js';
import { describeInput, withSchemaLine } from './describe-input.js';
import { definitions as scenarioDefinitions, scenarioNotes, stepNotes } from './scenario.js';

const notes: Notes = {
  '': {
    description:
      'The settings of `modeldock serve`: each of its flags by its name in camelCase. A flag counts more than its environment ' +
      'variable, and that more than this file. Paths are relative to this file.',
    examples: [
      { port: 4000, scenario: 'slow', catalog: './catalog.json', speed: 10 },
      { engine: 'real', modelsDir: './models', bandwidth: '10MB/s' },
    ],
  },
  port: {
    description: 'Where to listen; 0 takes any free port. `modeldock exec` always takes a free one.',
    default: 1234,
  },
  host: { description: 'Listen on this address only, instead of on 127.0.0.1 and ::1.', examples: ['0.0.0.0'] },
  engine: { description: 'Where the bytes come from: a simulation, or Hugging Face.', default: 'simulated' },
  scenario: {
    description: 'What every model plays: the name of a scenario, a file, or a scenario itself.',
    examples: ['flaky', './own-scenario.json'],
    default: 'steady',
  },
  hold: {
    description:
      'Moments at which downloads are held from their first answer on, by the identity of the model; `*` stands for any text. A moment is ' +
      'a fraction of the size (0 to 1), a text such as "42%", "stalled" or "failed@50%", or an object.',
    examples: [{ 'ibm/granite-4-micro': '42%', 'qwen/*': { status: 'failed', progress: 0.5 } }],
  },
  speed: { description: 'How fast simulated time runs, above 0: at 60 a minute takes a second.', default: 1 },
  frozen: { description: 'Stops the clock; the control API advances it.', default: false },
  seed: { description: 'Decides job ids, wobble and the sizes of unknown repos.', default: 'modeldock' },
  dates: {
    description: "Which clock the dates in answers are on: the simulation's (`dock`), or that of the caller.",
    default: 'dock',
  },
  profile: { description: 'The edition of LM Studio to behave like.', default: 'documented' },
  explainFailures: {
    description: 'Add why it failed to the status of a failed job, which LM Studio leaves out.',
    default: false,
  },
  requireToken: 'Asks every call for this bearer token.',
  cors: {
    description: 'Lets pages of other origins call: all of them (`true`), or one.',
    examples: [true, 'http://localhost:5173'],
    default: false,
  },
  allowHost: {
    description: 'Names under which the control API may be asked for, besides localhost.',
    examples: [['modeldock', 'host.docker.internal']],
  },
  controlToken: 'What callers of the control API must send.',
  catalog: {
    description: 'The models that can be downloaded in a simulation: a file, or the models themselves.',
    examples: ['./catalog.json'],
  },
  'catalog.models': 'The models there are.',
  unknownModels: {
    description: 'What a catalog id gets that the catalog does not have: a 404, or a model made up from its name.',
    default: 'refuse',
  },
  inference: {
    description:
      'What answers calls on which a model would run: a 501 (`none`), short made-up texts (`canned`), or the URL of a server.',
    examples: ['canned', 'http://localhost:8080'],
    default: 'none',
  },
  inferenceToken: 'The bearer token of that server.',
  replay: 'Begins with the session of a test that failed: a replay token, or a file with one.',
  modelsDir: {
    description: "Where models are and go: a folder, or several. LM Studio's own by default.",
    examples: ['./models'],
  },
  catalogDir: 'A folder with model.yaml files of your own, as `<owner>/<name>/model.yaml`.',
  bandwidth: {
    description: 'The most that all downloads take together, in bytes per second, or as a text with a unit.',
    examples: [500_000, '10MB/s'],
  },
  allowCatalogQuantization: {
    description: 'Takes a quantization with a catalog id, which LM Studio refuses.',
    default: false,
  },
  jobsAtOnce: { description: 'How many downloads run at a time; the others wait.', examples: [2] },
  record: 'The file that gets the byte/time trace of each download.',
  logLevel: { description: 'What to log on stderr.', default: 'info' },
  json: { description: 'Prints one line of JSON when listening, and nothing else on stdout.', default: false },
  watch: { description: 'Lets changes of the scenario, the catalog and this file count for new jobs.', default: false },
};

/** Describes `modeldock.config.json`. */
export function config(): JsonSchema {
  const { scenario: _, ...scenarioBelow } = scenarioNotes('scenario');
  return withSchemaLine(
    describeInput({
      title: 'The configuration of modeldock',
      schema: configSchema,
      definitions: { ...scenarioDefinitions, ...catalogDefinitions },
      notes: { ...scenarioBelow, ...notes, ...stepNotes, ...modelNotes },
    }),
  );
}
