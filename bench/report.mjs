/** Prints a row of the report. */
export function row(what, figure, remark = '') {
  console.log(`  ${what.padEnd(58)} ${String(figure).padStart(16)}   ${remark}`.trimEnd());
}

/**
 * Prints a row of the report with its target.
 * @returns whether the target is reached
 */
export function judgedRow(what, figure, { atMost, atLeast, unit = '', digits = 2 }) {
  const isReached = atMost === undefined ? figure >= atLeast : figure <= atMost;
  const target = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  row(what, figure.toFixed(digits) + unit, `${target}${unit}: ${isReached ? 'ok' : 'short of the target'}`);
  return isReached;
}

/** Prints the figure of each round: their spread shows the other work of the machine. */
export function rowOfRounds(figures, digits = 2) {
  console.log(`    in each round: ${figures.map((figure) => figure.toFixed(digits)).join(' ')}`);
}

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}
