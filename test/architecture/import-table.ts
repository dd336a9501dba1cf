import { readFileSync } from 'node:fs';

/** A part of the sources, and what its files may import besides each other. */
export interface Part {
  /** A file or folder below src, or a folder beside it. */
  name: string;
  mayImport: readonly string[];
  /** Names of packages as they are imported; `node:*` is all of Node. */
  packages: readonly string[];
}

/** The table of docs/architecture.md that says which part may import which. */
export function readImportTable(): Part[] {
  return readTable(['part', 'may import', 'packages']).map((line) => {
    const [part = '', mayImport = '', packages = ''] = cellsOf(line);
    const [name] = namesIn(part, line);
    return { name: name!, mayImport: namesIn(mayImport, line), packages: namesIn(packages, line) };
  });
}

/** The rooms of control in the table of docs/architecture.md, top to bottom: none imports from one above it. */
export function readRooms(): string[] {
  return readTable(['room of control', 'holds']).map((line) => namesIn(cellsOf(line)[0]!, line)[0]!);
}

/** The room that a file of control belongs to. */
export function roomOf(file: string): string | undefined {
  return /^control\/([^/]+)\//.exec(file)?.[1];
}

/** The lines of the table of docs/architecture.md that begins with these cells. */
function readTable(header: readonly string[]): string[] {
  const lines = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8').split('\n');
  const start = lines.findIndex((line) => header.every((name, index) => cellsOf(line)[index] === name));
  if (start === -1) {
    throw new Error(
      `Cannot find a table in docs/architecture.md: expected one that begins with ${header.join(' | ')}.`,
    );
  }
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end);
}

/** The part that a file belongs to: the one that names it most closely. */
export function partOf(file: string, parts: readonly Part[]): Part | undefined {
  return parts
    .filter(({ name }) => file === name || file.startsWith(`${name}/`))
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
    throw new Error(
      `Cannot read “${cell}” in a table of docs/architecture.md: expected names in backticks, or nothing. In: ${line}`,
    );
  }
  return names;
}
