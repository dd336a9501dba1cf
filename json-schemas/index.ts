import type { JsonSchema } from './annotate.js';
import { catalog } from './catalog.js';
import { config } from './config.js';
import { fault } from './fault.js';
import { hubFaults } from './hub-faults.js';
import { hubRepos } from './hub-repos.js';
import { scenario } from './scenario.js';

/** Returns every JSON Schema that the package ships, by the name of its file. */
export function createSchemas(): Record<string, JsonSchema> {
  return {
    scenario: scenario(),
    catalog: catalog(),
    fault: fault(),
    config: config(),
    'hub-repos': hubRepos(),
    'hub-faults': hubFaults(),
  };
}
