import * as z from 'zod/mini';
import type { ControlRoute } from '../../src/control/contract/route.js';
import type { sessionsRoutes } from '../../src/control/contract/sessions-control.js';
import * as schemas from './answers.js';
import type { Description } from './operation.js';

/** The descriptions of the routes that concern all sessions. */
export const sessionsDescriptions: Record<keyof typeof sessionsRoutes, Description> = {
  'sessions.list': {
    id: 'listSessions',
    tag: 'Server',
    summary: 'List the sessions',
    description: 'The one idle longest first. A session that is idle for an hour is dropped.',
    answer: { description: 'All of them.', schema: z.array(schemas.sessionEntry) },
  },
  'sessions.open': {
    id: 'openSession',
    tag: 'Server',
    summary: 'Open a session',
    description: 'For an open session it returns the state. A session is also created by its first call.',
    answer: { description: 'The session.', schema: schemas.sessionStatus },
    problems: { '400': '`invalid_request`: a name that a session cannot have.' },
    simulated: true,
  },
  'sessions.drop': {
    id: 'dropSession',
    tag: 'Server',
    summary: 'Drop a session',
    description: 'Its hanging calls and waits end.',
    problems: { '404': '`not_found`: there is no such session.' },
    simulated: true,
  },
};

/** The routes at which `modeldock serve` serves the documents. */
export const documentRoutes = {
  document: { method: 'GET', path: '/openapi.json' },
  controlDocument: { method: 'GET', path: '/control-openapi.json' },
} as const satisfies Record<string, ControlRoute>;

export const documentDescriptions: Record<keyof typeof documentRoutes, Description> = {
  document: describeDocument('getOpenApiDocument', "LM Studio's routes"),
  controlDocument: describeDocument('getControlOpenApiDocument', 'the control API'),
};

function describeDocument(id: string, what: string): Description {
  return {
    id,
    tag: 'Server',
    summary: `Get the OpenAPI document of ${what}`,
    description: 'Only if the server is `modeldock serve`.',
    answer: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
  };
}
