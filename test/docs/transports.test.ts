import { describe, expect, it } from 'vitest';
import { faultSupport, type FaultTransport } from '../../src/control/faults/support.js';
import type { Ability } from '../suites/transport.js';
import { readPage } from './snippets.js';

const page = readPage('docs/transports.md');

/** The cells of each row of the table after a text, without its two lines of heading. */
function tableAfter(text: string): string[][] {
  const [table] = /(?:^\|.*\n)+/m.exec(page.slice(page.indexOf(text)))!;
  return table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((_, row) => row !== 1)
    .slice(1);
}

/** As the suites have it, which cannot be imported without being run. */
function reasonsIn(path: string): Record<string, string> {
  const [, table] = /cannot: \{(.*?)\n? *\},\n/s.exec(readPage(path))!;
  const entries = table!.matchAll(/^ *(?:'([^']+)'|(\w+)): (?:'([^']*)'|"([^"]*)"),$/gm);
  return Object.fromEntries([...entries].map(([, quoted, plain, one, two]) => [quoted ?? plain!, one ?? two!]));
}

describe('the page about transports', () => {
  it('says of each what its suite says it cannot do', () => {
    const rows: Ability[] = [
      'http headers',
      'any method',
      'origin headers',
      'host header',
      'abort',
      'brotli',
      'header bytes',
    ];
    const columns = [
      reasonsIn('test/transports/plain-function.test.ts'),
      reasonsIn('test/transports/msw-in-node.test.ts'),
      reasonsIn('test/browser/service-worker.test.ts'),
      {
        ...reasonsIn('test/transports/http-server.test.ts'),
        ...reasonsIn('test/transports/express-middleware.test.ts'),
      },
    ];
    expect(columns.map((column) => Object.keys(column).length)).toEqual([3, 2, 7, 0]);
    const expected = rows.map((row) =>
      columns.map((column: Record<string, string>) => (column[row] === undefined ? 'yes' : `no: ${column[row]}`)),
    );
    expect(tableAfter('# Transports').map(([, ...cells]) => cells)).toEqual(expected);
  });

  it('says of each fault what the table says by which faults are refused', () => {
    const transports: FaultTransport[] = ['function', 'msw-node', 'msw-browser', 'http'];
    const expected = Object.entries(faultSupport).map(([effect, support]) => {
      const cells = transports.map((transport) => {
        const { as, needs } = support[transport] as { as: string; needs?: string };
        return needs === undefined ? as : `${as}; needs ${needs}`;
      });
      const isOne = new Set(cells).size === 1;
      return [`\`${effect}\``, ...cells.map((cell, column) => (isOne && column > 0 ? 'the same' : cell))];
    });
    expect(tableAfter('## Faults')).toEqual(expected);
  });
});
