import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('../../', import.meta.url);

/** A block of code on a page, under its nearest heading. */
export interface Block {
  heading: string;
  language: string;
  text: string;
}

export function readPage(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    heading: [...page.slice(0, match.index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '',
    language: match[1]!,
    text: match[2]!,
  }));
}

/** Runs code as it stands on a page; only where the package is imported from is changed. */
export interface Workshop {
  /** Writes it to a file, whose path it gives. @param more a line that lets the test see what it made */
  write(text: string, more?: string): string;
  run(text: string, more?: string): Promise<Record<string, unknown>>;
  remove(): void;
}

/** Below the tests, so that code is compiled as they are. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync(fileURLToPath(new URL('.snippets-', import.meta.url)));
  let written = 0;
  const write = (text: string, more = ''): string => {
    const file = join(folder, `block-${++written}.ts`);
    writeFileSync(file, `${text.replaceAll(/ from '(modeldock[^']*)'/g, sourceOf)}\n${more}\n`);
    return file;
  };
  return {
    write,
    run: async (text, more) =>
      (await import(/* @vite-ignore */ pathToFileURL(write(text, more)).href)) as Record<string, unknown>,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function sourceOf(_: string, specifier: string): string {
  const { exports } = JSON.parse(readPage('package.json')) as { exports: Record<string, string | { default: string }> };
  const entry = exports[specifier.replace(/^modeldock/, '.')]!;
  const built = typeof entry === 'string' ? entry : entry.default;
  const source = built.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
  return ` from ${JSON.stringify(fileURLToPath(new URL(source, root)))}`;
}
