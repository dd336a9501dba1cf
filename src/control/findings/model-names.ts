import type { Rule } from './finding.js';
import { groupBy, idsOf, type ReadCall } from './read-call.js';

/** Finds links to a file, where LM Studio expects a link to a repo. */
export const fileLinks: Rule = (calls) =>
  [...groupBy(calls, ({ asksFor }) => (asksFor && isFileLink(asksFor.model) ? asksFor.model : undefined))].map(
    ([model, group]) => ({
      id: 'file-link-as-model',
      title: `A file was sent as model: ${model}`,
      entries: idsOf(group),
      impact: 'LM Studio takes repos, not files: it answers 400, and nothing is downloaded.',
      fix: `Send ${repoOf(model) ?? 'https://huggingface.co/owner/repo'}, and the quantization as quantization.`,
      judged: true,
    }),
  );

/** Finds quantizations sent with a catalog id: they are for Hugging Face links only; the catalog chooses its own. */
export const catalogQuantizations: Rule = (calls) =>
  [...groupBy(calls, quantizedCatalogId)].map(([what, group]) => ({
    id: 'quantization-with-catalog-id',
    title: `A quantization was sent with a catalog id: ${what}`,
    entries: idsOf(group),
    impact: 'LM Studio answers not_implemented, and nothing is downloaded.',
    fix: 'Leave quantization out, or send the link of a Hugging Face repo that has it.',
    judged: true,
  }));

function isFileLink(model: string): boolean {
  const [path = ''] = model.split(/[?#]/, 1);
  return /\.gguf$/i.test(path) || (model.includes('://') && /\/(?:resolve|blob)\//i.test(path));
}

function repoOf(model: string): string | undefined {
  const [, repo] = /^(?:https?:\/\/)?huggingface\.co\/([^/]+\/[^/]+)\//i.exec(model) ?? [];
  return repo && `https://huggingface.co/${repo}`;
}

function quantizedCatalogId({ asksFor }: ReadCall): string | undefined {
  if (asksFor?.quantization === undefined || asksFor.model.includes('://')) return undefined;
  return `${asksFor.model} with ${asksFor.quantization}`;
}
