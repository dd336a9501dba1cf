export {
  createLmStudio,
  lmStudio,
  type LmStudioAnnotations,
  type LmStudioDecorator,
  type LmStudioLoader,
  type LmStudioOptions,
  type LmStudioParameters,
  type StoryContext,
  type StoryLm,
} from './lm-studio.js';
