/*
 * Reading typed fields out of data that somebody else wrote: a file, a control request, an argument. Every complaint
 * names the path of the wrong value, the value, and what is allowed there.
 */

/** Data that could not be understood. `path` leads to the wrong value, as in `faults[2].do.ms`. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.path = path;
  }
}

/** Makes a value of `Type` out of unknown data. @throws InvalidInput */
export type Reader<Type> = (value: unknown, path: string) => Type;

/** A short rendering of a wrong value for an error message. */
export function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return 'nothing';
    return text.length > 80 ? `${text.slice(0, 77)}…` : text;
  } catch {
    return 'something nested too deeply to show';
  }
}

/** An object whose keys are all in `allowed`. */
export function readObject(value: unknown, path: string, allowed?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInput(path, `must be an object, not ${shown(value)}`);
  }
  const unknown = allowed === undefined ? undefined : Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    throw new InvalidInput(`${path}.${unknown}`, `is not known here; there are: ${allowed!.join(', ')}`);
  }
  return value as Record<string, unknown>;
}

/** A list, each item read by `item`. */
export function listOf<Type>(item: Reader<Type>): Reader<Type[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new InvalidInput(path, `must be a list, not ${shown(value)}`);
    return value.map((each, index) => item(each, `${path}[${index}]`));
  };
}

/** An object used as a dictionary. */
export function dictionaryOf<Type>(item: Reader<Type>): Reader<Record<string, Type>> {
  return (value, path) =>
    Object.fromEntries(
      Object.entries(readObject(value, path)).map(([key, each]) => [key, item(each, `${path}.${key}`)]),
    );
}

/** Text that is not empty. */
export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || value === '') throw new InvalidInput(path, `must be a text, not ${shown(value)}`);
  return value;
};

/** Text, which may be empty. */
export const anyText: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw new InvalidInput(path, `must be a text, not ${shown(value)}`);
  return value;
};

/** What may stand between `<` and the path in a header: letters only that need no escape there. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** Scheme, host and port of a server, without a path. */
export const webOrigin: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || !ORIGIN.test(value) || !URL.canParse(value)) {
    throw new InvalidInput(path, `must be an origin as https://huggingface.co, not ${shown(value)}`);
  }
  return value;
};

/** true or false. */
export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new InvalidInput(path, `must be true or false, not ${shown(value)}`);
  return value;
};

/** A whole number between `least` and `most`, both included. */
export function whole(least = 0, most: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
      throw new InvalidInput(path, `must be a whole number ${range}, not ${shown(value)}`);
    }
    return value;
  };
}

/** Years a clock may be off: what is further away has no date that could be written down. */
const MOST_OFFSET_MS = 100 * 366 * 86_400_000;

/** How far a clock is off, in ms, either way. */
export const clockOffset: Reader<number> = whole(-MOST_OFFSET_MS, MOST_OFFSET_MS);

/** One of some values. */
export function oneOf<const Choice extends string | number | boolean>(...choices: Choice[]): Reader<Choice> {
  return (value, path) => {
    if (!choices.includes(value as Choice)) {
      throw new InvalidInput(path, `must be one of ${choices.map(shown).join(', ')}, not ${shown(value)}`);
    }
    return value as Choice;
  };
}

/** `{ [key]: value }` when the object has it, `{}` otherwise: a missing field stays missing. */
export function optional<const Key extends string, Type>(
  object: Record<string, unknown>,
  key: Key,
  read: Reader<Type>,
  path: string,
): Partial<Record<Key, Type>> {
  if (object[key] === undefined) return {};
  return { [key]: read(object[key], `${path}.${key}`) } as Partial<Record<Key, Type>>;
}
