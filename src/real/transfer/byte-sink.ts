/**
 * Where a file's bytes go. A file is a row of segments; each fills from its start, without gaps, and remembers how far.
 */
export interface ByteSink {
  readonly size: number;
  readonly segmentBytes: number;
  /** Bytes taken of a segment, from its start: in memory or on disk. The next request for it begins there. */
  taken(segment: number): number;
  /**
   * Takes bytes that continue a segment where it ends; they are the sink's from then on. Returns false when no more
   * should come until `ready` resolves.
   */
  take(segment: number, bytes: Uint8Array): boolean;
  /** Rejects with a DownloadError (disk_full, disk_error) when something could not be written. */
  ready(): Promise<void>;
}
