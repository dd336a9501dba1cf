/** How many other names are drawn before a name gets a number: numbers are for catalogs that use up all words. */
const DRAWS = 8;

/** Draws a name that is not taken yet, ignoring case, and marks it as taken. */
export function drawUnlike(taken: Set<string>, draw: () => string): string {
  let name = draw();
  for (let draws = 1; draws < DRAWS && taken.has(name.toLowerCase()); draws++) name = draw();
  let candidate = name;
  for (let edition = 2; taken.has(candidate.toLowerCase()); edition++) candidate = `${name}-r${edition}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}
