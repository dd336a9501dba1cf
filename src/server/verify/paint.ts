import { styleText } from 'node:util';
import { cellsOf } from '../downloads/cells.js';
import { printable } from '../downloads/printable.js';

/** What a text is written for; without it, for a file or a pipe. */
export type PaintedScreen = { columns: number; colour: boolean } | undefined;

type Style = Parameters<typeof styleText>[0];

const WIDTH_OF_FILES = 100;
const WIDEST = 120;

/** Colours a text where the screen shows colours. */
export function paint(screen: PaintedScreen, style: Style, text: string): string {
  return screen?.colour === true ? styleText(style, text, { validateStream: false }) : text;
}

/** How wide a paragraph may be. */
export function widthOf(screen: PaintedScreen): number {
  return screen ? Math.max(40, Math.min(screen.columns - 1, WIDEST)) : WIDTH_OF_FILES;
}

/** Breaks a text between its words. @param indent stands before each line but the first */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (line !== '' && cellsOf((lines.length === 0 ? '' : indent) + joined) > width) {
      lines.push((lines.length === 0 ? '' : indent) + line);
      line = word;
    } else line = joined;
  }
  lines.push((lines.length === 0 ? '' : indent) + line);
  return lines;
}

/** Lines that came from a server, as text for a terminal. */
export function quote(text: string, indent: string): string[] {
  return text.split('\n').map((line) => indent + printable(line));
}
