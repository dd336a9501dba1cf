import * as z from 'zod/mini';
import { compactJson, prettyJson, type Answer, type Answerer, type Call } from '../api/call.js';
import { Problem } from '../contract/problem.js';
import { readBody } from '../contract/read-body.js';
import type { ClockStatus, DockClock } from './dock-clock.js';

/** The answer of the health check. */
export interface DockStatus {
  status: 'ok';
  engine: string;
  clock: ClockStatus;
}

export interface ControlApiOptions {
  status: () => DockStatus;
  reset: () => Promise<DockStatus>;
  clock: DockClock;
  openApi: (() => Promise<string>) | undefined;
}

const CONTROL = '/__modeldock';

const advanceBody = z.strictObject({ ms: z.number().check(z.nonnegative()) });

export function isControlPath(path: string): boolean {
  return path === CONTROL || path.startsWith(`${CONTROL}/`);
}

/** The operator's routes, under `/__modeldock`. */
export function createControlApi({ status, reset, clock, openApi }: ControlApiOptions): Answerer {
  const routes: Record<string, (call: Call) => Promise<Answer>> = {
    'GET /health': async () => prettyJson(200, status()),
    'POST /reset': async () => prettyJson(200, await reset()),
    'POST /clock/advance': async (call) => {
      const { ms } = readBody(advanceBody, await call.text(), call.header('content-type'));
      return prettyJson(200, await clock.advance(ms));
    },
    ...(openApi && {
      'GET /openapi.json': async () => ({
        status: 200,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
        body: await openApi(),
      }),
    }),
  };

  return async (call) => {
    const route = routes[`${call.method === 'HEAD' ? 'GET' : call.method} ${call.path.slice(CONTROL.length)}`];
    if (!route) {
      return refuse(
        404,
        `There is no ${call.method} ${call.path}. There is: ${Object.keys(routes).map(spell).join(', ')}.`,
      );
    }
    try {
      return await route(call);
    } catch (error) {
      if (error instanceof Problem) return prettyJson(error.status, error.answer, error.headers);
      if (error instanceof RangeError) return refuse(400, error.message);
      throw error;
    }
  };
}

function spell(route: string): string {
  return route.replace(' ', ` ${CONTROL}`);
}

function refuse(status: number, message: string): Answer {
  return compactJson(status, { error: { type: 'invalid_request', message } });
}
