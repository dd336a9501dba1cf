import type { z } from 'zod/mini';
import { isUnderApi, type RouteName } from '../api/routes.js';
import {
  downloadAnswer,
  greeting,
  jobStatus,
  legacyModel,
  legacyModelList,
  loadAnswer,
  modelList,
  openAiModelList,
  problemAnswer,
  releasedDownloadAnswer,
  unknownRouteAnswer,
  unloadAnswer,
} from '../contract/answers.js';
import type { ProfileName } from '../contract/profiles.js';
import { profiles } from '../contract/profiles.js';
import { describeIssues } from '../core/issues.js';
import type { PassedAnswer } from './forward-call.js';

/** The call that an answer is to. */
export interface CheckedCall {
  method: string;
  path: string;
  /** Absent where no route of LM Studio takes it. */
  route: RouteName | undefined;
}

/** Routes without a model that runs: the answers of the others are as various as the servers that run models. */
const schemas: Partial<Record<RouteName, z.ZodMiniType>> = {
  status: jobStatus,
  models: modelList,
  load: loadAnswer,
  unload: unloadAnswer,
  'openai-models': openAiModelList,
  greeting,
  'legacy-models': legacyModelList,
  'legacy-model': legacyModel,
};

/**
 * Finds where an answer differs from the contract, one sentence each.
 * @param profile of the server; without one a start may be answered as in any of them
 */
export function checkAnswer(
  { method, path, route }: CheckedCall,
  { status, headers, body }: PassedAnswer,
  profile: ProfileName | undefined,
): string[] {
  const schema = schemaOf({ method, path, route }, status, profile);
  if (!schema || method === 'HEAD' || status === 304) return [];
  if (body === undefined) {
    const type = headers['content-type'] ?? 'none';
    return /json/i.test(type) ? [] : [`content-type: expected application/json, found ${type}`];
  }
  const parsed = parse(body);
  if (!parsed) return ['body: expected JSON, found a text that does not parse'];
  const candidates = [schema].flat();
  const issues = candidates.map((candidate) => candidate.safeParse(parsed.value).error?.issues);
  if (issues.includes(undefined)) return [];
  return describeIssues(issues[0]!, parsed.value, 'the body')
    .split('\n')
    .map((line) => line.trim());
}

function schemaOf(
  { method, path, route }: CheckedCall,
  status: number,
  profile: ProfileName | undefined,
): z.ZodMiniType | readonly z.ZodMiniType[] | undefined {
  if (route === undefined)
    return isUnderApi(path) && status === 404 && method !== 'OPTIONS' ? unknownRouteAnswer : undefined;
  if (status >= 400) return isUnderApi(path) && (route === 'download' || schemas[route]) ? problemAnswer : undefined;
  if (status !== 200) return undefined;
  if (route !== 'download') return schemas[route];
  if (profile === undefined) return [downloadAnswer, releasedDownloadAnswer];
  return profiles[profile].countersInDownloadAnswer ? downloadAnswer : releasedDownloadAnswer;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
