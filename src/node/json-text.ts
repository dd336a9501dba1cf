import { findNodeAtLocation, parse, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';

/** Text that is not JSON, or JSON with a wrong value; the message begins with the file, the line and the column. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
}

/**
 * Reads JSON, in which comments and trailing commas are allowed, and checks its value.
 * @param name of the file, for errors
 * @param check throws errors with a line `  path: what is wrong` for each wrong value; each gets its place in the file
 * @throws JsonTextError naming the file, the line and the column of each mistake
 */
export function readJsonText<Value>(text: string, name: string, check: (value: unknown) => Value): Value {
  // Editors on Windows may begin a file with a byte order mark.
  const content = text.replace(/^\uFEFF/, '');
  const { value } = parsePlain(content) ?? { value: parseTolerant(content, name) };
  try {
    return check(value);
  } catch (error) {
    throw new JsonTextError(withPlaces((error as Error).message, content, name), { cause: error });
  }
}

function parsePlain(content: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch {
    return undefined;
  }
}

/** @throws JsonTextError */
function parseTolerant(content: string, name: string): unknown {
  const mistakes: ParseError[] = [];
  const value: unknown = parse(content, mistakes, { allowTrailingComma: true });
  if (mistakes[0] === undefined) return value;
  const { offset, length, error } = mistakes[0];
  const found = content.slice(offset, offset + Math.max(length, 1)).split('\n')[0]!;
  throw new JsonTextError(
    `${name}:${placeIn(content, offset)}: ${WORDS[printParseErrorCode(error)] ?? 'expected JSON'}, ` +
      `found ${found === '' ? 'the end of the line' : JSON.stringify(found.slice(0, 40))}.`,
  );
}

const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a value',
  InvalidNumberFormat: 'expected a number',
  PropertyNameExpected: 'expected a name in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a comma or }',
  CloseBracketExpected: 'expected a comma or ]',
  EndOfFileExpected: 'expected the end of the file',
  UnexpectedEndOfComment: 'expected the end of the comment',
  UnexpectedEndOfString: 'expected a closing double quote',
  UnexpectedEndOfNumber: 'expected a number',
  InvalidCharacter: 'expected no control character in a text',
  InvalidEscapeCharacter: 'expected \\n, \\t, \\", \\\\ or another escape of JSON',
  InvalidUnicode: 'expected \\u and four hexadecimal digits',
};

/** Puts `file:line:column: ` before the path of each wrong value; the file before a message that has none. */
function withPlaces(message: string, content: string, name: string): string {
  const root = parseTree(content, [], { allowTrailingComma: true })!;
  const placed = message.replace(/^( +|Cannot read )(the \w+|\S+)(?=: )/gm, (_, before: string, path: string) => {
    const { offset } = path.startsWith('the ') ? root : nodeAt(root, path);
    return `${before}${name}:${placeIn(content, offset)}: ${path}`;
  });
  return placed === message ? `${name}: ${message}` : placed;
}

/**
 * Finds the value of a path such as `steps[1].ms`, or the nearest above it where a value is missing. A check may put a
 * name of its own in front, as in `repos[0].id` of a file that is a list.
 */
function nodeAt(root: Node, path: string): Node {
  const keys = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? key! : Number(index),
  );
  let node = root;
  for (const [depth, key] of keys.entries()) {
    const next = findNodeAtLocation(node, [key]);
    if (next !== undefined) node = next;
    else if (depth > 0) break;
  }
  return node;
}

/** Line and column, from 1. */
function placeIn(content: string, offset: number): string {
  const before = content.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}
