import { MemoryStore } from '../../src/stores/memory.js';
import { describeJobStore } from '../suites/job-store.suite.js';

describeJobStore('a store in memory', async () => new MemoryStore());
