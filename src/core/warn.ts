/** Called with what a developer should know and no answer can say, in a sentence. */
export type Warn = (text: string) => void;

/** Writes a warning to the console, which is looked up at each call: a test may have replaced it. */
export const warnOnConsole: Warn = (text) => {
  const { console } = globalThis as { console?: { warn(text: string): void } };
  console?.warn(`modeldock: ${text}`);
};

/** Warns of each thing once, and of a hundred at most: a client may make up any number of them. */
export function warnOnce(warn: Warn): (key: string, text: string) => void {
  const seen = new Set<string>();
  return (key, text) => {
    if (seen.size >= 100 || seen.has(key)) return;
    seen.add(key);
    warn(text);
  };
}
