const WRONG_VALUE =
  /^error: option '[^']*(--[\w-]+)[^']*' (?:argument|value) '(.*?)' (?:from env '(\w+)' )?is invalid\. (?:Allowed choices are|Expected) (.*?)\.(?=\s)(.*)$/s;

/**
 * Rewrites Commander's error about a wrong value into the form of this project's errors: `Cannot use --port: expected …,
 * found …`. Parsers of values throw InvalidArgumentError with `Expected …`, and may add a sentence of advice.
 */
export function describeUsageError(text: string): string {
  const match = WRONG_VALUE.exec(text);
  if (!match) return text.replace(/^error: (?=Cannot )/, 'modeldock: ');
  const [, flag, value, variable, expected, advice] = match;
  return `modeldock: Cannot use ${variable ?? flag!}: expected ${expected!}, found ${value === '' ? 'nothing' : value!}.${advice!}`;
}
