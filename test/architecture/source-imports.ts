import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'src');

/** Imports of one file: other files, as paths below src (those beside src begin with the folder's name), and packages. */
export interface FileImports {
  file: string;
  files: readonly string[];
  packages: readonly string[];
}

/** The folders beside src that the build makes documents with. */
const BESIDE = ['openapi', 'json-schemas'];

/** Everything that the files of src, and of the folders beside it, import, re-export, or name in a type. */
export function readSourceImports(): FileImports[] {
  return [
    ...sourceFiles().map((file) => importsOf(file, readFileSync(join(source, file), 'utf8'))),
    ...BESIDE.flatMap((folder) =>
      filesIn(join(root, folder)).map((file) =>
        importsOf(`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')),
      ),
    ),
  ];
}

/** Every source file of src, as a path below it; the one that is JavaScript starts as a worker. */
export function sourceFiles(): string[] {
  return filesIn(source);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.[jt]s$/.test(file))
    .sort();
}

export function importsOf(file: string, text: string): FileImports {
  const specifiers = specifiersIn(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return {
    file,
    files: specifiers
      .filter((specifier) => specifier.startsWith('.') && !specifier.endsWith('.json'))
      .map((specifier) => posix.join(dirname(file), specifier).replace(/\.js$/, '.ts'))
      .map((target) =>
        BESIDE.some((folder) => file.startsWith(`${folder}/`)) ? target.replace(/^src\//, '') : target,
      ),
    packages: specifiers.filter((specifier) => !specifier.startsWith('.')),
  };
}

/** The file that loads a module of the user, a configuration: no table can know its name. */
const LOADS_ANY = 'server/config/read-config.ts';

function specifiersIn(sourceFile: ts.SourceFile): string[] {
  const specifiers: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) {
      if (!ts.isStringLiteralLike(specifier)) {
        if (sourceFile.fileName === LOADS_ANY) return;
        throw new Error(`Cannot tell what ${sourceFile.fileName} imports: ${specifier.getText(sourceFile)}.`);
      }
      specifiers.push(specifier.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return specifiers;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0];
  return undefined;
}
