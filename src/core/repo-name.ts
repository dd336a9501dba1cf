/** First segments of paths on Hugging Face that are the site's own pages, or hold repos that are not models. */
const RESERVED_OWNERS = new Set(
  (
    'api blog chat collections datasets docs enterprise join learn login logout models new notifications organizations ' +
    'papers posts pricing settings spaces tasks terms-of-service privacy'
  ).split(' '),
);
const NAME = /^\w(?:[\w.-]{0,94}\w)?$/;

/**
 * Whether a model repo of this name can exist on Hugging Face. Names have up to 96 letters, digits, `-`, `_` and `.`,
 * begin and end with neither `-` nor `.`, contain no `--` and `..`, and do not end with `.git`. A name that begins with
 * a dot could climb out of a folder.
 */
export function isModelRepoName(owner: string, repo: string): boolean {
  const isName = (name: string): boolean => NAME.test(name) && !/--|\.\.|\.git$/i.test(name);
  return isName(owner) && isName(repo) && !RESERVED_OWNERS.has(owner.toLowerCase());
}
