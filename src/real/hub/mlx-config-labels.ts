import { mlxLabelsIn } from '../../core/mlx-label.js';
import { isRecord } from './repo-tree.js';

/** Derives labels from a `config.json`: from its bits, and its mode. */
export function mlxConfigLabels(config: Readonly<Record<string, unknown>>): string[] {
  const quantization = [config.quantization, config.quantization_config].find(isRecord);
  const { bits, mode } = quantization ?? {};
  if (typeof bits === 'number') return [`${bits}bit`, ...(typeof mode === 'string' ? mlxLabelsIn(mode) : [])];
  const text = isRecord(config.text_config) ? config.text_config : config;
  const types = [text.torch_dtype, text.dtype, config.torch_dtype, config.dtype];
  switch (types.find((type) => typeof type === 'string')) {
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
