export { fakeCatalog, type FakeCatalogOptions } from './fake-catalog.js';
