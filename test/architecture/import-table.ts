import { readFileSync } from 'node:fs';

/** A part of src, and what its files may import besides each other. */
export interface Part {
  /** A file or folder of src, or the beginning of file names with a `*` after it. */
  name: string;
  mayImport: readonly string[];
  /** Names of packages as they are imported; `node:*` is all of Node. */
  packages: readonly string[];
}

const HEADER = ['part', 'may import', 'packages'];

/** The table of docs/architecture.md that says who may import whom. */
export function readImportTable(): Part[] {
  const lines = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8').split('\n');
  const start = lines.findIndex((line) => HEADER.every((name, index) => cellsOf(line)[index] === name));
  if (start === -1) {
    throw new Error(
      `Cannot find the import table in docs/architecture.md: no table begins with ${HEADER.join(' | ')}.`,
    );
  }
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) => {
    const [part = '', mayImport = '', packages = ''] = cellsOf(line);
    const [name] = namesIn(part, line);
    return { name: name!, mayImport: namesIn(mayImport, line), packages: namesIn(packages, line) };
  });
}

/** The part that a file of src belongs to: the one that names it most closely. */
export function partOf(file: string, parts: readonly Part[]): Part | undefined {
  return parts
    .filter(({ name }) =>
      name.endsWith('*') ? file.startsWith(name.slice(0, -1)) : file === name || file.startsWith(`${name}/`),
    )
    .sort((one, other) => other.name.length - one.name.length)[0];
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function namesIn(cell: string, line: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  if (names.length === 0 && cell !== 'nothing') {
    throw new Error(`Cannot read “${cell}” in the import table: expected names in backticks, or nothing. In: ${line}`);
  }
  return names;
}
