import type * as z from 'zod/mini';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { controlRoutes } from '../../src/control/contract/dock-control.js';
import { downloadRoutes } from '../../src/control/contract/downloads-control.js';
import type { RouteTable } from '../../src/control/contract/route.js';
import { sessionsRoutes } from '../../src/control/contract/sessions-control.js';
import { controlDescriptions } from './control-descriptions.js';
import { downloadDescriptions } from './download-descriptions.js';
import { pathParameters } from './inputs.js';
import { describeOperation, documentedPath, operationKey, type Description } from './operation.js';
import { documentDescriptions, documentRoutes, sessionsDescriptions } from './server-descriptions.js';

interface DescribedTable {
  routes: RouteTable;
  descriptions: Readonly<Record<string, Description>>;
  /** Whether the routes concern one session. */
  isOfSession: boolean;
}

/** Every table of routes that a server has; a later route replaces an earlier one of the same method and path. */
const tables: readonly DescribedTable[] = [
  { routes: controlRoutes, descriptions: controlDescriptions, isOfSession: true },
  { routes: downloadRoutes, descriptions: downloadDescriptions, isOfSession: true },
  { routes: sessionsRoutes, descriptions: sessionsDescriptions, isOfSession: false },
  { routes: documentRoutes, descriptions: documentDescriptions, isOfSession: false },
];

/** The schema of each operation's answer with 200, by its key, such as `put /clock`. */
export const answerSchemas: Readonly<Record<string, z.ZodMiniType>> = Object.fromEntries(
  tables.flatMap(({ routes, descriptions }) =>
    Object.entries(routes).flatMap(([name, route]) => {
      const { answer } = descriptions[name]!;
      return answer ? [[operationKey(route), answer.schema] as const] : [];
    }),
  ),
);

const sessionHeader = { $ref: '#/components/parameters/Session' as const };

/** The paths of the control API, with every answer that each operation can give. */
export const controlPaths: ZodOpenApiPathsObject = describePaths();

function describePaths(): ZodOpenApiPathsObject {
  const paths: Record<string, ZodOpenApiPathItemObject> = {};
  for (const { routes, descriptions, isOfSession } of tables) {
    for (const [name, route] of Object.entries(routes)) {
      const path = `/__modeldock${documentedPath(route.path)}`;
      const item = (paths[path] ??= isOfSession ? { parameters: [sessionHeader] } : {});
      const options = { parameters: pathParameters, isOfSession };
      item[route.method.toLowerCase() as 'get'] = describeOperation(route, descriptions[name]!, options);
    }
  }
  return paths;
}
