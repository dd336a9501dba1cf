/** The names of all options, so that none can be left out. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>;

/**
 * Refuses options that do not exist: one that is misspelled would otherwise have no effect, and no error would say so.
 * @param what the call that was given them, for instance `createDock`
 * @throws TypeError with the option that was probably meant, or with all that exist
 */
export function checkOptions<Options extends object>(
  what: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    const [meant] = names
      .map((each) => ({ each, steps: distance(name.toLowerCase(), each.toLowerCase()) }))
      .filter(({ each, steps }) => steps <= Math.max(2, each.length / 3) || each.startsWith(name))
      .sort((one, other) => one.steps - other.steps);
    throw new TypeError(
      `Cannot use the option "${name}" of ${what}: there is no such option. ` +
        (meant ? `Did you mean "${meant.each}"?` : `There is: ${names.join(', ')}.`),
    );
  }
}

/** The number of letters to add, take away or exchange on the way from one word to another (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of one.split('').entries()) {
    const next = [index + 1];
    for (const [place, each] of other.split('').entries()) {
      next.push(Math.min(next[place]! + 1, row[place + 1]! + 1, row[place]! + Number(letter !== each)));
    }
    row = next;
  }
  return row[other.length]!;
}
