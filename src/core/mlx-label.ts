/** Matches `4bit`, `4-bit`, `4bit-DWQ`, `6.5bit`, `int4`, `q4`, `bf16`, `mxfp4`, between other words. */
const LABEL =
  /(?<![0-9a-z.])(?:(\d(?:\.\d+)?)[-_ ]?bits?(?:-(dwq|awq|gptq|qat|mixed|g\d+|gs\d+|hi))?|(?:int|q)(\d)|(bf16|fp?16|fp?32|(?:mx|nv)fp[48]))(?![0-9a-z])/gi;

/** Finds the labels of an MLX model in the name of a repo, the last first: `4bit`, `4bit-DWQ`, `bf16`. */
export function mlxLabelsIn(name: string): string[] {
  return [...name.matchAll(LABEL)].reverse().map(labelOf);
}

/** Parses a request for the precision of an MLX model; `undefined` for anything else. */
export function parseMlxLabel(text: string): string | undefined {
  const match = text.matchAll(LABEL).next().value;
  return match?.[0].length === text.length ? labelOf(match) : undefined;
}

/** Whether a request matches a label: `4-bit`, `q4` and `4BIT` mean `4bit`, and so does the beginning of `4bit-DWQ`. */
export function meansMlxLabel(wanted: string, label: string): boolean {
  const asked = parseMlxLabel(wanted.trim())?.toLowerCase();
  return asked === label.toLowerCase() || asked === label.toLowerCase().split('-')[0];
}

function labelOf([, bits, method, plainBits, float]: readonly (string | undefined)[]): string {
  if (float !== undefined) return float.toLowerCase().replace(/^fp(?=16|32)/, 'f');
  if (plainBits !== undefined) return `${plainBits}bit`;
  return method === undefined ? `${bits!}bit` : `${bits!}bit-${method}`;
}
