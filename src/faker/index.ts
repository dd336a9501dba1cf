export { fakeCatalog, type FakeCatalogOptions } from './fake-catalog.js';
export type { LoadDefaults, ModelType, UnreadField } from '../core/model-library.js';
export type { Catalog, CatalogModel, FileChoice } from '../simulator/catalog.js';
