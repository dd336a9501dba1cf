/** Receives a file's bytes. A file is a sequence of segments; each fills from its start, without gaps. */
export interface ByteSink {
  readonly size: number;
  readonly segmentBytes: number;
  /**
   * Returns how many bytes of a segment were taken, from its start: in memory or on disk. The next request for it
   * begins there.
   */
  taken(segment: number): number;
  /**
   * Takes bytes that continue a segment; the sink owns them from then on. Returns false if no more should be read until
   * `ready` resolves.
   */
  take(segment: number, bytes: Uint8Array): boolean;
  /** Rejects with a DownloadError (disk_full, disk_error) if bytes could not be written. */
  ready(): Promise<void>;
}
