import { describe } from 'vitest';
import { bodies } from './download-api/bodies.js';
import { accessControl } from './download-api/access-control.js';
import { connections } from './download-api/connections.js';
import { controlApi } from './download-api/control-api.js';
import { documentedExample } from './download-api/documented-example.js';
import { downloadLife } from './download-api/download-life.js';
import { modelShelf } from './download-api/model-library.js';
import { refusals } from './download-api/refusals.js';
import { routes } from './download-api/routes.js';
import type { Transport } from './transport.js';

/** What the API does, the same over every transport: status, the headers that matter, and bodies to the byte. */
export function describeDownloadApi(transport: Transport): void {
  describe(`the download API over ${transport.name}`, () => {
    documentedExample(transport);
    downloadLife(transport);
    modelShelf(transport);
    refusals(transport);
    bodies(transport);
    routes(transport);
    accessControl(transport);
    controlApi(transport);
    connections(transport);
  });
}
