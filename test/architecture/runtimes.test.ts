import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './source-imports.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

const portable = readProject('tsconfig.portable.json');
const node = readProject('tsconfig.node.json');

describe('the compiler projects', () => {
  it('cover every file of src, each exactly once', () => {
    const covered = [...portable.fileNames, ...node.fileNames].map((file) => file.slice(`${root}src/`.length));
    expect(covered.sort()).toEqual(sourceFiles());
  });

  it('give types of Node only to the project for Node', () => {
    expect({ portable: portable.options.types, node: node.options.types }).toEqual({ portable: [], node: ['node'] });
  });
});

describe('the portable project', () => {
  // Together with all of its own files: the types of a package one of them imports could bring Node's along.
  const check = compilerFor(portable);

  it.each([
    ['process', 'export const directory = process.cwd();', "Cannot find name 'process'."],
    ['Buffer', "export const bytes = Buffer.from('a');", "Cannot find name 'Buffer'."],
    ['node:fs', "export { readFileSync } from 'node:fs';", "Cannot find name 'node:fs'."],
    ['setImmediate', 'export const soon = () => setImmediate(() => undefined);', "Cannot find name 'setImmediate'."],
    ['NodeJS', 'export type Timer = NodeJS.Timeout;', "Cannot find namespace 'NodeJS'."],
  ])('refuses %s', (_, text, message) => {
    expect(check(text).join('\n')).toContain(message);
  });

  it('accepts what pages and Node share', () => {
    expect(check("export const path = new URL('/a', 'http://localhost').pathname;")).toEqual([]);
  });
});

function readProject(name: string): ts.ParsedCommandLine {
  const project = ts.getParsedCommandLineOfConfigFile(
    `${root}${name}`,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(textOf(diagnostic));
      },
    },
  );
  if (!project || project.errors.length > 0) {
    throw new Error(`Cannot read ${name}: ${(project?.errors ?? []).map(textOf).join('; ')}`);
  }
  return project;
}

/** Checks the text of a file of src/core that is not there, as a part of the project. */
function compilerFor({ options, fileNames }: ts.ParsedCommandLine): (text: string) => string[] {
  const file = `${root}src/core/newcomer.ts`;
  let previous: ts.Program | undefined;
  return (text) => {
    const disk = ts.createCompilerHost(options);
    const host: ts.CompilerHost = {
      ...disk,
      fileExists: (name) => name === file || disk.fileExists(name),
      getSourceFile: (name, languageVersion, ...rest) =>
        name === file
          ? ts.createSourceFile(name, text, languageVersion)
          : (previous?.getSourceFile(name) ?? disk.getSourceFile(name, languageVersion, ...rest)),
    };
    const program = ts.createProgram([...fileNames, file], { ...options, noEmit: true }, host);
    previous = program;
    return ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(textOf);
  };
}

function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n');
}
