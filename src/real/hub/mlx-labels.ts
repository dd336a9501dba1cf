import { isRecord } from './repo-tree.js';

/** `4bit`, `4-bit`, `4bit-DWQ`, `6.5bit`, `int4`, `q4`, `bf16`, `mxfp4`, anywhere between words. */
const LABEL =
  /(?<![0-9a-z.])(?:(\d(?:\.\d+)?)[-_ ]?bits?(?:-(dwq|awq|gptq|qat|mixed|g\d+|gs\d+|hi))?|(?:int|q)(\d)|(bf16|fp?16|fp?32|(?:mx|nv)fp[48]))(?![0-9a-z])/gi;

/** Labels in the name of a repo, the last first. */
export function mlxLabelsIn(id: string): string[] {
  const name = id.slice(id.indexOf('/') + 1);
  return [...name.matchAll(LABEL)].reverse().map(labelOf);
}

/** Labels for what a `config.json` says: its bits, and its mode. */
export function mlxLabelsOf(config: Readonly<Record<string, unknown>>): string[] {
  const quantization = [config.quantization, config.quantization_config].find(isRecord);
  const { bits, mode } = quantization ?? {};
  if (typeof bits === 'number') return [`${bits}bit`, ...(typeof mode === 'string' ? mlxLabelsIn(mode) : [])];
  const text = isRecord(config.text_config) ? config.text_config : config;
  const type = [text.torch_dtype, text.dtype, config.torch_dtype, config.dtype].find(
    (each) => typeof each === 'string',
  );
  switch (type) {
    case 'bfloat16':
      return ['bf16'];
    case 'float16':
      return ['f16'];
    case 'float32':
      return ['f32'];
    default:
      return [];
  }
}

/** Whether a request means a label: `4-bit`, `q4` and `4BIT` are `4bit`, and so is the beginning of `4bit-DWQ`. */
export function sameMlxLabel(label: string, wanted: string): boolean {
  const [asked] = [...wanted.trim().matchAll(LABEL)];
  if (asked?.[0].length !== wanted.trim().length) return false;
  const [given, known] = [labelOf(asked).toLowerCase(), label.toLowerCase()];
  return given === known || given === known.split('-')[0];
}

function labelOf([, bits, method, plainBits, float]: readonly (string | undefined)[]): string {
  if (float !== undefined) return float.toLowerCase().replace(/^fp(?=16|32)/, 'f');
  if (plainBits !== undefined) return `${plainBits}bit`;
  return method === undefined ? `${bits!}bit` : `${bits!}bit-${method}`;
}
