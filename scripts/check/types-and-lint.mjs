import { ESLint } from 'eslint';
import ts from 'typescript';
import { inProject, root } from '../set-up/project.mjs';

// Checks the types and lints, over one TypeScript program: two programs would read and check every file twice. Results
// are not cached: those of a typed rule depend on the types of other files, which may have changed.

const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };

const program = createProgram(inProject('tsconfig.test.json'));
const typeFaults = ts.getPreEmitDiagnostics(program);
if (typeFaults.length > 0) console.log(ts.formatDiagnostics(typeFaults, host));

const eslint = new ESLint({
  cwd: root,
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { project: null, programs: [program] } } },
});
const results = await eslint.lintFiles(['.']);
const lintFaults = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
if (lintFaults > 0) console.log(await (await eslint.loadFormatter('stylish')).format(results));

process.exitCode = typeFaults.length + lintFaults > 0 ? 1 : 0;

function createProgram(config) {
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(config, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (fault) => {
      throw new Error(ts.formatDiagnostics([fault], host));
    },
  });
  return ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
}
