export { fakeCatalog, type FakeCatalogOptions } from './fake-catalog.js';
export type { Catalog, CatalogModel } from '../simulator/catalog.js';
