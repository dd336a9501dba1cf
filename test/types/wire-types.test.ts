import type * as z from 'zod/mini';
import { expectTypeOf, it } from 'vitest';
import type {
  downloadAnswer,
  jobStatus,
  loadAnswer,
  modelList,
  problemAnswer,
  releasedDownloadAnswer,
  unknownRouteAnswer,
  unloadAnswer,
} from '../../src/contract/answers.js';
import type { downloadBody, loadBody } from '../../src/contract/bodies.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import type {
  DownloadRequestBody,
  DownloadResponse,
  Edition,
  ErrorResponse,
  JobResponse,
  LoadRequestBody,
  LoadResponse,
  ModelListResponse,
  UnknownRouteResponse,
  UnloadResponse,
} from '../../src/types/index.js';

// The compiler decides: `npm run check` fails where a type differs from the schema of its answer.
it('has, as types, what the schemas say', () => {
  expectTypeOf<Edition>().toEqualTypeOf<ProfileName>();
  expectTypeOf<Mutual<DownloadRequestBody, z.infer<typeof downloadBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<LoadRequestBody, z.infer<typeof loadBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<JobResponse, z.infer<typeof jobStatus>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<DownloadResponse<'documented'>, z.infer<typeof downloadAnswer>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<DownloadResponse<'strict'>, z.infer<typeof downloadAnswer>>>().toEqualTypeOf<true>();
  expectTypeOf<
    Mutual<DownloadResponse<'lmstudio-0.4'>, z.infer<typeof releasedDownloadAnswer>>
  >().toEqualTypeOf<true>();
  expectTypeOf<Mutual<ModelListResponse, z.infer<typeof modelList>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<LoadResponse, z.infer<typeof loadAnswer>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<UnloadResponse, z.infer<typeof unloadAnswer>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<ErrorResponse, z.infer<typeof problemAnswer>>>().toEqualTypeOf<true>();
  expectTypeOf<Mutual<UnknownRouteResponse, z.infer<typeof unknownRouteAnswer>>>().toEqualTypeOf<true>();
});

it('asks a client of any edition for what it shows where there are no counters', () => {
  const answer = { status: 'paused' } as DownloadResponse;
  // @ts-expect-error: released servers leave the counters out.
  expectTypeOf(answer.downloaded_bytes);
});

/** Whether each is assignable to the other. */
type Mutual<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
