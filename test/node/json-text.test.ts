import { describe, expect, it } from 'vitest';
import { JsonTextError, readJsonText } from '../../src/node/json-text.js';
import { parseCatalog, parseScenario } from '../../src/index.js';

const asIs = (value: unknown): unknown => value;

describe('JSON in a file', () => {
  it('may have comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF// who\n{\n  /* what */ "a": [1, 2,],\n}\n';
    expect(readJsonText(text, 'x.json', asIs)).toEqual({ a: [1, 2] });
  });

  it.each([
    ['{"a": 1,\n "b" 2}', 'x.json:2:6: expected a colon, found "2".'],
    ['{"a": 1\n "b": 2}', 'x.json:2:2: expected a comma, found "\\"b\\"".'],
    ['[1, 2', 'x.json:1:6: expected a comma or ], found the end of the line.'],
    ["{'a': 1}", 'x.json:1:2: expected a value, found "\'a\'".'],
    ['', 'x.json:1:1: expected a value, found the end of the line.'],
    ['{"a": "b\n}', 'x.json:1:7: expected a closing double quote, found "\\"b".'],
    ['{} {}', 'x.json:1:4: expected the end of the file, found "{".'],
  ])('that is none, %j, is refused with line and column', (text, message) => {
    expect(() => readJsonText(text, 'x.json', asIs)).toThrow(new JsonTextError(message));
  });

  it('has the line, the column and the path of each wrong value', () => {
    const text = `{
  // a slow line
  "steps": [
    { "type": "connect" },
    { "type": "transfer", "bytesPerSecond": -1, "colour": 3 }
  ]
}`;
    expect(() => readJsonText(text, 'own.json', parseScenario)).toThrow(
      new JsonTextError(`Cannot play this scenario:
  own.json:4:5: steps[0].ms: expected a number, found nothing
  own.json:5:45: steps[1].bytesPerSecond: expected a number above 0, found -1
  own.json:5:59: steps[1].colour: expected no key of this name, found 3`),
    );
  });

  it('has the place of what contradicts something else', () => {
    const text = '{"steps": [{"type": "stall"},\n {"type": "connect", "ms": 1}]}';
    expect(() => readJsonText(text, 'own.json', parseScenario)).toThrow(
      '  own.json:2:2: steps[1]: expected no step after',
    );
  });

  it('has the places in a list of steps too, whose path begins with a name that is not in the file', () => {
    expect(() => readJsonText('[\n{"type": "pause", "ms": "x"}]', 'own.json', parseScenario)).toThrow(
      '  own.json:2:25: steps[0].ms: expected a number, found "x"',
    );
    expect(() => readJsonText('[{}]', 'own.json', parseCatalog)).toThrow('  own.json:1:2: [0].displayName: ');
  });

  it('has the beginning of the file where all of it is wrong', () => {
    expect(() => readJsonText('\n3', 'own.json', parseScenario)).toThrow(
      '  own.json:2:1: the scenario: expected an object, found 3',
    );
  });

  it('keeps what the check threw as the cause', () => {
    const wrong = new Error('no good');
    const read = (): unknown =>
      readJsonText('3', 'x.json', () => {
        throw wrong;
      });
    expect(read).toThrow(expect.objectContaining({ message: 'x.json: no good', cause: wrong }) as Error);
  });
});
