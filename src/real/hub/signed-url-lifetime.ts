/**
 * Returns the lifetime of a signed URL from its answer on, in milliseconds: its expiry minus the answer's own Date,
 * because this machine's clock may be wrong. `undefined` for a URL without an expiry, or with an invalid one.
 */
export function signedUrlLifetime(url: string, date: string | undefined): number | undefined {
  const { searchParams } = new URL(url);
  const signedAt = amzDate(searchParams.get('X-Amz-Date'));
  const answeredAt = date === undefined ? (signedAt ?? NaN) : Date.parse(date);
  const expiry = s3Expiry(searchParams, signedAt) ?? cloudFrontExpiry(searchParams) ?? NaN;
  const lifetime = expiry - answeredAt;
  return lifetime > 0 ? lifetime : undefined;
}

function s3Expiry(query: URLSearchParams, signedAt: number | undefined): number | undefined {
  const seconds = query.get('X-Amz-Expires');
  return seconds === null || signedAt === undefined ? undefined : signedAt + Number(seconds) * 1000;
}

function cloudFrontExpiry(query: URLSearchParams): number | undefined {
  const seconds = query.get('Expires') ?? epochIn(query.get('Policy'));
  return seconds === null ? undefined : Number(seconds) * 1000;
}

/** Decodes CloudFront's own base64 of a JSON policy: `-`, `_` and `~` replace characters that a URL cannot have. */
function epochIn(policy: string | null): string | null {
  if (policy === null) return null;
  const standard = policy.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/');
  const text = Buffer.from(standard, 'base64').toString();
  return /"DateLessThan"\s*:\s*\{\s*"AWS:EpochTime"\s*:\s*(\d+)/.exec(text)?.[1] ?? null;
}

function amzDate(text: string | null): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
    .exec(text ?? '')
    ?.slice(1)
    .map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day, hours, minutes, seconds] = parts as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}
