import { quantizationLabel, shardIn, stemOf, type SizedFile } from '../../core/model-file-kind.js';
import { labelIn } from '../../core/quantization.js';

/** The files of one model in one quantization. */
export interface ModelOption<File extends SizedFile> {
  /** Absent if no part of the path is a label. */
  label?: string;
  /** Selects exactly this option: its label, or the label and what distinguishes it from others of that label. */
  name: string;
  /** Whether the label alone, or no label, means this option: the names of others of the label have a suffix. */
  isPlain: boolean;
  /** The words of the path besides the label, in order. */
  words: readonly string[];
  /** Shard 1 first. */
  files: readonly File[];
}

/** An unusable set of shards, and what is wrong with it. */
export interface BrokenSet<File extends SizedFile> {
  files: readonly File[];
  fault: string;
}

type Unnamed<File extends SizedFile> = Omit<ModelOption<File>, 'name' | 'isPlain'>;

/** Matches a word; a fraction counts as one: `3.53bpw`, `v1.5`. */
const WORD = /[\p{L}\p{N}]+(?:\.\d+[\p{L}\p{N}]*)*/gu;

/** Sorts files of models into options. An incomplete set of shards is not an option. */
export function modelOptions<File extends SizedFile>(
  models: readonly File[],
): { options: ModelOption<File>[]; broken: BrokenSet<File>[] } {
  const whole: Unnamed<File>[] = [];
  const broken: BrokenSet<File>[] = [];
  for (const files of fileSets(models)) {
    const fault = faultOf(files);
    if (fault !== undefined) {
      broken.push({ files, fault });
      continue;
    }
    const { path } = files[0]!;
    const label = quantizationLabel(path);
    whole.push({ files, words: wordsOf(path), ...(label !== undefined && { label }) });
  }
  whole.sort(byPlace);
  const byLabel = new Map<string, Unnamed<File>[]>();
  for (const option of whole) {
    const key = option.label?.toUpperCase() ?? '';
    byLabel.set(key, [...(byLabel.get(key) ?? []), option]);
  }
  const named = new Map([...byLabel.values()].flatMap((group) => nameGroup(group)));
  return { options: whole.map((option) => ({ ...option, ...named.get(option)! })), broken };
}

/** Groups files by model: a single file, or all existing shards of a set, by number. */
export function fileSets<File extends SizedFile>(files: readonly File[]): File[][] {
  const sets = new Map<string, File[]>();
  for (const file of files) {
    const shard = shardIn(file.path);
    const key = shard === undefined ? file.path : `${shard.stem}\0${shard.count}`;
    sets.set(key, [...(sets.get(key) ?? []), file]);
  }
  return [...sets.values()].map((set) => set.sort((one, other) => (one.path < other.path ? -1 : 1)));
}

export function wordsIn(text: string): string[] {
  return text.match(WORD) ?? [];
}

/** Returns the words of a path besides its label. */
export function wordsOf(path: string): string[] {
  const label = quantizationLabel(path);
  return stemOf(path)
    .split('/')
    .flatMap((part) => {
      const found = labelIn(part);
      const rest = found?.label === label && found ? `${part.slice(0, found.start)} ${part.slice(found.end)}` : part;
      return wordsIn(rest);
    });
}

/** `undefined` for a complete set of shards from 1 on, or a file that is not a shard. */
export function faultOf(files: readonly SizedFile[]): string | undefined {
  const [{ path }] = files as readonly [SizedFile];
  const shard = shardIn(path);
  if (shard === undefined) return undefined;
  const { count } = shard;
  const numbers = files.map((file) => shardIn(file.path)!.number);
  if (numbers[0] === 0) {
    return `${path} is numbered from 00000, but programs expect the first of ${count} parts to be 00001`;
  }
  if (numbers.some((number) => number > count)) return `${files.at(-1)!.path} is numbered beyond its ${count} parts`;
  if (numbers.length === count && numbers.every((number, index) => number === index + 1)) return undefined;
  return `only ${new Set(numbers).size} of ${count} parts of ${path} are there`;
}

/** Names options with one label. The one without words of its own is the plain one. */
function nameGroup<File extends SizedFile>(
  group: readonly Unnamed<File>[],
): [Unnamed<File>, Pick<ModelOption<File>, 'name' | 'isPlain'>][] {
  const own = ownWords(group.map(({ words }) => words));
  const keys = own.map((words) => words.join('-').toLowerCase());
  return group.map((option, index) => {
    const twins = group.filter((_, other) => keys[other] === keys[index]);
    // The same model may also exist in shards or in a folder of its label: the first by place represents it.
    const isOnly = twins[0] === option && twins.every((twin) => bareStem(twin) === bareStem(option));
    const isPlain = isOnly && own[index]!.length === 0;
    const name = [...(option.label === undefined ? [] : [option.label]), ...own[index]!].join('-');
    return [option, { isPlain, name: isOnly && name !== '' ? name : option.files[0]!.path }];
  });
}

/** Returns the words of each list that not all lists have. */
function ownWords(lists: readonly (readonly string[])[]): string[][] {
  const folded = lists.map((words) => words.map((word) => word.toLowerCase()));
  const timesIn = (words: readonly string[], word: string): number => words.filter((each) => each === word).length;
  return lists.map((words) => {
    const seen = new Map<string, number>();
    const own = words.filter((word) => {
      const key = word.toLowerCase();
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      return nth > Math.min(...folded.map((each) => timesIn(each, key)));
    });
    return own.filter((word, at) => own.findIndex((each) => each.toLowerCase() === word.toLowerCase()) === at);
  });
}

function bareStem({ files, label }: Unnamed<SizedFile>): string {
  const parts = stemOf(files[0]!.path).split('/');
  const folders = parts.slice(0, -1).filter((folder) => labelIn(folder)?.label !== label);
  return [...folders, parts.at(-1)!].join('/').toLowerCase();
}

/** Orders files outside of folders first, then single files, then by name. */
function byPlace<File extends SizedFile>(one: Unnamed<File>, other: Unnamed<File>): number {
  const [path, otherPath] = [one.files[0]!.path, other.files[0]!.path];
  const depth = path.split('/').length - otherPath.split('/').length;
  return depth || one.files.length - other.files.length || (path < otherPath ? -1 : 1);
}
