import { stemOf, type SizedFile } from '../../core/model-file-kind.js';
import { labelIn, parseQuantization, plainLabel } from '../../core/quantization.js';
import { wordsIn, type ModelOption } from './model-options.js';

/**
 * Finds the options that a request means, by the first of these that any option matches: its name; its label; its label
 * and words of its path (`Q4_K_M-imatrix`); its label without `UD-` and `i1-`; the end of its file name. Several if the
 * request does not distinguish them.
 */
export function matchOptions<File extends SizedFile>(
  options: readonly ModelOption<File>[],
  wanted: string,
): ModelOption<File>[] {
  const asked = wanted.trim().toLowerCase();
  if (asked === '') return [];
  const { label = asked, suffix } = parseQuantization(asked) ?? {};
  const words = wordsIn(suffix?.toLowerCase() ?? '');
  const has = (option: ModelOption<File>, read: (text: string) => string): boolean =>
    option.label !== undefined && read(option.label) === read(label);
  const hasWords = (option: ModelOption<File>): boolean =>
    words.every((word) => option.words.some((each) => each.toLowerCase() === word));
  const exactly = (text: string): string => text.toLowerCase();
  const tries: ((option: ModelOption<File>) => boolean)[] = [
    ({ name }) => name.toLowerCase() === asked,
    (option) => has(option, exactly) && hasWords(option),
    (option) => has(option, plainLabel) && hasWords(option),
    ({ files }) => files.some(({ path }) => endsWith(path, asked)),
  ];
  for (const fits of tries) {
    const found = options.filter(fits);
    if (found.length > 0) return plainOf(found);
  }
  return [];
}

/** Returns the option without a suffix among options with one label, if there is one; otherwise all of them. */
export function plainOf<File extends SizedFile>(options: readonly ModelOption<File>[]): ModelOption<File>[] {
  const plain = options.filter(({ isPlain }) => isPlain);
  const isOneLabel = new Set(options.map(({ label }) => label)).size === 1;
  return isOneLabel && plain.length === 1 ? plain : [...options];
}

/** Whether a path ends with a text that begins at a word or a label, with or without its extension and its number. */
export function endsWith(path: string, asked: string): boolean {
  const stem = stemOf(path);
  const nameAt = stem.lastIndexOf('/') + 1;
  const label = labelIn(stem.slice(nameAt));
  return [stem, `${stem}.gguf`, path].some((text) => {
    const start = text.length - asked.length;
    if (start < 0 || !text.toLowerCase().endsWith(asked.toLowerCase())) return false;
    const isInLabel = label !== undefined && start > nameAt + label.start && start < nameAt + label.end;
    return (
      !isInLabel && (start === 0 || !/[\p{L}\p{N}]/u.test(text[start - 1]!) || !/[\p{L}\p{N}]/u.test(text[start]!))
    );
  });
}
