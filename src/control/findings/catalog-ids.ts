import type { Rule } from './finding.js';
import { groupBy, idsOf } from './read-call.js';

/** Finds catalog ids that this catalog does not have; LM Studio's may have them. */
export const unknownCatalogIds: Rule = (calls) =>
  [
    ...groupBy(calls, ({ asksFor, entry }) =>
      entry.status === 404 &&
      (entry.answer?.body?.text ?? '').includes('not found in model catalog"') &&
      !/\.gguf$/i.test(asksFor?.model ?? '')
        ? asksFor?.model
        : undefined,
    ),
  ].map(([model, group]) => ({
    id: 'model-not-in-catalog',
    title: `${model} is not in the catalog of modeldock`,
    entries: idsOf(group),
    impact: "LM Studio's own catalog is larger: it answers 404 as well, or downloads the model.",
    fix: 'Check the id at https://lmstudio.ai/models. If it is right, start modeldock with --unknown-models imagine, or with --catalog FILE.',
    judged: { notJudged: "The ids of LM Studio's catalog are not all known here." },
  }));

/**
 * Finds catalog models that were made up from their names, where LM Studio would look them up. Links to unknown repos
 * are always accepted, and not reported.
 */
export const madeUpModels: Rule = (calls, { isMadeUp }) =>
  [
    ...groupBy(calls, ({ asksFor, entry }) =>
      asksFor && entry.status === 200 && !asksFor.model.includes('://') && isMadeUp(asksFor)
        ? asksFor.model
        : undefined,
    ),
  ].map(([model, group]) => ({
    id: 'model-made-up',
    title: `${model} is not in the catalog of modeldock, and was made up from its name`,
    entries: idsOf(group),
    impact: 'modeldock is more lenient here: LM Studio answers 404 for a model that does not exist.',
    fix: 'Check that it exists. Its size, its quantizations and its key may differ in LM Studio.',
    judged: { notJudged: 'modeldock cannot tell whether it exists.' },
  }));
