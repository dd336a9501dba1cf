import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const places = ['src', 'openapi', 'test', 'bench', 'scripts', 'docs', 'README.md', 'CONTRIBUTING.md', 'package.json'];
const self = fileURLToPath(import.meta.url);

/** Names that were replaced before anything was published. CHANGELOG.md has the table. */
const OLD_NAMES = [
  ...[
    'createSessionDocks',
    'openEngine',
    'RealEngineOptions',
    'RealLimits',
    'magicFamilies',
    'ModelShelf',
    'WorldPlan',
  ],
  ...['modelsFolders', 'catalogFolder', 'seed-example', 'RealOperator', 'DownloadsOperator', 'createOperator'],
  ...['createFront', 'FrontOptions', 'createMagicFinder', 'createOffers', 'StoryParts', 'WorldParts', 'EngineWorld'],
  ...['createDoorbell', 'createCrew', 'standingAfter', 'processSurroundings', 'InteriorOptions', 'hurts'],
];

it('no name that was replaced is left in code, tests, docs or scripts', () => {
  const pattern = new RegExp(`(?<![\\w-])(?:${OLD_NAMES.join('|')})(?![\\w-])`);
  const left = places
    .flatMap((place) => filesIn(join(root, place)))
    .filter((file) => file !== self)
    .flatMap((file) => {
      const found = pattern.exec(readFileSync(file, 'utf8'));
      return found ? [`${file.slice(root.length)}: ${found[0]}`] : [];
    });
  expect(left).toEqual([]);
});

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.snippets') || entry.name === 'node_modules') return [];
    return filesIn(join(path, entry.name));
  });
}
