import { createLmStudio } from 'modeldock/storybook';

const { loaders, decorators } = createLmStudio({ urlArg: 'baseUrl' });

export default { loaders, decorators };
