import type { Answer, Answerer, Call } from '../../api/call.js';
import { untilAborted } from '../../core/wall-timer.js';
import { breakJson, slowDown, truncate, withHeader, type Endings, type TextAnswer } from './body.js';
import type { FaultEffect } from './fault.js';

/** Loaded together: most pages need neither. */
export { describeCall } from './describe-call.js';
export { refusalOf } from './support.js';

/** Every effect but latency, after which the call continues to the api. */
export type AnswerEffect = Exclude<FaultEffect, { type: 'latency' }>;

export interface Scene extends Endings {
  faultId: string;
  call: Call;
  /** Calls the api for its answer, at most once. */
  ask: () => Promise<TextAnswer | 'network error'>;
  answerAsOf: (msAgo: number) => Answerer;
}

/** Answers the client in place of the api. */
export async function playEffect(effect: AnswerEffect, scene: Scene): Promise<Answer> {
  switch (effect.type) {
    case 'status':
      if (effect.afterApi) await scene.ask();
      return statusAnswer(effect, scene.faultId);
    case 'network-error':
      if (effect.afterApi) await scene.ask();
      return 'network error';
    case 'hang':
      if (effect.afterApi) await scene.ask();
      await untilAborted(...scene.gone, scene.removed);
      return 'network error';
    case 'stale': {
      // A GET or HEAD changes nothing, so the api is called in order that the journal shows both answers.
      if (scene.call.method === 'GET' || scene.call.method === 'HEAD') await scene.ask();
      return scene.answerAsOf(effect.msAgo)(scene.call);
    }
    case 'truncated':
    case 'malformed-json':
    case 'slow-body':
    case 'content-type': {
      const intended = await scene.ask();
      return intended === 'network error' ? intended : reshape(effect, intended, scene);
    }
  }
}

type ShapeEffect = Extract<AnswerEffect, { type: 'truncated' | 'malformed-json' | 'slow-body' | 'content-type' }>;

const MIDDLE = 0.5;

function reshape(effect: ShapeEffect, intended: TextAnswer, endings: Endings): Answer {
  switch (effect.type) {
    case 'truncated':
      return truncate(intended, effect.after ?? MIDDLE);
    case 'malformed-json':
      return breakJson(intended, effect.after ?? MIDDLE);
    case 'slow-body':
      return slowDown(intended, effect.bytesPerSecond, endings);
    case 'content-type': {
      const headers = withHeader(intended.headers, 'Content-Type', effect.contentType ?? HTML);
      return { ...intended, headers };
    }
  }
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

type StatusEffect = Extract<AnswerEffect, { type: 'status' }>;

function statusAnswer({ status, headers = {}, body }: StatusEffect, faultId: string): Answer {
  if (status === 204 || status === 205 || status === 304) return { status, headers, body: '' };
  const isText = typeof body === 'string';
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return {
    status,
    // Text is sent with the headers that Express would send.
    headers: named ? headers : { 'Content-Type': isText ? HTML : JSON_TYPE, ...headers },
    body: isText ? body : JSON.stringify(body === undefined ? errorOf(status, faultId) : body, null, 2),
  };
}

function errorOf(status: number, faultId: string): unknown {
  const type = status >= 500 ? 'internal_error' : status >= 400 ? 'invalid_request' : 'unknown';
  return { error: { type, message: `Status ${status}, sent by ${faultId} in place of an answer` } };
}
