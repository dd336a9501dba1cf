import { profileNames } from '../src/contract/profiles.js';
import { createControlOpenApiDocument } from './control/document.js';
import { createOpenApiDocument, type OpenApiDocument } from './lm-studio/document.js';

/**
 * Creates every document that the package contains, by the name of its file: one per profile, and the control API's.
 * @param version of the package that contains the documents
 */
export function createDocuments(version: string): Record<string, OpenApiDocument> {
  return {
    ...Object.fromEntries(profileNames.map((profile) => [profile, createOpenApiDocument(profile, version)])),
    control: createControlOpenApiDocument(version),
  };
}
