import stringWidth from 'string-width';

/** Counts the terminal cells of a text: two for a Chinese character, none for a combining mark or a colour. */
export function cellsOf(text: string): number {
  return stringWidth(text);
}

/** Pads a text with spaces to a number of cells. */
export function padCells(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - cellsOf(text)));
}

/** Cuts the end of a text, so that it takes at most this many cells; characters are never split. */
export function beginningOf(text: string, cells: number): string {
  return takeCells(charactersOf(text), cells).join('');
}

/** Cuts the beginning of a text, so that it takes at most this many cells. */
export function endOf(text: string, cells: number): string {
  return takeCells(charactersOf(text).reverse(), cells).reverse().join('');
}

function takeCells(characters: readonly string[], cells: number): string[] {
  let left = cells;
  const end = characters.findIndex((character) => (left -= cellsOf(character)) < 0);
  return characters.slice(0, end === -1 ? undefined : end);
}

/** Splits a text into characters as a reader counts them: an emoji of several code points is one. */
function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
